"""Identical instruments side by side: what is the same for all is entered once and copied down to each one's own sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .batch import alike
from .refusal import Refused
from .verification import Verification

COPIED = ("conditions", "checks", "standards", "readings")


def copy_down(source: Verification, fields: Sequence[str], to: Iterable[Verification]) -> int:
    """Copies what has been entered in some fields to other verifications; returns how many values were written.

    Only what is empty there is filled: a value of an instrument's own is never written over.  Each value is journalled on
    the sheet it goes to, as it was typed, as if it had been entered there.

    Args:
        fields: "conditions", "checks", "standards", "readings" for all of them; or one, as `Verification.at` names it:
            "conditions/temperature", "checks/nameplate", "readings/q3/1/reference".

    Raises Refused: batch-mixed (another type, regime or procedure; nothing was copied then), field-unknown, signed-out,
    draft-finished, draft-abandoned.
    """
    targets = [each for each in to if each.id != source.id]
    for field in fields:
        if field.partition("/")[0] not in COPIED:
            raise Refused("field-unknown", field="fields", name=field, known=", ".join(COPIED))
    for target in targets:
        if not alike(source, target):
            raise Refused("batch-mixed", field="to", serial=target.instrument.get("serial") or target.id)
        target.must_be_open()
    return sum(_copy(source, fields, target) for target in targets)


def _copy(source: Verification, fields: Sequence[str], target: Verification) -> int:
    written = 0
    sheet, own = source.sheet, target.sheet
    for condition, value in list(sheet.conditions.items()):
        if _wanted(f"conditions/{condition}", fields) and condition not in own.conditions:
            target.set_condition(condition, *_typed(value))
            written += 1
    for check, good in list(sheet.checks.items()):
        if _wanted(f"checks/{check}", fields) and check not in own.checks:
            target.set_check(check, good)
            written += 1
    for id, entry in list(sheet.standards.items()):
        if _wanted(f"standards/{id}", fields) and id not in own.standards:
            target.take_standard(id, entry["role"])
            written += 1
    for (point, run), values in list(sheet.readings.items()):
        for field, value in list(values.items()):
            here = own.readings.get((point, run), {})
            if _wanted(f"readings/{point}/{run}/{field}", fields) and field not in here:
                typed, unit = _typed(value)
                target.set_reading(point, field, typed, run, unit)
                written += 1
    return written


def _typed(value: object) -> tuple[str, str | None]:
    """A stored value as it would be typed; a decimal comma cannot be read in two ways."""
    if isinstance(value, dict):
        return str(value["value"]).replace(".", ","), str(value["unit"])
    return str(value), None


def _wanted(path: str, fields: Sequence[str]) -> bool:
    return any(path == field or path.startswith(f"{field}/") for field in fields)
