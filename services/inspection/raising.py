"""Puts matters on the attention desk, opens those again that closed themselves too early, and closes what came to fit."""

from services.inspection.domain.attention import Attention, Concern
from services.inspection.domain.record import Record
from services.inspection.storage import attentions, instruments
from services.kernel.model import AlreadyDone, Envelope, now


def raise_attention(envelope: Envelope, attention: Attention) -> None:
    """Once for its cause; the same cause met again is our own trace, unless the matter had closed itself.

    To be asked only for what is so now: an event may come a second time, long after. Whose the instrument is, is told
    with it.
    """
    if attention.enterprise_id is None and attention.instrument_id is not None:
        known = instruments.find(attention.instrument_id)
        attention = attention.model_copy(update={"enterprise_id": known.enterprise_id if known else None})
    try:
        attentions.add(attention, attention.raised(), by=envelope)
    except AlreadyDone:
        matter = attentions.find(attention.id)
        if matter is not None and matter.closed_itself:
            raise_again(envelope, matter, attention)


def raise_again(envelope: Envelope, matter: Attention, attention: Attention) -> None:
    """A matter in the words of now."""
    attentions.commit(matter, matter.raised_again(attention), by=envelope)


def about_record(concern: Concern, *cause: str, record: Record) -> Attention:
    """The matter of a record, with everything that the record names."""
    return Attention.of(
        concern,
        *cause,
        at=now(),
        record_id=record.id,
        tablet_id=record.tablet_id,
        instrument_id=record.instrument_id,
        inspector_id=record.inspector_id,
    )


def close(matter: Attention | None, note: str, envelope: Envelope) -> None:
    """What it is about is no more: it closes itself.

    Its status, not an inbox mark, says whether that was done: the same event may have raised it on an earlier attempt.
    """
    if matter is not None and matter.status == "open":
        attentions.commit(matter, matter.close(note, envelope.actor, now()), by=envelope)
