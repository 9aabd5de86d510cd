"""A batch of numbered seals that the office received, and everything that became of its unused numbers, in ranges."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import Field, StringConstraints

from services.inspection.domain.custody import Holding, Movement, moved, partition
from services.inspection.events import (
    SealKind,
    SealsDestroyed,
    SealsFound,
    SealsIssued,
    SealsLost,
    SealsReceived,
    SealsReturned,
    SealsTransferred,
)
from services.kernel.model import AlreadyDone, Entity, Instant, Rejected, local_date

Series = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{1,12}$")]
Serial = Annotated[int, Field(ge=1, le=999_999_999)]
LARGEST = 1_000_000

Moved = SealsIssued | SealsReturned | SealsTransferred | SealsLost | SealsDestroyed | SealsFound


class Use(NamedTuple):
    """A number that was used: when first, and by whom."""

    serial: int
    at: datetime
    inspector_id: str | None


class SealBatch(Entity, kind="seal_batch"):
    """One document for all of its numbers. A number that was never used stands in a range and nowhere else."""

    of_kind: SealKind
    series: Series
    first: Serial
    last: Serial
    received_at: Instant
    movements: list[Movement] = []
    holdings: list[Holding] = []

    def received(self) -> SealsReceived:
        """Raises Rejected 422 when the numbers do not run upward or are too many."""
        must_run_upward(self.first, self.last)
        return SealsReceived(
            batch_id=self.id, kind=self.of_kind, series=self.series, first=self.first, last=self.last
        )

    def move(self, movement: Movement, uses: Sequence[Use] = ()) -> Moved | None:
        """Carries a movement out and returns what happened; None when it was carried out before.

        `uses` are the numbers of the range that were used. What is found takes its last holder from the ledger.

        Raises:
            Rejected: 422, the numbers are reversed, too many or outside the batch, the instant cannot be; 409, the
                numbers are not where the movement takes them from, were moved since, or were used.
            AlreadyDone: the id stands for another movement.
        """
        known = next((each for each in self.movements if each.id == movement.id), None)
        if known is not None:
            if known.same_as(movement):
                return None
            raise AlreadyDone(f"movement/{movement.id}", {"id": movement.id})
        must_run_upward(movement.first, movement.last)
        if movement.first < self.first or movement.last > self.last:
            raise invalid("first", f"this batch holds {self.first} to {self.last}. Name numbers within it.")
        if movement.action == "found":
            held = self.held(movement.first)
            movement = movement.model_copy(update={"from_inspector_id": held.inspector_id})
        self._must_be_there(movement)
        self._must_come_last(movement)
        if movement.action != "found":
            _must_be_unused(movement, uses)
        self.movements = [*self.movements, movement]
        self.holdings = moved(self.holdings, movement)
        return self._happened(movement)

    def ranges(self, as_of: datetime | None = None) -> list[Holding]:
        """Who holds which numbers, at present or at an instant: every number once, and none before it was received."""
        if as_of is None:
            return partition(self.holdings, self.first, self.last)
        if as_of < self.received_at:
            return []
        holdings: list[Holding] = []
        for each in self.movements:
            if each.at <= as_of:
                holdings = moved(holdings, each)
        return partition(holdings, self.first, self.last)

    def held(self, serial: int) -> Holding:
        """Where the papers say that a number of this batch is."""
        return partition(self.holdings, serial, serial)[0]

    def _must_be_there(self, movement: Movement) -> None:
        for held in partition(self.holdings, movement.first, movement.last):
            if held.where not in movement.origin or held.inspector_id != movement.from_inspector_id:
                raise _elsewhere(held, movement)

    def _must_come_last(self, movement: Movement) -> None:
        if movement.at < self.received_at:
            raise invalid("at", "the batch was not here yet. Give the instant at which it happened.")
        for each in self.movements:
            if each.at > movement.at and each.touches(movement.first, movement.last):
                detail = f"at: {each.first} to {each.last} were {each.action} after that instant. Give a later one."
                raise Rejected("seals-moved-since", detail, field="at")

    def _happened(self, movement: Movement) -> Moved:
        told: dict[str, Any] = {
            "batch_id": self.id,
            "kind": self.of_kind,
            "series": self.series,
            "first": movement.first,
            "last": movement.last,
            "at": movement.at,
        }
        giver, receiver, reason = movement.from_inspector_id, movement.to_inspector_id, movement.reason
        match movement.action:
            case "issued":
                return SealsIssued(**told, inspector_id=receiver)
            case "returned":
                return SealsReturned(**told, inspector_id=giver, reason=reason)
            case "transferred":
                return SealsTransferred(**told, from_inspector_id=giver, to_inspector_id=receiver)
            case "lost":
                return SealsLost(**told, inspector_id=giver, reason=reason)
            case "destroyed":
                return SealsDestroyed(**told, inspector_id=giver, reason=reason)
            case "found":
                return SealsFound(**told, inspector_id=receiver, reason=reason)


def must_run_upward(first: int, last: int) -> None:
    """Raises Rejected 422 when a range is reversed or holds more than a million numbers."""
    if last < first or last - first >= LARGEST:
        detail = f"the numbers run from first upward, at most {LARGEST}. Check {first} to {last}."
        raise invalid("last", detail)


def invalid(field: str, detail: str) -> Rejected:
    return Rejected("invalid-input", f"{field}: {detail}", field=field, status=422)


def _must_be_unused(movement: Movement, uses: Sequence[Use]) -> None:
    """A used seal does not change hands; but who received it may have used it since, from that very day on."""
    receiver, day = movement.to_inspector_id, local_date(movement.at)
    used = [
        use.serial
        for use in uses
        if receiver is None or use.inspector_id != receiver or local_date(use.at) < day
    ]
    if used:
        named = ", ".join(map(str, used[:5])) + (" …" if len(used) > 5 else "")
        detail = f"first: {len(used)} of these numbers were used: {named}. Leave them out."
        raise Rejected("seals-used", detail, field="first")


PLACES = {"in_stock": "in stock", "in_hand": "in hand", "lost": "lost", "destroyed": "destroyed"}


def _elsewhere(held: Holding, movement: Movement) -> Rejected:
    numbers = f"first: {held.first} to {held.last}"
    if movement.action == "issued" and held.where == "in_hand":
        detail = f"{numbers} were issued to inspector {held.inspector_id}. Issue others."
        return Rejected("seals-issued", detail, field="first")
    whose = f", in the name of inspector {held.inspector_id}" if held.inspector_id else ""
    wanted = " or ".join(PLACES[each] for each in movement.origin)
    if movement.from_inspector_id and movement.action != "found":
        wanted = f"in the hand of inspector {movement.from_inspector_id}"
    detail = f"{numbers} are {PLACES[held.where]}{whose}, not {wanted}. Name others."
    return Rejected("seals-not-held", detail, field="first")
