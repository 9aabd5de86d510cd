"""The ledger of a range: what every number is at present, in runs, and the balance that follows from it."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from services.inspection.domain.custody import Holding, Movement
from services.kernel.model import Fact

Status = Literal["in_stock", "in_hand", "affixed", "void", "lost", "destroyed"]
UseStatus = Literal["affixed", "void", "lost"]


class Run(NamedTuple):
    """Numbers first to last, both included, of which the ledger says the same."""

    first: int
    last: int
    status: Status
    inspector_id: str | None

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class Balance(Fact):
    """Of numbers received: received = in stock + in hand + affixed + void + lost + destroyed, always."""

    received: int
    in_stock: int
    in_hand: int
    affixed: int
    void: int
    lost: int
    destroyed: int


class HandBalance(Fact):
    """Of one inspector: received - returned - handed over = in hand + affixed + void + lost + destroyed, always."""

    received: int
    returned: int
    handed_over: int
    in_hand: int
    affixed: int
    void: int
    lost: int
    destroyed: int


def runs(holdings: Iterable[Holding], used: Iterable[tuple[int, UseStatus]]) -> Iterator[Run]:
    """Every number of a partition once. A use is evidence and counts above what the papers say of the number.

    `used` is in order of the numbers; those outside the partition are passed over.
    """
    uses = iter(used)
    use = next(uses, None)
    for held in holdings:
        begin = held.first
        while use is not None and use[0] < begin:
            use = next(uses, None)
        while use is not None and use[0] <= held.last:
            serial, status = use
            if serial > begin:
                yield Run(begin, serial - 1, held.where, held.inspector_id)
            end = serial
            while (use := next(uses, None)) is not None and use == (end + 1, status) and end < held.last:
                end += 1
            yield Run(serial, end, status, held.inspector_id)
            begin = end + 1
        if begin <= held.last:
            yield Run(begin, held.last, held.where, held.inspector_id)


def balance(found: Iterable[Run]) -> Balance:
    counts = dict.fromkeys(Balance.model_fields, 0)
    for run in found:
        counts["received"] += run.length
        counts[run.status] += run.length
    return Balance(**counts)


def hand_balance(
    found: Iterable[Run], movements: Iterable[Movement], first: int, last: int, inspector_id: str
) -> HandBalance:
    """Of the numbers first to last that ever were in an inspector's name."""
    counts = dict.fromkeys(HandBalance.model_fields, 0)
    for run in found:
        if run.inspector_id == inspector_id:
            counts[run.status] += run.length
    for each in movements:
        length = min(each.last, last) - max(each.first, first) + 1
        if length <= 0 or each.holder_id == each.from_inspector_id:
            continue
        if each.holder_id == inspector_id:
            counts["received"] += length
        elif each.from_inspector_id == inspector_id:
            counts["returned" if each.holder_id is None else "handed_over"] += length
    return HandBalance(**counts)


def total(parts: Iterable[Fact], of: type[Fact]) -> dict[str, int]:
    """The sum of balances, column by column; zeros when there is none."""
    counts = dict.fromkeys(of.model_fields, 0)
    for part in parts:
        for name in counts:
            counts[name] += getattr(part, name)
    return counts
