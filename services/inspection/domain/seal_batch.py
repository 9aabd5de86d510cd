"""A batch of numbered seals that the office received, and the ranges of it that were issued to inspectors."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from services.inspection.events import SealKind, SealsIssued, SealsReceived
from services.kernel.model import Entity, Fact, Instant, Rejected

Series = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{1,12}$")]
Serial = Annotated[int, Field(ge=1, le=999_999_999)]
LARGEST = 1_000_000


class Issue(Fact):
    """Seals first to last, both included, in the hands of one inspector."""

    first: int
    last: int
    inspector_id: str
    at: Instant


class SealBatch(Entity, kind="seal_batch"):
    of_kind: SealKind
    series: Series
    first: Serial
    last: Serial
    received_at: Instant
    issues: list[Issue] = []

    def received(self) -> SealsReceived:
        """Raises Rejected 422 when the numbers do not run upward or are too many."""
        _must_run_upward(self.first, self.last)
        return SealsReceived(
            batch_id=self.id, kind=self.of_kind, series=self.series, first=self.first, last=self.last
        )

    def overlaps(self, first: int, last: int) -> bool:
        return first <= self.last and self.first <= last

    def issue(self, first: int, last: int, inspector_id: str, at: datetime) -> SealsIssued:
        """Raises Rejected 422 (not in this batch) and 409 (issued before)."""
        _must_run_upward(first, last)
        if first < self.first or last > self.last:
            detail = f"first: this batch holds {self.first} to {self.last}. Issue numbers within it."
            raise Rejected("invalid-input", detail, field="first", status=422)
        for earlier in self.issues:
            if first <= earlier.last and earlier.first <= last:
                raise Rejected(
                    "seals-issued",
                    f"{earlier.first} to {earlier.last} were issued to inspector {earlier.inspector_id}. Issue others.",
                    field="first",
                )
        self.issues = [*self.issues, Issue(first=first, last=last, inspector_id=inspector_id, at=at)]
        return SealsIssued(
            batch_id=self.id,
            kind=self.of_kind,
            series=self.series,
            first=first,
            last=last,
            inspector_id=inspector_id,
        )

    def holder(self, serial: int) -> str | None:
        """The inspector to whom this number was issued."""
        for each in self.issues:
            if each.first <= serial <= each.last:
                return each.inspector_id
        return None


def unused(first: int, last: int, used: set[int]) -> list[tuple[int, int]]:
    """The ranges of first…last that remain when the used numbers are taken out."""
    found, begin = [], first
    for number in sorted(n for n in used if first <= n <= last):
        if number > begin:
            found.append((begin, number - 1))
        begin = number + 1
    return [*found, (begin, last)] if begin <= last else found


def _must_run_upward(first: int, last: int) -> None:
    if last < first or last - first >= LARGEST:
        detail = f"last: the numbers run from first upward, at most {LARGEST}. Check {first} to {last}."
        raise Rejected("invalid-input", detail, field="last", status=422)
