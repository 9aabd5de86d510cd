"""What the seal ledger asks of the database: which numbers were used, and which batches hold them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from services.inspection.domain.ledger import UseStatus
from services.inspection.domain.seal_batch import SealBatch, Use
from services.inspection.storage import seal_batches, seals


def used(series: str, first: int, last: int) -> Iterator[tuple[int, UseStatus]]:
    """The numbers of a series, from first to last, that were used, in order, and what they are now."""
    where = {"series": series, "serial": {"$gte": first, "$lte": last}}
    found = seals.collection.find(where, {"serial": 1, "status": 1, "_id": 0}).sort("serial", 1)
    for row in found:
        yield row["serial"], row["status"]


def used_at(series: str, first: int, last: int, instant: datetime) -> Iterator[tuple[int, UseStatus]]:
    """The same as it was at an instant, by what is known of it today."""
    for seal in seals.query(order="serial", series=series, serial__gte=first, serial__lte=last):
        status = seal.status_at(instant)
        if status is not None and seal.serial is not None:
            yield seal.serial, status


def uses(series: str, first: int, last: int) -> list[Use]:
    """When each used number of a range was used, and by whom."""
    return [
        Use(seal.serial, seal.use().at, seal.use().inspector_id)
        for seal in seals.query(order="serial", series=series, serial__gte=first, serial__lte=last)
        if seal.serial is not None
    ]


def previous_use(series: str, serial: int) -> int | None:
    """The nearest used number below one; None when there is none."""
    found = seals.collection.find({"series": series, "serial": {"$lt": serial}}, {"serial": 1, "_id": 0})
    return next((int(row["serial"]) for row in found.sort("serial", -1).limit(1)), None)


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


def instruments_with(batch: SealBatch, after: str, limit: int) -> list[str]:
    """The instruments that carry seals of a batch, in order of their ids, from behind one on."""
    where = {"series": batch.series, "serial": {"$gte": batch.first, "$lte": batch.last}, "status": "affixed"}
    found = seals.collection.distinct("instrument_ids", where)
    return sorted(id for id in found if id > after)[:limit]
