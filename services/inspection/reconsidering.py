"""Looks at verifications again when what they were judged by is heard late: gates, matters and certificates follow."""

from collections.abc import Callable, Iterable

from services.inspection.domain.attention import Attention, Concern, attention_id
from services.inspection.domain.judgement import Judgement, judge
from services.inspection.domain.past import Past, barring, before, next_with_status, repeats
from services.inspection.domain.record import Record
from services.inspection.domain.verification import OPENED_BY_REGISTER, TURNED_BY_OTHERS, Verification
from services.inspection.gathering import facts_of
from services.inspection.raising import about_record, close, raise_attention
from services.inspection.storage import attentions, instruments, records, verifications
from services.kernel.model import Envelope, Event, now

TOLD_BY_OTHERS = (*TURNED_BY_OTHERS, "correction-unknown", "record-corrected", "status-differs")
"""Matters that follow from what is known of other verifications."""


def _nothing(verification: Verification) -> Iterable[Event]:
    return ()


def look_again(
    id: str, envelope: Envelope, also: Callable[[Verification], Iterable[Event]] = _nothing
) -> None:
    """Judges by all that is known now. Only gates move that another's word opens or shuts; the verdict stands.

    `also` is what else the same event changes of the verification.
    """
    record = records.get(id)

    def change(each: Verification) -> list[Event]:
        judged = _judged(record)
        event = each.reconsidered(judged.verification, now()) if judged is not None else None
        return [*([event] if event is not None else []), *also(each)]

    verifications.on(envelope, id, change)
    if (judged := _judged(record)) is not None:
        _put_matters_in_order(record, judged, verifications.get(id), envelope)


def on_register(subject: str, envelope: Envelope) -> None:
    """The register told something new of what shuts gates."""
    for each in list(verifications.query(shut_by=subject)):
        look_again(each.id, envelope)


def compare(id: str, past: list[Past], envelope: Envelope) -> None:
    """What an instrument's verifications say of each other, now that one is there or counts, or counts no more.

    Asked when it is there: of two that come at once, the later to look sees both.
    """
    own = next((each for each in past if each.id == id), None)
    if own is None:
        return
    if own.visit_id is not None:
        for each in repeats(past, id, own.visit_id):
            raise_attention(envelope, _verified_twice(each, own.visit_id))
    again = {each.id for each in next_with_status(past, own)}
    for each in past:
        failed = barring(before(past, each.verified_at, each.corrects)) is not None
        if each.regime != "after_repair" and failed != ("instrument-barred" in each.withheld):
            again.add(each.id)
    for other in sorted(again):
        look_again(other, envelope)


def _judged(record: Record) -> Judgement | None:
    """None while the instrument is not known: then its copy was dropped, and everything is told again."""
    body = record.sent.body
    instrument = instruments.find(body.instrument_id)
    return judge(record, facts_of(record, body, instrument, recent=False), now()) if instrument else None


def _put_matters_in_order(
    record: Record, judged: Judgement, verification: Verification, envelope: Envelope
) -> None:
    noted = {attention_id(each.reason, *cause): (each, cause) for each, cause in judged.matters()}
    for matter in list(attentions.query(record_id=record.id)):
        if matter.reason in (*OPENED_BY_REGISTER, *TOLD_BY_OTHERS) and matter.id not in noted:
            close(matter, "What was lacking has been heard.", envelope)
    for concern, cause in noted.values():
        shut = concern.reason in OPENED_BY_REGISTER and concern.reason in verification.withheld
        if shut or concern.reason in TOLD_BY_OTHERS:
            raise_attention(envelope, about_record(concern, *cause, record=record))


def _verified_twice(each: Past, visit_id: str) -> Attention:
    return Attention.of(
        Concern("verified-twice", {"visit": visit_id}),
        each.id,
        visit_id,
        at=now(),
        record_id=each.id,
        tablet_id=each.tablet_id,
        instrument_id=each.instrument_id,
        inspector_id=each.inspector_id,
        enterprise_id=each.enterprise_id,
    )
