"""What the seal ledger asks of the database: which numbers were used, and which batches hold them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from services.inspection.domain.ledger import UseStatus
from services.inspection.domain.seal import USED, Seal, status_of
from services.inspection.domain.seal_batch import SealBatch, Use
from services.inspection.storage import seal_batches, seals
from services.kernel.model import instant_text

AT_ONCE = 20_000
"""Small rows that come in one answer of the database."""
WINDOW = 1_000
"""Numbers that one query looks through, so that a page never reads a whole batch."""


class Hand(NamedTuple):
    """Numbers first to last of a batch, both included."""

    batch_id: str
    kind: str
    series: str
    first: int
    last: int


def used(series: str, first: int, last: int) -> Iterator[tuple[int, UseStatus]]:
    """The numbers of a series, from first to last, that were used, in order, and what they are now."""
    where = {"series": series, "serial": {"$gte": first, "$lte": last}}
    found = seals.collection.find(where, {"serial": 1, "status": 1, "_id": 0}).sort("serial", 1)
    for row in found.batch_size(AT_ONCE):
        yield row["serial"], row["status"]


def used_at(series: str, first: int, last: int, instant: datetime) -> Iterator[tuple[int, UseStatus]]:
    """The same as it was at an instant, by what is known of it today."""
    where = {"series": series, "serial": {"$gte": first, "$lte": last}}
    wanted = {"serial": 1, "facts.action": 1, "facts.at": 1, "_id": 0}
    until = instant_text(instant)
    for row in seals.collection.find(where, wanted).sort("serial", 1).batch_size(AT_ONCE):
        status = status_of(fact["action"] for fact in row["facts"] if fact["at"] <= until)
        if status is not None:
            yield row["serial"], status


def uses(series: str, first: int, last: int) -> list[Use]:
    """When each used number of a range was used, and by whom."""
    where = {"series": series, "serial": {"$gte": first, "$lte": last}}
    found = seals.collection.find(where, {"serial": 1, "facts": 1, "_id": 0}).sort("serial", 1)
    return [_use(row["serial"], row["facts"]) for row in found.batch_size(AT_ONCE)]


def in_hand(inspector_id: str) -> Iterator[Hand]:
    """The ranges in an inspector's hand, used numbers and all, without the papers of their batches."""
    wanted = {"series": 1, "of_kind": 1, "holdings": 1}
    found = seal_batches.collection.find({"holdings.inspector_id": inspector_id}, wanted)
    for row in found.sort([("series", 1), ("first", 1)]):
        for held in row["holdings"]:
            if held["inspector_id"] == inspector_id and held["where"] == "in_hand":
                yield Hand(row["_id"], row["of_kind"], row["series"], held["first"], held["last"])


def previous_use(series: str, serial: int, first: int) -> int | None:
    """The nearest used number below one, from `first` on; None when there is none. Looks near by, then further away."""
    last, width = serial - 1, 100
    while last >= first:
        low = max(first, last - width + 1)
        found = [number for number, _ in used(series, low, last)]
        if found:
            return found[-1]
        last, width = low - 1, width * 10
    return None


def batch_of(series: str, serial: int) -> SealBatch | None:
    """The batch that holds a number."""
    return next(seal_batches.query(series=series, first__lte=serial, last__gte=serial, limit=1), None)


def overlapping_batch(batch: SealBatch) -> SealBatch | None:
    """Another batch that holds some of the same numbers."""
    same = seal_batches.query(
        series=batch.series, first__lte=batch.last, last__gte=batch.first, id__ne=batch.id
    )
    return next(same, None)


def batches_of(
    series: str | None = None,
    first: int | None = None,
    last: int | None = None,
    inspector_id: str | None = None,
) -> Iterator[SealBatch]:
    """The batches of a series that hold any number of a range, and of which an inspector was ever given any."""
    asked: dict[str, Any] = {
        "series": series,
        "first__lte": last,
        "last__gte": first,
        "movements__to_inspector_id": inspector_id,
    }
    where = {name: value for name, value in asked.items() if value is not None}
    return seal_batches.query(order="series first", **where)


def seals_of(batch: SealBatch, after: int = 0, **where: Any) -> Iterator[Seal]:
    """The used seals of a batch in order of their numbers, from behind one on; read as far as they are asked for."""
    first = max(batch.first, after + 1)
    while first <= batch.last:
        last = min(first + WINDOW - 1, batch.last)
        yield from seals.query(
            order="serial", series=batch.series, serial__gte=first, serial__lte=last, **where
        )
        first = last + 1


def seals_on(instrument_ids: list[str], batch: SealBatch) -> list[Seal]:
    """The seals of a batch that hang on some instruments, in order of their numbers."""
    hung = seals.query(order="id", status="affixed", instrument_ids__in=instrument_ids)
    mine = (each for each in hung if each.series == batch.series and each.serial is not None)
    return sorted(
        (each for each in mine if batch.first <= (each.serial or 0) <= batch.last),
        key=lambda each: each.serial or 0,
    )


def _use(serial: int, facts: list[dict[str, Any]]) -> Use:
    own = (each for each in facts if each["action"] in USED)
    fact = next(own, facts[0])
    return Use(serial, datetime.fromisoformat(fact["at"]), fact["inspector_id"])
