"""A numbered seal, stamp or lead seal once it has been used: every fact told of it, in whatever order they came."""

import re
from datetime import datetime
from typing import Literal

from services.inspection.events import SealAffixed, SealKind, SealVoided
from services.kernel.model import Entity, Fact, Instant, derived_id

NUMBER = re.compile(r"^([0-9A-Z]{1,12})-([0-9]{1,9})$")
DIGITS = 6

Action = Literal["affixed", "removed", "voided"]


def parse_number(number: str) -> tuple[str, int] | None:
    """Series and serial of a number of ours such as `BN26-000123`; None for whatever stands on an older seal."""
    found = NUMBER.match(number.strip().upper())
    return (found[1], int(found[2])) if found else None


def write_number(series: str, serial: int) -> str:
    """`BN26-000123`: the series, a hyphen, the serial with at least six digits."""
    return f"{series}-{serial:0{DIGITS}d}"


def seal_id(number: str) -> str:
    """One seal has one id, with or without leading zeros; a number that is not ours gets an id derived from it."""
    parsed = parse_number(number)
    return write_number(*parsed) if parsed else derived_id("seal", number.strip())


class SealFact(Fact):
    """What a verification told of the seal."""

    action: Action
    verification_id: str
    instrument_id: str
    inspector_id: str
    place: str
    at: Instant
    reason: str | None = None


class Seal(Entity, kind="seal"):
    """A seal is used once: void for ever as soon as anybody removed or voided it, affixed as long as nobody did."""

    number: str
    series: str | None = None
    serial: int | None = None
    of_kind: SealKind | None = None
    status: Literal["affixed", "void"] = "affixed"
    instrument_id: str | None = None
    place: str | None = None
    facts: list[SealFact] = []
    touched_at: Instant

    @classmethod
    def first_used(cls, number: str, kind: SealKind | None, at: datetime) -> "Seal":
        series, serial = parse_number(number) or (None, None)
        id = seal_id(number)
        shown = number.strip() if series is None else id
        return cls(id=id, number=shown, series=series, serial=serial, of_kind=kind, touched_at=at)

    def tell(self, fact: SealFact, kind: SealKind | None, at: datetime) -> SealAffixed | SealVoided | None:
        """Adds a fact and returns what happened. The same fact again changes nothing."""
        if fact in self.facts:
            return None
        self.facts = sorted([*self.facts, fact], key=lambda each: (each.at, each.verification_id))
        self.of_kind = self.of_kind or kind
        self.touched_at = at
        if any(each.action != "affixed" for each in self.facts):
            self.status = "void"
        first = next((each for each in self.facts if each.action == "affixed"), None)
        self.instrument_id, self.place = (first.instrument_id, first.place) if first else (None, None)
        return self._affixed(fact) if fact.action == "affixed" else self._voided(fact)

    def used_twice(self) -> bool:
        """Whether it was fitted to more than one place, or fitted after it had been removed or voided."""
        fitted = [each for each in self.facts if each.action == "affixed"]
        places = {(each.instrument_id, each.place) for each in fitted}
        ended = min((each.at for each in self.facts if each.action != "affixed"), default=None)
        return len(places) > 1 or (ended is not None and any(each.at > ended for each in fitted))

    def removed_elsewhere(self) -> bool:
        """Whether it was found on another instrument than it was fitted to."""
        fitted = {each.instrument_id for each in self.facts if each.action == "affixed"}
        found = {each.instrument_id for each in self.facts if each.action == "removed"}
        return bool(fitted) and not found <= fitted

    def _affixed(self, fact: SealFact) -> SealAffixed:
        return SealAffixed(
            number=self.number,
            kind=self.of_kind,
            verification_id=fact.verification_id,
            instrument_id=fact.instrument_id,
            inspector_id=fact.inspector_id,
            place=fact.place,
        )

    def _voided(self, fact: SealFact) -> SealVoided:
        return SealVoided(
            **self._affixed(fact).model_dump(),
            reason=fact.reason or ("removed" if fact.action == "removed" else "voided"),
        )
