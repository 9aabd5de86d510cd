"""Hears of seals used and moved: raises what does not fit the ledger, and closes what has come to fit since."""

from collections.abc import Iterator

from services.inspection.domain.attention import Attention, Concern
from services.inspection.domain.seal import USED, Seal, parse_number, seal_id, write_number
from services.inspection.domain.seal_alarm import alarms
from services.inspection.domain.seal_batch import Moved, SealBatch
from services.inspection.events import (
    SealAffixed,
    SealLost,
    SealsReceived,
    SealVoided,
    StocktakeDecided,
    StocktakeTaken,
)
from services.inspection.judging import raise_attention
from services.inspection.seal_queries import batch_of, overlapping_batch, previous_use, used
from services.inspection.storage import attentions, seal_batches, seals, stocktakes
from services.kernel.model import Envelope, now

FITS = "The ledger and the records agree again."
DECIDED = "Every difference of the stocktake was decided."


def on_seal_used(event: SealAffixed | SealVoided | SealLost, envelope: Envelope) -> None:
    """A use concerns the number itself, and the one before it: that one may have been skipped."""
    _review(event.number, envelope)
    if (parsed := parse_number(event.number)) is not None and parsed[1] > 1:
        _review(write_number(parsed[0], parsed[1] - 1), envelope)


def on_seals_moved(event: SealsReceived | Moved, envelope: Envelope) -> None:
    """Papers may come after the use: every used number of the range is looked at again, and every gap in it."""
    batch = seal_batches.get(event.batch_id)
    if isinstance(event, SealsReceived):
        _overlap(batch, envelope)
    found = {serial for serial, _ in used(batch.series, event.first, min(event.last + 1, batch.last))}
    concerned = found | {serial - 1 for serial in found if serial > batch.first}
    for gap in attentions.query(reason="seal-gap", status="open"):
        parsed = parse_number(gap.seal_number or "")
        if parsed and parsed[0] == batch.series and event.first <= parsed[1] <= event.last:
            concerned.add(parsed[1])
    for serial in sorted(concerned):
        _review(write_number(batch.series, serial), envelope)


def _overlap(batch: SealBatch, envelope: Envelope) -> None:
    """Two batches entered at the same moment may hold the same numbers: each door saw none of the other."""
    other = overlapping_batch(batch)
    if other is not None:
        one, two = sorted([batch, other], key=lambda each: each.id)
        words = {"series": batch.series, "one": f"{one.first}-{one.last}", "two": f"{two.first}-{two.last}"}
        concern = Concern("seal-batches-overlap", words)
        raise_attention(envelope, Attention.of(concern, one.id, two.id, at=now()))


def on_stocktake(event: StocktakeTaken | StocktakeDecided, envelope: Envelope) -> None:
    stocktake = stocktakes.get(event.stocktake_id)
    if stocktake.status == "agrees":
        return
    words = {"stocktake": stocktake.id, "count": str(len(stocktake.differences))}
    attention = Attention.of(
        Concern("seal-count-differs", words), stocktake.id, at=now(), inspector_id=stocktake.inspector_id
    )
    raise_attention(envelope, attention)
    if stocktake.status == "decided":
        _close(attention.id, DECIDED, envelope)


def _review(number: str, envelope: Envelope) -> None:
    """What a person must look at is a function of the facts; so it is worked out anew, and again after raising:
    another worker may have learnt more meanwhile."""
    wanted = {each.id: each for each in _wanted(number)}
    open_now = {each.id for each in attentions.query(seal_number=number, status="open")}
    for id in wanted.keys() - open_now:
        raise_attention(envelope, wanted[id])
    if wanted.keys() - open_now:
        wanted = {each.id: each for each in _wanted(number)}
        open_now = {each.id for each in attentions.query(seal_number=number, status="open")}
    for id in open_now - wanted.keys():
        _close(id, FITS, envelope)


def _wanted(number: str) -> Iterator[Attention]:
    seal, parsed = seals.find(seal_id(number)), parse_number(number)
    batch = batch_of(*parsed) if parsed else None
    if seal is not None:
        for reason, fact in alarms(seal, batch):
            yield Attention.of(
                Concern(reason, {"seal": number}),
                number,
                str(fact.verification_id),
                at=now(),
                record_id=fact.verification_id,
                instrument_id=fact.instrument_id,
                inspector_id=fact.inspector_id,
                seal_number=number,
            )
    elif batch is not None and parsed is not None:
        yield from _gap(batch, parsed[1])


def _gap(batch: SealBatch, serial: int) -> Iterator[Attention]:
    """An unused number in the hand of an inspector who used their next one: it was skipped, and all unused before it."""
    held = batch.held(serial)
    if held.where != "in_hand" or held.inspector_id is None or serial == batch.last:
        return
    if batch.held(serial + 1).inspector_id != held.inspector_id:
        return
    following = seals.find(write_number(batch.series, serial + 1))
    if following is None or not _used_by(following, held.inspector_id):
        return
    whole = next(each for each in batch.holdings if each.first <= serial <= each.last)
    first = (previous_use(batch.series, serial, whole.first) or whole.first - 1) + 1
    number = write_number(batch.series, serial)
    words = {
        "first": write_number(batch.series, first),
        "last": number,
        "next": following.number,
        "inspector": held.inspector_id,
    }
    yield Attention.of(
        Concern("seal-gap", words),
        number,
        held.inspector_id,
        at=now(),
        record_id=following.use().verification_id,
        instrument_id=following.use().instrument_id,
        inspector_id=held.inspector_id,
        seal_number=number,
    )


def _used_by(seal: Seal, inspector_id: str) -> bool:
    return any(each.inspector_id == inspector_id and each.action in USED for each in seal.facts)


def _close(id: str, note: str, envelope: Envelope) -> None:
    matter = attentions.find(id)
    if matter is not None and matter.status == "open":
        attentions.commit(matter, matter.resolve(note, envelope.actor, now()), by=envelope)
