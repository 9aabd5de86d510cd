"""Hears of evidence received: evaluates it, opens and shuts the gates, and raises what a person must look at."""

from collections.abc import Iterator
from datetime import datetime

from metrology import Catalogue
from services.inspection import evidence
from services.inspection.assigning import note_serial
from services.inspection.attaching import await_attachments, missing
from services.inspection.domain.attention import DOUBTS, Attention, Concern, attention_id
from services.inspection.domain.body import VerificationBody
from services.inspection.domain.gates import Facts
from services.inspection.domain.judgement import judge
from services.inspection.domain.known import Instrument
from services.inspection.domain.past import last_status, repeats
from services.inspection.domain.record import Record
from services.inspection.domain.status_record import StatusRecord
from services.inspection.domain.verification import NOT_RELIED_ON
from services.inspection.domain.visit_report import VisitReport
from services.inspection.events import RecordReceived
from services.inspection.storage import (
    attentions,
    chain_of,
    inspectors,
    instrument_types,
    instruments,
    is_forked,
    past_of,
    records,
    standards,
    verifications,
    visit_reports,
    visits,
)
from services.kernel.model import AlreadyDone, Envelope, NotYet, now


def on_record_received(event: RecordReceived, envelope: Envelope) -> None:
    record = records.get(event.record_id)
    at = now()
    if record.status == "accepted" and record.of_kind == "visit":
        _report(record, envelope)
    elif record.status == "accepted":
        await_attachments(record.id, record.sent.body.attachments, record.inspector_id, envelope)
        serial = note_serial(record.id, record.tablet_id, record.sent.body, envelope)
        if serial is not None:
            raise_attention(envelope, _attention(serial, record.id, record=record, at=at))
    for concern, *cause in _about(record):
        raise_attention(envelope, _attention(concern, *cause, record=record, at=at))
    waiting = _waiting(record)
    _resolve(waiting.get("chain-gap"), "The missing record has arrived.", envelope)
    if record.status == "accepted" and record.of_kind != "visit":
        _judge(record, envelope)
        _resolve(waiting.get("instrument-unknown"), "The instrument is in the register now.", envelope)


def raise_attention(envelope: Envelope, attention: Attention) -> None:
    """Once for its cause; the same cause met again is our own trace. Whose the instrument is, is told with it."""
    if attention.enterprise_id is None and attention.instrument_id is not None:
        known = instruments.find(attention.instrument_id)
        attention = attention.model_copy(update={"enterprise_id": known.enterprise_id if known else None})
    try:
        attentions.add(attention, attention.raised(), by=envelope)
    except AlreadyDone:
        return


def _report(record: Record, envelope: Envelope) -> None:
    """How a visit ended. It is told on whosever visit it was: its own service decides whether it counts."""
    report = VisitReport.of(record, now())
    for concern in report.concerns(visits.recent(report.visit_id)):
        raise_attention(envelope, _attention(concern, record.id, record=record, at=now()))
    visit_reports.on(envelope, record.id, lambda made: made.reported(), lambda: report)


def _judge(record: Record, envelope: Envelope) -> None:
    body = record.sent.body
    instrument = instruments.find(body.instrument_id)
    if instrument is None:
        words = {"record": record.id, "instrument": body.instrument_id}
        raise_attention(
            envelope, _attention(Concern("instrument-unknown", words), record.id, record=record, at=now())
        )
        raise NotYet(f"instrument {body.instrument_id} is not in the register")
    judgement = judge(record, _facts(record, body, instrument), now())
    verification = judgement.verification
    for concern in judgement.concerns:
        if concern.quiet:
            continue
        day = verification.verified_on.isoformat()
        cause = (
            (record.tablet_id, day) if concern.reason == "clock-off" else (record.id, *concern.words.values())
        )
        raise_attention(envelope, _attention(concern, *cause, record=record, at=now()))
    verifications.on(envelope, record.id, lambda made: made.recorded(), lambda: verification)
    if verification.visit_id is not None:
        _note_repeats(record, body, verification.visit_id, envelope)


def _facts(record: Record, body: VerificationBody, instrument: Instrument) -> Facts:
    kind = instrument_types.recent(body.type_code)
    return Facts(
        inspector_id=record.inspector_id,
        inspector=inspectors.recent(record.inspector_id),
        instrument=instrument,
        standards={id: standards.recent(id) for id in dict.fromkeys(body.standard_ids)},
        visit=visits.recent(body.visit_id) if body.visit_id else None,
        catalogue=Catalogue(kind.rows if kind else []),
        corrected=verifications.find(body.corrects) if body.corrects else None,
        last_status=_last_status(record, body),
        missing_attachments=missing(each.sha256 for each in body.attachments),
        pictures=evidence.asked(),
        doubts=list(_doubts(record)),
    )


def _doubts(record: Record) -> Iterator[str]:
    """Those that nobody has dispelled: a person may have looked before the record could be judged."""
    for each in record.flags:
        if each in DOUBTS and (told := looked_at(each, record.id)) is not True:
            yield each if told is None else NOT_RELIED_ON


def looked_at(doubt: str, record_id: str) -> bool | None:
    """Whether a record that is in doubt is relied on; None while nobody has looked."""
    matter = attentions.find(attention_id(doubt, record_id))
    return matter.relied_on if matter is not None and matter.status == "resolved" else None


def _last_status(record: Record, body: VerificationBody) -> StatusRecord | None:
    """The status record of the instrument's last verification that has one, what this one corrects aside."""
    if body.status_record is None:
        return None
    return last_status(
        past_of(body.instrument_id), body.finished_at, [record.id, *filter(None, [body.corrects])]
    )


def _note_repeats(record: Record, body: VerificationBody, visit_id: str, envelope: Envelope) -> None:
    """Asked when this verification is there: of two that come at once, the later to look sees both."""
    for each in repeats(past_of(body.instrument_id), record.id, visit_id):
        attention = Attention.of(
            Concern("verified-twice", {"visit": visit_id}),
            each.id,
            visit_id,
            at=now(),
            record_id=each.id,
            tablet_id=each.tablet_id,
            instrument_id=record.instrument_id,
            inspector_id=each.inspector_id,
            enterprise_id=each.enterprise_id,
        )
        raise_attention(envelope, attention)


def _about(record: Record) -> Iterator[tuple[Concern, *tuple[str, ...]]]:
    """What is wrong with the record itself, each with its cause."""
    words = {"record": record.record_id, "tablet": record.tablet_id, "sequence": str(record.sequence)}
    if record.status == "rejected":
        told = {"code": str(record.code), "detail": str(record.detail)}
        yield Concern("record-rejected", words | told), record.id
    if record.status == "conflict":
        yield Concern("record-conflict", words), record.id
        return
    for flag in record.flags:
        if flag == "chain-gap" and record.sequence is not None:
            before = record.sequence - 1
            if not chain_of(record.tablet_id, before, before):
                yield Concern(flag, words | {"sequence": str(before)}), record.tablet_id, str(before)
        else:
            yield Concern(flag, words), record.id
    if record.sequence is not None and is_forked(record.tablet_id, record.sequence, record.id):
        yield Concern("chain-fork", words), record.tablet_id, str(record.sequence)


def _attention(concern: Concern, *cause: str, record: Record, at: datetime) -> Attention:
    return Attention.of(
        concern,
        *cause,
        at=at,
        record_id=record.id,
        tablet_id=record.tablet_id,
        instrument_id=record.instrument_id,
        inspector_id=record.inspector_id,
    )


def _waiting(record: Record) -> dict[str, Attention]:
    """The open matters that this record puts in order, by their reason; usually none."""
    ids = [attention_id("instrument-unknown", record.id)]
    if record.sequence is not None:
        ids.append(attention_id("chain-gap", record.tablet_id, str(record.sequence)))
    return {each.reason: each for each in attentions.find_each(*ids) if each.status == "open"}


def _resolve(matter: Attention | None, note: str, envelope: Envelope) -> None:
    """What had been lacking is here: the matter closes itself.

    Its status, not an inbox mark, says whether that was done: the same event may have raised it on an earlier attempt.
    """
    if matter is not None:
        attentions.commit(matter, matter.resolve(note, envelope.actor, now()), by=envelope)
