"""A visit: one inspector goes to one site, within one window of time, to verify given instruments.

planned → announced → confirmed, rescheduled → completed, ended or cancelled. What is planned is known to the office
only. A visit is completed when everything was verified, and ended when its inspector says that it is over and some was not.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field, computed_field

from services.kernel.model import Entity, Fact, Id, Instant, Rejected, local_date
from services.scheduling.events import (
    Ending,
    VisitAnnounced,
    VisitCancelled,
    VisitCompleted,
    VisitConfirmed,
    VisitEnded,
    VisitItem,
    VisitOutcome,
    VisitPlanned,
    VisitRescheduled,
)
from services.scheduling.inspector import Inspector
from services.scheduling.obligation import Obligation
from services.scheduling.register import Site
from services.scheduling.window import Window

Status = Literal["planned", "announced", "confirmed", "rescheduled", "completed", "ended", "cancelled"]
OUT_OF_HAND = {"completed", "ended", "cancelled"}


class Done(VisitOutcome):
    """An outcome with its instant: a later verification of the same instrument on the same visit takes its place."""

    verified_at: Instant
    corrects: Id | None = None

    @property
    def rank(self) -> tuple[Instant, bool, str]:
        """Of two of the same moment the correction takes the other's place."""
        return self.verified_at, self.corrects is not None, self.verification_id


class Report(Fact):
    """How its inspector says that it ended. `verified` are the instruments of which a verdict is here or under way."""

    ending: Ending
    reason: str
    ended_at: Instant
    verified: list[Id]
    record_id: Id | None = None

    @property
    def rank(self) -> tuple[Instant, str]:
        """Of two of the same moment the record's id decides, which a tablet counts up, and not which was heard last."""
        return self.ended_at, self.record_id or ""


class Visit(Entity, kind="visit"):
    site_id: Id
    enterprise_id: Id
    inspector_id: Id
    starts_at: Instant
    ends_at: Instant
    items: list[VisitItem]
    type_codes: list[str]
    outcomes: list[Done] = Field(default_factory=list)
    incomplete: list[Id] = Field(default_factory=list)
    """Instruments of which the server finds incomplete what the tablet has a verdict on: none is under way."""
    report: Report | None = None
    moved_at: Instant | None = None
    """When it was given its present time and inspector, if these are not the first."""
    status: Status = "planned"
    announced: bool = False
    reason: str | None = None
    turns: list[str]
    """Each instrument with the number of its visit, "{instrument}#{number}", unique for ever: see booking.py."""
    request: str
    """A fingerprint of the request that made it: the same request again is answered with this visit."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def open(self) -> bool:
        return self.status not in OUT_OF_HAND

    @computed_field  # type: ignore[prop-decorator]
    @property
    def awaited(self) -> list[str]:
        """The instruments that this visit keeps from being on another one."""
        settled = {outcome.instrument_id for outcome in self.outcomes} | set(self.left)
        return [id for id in self._wanted() if id not in settled] if self.open else []

    @computed_field  # type: ignore[prop-decorator]
    @property
    def left(self) -> list[str]:
        """What its inspector left without a verdict; empty while nobody has said that it is over."""
        if self.report is None:
            return []
        under_way = set(self.report.verified) - set(self.incomplete)
        known = {outcome.instrument_id for outcome in self.outcomes} | under_way
        return [id for id in self._wanted() if id not in known]

    def state(self) -> dict[str, Any]:
        """Without what follows from the rest and no list is asked for by: a visit is written for each of its results."""
        return self.model_dump(mode="json", exclude={"id", "version", "seen", "awaited", "left"})

    def view(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude={"seen", "turns", "request"})

    @classmethod
    def plan(
        cls,
        id: str,
        site: Site,
        inspector: Inspector,
        window: Window,
        obligations: Sequence[Obligation],
        turns: list[str],
        request: str,
    ) -> tuple["Visit", VisitPlanned]:
        """A visit that nobody is told of yet.

        Raises:
            Rejected: the window's and the inspector's reasons; `nothing-due`, `instrument-elsewhere`.
        """
        window.must_be_possible()
        if not obligations:
            detail = "Nothing is due at this site by then. Choose a later day or name the instruments."
            raise Rejected("nothing-due", detail, field="items")
        type_codes = sorted({each.type_code for each in obligations})
        inspector.must_be_able(type_codes, local_date(window.ends_at))
        visit = cls(
            id=id,
            site_id=site.id,
            enterprise_id=site.enterprise_id,
            inspector_id=inspector.id,
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            items=[_item(each, site) for each in obligations],
            type_codes=type_codes,
            turns=turns,
            request=request,
        )
        return visit, VisitPlanned(**visit._facts())

    def announce(self, inspector: Inspector, at: datetime) -> VisitAnnounced:
        """The enterprise is told, the inspector has it among the work.

        Raises:
            Rejected: `visit-state`, `window-past`, and the inspector's reasons: a card can end after the planning.
        """
        self._must_be("announced", "planned")
        self._window().must_lie_ahead(at)
        inspector.must_be_able(self.type_codes, local_date(self.ends_at))
        self.status, self.announced = "announced", True
        return VisitAnnounced(**self._facts())

    def confirm(self) -> VisitConfirmed:
        """The enterprise agrees to the time. Raises Rejected `visit-state`."""
        self._must_be("confirmed", "announced", "rescheduled")
        self.status = "confirmed"
        return VisitConfirmed(**self._facts())

    def reschedule(
        self, inspector: Inspector, window: Window, reason: str, at: datetime
    ) -> VisitRescheduled | VisitPlanned:
        """Moves it to another time or inspector. While it is only planned, nobody needs to hear of it.

        Raises:
            Rejected: `visit-state`, and the window's and the inspector's reasons.
        """
        self._must_be("rescheduled", "planned", "announced", "confirmed", "rescheduled")
        window.must_be_possible()
        window.must_lie_ahead(at)
        inspector.must_be_able(self.type_codes, local_date(window.ends_at))
        before = {"previous_inspector_id": self.inspector_id, "previous_starts_at": self.starts_at}
        self.inspector_id, self.starts_at, self.ends_at = inspector.id, window.starts_at, window.ends_at
        self.moved_at, self.report = at, None
        if self.status == "planned":
            return VisitPlanned(**self._facts())
        self.status, self.reason = "rescheduled", reason
        return VisitRescheduled(**self._facts(), **before, reason=reason)

    def cancel(self, reason: str) -> VisitCancelled:
        """It will not take place, or not be finished; what was or will be heard of it stays, and changes nothing.

        Raises:
            Rejected: `visit-state`.
        """
        self._must_be("cancelled", "planned", "announced", "confirmed", "rescheduled")
        self.status, self.reason = "cancelled", reason
        return VisitCancelled(**self._facts(), reason=reason, announced=self.announced)

    def record(self, outcome: Done) -> VisitCompleted | VisitEnded | None:
        """A verification of this visit was recorded. With the last one that was to come the visit is over.

        Of two verifications of one instrument the later counts, also when it is heard of after that.
        """
        if outcome.instrument_id not in self._wanted():
            return None
        others = [each for each in self.outcomes if each.instrument_id != outcome.instrument_id]
        same = [each for each in self.outcomes if each.instrument_id == outcome.instrument_id]
        newest = max([*same, outcome], key=lambda each: each.rank)
        self.outcomes = [*others, newest]
        return self._close() if self.open or not same else None

    def record_incomplete(self, instrument_id: str) -> VisitCompleted | VisitEnded | None:
        """The server finds incomplete what its tablet has a verdict on. That settles nothing, but is waited for no more:
        when the end of the visit is heard of, the instrument is left, until it is verified after all."""
        if instrument_id not in self._wanted() or instrument_id in self.incomplete:
            return None
        self.incomplete = [*self.incomplete, instrument_id]
        return self._close() if self.open else None

    def end(self, report: Report, inspector_id: str) -> VisitCompleted | VisitEnded | None:
        """Its inspector says how it ended; told again, the later word counts. What was left can go on another visit.

        It is over at once, or when the verdicts under way have come; the last of them may have completed it before its
        inspector's word is heard, which is kept then. One that was cancelled stays so. What another inspector says of it,
        or its own said before it was moved, is not about this visit any more, and a move forgets what was said before it:
        so it is not kept, whichever is heard first. Inspection has the record, and tells the dispatcher of it.
        """
        if self.inspector_id != inspector_id or (self.moved_at and report.ended_at < self.moved_at):
            return None
        if self.report is not None and self.report.rank >= report.rank:
            return None
        self.report = report
        return self._close() if self.status != "completed" else None

    def _close(self) -> VisitCompleted | VisitEnded | None:
        """Over, with everything verified or not; said once for each thing that is said. A cancelled visit says nothing."""
        if self.status == "cancelled":
            return None
        told = [
            VisitOutcome(**each.model_dump(exclude={"verified_at", "corrects"})) for each in self.outcomes
        ]
        if len(self.outcomes) == len(self._wanted()):
            self.status, self.reason = "completed", None
            return VisitCompleted(**self._facts(), outcomes=told)
        if self.report is None or len(self.outcomes) + len(self.left) < len(self._wanted()):
            return None
        self.status, self.reason = "ended", self.report.reason or None
        words = self.report.model_dump(include={"ending", "reason"})
        return VisitEnded(**self._facts(), **words, outcomes=told, left=self.left)

    def _wanted(self) -> list[str]:
        return [each.instrument_id for each in self.items]

    def _window(self) -> Window:
        return Window(starts_at=self.starts_at, ends_at=self.ends_at)

    def _must_be(self, aim: str, *statuses: Status) -> None:
        if self.status not in statuses:
            detail = f"The visit is {self.status}; only one that is {' or '.join(statuses)} can be {aim}."
            raise Rejected("visit-state", detail)

    def _facts(self) -> dict[str, Any]:
        names = ("site_id", "enterprise_id", "inspector_id", "starts_at", "ends_at", "items")
        return {"visit_id": self.id, **{name: getattr(self, name) for name in names}}


def _item(obligation: Obligation, site: Site) -> VisitItem:
    if (obligation.site_id, obligation.enterprise_id) != (site.id, site.enterprise_id):
        detail = f"Instrument {obligation.serial} is not at {site.name}. Take it off the list."
        raise Rejected("instrument-elsewhere", detail, field="items")
    if obligation.status != "open" or obligation.regime is None:
        hint = " Declare its repair first." if obligation.status == "barred" else ""
        detail = f"Instrument {obligation.serial} is {obligation.status}: no verification is due.{hint}"
        raise Rejected("instrument-not-due", detail, field="items")
    return VisitItem(instrument_id=obligation.id, regime=obligation.regime)
