"""The outcome of one result: its error, its limits, pass or fail, and why; or what is lacking to tell."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import explain as say
from .limit import ZERO, Limits, guard_band, limits, rounded, within
from .procedure import Label, Procedure, Result
from .quantity import plain
from .record import Reading
from .refusal import BadInput
from .table import OffTheTable, Undefined, Values

Json = dict[str, Any]


@dataclass(slots=True)
class Subject:
    """What is being judged: where it stands in the result, what people call it, and the reading it comes from."""

    id: str
    step: str
    label: Label
    run: int | None = None
    reading: Reading | None = None
    known: Limits | None = None


@dataclass(frozen=True, slots=True)
class Lacking:
    """Why there is no outcome: what is missing, in both languages.  `void`: the measurement itself is not valid."""

    id: str
    reason: Label
    void: bool = False


def judge(
    result: Result, values: Values, subject: Subject, procedure: Procedure, explained: bool
) -> tuple[Decimal | None, Json | Lacking | None]:
    """The error and its outcome.  None instead of an outcome: the result does not apply here.

    Raises OffTheTable and ArithmeticError if the values lead nowhere; `refusal` turns them into a BadInput.
    """
    try:
        if result.when and not result.when.compute(values):
            return None, None
        error = result.error.compute(values)
        limit = subject.known or limits(result, values, procedure, explained)
    except Undefined as undefined:
        return None, Lacking(subject.id, say.needs(undefined.name)) if result.required else None
    guard = ZERO
    if procedure.decision.rule != "simple" and subject.reading and result.guarded:
        if "U" not in values:
            return error, Lacking(f"{subject.id}.uncertainty", say.NO_UNCERTAINTY)
        guard = guard_band(procedure.decision, values["U"])
    passes = within(error, limit.lower, limit.upper, guard)
    if result.judges == "measurement" and not passes:
        name = result.label or {"vi": result.symbol, "en": result.symbol}
        reason = say.invalid(error, limit.lower, limit.upper, name if subject.label else {}, result.unit)
        return error, Lacking(subject.id, reason, void=True)
    outcome: Json = {
        "id": subject.id,
        "step": subject.step,
        "indication": _text(values.get(result.indication)),
        "reference": _text(values.get(result.reference)),
        "error": rounded(error, result.decimals, limit.lower, limit.upper),
        "limit": limit.nearest(error),
        "lower": limit.lower_text,
        "upper": limit.upper_text,
        "unit": result.unit,
        "verdict": "pass" if passes else "fail",
    }
    if guard:
        outcome["guard"] = plain(guard)
    if explained:
        outcome |= say.point(result, values, outcome, subject.label, subject.run, limit.rules, limit.text)
    return error, outcome


def refusal(error: Exception, reading: Reading | None) -> BadInput:
    """The refusal of a reading that leads nowhere: a division by zero, an argument no row of a table covers."""
    where = reading.field if reading else "readings"
    if isinstance(error, OffTheTable):
        return BadInput(where, "range of the table", str(error))
    return BadInput(where, "defined error", "the error cannot be computed from these values")


def _text(value: object) -> str | None:
    return plain(value) if isinstance(value, Decimal) else None
