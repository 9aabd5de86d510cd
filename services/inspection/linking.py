"""Hears of records received: whether each follows the one before it in its tablet's chain, in whatever order they came."""

from services.inspection.domain.attention import Attention, Concern, attention_id
from services.inspection.domain.chain import breaks
from services.inspection.domain.record import Record
from services.inspection.raising import about_record, close, raise_attention
from services.inspection.storage import attentions, chain_of, is_forked, records, records_at
from services.kernel.model import Envelope

CLOSED = {
    "chain-gap": "The missing record has arrived.",
    "chain-broken": "The record that it follows has arrived.",
}
"""What can be wrong with a link, and what is said when it is so no more."""


def lack_of(tablet_id: str, sequence: int) -> str:
    """The id of the matter that a tablet's record of this number is lacking."""
    return attention_id("chain-gap", tablet_id, str(sequence))


def check_links(record: Record, missed: bool, envelope: Envelope) -> None:
    """The record's own link, where it did not fit when it was pushed; that of the next, where it may have waited for this.

    `missed` says that this record was found to be lacking once. Of a record that came in order nobody asks anything but
    whether another has its place.
    """
    if record.sequence is None:
        return
    if CLOSED.keys() & set(record.flags):
        _check(record, envelope)
    forked = is_forked(record.tablet_id, record.sequence, record.id)
    if forked:
        fork = Concern("chain-fork", _words(record))
        cause = record.tablet_id, str(record.sequence)
        raise_attention(envelope, about_record(fork, *cause, record=record))
    if forked or missed:
        for following in records_at(record.tablet_id, record.sequence + 1):
            _check(following, envelope)


def _check(record: Record, envelope: Envelope) -> None:
    """Raised first, then looked at again: what it lacks may have come meanwhile, and found nothing to close."""
    told: str | None = None
    while (wrong := _wrong(record)) not in (None, told):
        told = str(wrong)
        raise_attention(envelope, _matter(told, record))
    for flag, note in CLOSED.items():
        if flag != wrong:
            close(attentions.find(_matter(flag, record).id), note, envelope)
    flags = [each for each in record.flags if each not in CLOSED] + ([wrong] if wrong else [])
    if flags != record.flags:
        records.commit(record.model_copy(update={"flags": flags}), by=envelope)


def _wrong(record: Record) -> str | None:
    """What is wrong with its link by what is here now."""
    before = (record.sequence or 0) - 1
    return breaks([record], chain_of(record.tablet_id, before, before))[0]


def _matter(flag: str, record: Record) -> Attention:
    """A lacking record is one matter, whoever follows it; a link that does not fit is the record's own."""
    if flag == "chain-gap":
        before = str((record.sequence or 0) - 1)
        words = _words(record) | {"sequence": before}
        return about_record(Concern(flag, words), record.tablet_id, before, record=record)
    return about_record(Concern(flag, _words(record)), record.id, record=record)


def _words(record: Record) -> dict[str, str]:
    return {"record": record.record_id, "tablet": record.tablet_id, "sequence": str(record.sequence)}
