"""A stocktake: the unused seals that were counted in one hand, where the ledger differs, and what a person decided."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from services.inspection.domain.ledger import Run, Status
from services.inspection.domain.seal_batch import Serial, Series, invalid, must_run_upward
from services.inspection.events import SealCount, StocktakeDecided, StocktakeTaken
from services.kernel.model import Entity, Fact, Instant, Rejected, Text

Decision = Literal["lost", "found", "left"]


class Counted(Fact):
    """Numbers that somebody holds in their hand and has counted."""

    series: Series
    first: Serial
    last: Serial


class Difference(Fact):
    """Numbers that are missing from the count, or counted though the ledger says they are elsewhere.

    `ledger` is what it says; null when the office never received such a number.
    """

    kind: Literal["missing", "surplus"]
    batch_id: str | None
    series: str
    first: int
    last: int
    ledger: Status | None
    ledger_inspector_id: str | None


class Decided(Fact):
    """A person's decision on numbers of a difference: lost, found, or left as the ledger has them."""

    series: Series
    first: Serial
    last: Serial
    decision: Decision
    reason: Text
    at: Instant
    by: str


class Stocktake(Entity, kind="stocktake"):
    """Whose seals were counted (nobody's: those in stock), of which series, and when. It changes nothing by itself."""

    inspector_id: str | None
    series: list[Series]
    at: Instant
    counted: Annotated[list[Counted], Field(max_length=1000)]
    differences: list[Difference]
    decided: list[Decided] = []
    status: Literal["agrees", "differs", "decided"]
    note: str
    touched_at: Instant

    def taken(self) -> StocktakeTaken:
        return StocktakeTaken(
            stocktake_id=self.id,
            inspector_id=self.inspector_id,
            at=self.at,
            counted=[SealCount(**each.model_dump()) for each in self.counted],
            missing=[_count(each) for each in self.differences if each.kind == "missing"],
            surplus=[_count(each) for each in self.differences if each.kind == "surplus"],
        )

    def undecided(self) -> list[Difference]:
        """What still waits for a person, in order."""
        return [part for each in self.differences for part in self._open_parts(each)]

    def difference(self, wanted: Counted, decision: Decision) -> Difference | None:
        """The undecided difference that holds these numbers; None when the same was decided of them before.

        Raises Rejected 409: no undecided difference holds them all, or this cannot be decided of it.
        """
        for each in self.decided:
            if (each.series, each.first, each.last) == (wanted.series, wanted.first, wanted.last):
                if each.decision == decision:
                    return None
                raise Rejected("already-decided", f"They were decided to be {each.decision}.", field="first")
        for part in self.undecided():
            if part.series == wanted.series and part.first <= wanted.first <= wanted.last <= part.last:
                _must_fit(part, decision)
                return part
        detail = "first: no undecided difference holds all of these numbers. Take them from the list."
        raise Rejected("difference-unknown", detail, field="first")

    def decide(self, made: Decided, at: datetime) -> StocktakeDecided:
        self.decided = [*self.decided, made]
        self.touched_at = at
        if not self.undecided():
            self.status = "decided"
        return StocktakeDecided(
            stocktake_id=self.id,
            inspector_id=self.inspector_id,
            series=made.series,
            first=made.first,
            last=made.last,
            decision=made.decision,
            reason=made.reason,
        )

    def _open_parts(self, of: Difference) -> Iterator[Difference]:
        begin = of.first
        for each in sorted(self.decided, key=lambda each: each.first):
            if each.series == of.series and of.first <= each.first <= of.last:
                if each.first > begin:
                    yield of.model_copy(update={"first": begin, "last": each.first - 1})
                begin = each.last + 1
        if begin <= of.last:
            yield of.model_copy(update={"first": begin})


def check_counted(counted: Iterable[Counted]) -> list[Counted]:
    """The counted ranges in order. Raises Rejected 422 when one is reversed or huge, or two of them overlap."""
    found = sorted(counted, key=lambda each: (each.series, each.first))
    for each in found:
        must_run_upward(each.first, each.last)
    for one, next_one in pairwise(found):
        if one.series == next_one.series and next_one.first <= one.last:
            detail = f"{one.series} {next_one.first} to {min(one.last, next_one.last)} are counted twice. Count once."
            raise invalid("counted", detail)
    return found


def missing(
    batch_id: str, series: str, here: Iterable[Run], counted: Iterable[Counted]
) -> Iterator[Difference]:
    """What the ledger has in this hand, and was not counted."""
    ranges = [each for each in counted if each.series == series]
    for run in here:
        begin = run.first
        for each in ranges:
            if each.last < begin or each.first > run.last:
                continue
            if each.first > begin:
                yield _difference("missing", batch_id, series, run, begin, each.first - 1)
            begin = each.last + 1
        if begin <= run.last:
            yield _difference("missing", batch_id, series, run, begin, run.last)


def surplus(counted: Counted, batch_id: str | None, elsewhere: Iterable[Run]) -> Iterator[Difference]:
    """What was counted, and the ledger has elsewhere."""
    for run in elsewhere:
        first, last = max(run.first, counted.first), min(run.last, counted.last)
        if first <= last:
            yield _difference("surplus", batch_id, counted.series, run, first, last)


def unreceived(counted: Counted, received: Iterable[tuple[int, int]]) -> Iterator[Difference]:
    """What was counted, and no batch holds; `received` are the ranges of its series' batches, in order."""
    begin = counted.first
    for first, last in [*received, (counted.last + 1, counted.last + 1)]:
        end = min(first - 1, counted.last)
        if begin <= end:
            yield Difference(
                kind="surplus",
                batch_id=None,
                series=counted.series,
                first=begin,
                last=end,
                ledger=None,
                ledger_inspector_id=None,
            )
        begin = max(begin, last + 1)


def _difference(
    kind: Literal["missing", "surplus"], batch_id: str | None, series: str, run: Run, first: int, last: int
) -> Difference:
    return Difference(
        kind=kind,
        batch_id=batch_id,
        series=series,
        first=first,
        last=last,
        ledger=run.status,
        ledger_inspector_id=run.inspector_id,
    )


def _must_fit(part: Difference, decision: Decision) -> None:
    gone = part.kind == "surplus" and part.ledger in ("lost", "destroyed")
    if (decision == "lost" and part.kind != "missing") or (decision == "found" and not gone):
        detail = (
            f"decision: these numbers are {part.kind}. What is missing can be lost, what the ledger has as lost "
            "can be found, and anything can be left; move other numbers by issue, return or transfer."
        )
        raise Rejected("decision-impossible", detail, field="decision")


def _count(each: Difference) -> SealCount:
    return SealCount(series=each.series, first=each.first, last=each.last)
