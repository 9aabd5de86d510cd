"""Hears of evidence received: evaluates it, opens and shuts the gates, and raises what a person must look at."""

from collections.abc import Iterator

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
from services.inspection.linking import CLOSED, check_links, lack_of
from services.inspection.raising import about_record, close, raise_attention
from services.inspection.storage import (
    attentions,
    inspectors,
    instrument_types,
    instruments,
    past_of,
    records,
    standards,
    verifications,
    visit_reports,
    visits,
)
from services.kernel.model import Envelope, NotYet, now


def on_record_received(event: RecordReceived, envelope: Envelope) -> None:
    record = records.get(event.record_id)
    if record.status == "accepted" and record.of_kind == "visit":
        _report(record, envelope)
    elif record.status == "accepted":
        await_attachments(record.id, record.sent.body.attachments, record.inspector_id, envelope)
        serial = note_serial(record.id, record.tablet_id, record.sent.body, envelope)
        if serial is not None:
            raise_attention(envelope, about_record(serial, record.id, record=record))
    for concern, *cause in _about(record):
        raise_attention(envelope, about_record(concern, *cause, record=record))
    raised = _raised_before(record)
    if record.status != "conflict":
        check_links(record, "chain-gap" in raised, envelope)
    if record.status == "accepted" and record.of_kind != "visit":
        _judge(record, envelope)
        close(raised.get("instrument-unknown"), "The instrument is in the register now.", envelope)


def _report(record: Record, envelope: Envelope) -> None:
    """How a visit ended. It is told on whosever visit it was: its own service decides whether it counts."""
    report = VisitReport.of(record, now())
    visit_reports.on(envelope, record.id, lambda made: made.reported(), lambda: report)


def _judge(record: Record, envelope: Envelope) -> None:
    body = record.sent.body
    instrument = instruments.find(body.instrument_id)
    if instrument is None:
        words = {"record": record.id, "instrument": body.instrument_id}
        unknown = Concern("instrument-unknown", words)
        raise_attention(envelope, about_record(unknown, record.id, record=record))
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
        raise_attention(envelope, about_record(concern, *cause, record=record))
    verifications.on(envelope, record.id, lambda made: made.recorded(), lambda: verification)
    if verification.visit_id is not None:
        _note_repeats(record, body, verification.visit_id, envelope)


def _facts(record: Record, body: VerificationBody, instrument: Instrument) -> Facts:
    kind = instrument_types.recent(body.type_code)
    return Facts(
        inspector_id=record.inspector_id,
        received_at=record.received_at,
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
    """What is wrong with the record itself, each with its cause; of its place in the chain see `linking`."""
    words = {"record": record.record_id, "tablet": record.tablet_id, "sequence": str(record.sequence)}
    if record.status == "rejected":
        told = {"code": str(record.code), "detail": str(record.detail)}
        yield Concern("record-rejected", words | told), record.id
    if record.status == "conflict":
        yield Concern("record-conflict", words), record.id
        return
    for flag in record.flags:
        if flag not in CLOSED:
            yield Concern(flag, words), record.id


def _raised_before(record: Record) -> dict[str, Attention]:
    """The matters that this record may put in order, by their reason; usually none."""
    ids = [attention_id("instrument-unknown", record.id)]
    if record.sequence is not None:
        ids.append(lack_of(record.tablet_id, record.sequence))
    return {each.reason: each for each in attentions.find_each(*ids)}
