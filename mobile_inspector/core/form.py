"""The fields of a procedure as the tablet asks for them, and the one way in which typed text becomes a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .canonical import nfc
from .refusal import Refused
from .typed import read_number

Json = Mapping[str, Any]


class Form:
    """What `metrology.points` says is to be done on one instrument."""

    def __init__(self, plan: Json) -> None:
        self.plan = plan
        self._points = {point["id"]: point for step in plan["steps"] for point in step["points"]}
        self._checks = {check["id"]: check for step in plan["steps"] for check in step["checks"]}

    def reading(self, point: str, field: str, run: int) -> Json:
        """The description of one field of one run.  Raises Refused field-unknown, run-unknown."""
        place = _known(self._points, point, "point")
        if not 1 <= run <= place["repetitions"]:
            raise Refused("run-unknown", field="run", point=point, runs=place["repetitions"])
        return _known(_by_id(place["fields"]), field, "field")

    def runs(self, point: str) -> int:
        """How often a point is measured.  Raises Refused field-unknown."""
        return int(_known(self._points, point, "point")["repetitions"])

    def check(self, check: str) -> Json:
        return _known(self._checks, check, "check")

    def condition(self, condition: str) -> Json:
        return _known(_by_id(self.plan["conditions"]), condition, "condition")

    def role(self, role: str | None) -> str | None:
        """The procedure's name for the part a standard plays; its only one if none is given."""
        known = _by_id(self.plan["standards"])
        if role is None:
            return next(iter(known)) if len(known) == 1 else None
        return str(_known(known, role, "role")["id"])


def read_value(field: Json, typed: str, unit: str | None, at: str) -> Any:
    """A typed value as `metrology` takes it: {"value", "unit"}, or the text of a choice.

    Raises Refused value-not-a-choice and those of `read_number`.
    """
    if field["unit"] is None:
        text = nfc(typed).strip()
        if text not in field.get("choices", ()):
            raise Refused("value-not-a-choice", field=at, choices=", ".join(field.get("choices", ())))
        return text
    return {"value": read_number(typed, at), "unit": unit or field["unit"]}


def words(text: str, most: int, at: str) -> str:
    """A text that must say something: NFC, trimmed.  Raises Refused text-needed, text-too-long."""
    found = nfc(text).strip()
    if not found:
        raise Refused("text-needed", field=at)
    if len(found) > most:
        raise Refused("text-too-long", field=at, most=most)
    return found


def _by_id(entries: Iterable[Json]) -> dict[str, Json]:
    return {entry["id"]: entry for entry in entries}


def _known(entries: Mapping[str, Json], name: str, field: str) -> Json:
    if name not in entries:
        raise Refused("field-unknown", field=field, name=name, known=", ".join(entries) or "—")
    return entries[name]
