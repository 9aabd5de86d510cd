"""The seal ledger as it is kept: what each number of a batch is, the balance, and what an inspector has in hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.inspection.domain.custody import partition
from services.inspection.domain.ledger import Balance, HandBalance, Run, balance, hand_balance, runs, total
from services.inspection.domain.seal_batch import SealBatch, invalid
from services.inspection.seal_queries import batches_of, in_hand, used, used_at
from services.inspection.spent import unused
from services.inspection.storage import seal_batches


@dataclass(frozen=True)
class Asked:
    """Whose balance is asked for: a batch, a range of a series or everything, at present or at an instant."""

    batch_id: str | None = None
    series: str | None = None
    first: int | None = None
    last: int | None = None
    as_of: datetime | None = None

    def must_run_upward(self) -> None:
        """Raises Rejected 422."""
        if self.first is not None and self.last is not None and self.last < self.first:
            raise invalid("last", f"the numbers run from first upward. Check {self.first} to {self.last}.")

    def batches(self, inspector_id: str | None = None) -> Iterator[SealBatch]:
        """Raises NotFound."""
        if self.batch_id is not None:
            return iter([seal_batches.get(self.batch_id)])
        return batches_of(self.series, self.first, self.last, inspector_id)


def ledger(
    batch: SealBatch, first: int | None = None, last: int | None = None, as_of: datetime | None = None
) -> Iterator[Run]:
    """Every received number of a batch from first to last once, at present or at an instant, in runs."""
    first, last = max(first or 1, batch.first), min(last or batch.last, batch.last)
    if first > last or (as_of is not None and as_of < batch.received_at):
        return iter(())
    held = partition(batch.ranges(as_of), first, last)
    found = used(batch.series, first, last) if as_of is None else used_at(batch.series, first, last, as_of)
    return runs(held, found)


def office_balance(asked: Asked) -> dict[str, int]:
    """The balance of a batch, of a range of a series, or of everything that was ever received."""
    parts = (balance(ledger(each, asked.first, asked.last, asked.as_of)) for each in asked.batches())
    return total(parts, Balance)


def inspector_balance(asked: Asked, inspector_id: str) -> dict[str, int]:
    """The balance of one inspector: what was received, given away, and is left in which state."""
    parts = []
    for each in asked.batches(inspector_id):
        low, high = max(asked.first or 1, each.first), min(asked.last or each.last, each.last)
        mine = (held for held in each.ranges(asked.as_of) if held.inspector_id == inspector_id)
        cut = [(max(held.first, low), min(held.last, high)) for held in mine]
        found = (
            run for first, last in cut if first <= last for run in ledger(each, first, last, asked.as_of)
        )
        papers = [each for each in each.movements if asked.as_of is None or each.at <= asked.as_of]
        parts.append(hand_balance(found, papers, low, high, inspector_id))
    return total(parts, HandBalance)


def unused_of(
    inspector_id: str | None, as_of: datetime | None = None, series: list[str] | None = None
) -> Iterator[tuple[SealBatch, list[Run]]]:
    """What an inspector has in hand, or what lies in stock (None): by batch, in runs of unused numbers."""
    status = "in_hand" if inspector_id else "in_stock"
    for batch in batches_of(inspector_id=inspector_id):
        if series and batch.series not in series:
            continue
        here = [
            run
            for held in batch.ranges(as_of)
            if held.inspector_id == inspector_id and held.where == status
            for run in ledger(batch, held.first, held.last, as_of)
            if run.status == status and run.inspector_id == inspector_id
        ]
        if here:
            yield batch, here


def seals_in_hand(inspector_id: str) -> list[dict[str, Any]]:
    """Ranges of unused numbers, first and last included, by series."""
    return [
        hand._replace(first=first, last=last)._asdict()
        for hand in in_hand(inspector_id)
        for first, last in unused(hand.series, hand.first, hand.last)
    ]
