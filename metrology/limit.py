"""Error limits and the decision whether an error is within them: bounds inclusive, guard band by a named rule."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from .procedure import Decision, Result
from .quantity import plain, tidy
from .table import Values

MOST_DECIMALS = 40
COVERAGE = Decimal(2)


def limits(result: Result, values: Values) -> tuple[Decimal | None, Decimal | None]:
    """The lower and upper limit, in the result's unit; None on a side without one.  Raises Undefined, OffTheTable."""
    if result.symmetric:
        limit = tidy(result.symmetric.compute(values))
        return -limit, limit
    lower = None if result.lower is None else tidy(result.lower.compute(values))
    upper = None if result.upper is None else tidy(result.upper.compute(values))
    return lower, upper


def guard_band(decision: Decision, expanded_uncertainty: Decimal, k: Decimal) -> Decimal:
    """How far the acceptance limits lie inside the error limits: r · U at k = 2; negative: outside (JCGM 106:2012 8.3).

    "simple" accepts within the limits themselves (JCGM 106 8.2, OIML G 19 shared risk); "guarded_acceptance" accepts
    only what conforms beyond the uncertainty (ISO 14253-1, proving conformity); "guarded_rejection" rejects only what
    does not conform beyond it (ISO 14253-1, proving non-conformity: fit for enforcement).
    """
    if decision.rule == "simple":
        return Decimal(0)
    width = decision.r * expanded_uncertainty * COVERAGE / k
    return width if decision.rule == "guarded_acceptance" else -width


def within(error: Decimal, lower: Decimal | None, upper: Decimal | None, guard: Decimal = Decimal(0)) -> bool:
    """Whether lower + guard ≤ error ≤ upper - guard: an error exactly at its limit passes."""
    return (lower is None or lower + guard <= error) and (upper is None or error <= upper - guard)


def nearest(error: Decimal, lower: Decimal | None, upper: Decimal | None) -> Decimal:
    """The limit that stands against this error: the only one, or the one on the error's side (as a magnitude if ±)."""
    if upper is None:
        assert lower is not None
        return lower
    if lower is None or lower == -upper or error >= 0:
        return upper
    return lower


def rounded(error: Decimal, decimals: int, lower: Decimal | None, upper: Decimal | None) -> str:
    """The error to at most `decimals` places, with as many more as it takes not to look like its limit when it is not."""
    while True:
        exponent = error.as_tuple().exponent
        assert isinstance(exponent, int)
        if exponent >= -decimals or decimals >= MOST_DECIMALS:
            return plain(error)
        shown = error.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
        if all(limit is None or ((shown <= limit) == (error <= limit) and (shown >= limit) == (error >= limit))
               for limit in (lower, upper)):  # fmt: skip
            return plain(shown)
        decimals += 1
