"""Decimal quantities in: strict decimal strings with a unit, and the arithmetic context of every verdict."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    FloatOperation,
    InvalidOperation,
    Overflow,
)  # fmt: skip
from typing import Any

from .refusal import BadInput
from .unit import convert

# Fifty digits: a quotient of two inputs of at most 18 digits that differs from a limit differs within the first 40, so
# rounding never moves an error across a limit.  FloatOperation: mixing in a binary float raises.
ARITHMETIC = Context(
    prec=50, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow, FloatOperation]
)
DIGITS = 18
DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
DECIMAL_PATTERN = r"^-?[0-9]+(\.[0-9]+)?$"
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def number(raw: object, field: str) -> Decimal:
    """A decimal string such as "-0.25": digits, at most one point, no exponent, no comma, at most 18 digits.

    Raises BadInput for everything else, binary floats and JSON numbers included: their last digits are not what was read.
    """
    if not isinstance(raw, str):
        raise BadInput(
            field, "decimal string", f"write the number as a decimal string, not as {type(raw).__name__}"
        )
    if not DECIMAL.fullmatch(raw):
        raise BadInput(
            field, "decimal string", f"{raw!r} is not a decimal number such as '20.05' (point, no exponent)"
        )
    if len(raw) > DIGITS and sum(c.isdigit() for c in raw) > DIGITS:
        raise BadInput(field, "at most 18 digits", f"{raw!r} has more than {DIGITS} digits")
    return Decimal(raw)


def quantity(raw: object, unit: str, field: str) -> Decimal:
    """The number of `raw` = {"value": "20.05", "unit": "L"} in `unit`; a plain decimal string if `unit` is "1".

    Raises BadInput if the value, the unit or the shape is wrong.
    """
    if unit == "1" and isinstance(raw, str):
        return number(raw, field)
    if not isinstance(raw, (dict, Mapping)) or len(raw) != 2 or "value" not in raw or "unit" not in raw:
        raise BadInput(field, "value and unit", f'expected {{"value": "…", "unit": "{unit}"}}')
    value = number(raw["value"], field)
    given: Any = raw["unit"]
    if given == unit:
        return value
    if not isinstance(given, str):
        raise BadInput(field, "known unit", "the unit must be a string")
    return convert(value, given, unit, field)


def calendar_date(raw: object, field: str) -> date:
    """A date written YYYY-MM-DD (or a `date`).  Raises BadInput for any other form and for days that do not exist."""
    if isinstance(raw, date):
        return raw
    if not isinstance(raw, str) or not DATE.fullmatch(raw):
        raise BadInput(field, "date", "expected a date such as 2026-03-05")
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise BadInput(field, "date", f"{raw} is not a day of the calendar") from None


def plain(value: Decimal) -> str:
    """The number as a decimal string: no exponent, no minus before zero."""
    text = str(value)
    return text if value and "E" not in text else format(value if value else abs(value), "f")


def short(value: Decimal) -> str:
    """The number as a decimal string without the zeros that arithmetic leaves behind: 2.50 becomes 2.5."""
    text = plain(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
