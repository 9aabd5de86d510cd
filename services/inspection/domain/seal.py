"""A numbered seal, stamp or lead seal once it has been used: every fact told of it, in whatever order they came."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from services.inspection.domain.ledger import UseStatus
from services.inspection.events import (
    SealAffixed,
    SealInvalidated,
    SealKind,
    SealLost,
    SealValidated,
    SealVoided,
)
from services.kernel.model import Entity, Fact, Instant, Rejected, derived_id

NUMBER = re.compile(r"^([0-9A-Z]{1,12})-([0-9]{1,9})$")
DIGITS = 6

Action = Literal["removed", "affixed", "voided", "lost", "validated", "invalidated"]
ORDER: tuple[Action, ...] = ("removed", "affixed", "voided", "lost", "validated", "invalidated")
"""Of facts of one instant: what is taken off comes before what is put on."""

USED: tuple[Action, ...] = ("affixed", "voided")
"""What an inspector does with a seal of their own."""

Standing = Literal["pending", "withheld", "valid", "revoked"]
"""Of a seal that is affixed: no certificate yet, none to come, certificate issued, certificate revoked."""

Happened = SealAffixed | SealVoided | SealLost | SealValidated | SealInvalidated


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


def status_of(actions: Iterable[str]) -> UseStatus | None:
    """What became of a seal of which so much was told; None when nothing was."""
    told = set(actions)
    if told & {"removed", "voided"}:
        return "void"
    if "lost" in told:
        return "lost"
    return "affixed" if "affixed" in told else None


class SealFact(Fact):
    """What a verification, its certificate or the office told of the seal."""

    action: Action
    of_kind: SealKind | None = None
    verification_id: str | None = None
    instrument_id: str | None = None
    inspector_id: str | None = None
    place: str = ""
    at: Instant
    reason: str | None = None
    withheld: list[str] = []
    certificate_id: str | None = None


class Seal(Entity, kind="seal"):
    """A seal is used once: void for ever as soon as anybody removed or voided it, affixed as long as nobody did.

    `of_kind` is what the first fact calls it that names a kind. `instrument_id` and `place` are those of the first fitting;
    `instrument_ids` are all that it is said to be on.
    """

    number: str
    series: str | None = None
    serial: int | None = None
    of_kind: SealKind | None = None
    status: UseStatus = "affixed"
    standing: Standing | None = None
    instrument_id: str | None = None
    instrument_ids: list[str] = []
    place: str | None = None
    facts: list[SealFact] = []
    touched_at: Instant

    @classmethod
    def first_used(cls, number: str, at: datetime) -> "Seal":
        series, serial = parse_number(number) or (None, None)
        id = seal_id(number)
        shown = number.strip() if series is None else id
        return cls(id=id, number=shown, series=series, serial=serial, touched_at=at)

    def tell(self, fact: SealFact, at: datetime) -> Happened | None:
        """Adds a fact and returns what happened. The same fact again changes nothing."""
        if fact in self.facts:
            return None
        before = self.standing
        self.facts = sorted([*self.facts, fact], key=_order)
        self.of_kind = next((each.of_kind for each in self.facts if each.of_kind), self.of_kind)
        self.touched_at = at
        self.status = self.status_at(None) or "affixed"
        fitted = self.fitted()
        first = fitted[0] if fitted else None
        self.instrument_id, self.place = (first.instrument_id, first.place) if first else (None, None)
        self.instrument_ids = sorted({each.instrument_id for each in fitted if each.instrument_id})
        self.standing = self._standing(first)
        return self._happened(fact, self.standing != before)

    def lose(self, reason: str, inspector_id: str | None, at: datetime) -> SealLost:
        """It is gone from the instrument that it was fitted to. Raises Rejected 409 when it is not affixed."""
        if self.status != "affixed":
            detail = f"Seal {self.number} is {self.status}. Only a seal on an instrument can be lost from it."
            raise Rejected("seal-not-affixed", detail, field="number")
        fact = SealFact(
            action="lost",
            instrument_id=self.instrument_id,
            inspector_id=inspector_id,
            place=self.place or "",
            at=at,
            reason=reason,
        )
        happened = self.tell(fact, at)
        assert isinstance(happened, SealLost)
        return happened

    def status_at(self, instant: datetime | None) -> UseStatus | None:
        """What the facts up to an instant say (None: all of them); None when there was none yet."""
        return status_of(each.action for each in self.facts if instant is None or each.at <= instant)

    def fitted(self) -> list[SealFact]:
        return [each for each in self.facts if each.action == "affixed"]

    def use(self) -> SealFact:
        """The fact by which it was used first: fitted or spoiled; found on an instrument, when nobody told of that."""
        own = (each for each in self.facts if each.action in USED)
        return next(own, self.facts[0])

    def used_twice(self) -> bool:
        """Whether it was fitted to more than one place."""
        return len({(each.instrument_id, each.place) for each in self.fitted()}) > 1

    def fitted_again(self) -> bool:
        """Whether it was fitted after it had been removed, voided or lost."""
        ended = min(
            (each.at for each in self.facts if each.action in ("removed", "voided", "lost")), default=None
        )
        return ended is not None and any(each.at > ended for each in self.fitted())

    def removed_elsewhere(self) -> bool:
        """Whether it was found on another instrument than it was fitted to."""
        fitted = {each.instrument_id for each in self.fitted()}
        found = {each.instrument_id for each in self.facts if each.action == "removed"}
        return bool(fitted) and not found <= fitted

    def found_after_loss(self) -> bool:
        """Whether an instrument carried it after it was said to be lost from one."""
        lost = min((each.at for each in self.facts if each.action == "lost"), default=None)
        seen = [each.at for each in self.facts if each.action in ("affixed", "removed")]
        return lost is not None and any(at > lost for at in seen)

    def _standing(self, first: SealFact | None) -> Standing | None:
        """It becomes valid with the certificate of a verification that fitted it there, and follows its fate."""
        if first is None or self.status != "affixed":
            return None
        # Told of again at the same place, it was not fitted again: a correction repeats what the record said.
        same = {
            each.verification_id
            for each in self.fitted()
            if (each.instrument_id, each.place) == (first.instrument_id, first.place)
        }
        mine = [each for each in self.facts if each.verification_id in same]
        issued = {each.certificate_id for each in mine if each.action == "validated"}
        revoked = {each.certificate_id for each in mine if each.action == "invalidated"}
        if issued - revoked:
            return "valid"
        if revoked:
            return "revoked"
        return "withheld" if first.withheld else "pending"

    def _happened(self, fact: SealFact, turned: bool) -> Happened | None:
        told: dict[str, Any] = {
            "number": self.number,
            "kind": self.of_kind,
            "verification_id": fact.verification_id,
            "instrument_id": fact.instrument_id,
            "inspector_id": fact.inspector_id,
            "place": fact.place,
        }
        match fact.action:
            case "affixed":
                return SealAffixed(**told, withheld=fact.withheld)
            case "removed" | "voided":
                return SealVoided(**told, reason=fact.reason or fact.action)
            case "lost":
                return SealLost(**told, reason=fact.reason or fact.action)
            case "validated" if turned and self.standing == "valid":
                return SealValidated(**told, certificate_id=fact.certificate_id)
            case "invalidated" if turned and self.standing == "revoked":
                return SealInvalidated(
                    **told, certificate_id=fact.certificate_id, reason=fact.reason or "revoked"
                )
        return None


def _order(fact: SealFact) -> tuple[datetime, str, int, str]:
    """A total order, so that the sequence in which facts came leaves no trace."""
    return fact.at, fact.verification_id or "", ORDER.index(fact.action), fact.model_dump_json()
