"""Hears of evidence received: evaluates it, opens and shuts the gates, and raises what a person must look at."""

from collections.abc import Iterator

from services.inspection.assigning import note_serial
from services.inspection.attaching import await_attachments
from services.inspection.domain.attention import Attention, Concern, attention_id
from services.inspection.domain.judgement import judge
from services.inspection.domain.record import Record
from services.inspection.domain.visit_report import VisitReport
from services.inspection.events import RecordReceived
from services.inspection.gathering import facts_of
from services.inspection.linking import CLOSED, check_links, lack_of
from services.inspection.raising import about_record, close, raise_attention
from services.inspection.reconsidering import look_again
from services.inspection.storage import (
    attentions,
    instruments,
    records,
    verifications,
    visit_reports,
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
        if (lacking := raised.get("correction-unknown")) is not None:
            for each in list(verifications.query(corrects=record.id)):
                look_again(each.id, envelope)
            close(lacking, "The corrected record has arrived.", envelope)


def _report(record: Record, envelope: Envelope) -> None:
    """How a visit ended. It is told on whosever visit it was: its own service decides whether it counts."""
    report = VisitReport.of(record, now())
    visit_reports.on(envelope, record.id, lambda made: made.reported(), lambda: report)


def _judge(record: Record, envelope: Envelope) -> None:
    """What is wrong is raised before the verification is there: heard again, it is not judged by another day's facts."""
    body = record.sent.body
    instrument = instruments.find(body.instrument_id)
    if instrument is None:
        words = {"record": record.id, "instrument": body.instrument_id}
        unknown = Concern("instrument-unknown", words)
        raise_attention(envelope, about_record(unknown, record.id, record=record))
        raise NotYet(f"instrument {body.instrument_id} is not in the register")
    judgement = judge(record, facts_of(record, body, instrument, recent=True), now())
    matters = list(judgement.matters())
    if matters and verifications.find(record.id) is None:
        for concern, cause in matters:
            raise_attention(envelope, about_record(concern, *cause, record=record))
    verifications.on(envelope, record.id, lambda made: made.recorded(), lambda: judgement.verification)


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
    ids = [attention_id("instrument-unknown", record.id), attention_id("correction-unknown", record.id)]
    if record.sequence is not None:
        ids.append(lack_of(record.tablet_id, record.sequence))
    return {each.reason: each for each in attentions.find_each(*ids)}
