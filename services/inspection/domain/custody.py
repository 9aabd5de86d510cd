"""In whose hands ranges of numbers are: movements, the holdings that follow from them, and the chain of one number."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import zip_longest
from typing import Literal

from services.kernel.model import Fact, Instant, local_date

Action = Literal["issued", "returned", "transferred", "lost", "destroyed", "found"]
Where = Literal["in_stock", "in_hand", "lost", "destroyed"]


class Holding(Fact):
    """Numbers first to last, both included. Lost and destroyed ones stay in the name of whoever held them last."""

    first: int
    last: int
    where: Where
    inspector_id: str | None = None


class Movement(Fact):
    """Numbers first to last changed hands, or were lost, destroyed or found. `at` says when, not when it was told.

    Without an inspector it comes from, or goes to, the stock room. What is lost or destroyed goes to nobody.
    """

    id: str
    action: Action
    first: int
    last: int
    from_inspector_id: str | None = None
    to_inspector_id: str | None = None
    at: Instant
    reason: str | None = None

    @property
    def origin(self) -> tuple[Where, ...]:
        """Where the numbers must have been."""
        if self.action == "found":
            return "lost", "destroyed"
        if self.action in ("returned", "transferred"):
            return ("in_hand",)
        return ("in_hand",) if self.from_inspector_id else ("in_stock",)

    @property
    def where(self) -> Where:
        """Where the numbers are since."""
        if self.action == "lost" or self.action == "destroyed":
            return self.action
        return "in_hand" if self.to_inspector_id else "in_stock"

    @property
    def holder_id(self) -> str | None:
        """In whose name the numbers are since: what an inspector lost stays in their name."""
        return self.from_inspector_id if self.action in ("lost", "destroyed") else self.to_inspector_id

    def touches(self, first: int, last: int) -> bool:
        return self.first <= last and first <= self.last

    def same_as(self, other: "Movement") -> bool:
        """Whether both tell of the same, told again perhaps without saying when. What is found comes from nobody."""
        passed = {"at", "from_inspector_id"} if self.action == "found" else {"at"}
        return self.model_dump(exclude=passed) == other.model_dump(exclude=passed)


def moved(holdings: Iterable[Holding], movement: Movement) -> list[Holding]:
    """What is held after a movement, in order of the numbers. What lies in stock is not listed: it is all the rest."""
    found = [part for held in holdings for part in _without(held, movement.first, movement.last)]
    if movement.where != "in_stock":
        found.append(
            Holding(
                first=movement.first,
                last=movement.last,
                where=movement.where,
                inspector_id=movement.holder_id,
            )
        )
    return _joined(sorted(found, key=lambda each: each.first))


def partition(holdings: Iterable[Holding], first: int, last: int) -> list[Holding]:
    """Every number of first to last exactly once: the holdings cut to size, and the stock between them."""
    found, begin = [], first
    for held in holdings:
        if held.last < first or held.first > last:
            continue
        cut = held.model_copy(update={"first": max(held.first, first), "last": min(held.last, last)})
        if cut.first > begin:
            found.append(Holding(first=begin, last=cut.first - 1, where="in_stock"))
        found.append(cut)
        begin = cut.last + 1
    if begin <= last:
        found.append(Holding(first=begin, last=last, where="in_stock"))
    return found


def chain(movements: Iterable[Movement], serial: int) -> list[Movement]:
    """The movements of one number. They were told in the order in which they happened: nothing else is accepted."""
    return [each for each in movements if each.touches(serial, serial)]


def holders_on(movements: Iterable[Movement], serial: int, day: date) -> set[str]:
    """Every inspector in whose name the number was at some time of a day in Vietnam.

    Papers are written after the act: who was given the number on that day held it on that day.
    """
    found, papers = set(), chain(movements, serial)
    for each, following in zip_longest(papers, papers[1:]):
        ended = following is not None and local_date(following.at) < day
        if each.holder_id is not None and local_date(each.at) <= day and not ended:
            found.add(each.holder_id)
    return found


def _without(held: Holding, first: int, last: int) -> Iterator[Holding]:
    if held.last < first or held.first > last:
        yield held
        return
    if held.first < first:
        yield held.model_copy(update={"last": first - 1})
    if held.last > last:
        yield held.model_copy(update={"first": last + 1})


def _joined(holdings: list[Holding]) -> list[Holding]:
    found: list[Holding] = []
    for each in holdings:
        before = found[-1] if found else None
        if (
            before is not None
            and before.last + 1 == each.first
            and (before.where, before.inspector_id) == (each.where, each.inspector_id)
        ):
            found[-1] = before.model_copy(update={"last": each.last})
        else:
            found.append(each)
    return found
