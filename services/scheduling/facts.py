"""What is known of an instrument's verifications, by origin, and the outlook that follows from one such fact."""

from datetime import date
from typing import Literal

from services.kernel.model import Fact, Id, Instant
from services.scheduling.events import Lead, Regime, RepairReason

Status = Literal["open", "barred", "settled", "retired"]
"""open: falls due on a day. barred: failed, and no repair was declared. settled: nothing is due. retired: never again."""


class Registered(Fact):
    """What the registry says of the instrument's verifications."""

    registered_on: date
    last_verified_on: date | None
    valid_until: date | None
    barred: bool
    retired: bool


class Result(Fact):
    """What inspection told of a verification: that it failed (edition 0), or of one edition of its certificate."""

    verification_id: Id
    edition: int
    ended: bool
    """Its certificate was superseded or revoked: it proves nothing any more."""
    corrects: Id | None
    verified_at: Instant
    verified_on: date
    valid_until: date | None

    @property
    def key(self) -> tuple[str, int]:
        return self.verification_id, self.edition

    @property
    def certified(self) -> bool:
        return self.edition > 0 and not self.ended


class Repair(Fact):
    """A verification after repair was asked for."""

    declared_at: Instant
    reason: RepairReason
    regime: Regime


class Said(Fact):
    """The lead that was said last, and of which due day."""

    lead: Lead
    due_on: date


class Outlook(Fact):
    """What follows from the facts."""

    status: Status
    regime: Regime | None = None
    due_on: date | None = None


def outlook(valid_until: date | None, *, barred: bool) -> Outlook:
    if barred:
        return Outlook(status="barred", regime="after_repair")
    if valid_until is None:
        # Verified, and its type has no periodic control.
        return Outlook(status="settled")
    return Outlook(status="open", regime="periodic", due_on=valid_until)
