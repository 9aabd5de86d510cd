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
        await_attachments(record.id, record.sent().body.attachments, record.inspector_id, envelope)
        serial = note_serial(record.id, record.tablet_id, record.sent().body, envelope)
        if serial is not None:
            raise_attention(envelope, _attention(serial, record.id, record=record, at=at))
    for concern, *cause in _about(record):
        raise_attention(envelope, _attention(concern, *cause, record=record, at=at))
    if record.sequence is not None:
        _gap_closed(record.tablet_id, record.sequence, envelope)
    if record.status == "accepted" and record.of_kind != "visit":
        _judge(record, envelope)


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
    for concern in report.concerns(visits.find(report.visit_id)):
        raise_attention(envelope, _attention(concern, record.id, record=record, at=now()))
    visit_reports.on(envelope, record.id, lambda made: made.reported(), lambda: report)


def _judge(record: Record, envelope: Envelope) -> None:
    body = record.sent().body
    instrument = instruments.find(body.instrument_id)
    if instrument is None:
        words = {"record": record.id, "instrument": body.instrument_id}
        raise_attention(
            envelope, _attention(Concern("instrument-unknown", words), record.id, record=record, at=now())
        )
        raise NotYet(f"instrument {body.instrument_id} is not in the register")
    judgement = judge(record, _facts(record, body, instrument), now())
    verification, noted = judgement.verification, list(judgement.concerns)
    if body.corrects is None and verification.visit_id and _verified_before(verification.id, body):
        noted.append(Concern("verified-twice", {"visit": verification.visit_id}))
    for concern in noted:
        if concern.quiet:
            continue
        day = verification.verified_on.isoformat()
        cause = (
            (record.tablet_id, day) if concern.reason == "clock-off" else (record.id, *concern.words.values())
        )
        raise_attention(envelope, _attention(concern, *cause, record=record, at=now()))
    verifications.on(envelope, record.id, lambda made: made.recorded(), lambda: verification)
    _resolve(
        attention_id("instrument-unknown", record.id), "The instrument is in the register now.", envelope
    )


def _facts(record: Record, body: VerificationBody, instrument: Instrument) -> Facts:
    kind = instrument_types.find(body.type_code)
    return Facts(
        inspector_id=record.inspector_id,
        inspector=inspectors.find(record.inspector_id),
        instrument=instrument,
        standards={id: standards.find(id) for id in dict.fromkeys(body.standard_ids)},
        visit=visits.find(body.visit_id) if body.visit_id else None,
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
    own = [each for each in (record.id, body.corrects) if each]
    past = [
        each
        for each in verifications.query(instrument_id=body.instrument_id)
        if each.id not in own and each.status_record is not None and each.verified_at <= body.finished_at
    ]
    last = max(past, key=lambda each: (each.verified_at, each.id), default=None)
    return last.status_record if last else None


def _verified_before(id: str, body: VerificationBody) -> bool:
    """Whether another record told of the same instrument on the same visit."""
    same = verifications.query(visit_id=body.visit_id, instrument_id=body.instrument_id)
    return any(each.id != id for each in same)


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
    if record.sequence is not None:
        same = records.query(tablet_id=record.tablet_id, sequence=record.sequence)
        if any(each.id != record.id and each.status != "conflict" for each in same):
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


def _gap_closed(tablet_id: str, sequence: int, envelope: Envelope) -> None:
    id = attention_id("chain-gap", tablet_id, str(sequence))
    _resolve(id, "The missing record has arrived.", envelope)


def _resolve(id: str, note: str, envelope: Envelope) -> None:
    """What had been lacking is here: the matter closes itself.

    Its status, not an inbox mark, says whether that was done: the same event may have raised it on an earlier attempt.
    """
    matter = attentions.find(id)
    if matter is not None and matter.status == "open":
        attentions.commit(matter, matter.resolve(note, envelope.actor, now()), by=envelope)
