"""The evaluators a procedure file may call: each one named as in VIM/OIML, each with the way it is written out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

HUNDRED = Decimal(100)


def absolute(indication: Decimal, reference: Decimal) -> Decimal:
    """Error of indication, in the unit of both (VIM 4.24; OIML R 76 A.4.4.3: E = P - L)."""
    return indication - reference


def relative(indication: Decimal, reference: Decimal) -> Decimal:
    """Relative error in %: 100 (indication - reference) / reference (ĐLVN 10:2011; OIML R 49-1)."""
    return HUNDRED * (indication - reference) / reference


def reduced(indication: Decimal, reference: Decimal, span: Decimal) -> Decimal:
    """Error reduced to the span, in %: 100 (indication - reference) / span (fiducial error, VIM 4.24 note)."""
    return HUNDRED * (indication - reference) / span


def changeover(indication: Decimal, e: Decimal, added: Decimal) -> Decimal:
    """Indication before rounding: P = I + e/2 - ΔL, ΔL the 0.1 e weights added up to the change (OIML R 76-1 A.4.4.3)."""
    return indication + e / 2 - added


def at_temperature(volume: Decimal, expansion: Decimal, temperature: Decimal, base: Decimal) -> Decimal:
    """Volume a measure holds at a temperature: V_t = V_base (1 + β (t - t_base)); β in 1/°C, t in °C."""
    return volume if temperature == base else volume * (1 + expansion * (temperature - base))


def round_to(value: Decimal, step: Decimal) -> Decimal:
    """The multiple of `step` (e or d) nearest to the value, ties to the even multiple."""
    return (value / step).quantize(Decimal(1), ROUND_HALF_EVEN) * step


def floor(value: Decimal) -> Decimal:
    """The largest whole number not above the value."""
    return value.quantize(Decimal(1), ROUND_FLOOR)


def spread(values: Sequence[Decimal]) -> Decimal:
    """Repeatability as a range: largest minus smallest value (OIML R 76-1 3.6.1)."""
    return max(values) - min(values)


def mean(values: Sequence[Decimal]) -> Decimal:
    """Arithmetic mean."""
    return sum(values, Decimal(0)) / len(values)


def stdev(values: Sequence[Decimal]) -> Decimal:
    """Experimental standard deviation (n - 1), VIM 2.21 / GUM 4.2.2; zero for a single value."""
    if len(values) < 2:
        return Decimal(0)
    centre = mean(values)
    return (sum(((v - centre) ** 2 for v in values), Decimal(0)) / (len(values) - 1)).sqrt()


def one_sided(values: Sequence[Decimal]) -> bool:
    """Whether all values have the same sign (none is zero), as the water-meter rule asks (OIML R 49-2)."""
    return all(v > 0 for v in values) or all(v < 0 for v in values)


def smallest_magnitude(values: Sequence[Decimal]) -> Decimal:
    """The smallest absolute value."""
    return min(abs(v) for v in values)


def one_two_five(value: Decimal) -> bool:
    """Whether a scale interval has the form 1, 2 or 5 × 10^k, k a whole number (OIML R 76-1 4.2.2.1)."""
    digits = value.normalize().as_tuple().digits
    return value > 0 and len(digits) == 1 and digits[0] in (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Evaluator:
    """A function a formula may call, its number of arguments (None: any), and how it is written with numbers filled in."""

    function: Callable[..., Any]
    arguments: int | None
    written: str | None = None


EVALUATORS: dict[str, Evaluator] = {
    "absolute": Evaluator(absolute, 2, "{} − {}"),
    "relative": Evaluator(relative, 2, "({0} − {1})/{1} × 100"),
    "reduced": Evaluator(reduced, 3, "({0} − {1})/{2} × 100"),
    "changeover": Evaluator(changeover, 3, "({} + {}/2 − {})"),
    "at_temperature": Evaluator(at_temperature, 4, "{} × [1 + {} × ({} − {})]"),
    "round_to": Evaluator(round_to, 2),
    "floor": Evaluator(floor, 1, "⌊{}⌋"),
    "spread": Evaluator(spread, 1, "max({0}) − min({0})"),
    "mean": Evaluator(mean, 1),
    "stdev": Evaluator(stdev, 1, "s({})"),
    "one_sided": Evaluator(one_sided, 1),
    "smallest_magnitude": Evaluator(smallest_magnitude, 1, "min|{}|"),
    "one_two_five": Evaluator(one_two_five, 1),
    "count": Evaluator(lambda values: Decimal(len(values)), 1, "n({})"),
    "max": Evaluator(max, None),
    "min": Evaluator(min, None),
    "abs": Evaluator(abs, 1, "|{}|"),
}
