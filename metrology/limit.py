"""Error limits and the decision whether an error is within them: bounds inclusive, guard band by a named rule."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

from . import explain
from .formula import Formula
from .procedure import Decision, Label, Procedure, Result
from .quantity import DIGITS, short
from .rule import rules
from .table import Values

ZERO = Decimal(0)
SHOWN = Context(DIGITS, ROUND_HALF_EVEN)
MOST_DECIMALS = 40
STEPS = [Decimal(1).scaleb(-decimals) for decimals in range(MOST_DECIMALS + 1)]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one error, in the result's unit (None on a side without one), with their texts and rules."""

    lower: Decimal | None
    upper: Decimal | None
    lower_text: str | None
    upper_text: str | None
    text: str
    rules: Label

    def nearest(self, error: Decimal) -> str | None:
        """The limit that stands against this error: the only one, the one on the error's side, or the magnitude of ±."""
        if self.upper is None or (error < 0 and self.lower is not None and self.lower != -self.upper):
            return self.lower_text
        return self.upper_text


def limits(result: Result, values: Values, procedure: Procedure, explained: bool = True) -> Limits:
    """Computes the limits of a result; their text and rules only if `explained`.

    Raises Undefined if a value they need is not there, OffTheTable.
    """
    lower, upper = _value(result.lower, values), _value(result.symmetric or result.upper, values)
    if result.symmetric and upper is not None:
        lower = -upper
    return Limits(
        lower, upper, None if lower is None else _text(lower), None if upper is None else _text(upper),
        explain.limit_text(lower, upper) if explained else "",
        rules(result, values, procedure) if explained else {},
    )  # fmt: skip


def _value(formula: Formula | None, values: Values) -> Decimal | None:
    return None if formula is None else Decimal(formula.compute(values))


def _text(limit: Decimal) -> str:
    """The limit as a decimal string; one without end, such as a third of an error, is cut to the digits of an input."""
    return short(SHOWN.plus(limit))


def guard_band(decision: Decision, expanded_uncertainty: Decimal) -> Decimal:
    """How far the acceptance limits lie inside the error limits: r · U, U at k = 2; negative: outside (JCGM 106 8.3).

    "simple" accepts within the limits themselves (JCGM 106 8.2, OIML G 19 shared risk); "guarded_acceptance" accepts
    only what conforms beyond the uncertainty (ISO 14253-1, proving conformity); "guarded_rejection" rejects only what
    does not conform beyond it (ISO 14253-1, proving non-conformity: fit for enforcement).
    """
    if decision.rule == "simple":
        return ZERO
    width = decision.r * expanded_uncertainty
    return width if decision.rule == "guarded_acceptance" else -width


def within(error: Decimal, lower: Decimal | None, upper: Decimal | None, guard: Decimal = ZERO) -> bool:
    """Whether lower + guard ≤ error ≤ upper - guard: an error exactly at its limit passes."""
    return (lower is None or lower + guard <= error) and (upper is None or error <= upper - guard)


def rounded(error: Decimal, decimals: int, lower: Decimal | None, upper: Decimal | None) -> str:
    """The error to at most `decimals` places, with as many more as it takes not to look like its limit when it is not."""
    while decimals < MOST_DECIMALS:
        shown = error.quantize(STEPS[decimals], ROUND_HALF_EVEN)
        if shown == error or (_same_side(shown, error, lower) and _same_side(shown, error, upper)):
            return short(shown)
        decimals += 1
    return short(error)


def _same_side(shown: Decimal, error: Decimal, limit: Decimal | None) -> bool:
    return limit is None or ((shown < limit) == (error < limit) and (shown == limit) == (error == limit))
