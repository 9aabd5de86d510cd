"""The duty to have one instrument verified: what is known of it, and what follows, under which regime and by when.

Facts of two origins meet here, in any order: the registry's copy of the instrument, and the results of inspection. Both
are kept as they came, and everything else is worked out from them, so the order of arrival cannot matter:

* of inspection's results, those aside that a dispatcher set aside, the one of the latest verification counts;
* the registry repeats those results some moments later. Its dates count only where they tell of a verification on a
  later DAY than the newest result known here: a certificate of another body, valid nationwide (TT 23/2013 Art. 20.6);
* a declared repair counts until something was verified after it.
"""

from datetime import date, datetime
from typing import Any

from pydantic import Field, computed_field

from metrology import counting
from services.kernel.model import Entity, Id, Rejected, local_date
from services.scheduling.events import Regime, RepairDeclared, RepairReason, VerificationDue
from services.scheduling.facts import Outlook, Registered, Repair, Result, Said, Status, outlook
from services.scheduling.lead import after, day_of, reached

NEVER = "9999-12-31"


class Obligation(Entity, kind="obligation"):
    """Its id is the instrument's. Without a site the registry has not been heard yet."""

    type_code: str
    serial: str
    enterprise_id: Id
    site_id: Id | None = None
    registered: Registered | None = None
    results: list[Result] = Field(default_factory=list)
    set_aside: list[Id] = Field(default_factory=list)
    """Verifications that do not count by a dispatcher's decision, whether their results were heard of yet or not."""
    repair: Repair | None = None
    said: Said | None = None

    def told_by_registry(
        self, type_code: str, serial: str, enterprise_id: str, site_id: str, facts: Registered
    ) -> None:
        """The registry's copy of the instrument: what it is and where it stands is the registry's to say."""
        self.type_code, self.serial, self.enterprise_id, self.site_id = (
            type_code,
            serial,
            enterprise_id,
            site_id,
        )
        self.registered = facts

    def verified(self, result: Result) -> None:
        """A verification failed, or a certificate was issued, superseded or revoked: what is told of it last counts."""
        self.results = [*(each for each in self.results if each.key != result.key), result]

    def decided(self, verification_id: str, *, set_aside: bool) -> None:
        """A dispatcher set a verification aside, or lets it count again."""
        others = [each for each in self.set_aside if each != verification_id]
        self.set_aside = [*others, verification_id] if set_aside else others

    @property
    def result(self) -> Result | None:
        """The one that counts of those that inspection told of."""
        return counting(self.results, self.set_aside)

    def declare_repair(self, reason: RepairReason, regime: Regime, at: datetime) -> RepairDeclared:
        """The instrument is to be verified at once, because of one of the reasons of TT 23/2013 Art. 19.3.

        Raises:
            Rejected: `instrument-retired`, `instrument-unknown`, `repair-declared`.
        """
        if self.status == "retired":
            raise Rejected("instrument-retired", "The instrument was retired; it can fall due no more.")
        if self.registered is None:
            raise Rejected(
                "instrument-unknown", "The register has not told of this instrument yet. Try again."
            )
        if self._repair_is_open(self._newest()):
            raise Rejected("repair-declared", "A repair was declared already; the verification is due.")
        self.repair = Repair(declared_at=at, reason=reason, regime=regime)
        return RepairDeclared(
            instrument_id=self.id,
            enterprise_id=self.enterprise_id,
            regime=regime,
            reason=reason,
            due_on=local_date(at),
        )

    def fall_due(self, today: date) -> VerificationDue | None:
        """The most urgent lead reached, once; None when there is nothing (new) to say."""
        lead = reached(self.due_on, today) if self.due_on else None
        if lead is None or self.next_lead_on is None or self.next_lead_on > today:
            return None
        assert self.due_on
        assert self.site_id
        assert self.regime
        self.said = Said(lead=lead, due_on=self.due_on)
        return VerificationDue(
            instrument_id=self.id,
            enterprise_id=self.enterprise_id,
            site_id=self.site_id,
            type_code=self.type_code,
            serial=self.serial,
            regime=self.regime,
            due_on=self.due_on,
            lead=lead,
        )

    def view(self) -> dict[str, Any]:
        """With the result that counts instead of all that were heard of."""
        shown = self.model_dump(mode="json", exclude={"seen", "results", "set_aside"})
        return {**shown, "result": self.result.model_dump(mode="json") if self.result else None}

    @computed_field  # type: ignore[prop-decorator]
    @property
    def status(self) -> Status:
        return self._outlook().status

    @computed_field  # type: ignore[prop-decorator]
    @property
    def regime(self) -> Regime | None:
        """Of the next verification."""
        return self._outlook().regime

    @computed_field  # type: ignore[prop-decorator]
    @property
    def due_on(self) -> date | None:
        return self._outlook().due_on

    @computed_field  # type: ignore[prop-decorator]
    @property
    def next_lead_on(self) -> date | None:
        """The day on which the next lead is to be said. It may lie in the past; then the most urgent one is said."""
        due_on = self.due_on
        if due_on is None or self.site_id is None:
            return None
        lead = after(self.said.lead if self.said and self.said.due_on == due_on else None)
        return day_of(lead, due_on) if lead else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def listed_on(self) -> str:
        """What lists are ordered by: the due day; what has none comes last."""
        return self.due_on.isoformat() if self.due_on else NEVER

    def _outlook(self) -> Outlook:
        if self.registered is not None and self.registered.retired:
            return Outlook(status="retired")
        result = self._newest()
        if self._repair_is_open(result):
            assert self.repair
            return Outlook(
                status="open", regime=self.repair.regime, due_on=local_date(self.repair.declared_at)
            )
        if result is not None:
            return outlook(result.valid_until, barred=not result.certified)
        if self.registered is None:
            # Nothing counts of what was heard, so nothing is known to be due before the registry tells.
            return Outlook(status="settled")
        if self.registered.last_verified_on is None and not self.registered.barred:
            # Not to be used before its initial verification: TT 23/2013 Art. 19, 23.
            return Outlook(status="open", regime="initial", due_on=self.registered.registered_on)
        return outlook(self.registered.valid_until, barred=self.registered.barred)

    def _newest(self) -> Result | None:
        """The result that counts, unless the registry knows of a later verification."""
        result = self.result
        if result is None or self.registered is None:
            return result
        told = self.registered.last_verified_on
        return result if told is None or told <= result.verified_on else None

    def _repair_is_open(self, result: Result | None) -> bool:
        if self.repair is None:
            return False
        if result is not None:
            return self.repair.declared_at > result.verified_at
        assert self.registered
        told = self.registered.last_verified_on
        return told is None or told <= local_date(self.repair.declared_at)
