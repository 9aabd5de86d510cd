"""A stocktake against the ledger: what is missing, what is too much, and the movement that a person's decision makes."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.inspection.domain.custody import Movement
from services.inspection.domain.ledger import Run
from services.inspection.domain.stocktake import (
    Counted,
    Decision,
    Difference,
    Stocktake,
    missing,
    surplus,
    unreceived,
)
from services.inspection.seal_queries import batches_of
from services.inspection.stock import ledger, unused_of
from services.kernel.model import derived_id


def differences(
    inspector_id: str | None, series: list[str], counted: list[Counted], at: datetime
) -> Iterator[Difference]:
    """Missing first, then what was counted and lies elsewhere, in order of the numbers."""
    for batch, here in unused_of(inspector_id, at, series):
        yield from missing(batch.id, batch.series, here, counted)
    for each in counted:
        received = []
        for batch in batches_of(each.series, each.first, each.last):
            if batch.received_at > at:
                continue
            received.append((batch.first, batch.last))
            elsewhere = _elsewhere(ledger(batch, each.first, each.last, at), inspector_id)
            yield from surplus(each, batch.id, elsewhere)
        yield from unreceived(each, received)


def movement_of(
    decision: Decision, of: Difference, wanted: Counted, stocktake: Stocktake, reason: str, at: datetime
) -> Movement | None:
    """What a decision does to the ledger, under an id derived from it; nothing when the ledger is left as it is."""
    if decision == "left":
        return None
    holder = stocktake.inspector_id
    return Movement(
        id=derived_id("stocktake", stocktake.id, wanted.series, str(wanted.first), str(wanted.last)),
        action=decision,
        first=wanted.first,
        last=wanted.last,
        from_inspector_id=holder if decision == "lost" else None,
        to_inspector_id=holder if decision == "found" else None,
        at=at,
        reason=reason,
    )


def _elsewhere(found: Iterable[Run], inspector_id: str | None) -> Iterator[Run]:
    here = "in_hand" if inspector_id else "in_stock"
    return (run for run in found if (run.status, run.inspector_id) != (here, inspector_id))
