"""A hand-over between two inspectors that one of them has told of: it counts when the other side says so too."""

from datetime import datetime
from typing import Any, Literal

from services.inspection.events import (
    SealKind,
    SealTransferConfirmed,
    SealTransferDeclared,
    SealTransferDeclined,
)
from services.kernel.model import Entity, Instant, Rejected

Side = Literal["giver", "receiver", "office"]


class Transfer(Entity, kind="seal_transfer"):
    """Numbers first to last of a batch went from one inspector to another, says one side. The ledger waits."""

    batch_id: str
    of_kind: SealKind
    series: str
    first: int
    last: int
    from_inspector_id: str
    to_inspector_id: str
    at: Instant
    said_by: Side
    status: Literal["declared", "confirmed", "declined"] = "declared"
    reason: str | None = None
    touched_at: Instant

    def what(self) -> tuple[str, int, int, str, str]:
        """Which numbers went from whom to whom."""
        return self.batch_id, self.first, self.last, self.from_inspector_id, self.to_inspector_id

    def declared(self) -> SealTransferDeclared:
        return SealTransferDeclared(**self._told(), said_by=self.said_by)

    def confirm(self, side: Side, at: datetime) -> SealTransferConfirmed | None:
        """The other side, or the office, says so too. None when it was confirmed before. Raises Rejected 409."""
        if self.status == "confirmed":
            return None
        self._must_be_open()
        if self.said_by == side:
            detail = "You declared this transfer yourself. The other side or the office confirms it."
            raise Rejected("transfer-declared", detail)
        self.status, self.touched_at = "confirmed", at
        return SealTransferConfirmed(**self._told(), confirmed_by=side)

    def decline(self, reason: str, at: datetime) -> SealTransferDeclined | None:
        """Somebody says that it did not take place. None for a repeat. Raises Rejected 409."""
        if (self.status, self.reason) == ("declined", reason):
            return None
        self._must_be_open()
        self.status, self.reason, self.touched_at = "declined", reason, at
        return SealTransferDeclined(**self._told(), reason=reason)

    def side_of(self, inspector_id: str | None) -> Side | None:
        """Which side of it an inspector is; None for everybody else."""
        sides: dict[str | None, Side] = {self.from_inspector_id: "giver", self.to_inspector_id: "receiver"}
        return sides.get(inspector_id)

    def _must_be_open(self) -> None:
        if self.status != "declared":
            detail = f"The transfer was {self.status} before. Declare a new one if seals changed hands again."
            raise Rejected(f"transfer-{self.status}", detail)

    def _told(self) -> dict[str, Any]:
        return {
            "transfer_id": self.id,
            "batch_id": self.batch_id,
            "kind": self.of_kind,
            "series": self.series,
            "first": self.first,
            "last": self.last,
            "from_inspector_id": self.from_inspector_id,
            "to_inspector_id": self.to_inspector_id,
            "at": self.at,
        }
