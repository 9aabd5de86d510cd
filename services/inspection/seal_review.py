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
from services.inspection.raising import close, raise_again, raise_attention
from services.inspection.seal_queries import batch_of, overlapping_batch, previous_use, used
from services.inspection.storage import attentions, seal_batches, seals, stocktakes
from services.kernel.model import Envelope, now

FITS = "The ledger and the records agree again."
DECIDED = "Every difference of the stocktake was decided."


def on_seal_used(event: SealAffixed | SealVoided | SealLost, envelope: Envelope) -> None:
    """A use concerns the number itself, the one before it, which may have been skipped, and the gap in which it lay."""
    parsed = parse_number(event.number)
    batch = batch_of(*parsed) if parsed else None
    _review(event.number, batch, envelope)
    if parsed is None:
        return
    series, serial = parsed
    if serial > 1:
        own = batch is not None and serial > batch.first
        _review(write_number(series, serial - 1), batch if own else batch_of(series, serial - 1), envelope)
    if batch is not None and (end := _end_of_gap(batch, serial)) is not None:
        _review(write_number(series, end), batch, envelope)


def _end_of_gap(batch: SealBatch, serial: int) -> int | None:
    """The last of the unused numbers behind one in the same hand, when the next was used: it names its gap."""
    whole = next((each for each in batch.holdings if each.first <= serial <= each.last), None)
    if whole is None:
        return None
    following = next(used(batch.series, serial + 1, min(whole.last + 1, batch.last)), None)
    end = following[0] - 1 if following else serial
    same_hand = end < whole.last or batch.held(whole.last + 1).inspector_id == whole.inspector_id
    return end if end > serial and same_hand else None


def on_seals_moved(event: SealsReceived | Moved, envelope: Envelope) -> None:
    """Papers may come after the use: every used number of the range is looked at again, and every gap that it touches."""
    batch = seal_batches.get(event.batch_id)
    if isinstance(event, SealsReceived):
        _overlap(batch, envelope)
    found = {serial for serial, _ in used(batch.series, event.first, min(event.last + 1, batch.last))}
    concerned = found | {serial - 1 for serial in found if serial > batch.first}
    gaps = [parse_number(gap.seal_number or "") for gap in attentions.query(reason="seal-gap", status="open")]
    ends = sorted(each[1] for each in gaps if each and each[0] == batch.series and each[1] >= event.first)
    within = [each for each in ends if each <= event.last]
    behind = ends[len(within) : len(within) + 1]  # it may begin in the range
    for serial in sorted(concerned.union(within, behind)):
        _review(write_number(batch.series, serial), batch_of(batch.series, serial), envelope)


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
    if stocktake.status == "decided":
        close(attentions.find(attention.id), DECIDED, envelope)
    else:
        raise_attention(envelope, attention)


def _review(number: str, batch: SealBatch | None, envelope: Envelope) -> None:
    """What a person must look at is a function of the facts; so it is worked out anew, and again after anything was
    told: another worker may have learnt more meanwhile."""
    if _tell(number, batch, envelope):
        parsed = parse_number(number)
        _tell(number, batch_of(*parsed) if parsed else None, envelope)


def _tell(number: str, batch: SealBatch | None, envelope: Envelope) -> bool:
    """Raises, says otherwise and closes; whether there was anything to do."""
    wanted = {each.id: each for each in _wanted(number, batch)}
    open_now = {each.id: each for each in attentions.query(seal_number=number, status="open")}
    new = wanted.keys() - open_now.keys()
    other = {id for id in wanted.keys() & open_now.keys() if wanted[id].detail != open_now[id].detail}
    gone = open_now.keys() - wanted.keys()
    for id in new:
        raise_attention(envelope, wanted[id])
    for id in other:
        raise_again(envelope, open_now[id], wanted[id])
    for id in gone:
        close(open_now[id], FITS, envelope)
    return bool(new or other or gone)


def _wanted(number: str, batch: SealBatch | None) -> Iterator[Attention]:
    seal, parsed = seals.find(seal_id(number)), parse_number(number)
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
