"""The fields of one verification in the order of the procedure, as the verify screen lists them.  No window here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mobile_inspector.core import Verification
from mobile_inspector.core.typed import shown

from .words import word

Kind = Literal["check", "condition", "reading"]
Points = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to enter.  `at` is the core's name for it; `value` what stands there, as people write it."""

    at: str
    kind: Kind
    label: str
    more: str
    required: bool
    value: str
    typed: str
    unit: str = ""
    choices: Sequence[str] = ()
    point: Mapping[str, Any] | None = None

    @property
    def names(self) -> list[str]:
        """The parts of `at` after the kind: a check, a condition, or point, run and field."""
        return self.at.split("/")[1:]

    def store(self, draft: Verification, typed: str | None) -> None:
        """What was typed, into the journal; None clears the field.  Raises Refused."""
        if self.kind == "condition":
            draft.set_condition(self.names[0], typed)
        elif self.kind == "reading":
            point, run, field = self.names
            draft.set_reading(point, field, typed, int(run))


def fields(draft: Verification, points: Points, language: str) -> list[Field]:
    """Every field: the checks and readings step by step, the conditions last."""
    return [*_of_steps(draft, points, language), *_conditions(draft, language)]


def judged(result: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """What `metrology` found of each point and run, by its id; a failure goes before a pass of the same run."""
    found: dict[str, Mapping[str, Any]] = {}
    for point in (result or {}).get("points", ()):
        for key in _keys(point["id"]):
            if key not in found or (found[key]["verdict"] == "pass" and point["verdict"] == "fail"):
                found[key] = point
    return found


def _keys(id: str) -> list[str]:
    parts = id.split(".")
    return list({id, parts[0], ".".join(parts[:2])})


def _of_steps(draft: Verification, points: Points, language: str) -> Iterator[Field]:
    sheet = draft.sheet
    for step in draft.form.plan["steps"]:
        name = step["label"][language]
        for check in step["checks"]:
            answer = sheet.checks.get(check["id"])
            value = "" if answer is None else word("yes" if answer else "no", language)
            yield Field(
                f"checks/{check['id']}", "check", check["label"][language], name, check["required"], value, "",
                point=None if answer is None else {"verdict": "pass" if answer else "fail"},
            )  # fmt: skip
        for point in step["points"]:
            for run in range(1, point["repetitions"] + 1):
                once = point["repetitions"] == 1
                label = point["label"][language]
                where = label if once else word("run", language, point=label, run=run)
                found = points.get(f"{point['id']}.{run}") or (points.get(point["id"]) if once else None)
                for field in point["fields"]:
                    entered = sheet.readings.get((point["id"], run), {}).get(field["id"])
                    at = f"readings/{point['id']}/{run}/{field['id']}"
                    yield _field(at, "reading", field, where, entered, found, language)


def _conditions(draft: Verification, language: str) -> Iterator[Field]:
    for condition in draft.form.plan["conditions"]:
        entered = draft.sheet.conditions.get(condition["id"])
        where = word("conditions", language)
        yield _field(f"conditions/{condition['id']}", "condition", condition, where, entered, None, language)


def _field(
    at: str, kind: Kind, field: Mapping[str, Any], where: str, entered: Any, point: Mapping[str, Any] | None, language: str
) -> Field:  # fmt: skip
    is_number = isinstance(entered, Mapping)
    typed = shown(entered["value"]) if is_number else str(entered or "")
    value = f"{shown(entered['value'], language)} {entered['unit']}" if is_number else typed
    nominal = field.get("nominal")
    if nominal:
        where += f" ({shown(nominal['value'], language)} {nominal['unit']})"
    return Field(
        at, kind, field["label"][language], where, field["required"], value, typed, field["unit"] or "",
        field.get("choices", ()), point,
    )  # fmt: skip
