"""What scheduling publishes: that an instrument falls due, and what becomes of a visit."""

from datetime import date
from typing import Literal

from services.kernel.model import Event, Fact, Id, Instant

Regime = Literal["initial", "periodic", "after_repair"]
Lead = Literal["60", "30", "15", "7", "0", "overdue"]


class VerificationDue(Event, type="vernier.scheduling.verification.due.v1"):
    """A verification falls due in `lead` days, today, or is overdue. Each lead is said once per due day."""

    instrument_id: Id
    enterprise_id: Id
    site_id: Id
    type_code: str
    serial: str
    regime: Regime
    due_on: date
    lead: Lead


RepairReason = Literal["repaired", "mark_lost", "inspection", "doubt"]
"""Why an instrument is verified after repair, TT 23/2013 Art. 19.3 (a) to (d): it was repaired because it did not
conform; its certificate, mark or stamp is lost or damaged; an inspection concluded so; its user doubts it and asks."""


class RepairDeclared(Event, type="vernier.scheduling.repair.declared.v1"):
    """An instrument awaits verification after repair, at once."""

    instrument_id: Id
    enterprise_id: Id
    regime: Regime
    reason: RepairReason
    due_on: date


class VisitItem(Fact):
    """One instrument to be verified on a visit, and why."""

    instrument_id: Id
    regime: Regime


class _Visit(Event):
    visit_id: Id
    site_id: Id
    enterprise_id: Id
    inspector_id: Id
    starts_at: Instant
    ends_at: Instant
    items: list[VisitItem]


class VisitPlanned(_Visit, type="vernier.scheduling.visit.planned.v1"):
    """A visit was planned, or its plan was changed, before anybody was told of it."""


class VisitAnnounced(_Visit, type="vernier.scheduling.visit.announced.v1"):
    """A visit is fixed: the inspector has it among the day's work and the enterprise is told."""


class VisitConfirmed(_Visit, type="vernier.scheduling.visit.confirmed.v1"):
    """The enterprise agreed to the time of a visit."""


class VisitRescheduled(_Visit, type="vernier.scheduling.visit.rescheduled.v1"):
    """A visit was moved to another time or another inspector."""

    previous_inspector_id: Id
    previous_starts_at: Instant
    reason: str


class VisitCancelled(_Visit, type="vernier.scheduling.visit.cancelled.v1"):
    """A visit will not take place. Work already done on it stays valid."""

    reason: str
    announced: bool = True
    """Whether the enterprise had been told of it: of a visit that was only planned it need not hear."""


Ending = Literal["done", "partly", "closed", "refused"]


class VisitOutcome(Fact):
    """What a visit brought for one instrument."""

    instrument_id: Id
    verification_id: Id
    verdict: Literal["pass", "fail"]


class VisitCompleted(_Visit, type="vernier.scheduling.visit.completed.v1"):
    """Every instrument of a visit has its verification."""

    outcomes: list[VisitOutcome]


class VisitEnded(_Visit, type="vernier.scheduling.visit.ended.v1"):
    """A visit is over although instruments of it were not verified; these can be put on another visit."""

    ending: Ending
    """done, partly, closed (nobody was there) or refused (the inspector was not let in)."""
    reason: str
    outcomes: list[VisitOutcome]
    left: list[Id]
    """The instruments that still have to be verified."""
