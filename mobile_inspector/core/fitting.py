"""The seals of one verification: fitted, spoiled, or found and taken off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .attachments import named
from .form import words
from .pen import Pen
from .refusal import Refused
from .seals import KINDS, NEVER_FITTED, Stock
from .sheet import Json, SealKey

MOST = 300  # letters of a place, a number or a reason


class Fitting:
    """Every method journals one fact or raises Refused and stores nothing."""

    def __init__(self, pen: Pen, stock: Stock) -> None:
        self._pen, self._stock = pen, stock

    @property
    def affixed(self) -> list[Json]:
        return list(self._pen.sheet.affixed.values())

    @property
    def voided(self) -> list[Json]:
        return list(self._pen.sheet.voided.values())

    @property
    def removed(self) -> list[Json]:
        return list(self._pen.sheet.removed.values())

    def affix(self, number: str, place: str, kind: str | None = None, photo: str | None = None) -> None:
        """A seal from the hand is fitted to a place.

        Args:
            photo: the name that `Verification.attach` gave to a picture of it.
            kind: "stamp", "lead_seal" or "mark"; needed only if two kinds in the hand bear the number.

        Raises Refused: seal-not-in-hand, seal-affixed, seal-voided, seal-kind-needed, text-needed, attachment-unknown.
        """
        place, picture = words(place, MOST, "place"), named(self._pen.sheet.attachments, photo)

        def decide() -> Mapping[str, Any]:
            seal = self._stock.take(number, kind)
            return {"number": seal.number, "kind": seal.kind, "place": place, **picture, "at": "seals"}

        self._pen.decide("seal.affixed", decide)

    def take_back(self, number: str, kind: str | None = None) -> None:
        """It was noted by mistake and is still in the hand.  Raises Refused seal-not-here."""
        seal = _named(self._pen.sheet.affixed, number, kind)
        self._pen.write("seal.taken_back", number=seal["number"], kind=seal["kind"], at="seals")

    def void(self, number: str, reason: str, kind: str | None = None) -> None:
        """A seal is spoiled, fitted here or still in the hand.  Raises Refused as `affix`."""
        reason = words(reason, MOST, "reason")

        def decide() -> Mapping[str, Any]:
            fitted = _find(self._pen.sheet.affixed, number, kind)
            if fitted is None:
                free = self._stock.take(number, kind)
                fitted = {"number": free.number, "kind": free.kind, "place": NEVER_FITTED}
            return {**fitted, "reason": reason, "at": "seals"}

        self._pen.decide("seal.voided", decide)

    def remove(self, number: str, place: str, kind: str | None = None, photo: str | None = None) -> None:
        """An old seal was found and taken off.  Its kind is known if the register says that it should be there.

        Raises Refused: seal-removed-twice, seal-fitted-here, seal-kind-unknown, text-needed, text-too-long,
        attachment-unknown.
        """
        picture = named(self._pen.sheet.attachments, photo)
        number, place = words(number, MOST, "number"), words(place, MOST, "place")
        expected = {
            seal["number"]: seal["kind"] for seal in self._pen.sheet.opening["instrument"].get("seals", ())
        }
        kind = kind or expected.get(number)
        if kind not in KINDS:
            raise Refused("seal-kind-unknown", field="kind", kinds=", ".join(KINDS))
        sheet = self._pen.sheet
        for seals, code in ((sheet.removed, "seal-removed-twice"), (sheet.affixed, "seal-fitted-here")):
            if (number, kind) in seals:
                raise Refused(code, field="number", number=number)
        self._pen.write("seal.removed", number=number, kind=kind, place=place, **picture, at="seals")

    def show(self, number: str, kind: str, photo: str) -> None:
        """A picture of a seal that was fitted or found here; it replaces an earlier one.

        Raises Refused: seal-not-here, attachment-unknown.
        """
        picture, sheet = named(self._pen.sheet.attachments, photo), self._pen.sheet
        seal = _named({**sheet.removed, **sheet.affixed}, number, kind)
        self._pen.write("seal.shown", number=seal["number"], kind=seal["kind"], **picture, at="seals")

    def strike_removal(self, number: str, kind: str | None = None) -> None:
        """A removal was noted by mistake.  Raises Refused seal-not-here."""
        seal = _named(self._pen.sheet.removed, number, kind)
        self._pen.write("seal.removal_struck", number=seal["number"], kind=seal["kind"], at="seals")


def _find(seals: Mapping[SealKey, Json], number: str, kind: str | None) -> Json | None:
    wanted = words(number, MOST, "number").upper()
    found = [seal for (n, k), seal in seals.items() if n.upper() == wanted and kind in (None, k)]
    return found[0] if found else None


def _named(seals: Mapping[SealKey, Json], number: str, kind: str | None) -> Json:
    found = _find(seals, number, kind)
    if found is None:
        raise Refused("seal-not-here", field="number", number=number)
    return found
