"""Where seals go on an instrument, named as its procedure and the register name it.  No window here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .drawings import DRAWINGS, Drawing, Point, Spot

KINDS = {"seal": "lead_seal", "stamp": "stamp", "mark": "mark"}


@dataclass(frozen=True, slots=True)
class Place:
    """`vi` goes into the record, whatever language the screen speaks; `at` is where the drawing shows it."""

    kind: str
    vi: str
    en: str
    at: Point | None = None

    def name(self, language: str) -> str:
        return self.vi if language == "vi" else self.en


def places(plan: Mapping[str, Any], instrument: Mapping[str, Any]) -> tuple[Drawing | None, list[Place]]:
    """The drawing for a procedure's plan, if there is one, and every place: those of the procedure, then of the register."""
    marks = [mark for mark in plan["marks"] if mark["kind"] in KINDS]
    for drawing in DRAWINGS:
        drawn = [_on(marks, spot) for spot in drawing.spots]
        if all(drawn) and all(any(_names(mark, spot) for spot in drawing.spots) for mark in marks):
            found = [place for place in drawn if place]
            return drawing, [*found, *_registered(instrument, found)]
    named = [Place(KINDS[mark["kind"]], mark["place"]["vi"], mark["place"]["en"]) for mark in marks]
    return None, [*named, *_registered(instrument, named)]


def _on(marks: Iterable[Mapping[str, Any]], spot: Spot) -> Place | None:
    """A spot of a drawing, if a mark of its kind names it."""
    kind, vi, en, at = spot
    return Place(KINDS[kind], vi, en, at) if any(_names(mark, spot) for mark in marks) else None


def _names(mark: Mapping[str, Any], spot: Spot) -> bool:
    kind, *names = spot[:3]
    said = (mark["place"]["vi"], mark["place"]["en"])
    return mark["kind"] == kind and all(
        name.casefold() in text.casefold() for name, text in zip(names, said, strict=True)
    )


def _registered(instrument: Mapping[str, Any], known: Sequence[Place]) -> list[Place]:
    """Where the register, or the last status record, has seals on this instrument and the procedure does not name it."""
    names = {place.vi.casefold() for place in known}
    left = (instrument.get("status_record") or {}).get("seals_left", ())
    told = [*instrument.get("seals", ()), *({**seal, "kind": "lead_seal"} for seal in left)]
    found = {seal["place"].casefold(): Place(seal["kind"], seal["place"], seal["place"]) for seal in told}
    return [place for name, place in found.items() if name and name not in names]
