"""Quantities: exact conversion between units of one kind, decimal strings in and out, dates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from decimal import localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrology import BadInput
from metrology.quantity import ARITHMETIC, calendar_date, number, plain, quantity, short
from metrology.unit import KINDS, SPELLINGS, UNITS, convert


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "found"),
    [
        ("1", "m³", "L", "1000"),
        ("20", "L", "mL", "20000"),
        ("1", "hL", "L", "100"),
        ("5", "cL", "mL", "50"),
        ("1", "t", "kg", "1000"),
        ("1", "ct", "mg", "200"),
        ("0.4", "kPa", "mmHg", "3.000246"),
        ("1", "mmHg", "Pa", "133.322387415"),
        ("1", "kgf/cm²", "Pa", "98066.5"),
        ("1", "bar", "kPa", "100"),
        ("1", "MPa", "bar", "10"),
        ("0", "°C", "K", "273.15"),
        ("310.15", "K", "°C", "37"),
        ("60", "L/min", "L/s", "1"),
        ("1", "m³/h", "L/h", "1000"),
        ("36", "km/h", "m/s", "10"),
        ("1", "1", "%", "100"),
        ("90", "s", "min", "1.5"),
        ("1", "kWh", "Wh", "1000"),
        ("3", "kg/min", "kg/h", "180"),
        ("1", "cm³", "mL", "1"),
        ("1", "dm³", "L", "1"),
        ("5", "kg", "kg", "5"),
        ("1", "g/cm³", "kg/m³", "1000"),
        ("2", "1/K", "1/°C", "2"),
        ("1", "mbar", "hPa", "1"),
        ("1", "mmHg/min", "kPa/min", "0.133322387415"),
    ],
)
def test_conversion(value, unit, wanted, found):
    with localcontext(ARITHMETIC):
        result = convert(D(value), unit, wanted, "x")
    assert round(result, 6) == D(found).quantize(D("0.000001"))


@pytest.mark.parametrize(("written", "unit"), SPELLINGS.items())
def test_other_spellings(written, unit):
    assert convert(D(7), written, unit, "x") == 7


@pytest.mark.parametrize(
    ("unit", "rule"), [("gal", "known unit"), ("", "known unit"), ("kg", "unit of the right kind")]
)
def test_a_unit_is_never_guessed(unit, rule):
    with pytest.raises(BadInput) as refusal:
        convert(D(1), unit, "L", "volume")
    assert (refusal.value.field, refusal.value.rule) == ("volume", rule)
    assert "expected L" in refusal.value.message


@given(st.sampled_from(sorted(KINDS)), st.decimals("-1e6", "1e6", places=6), st.data())
def test_there_and_back_is_the_same(kind, value, data):
    one, other = (data.draw(st.sampled_from(sorted(KINDS[kind]))) for _ in range(2))
    with localcontext(ARITHMETIC):
        back = convert(convert(value, one, other, "x"), other, one, "x")
    assert round(back, 20) == value


def test_every_unit_has_one_kind():
    assert sum(len(units) for units in KINDS.values()) == len(UNITS)


@pytest.mark.parametrize(
    ("value", "text", "without_zeros"),
    [
        ("0", "0", "0"),
        ("-0", "0", "0"),
        ("0.00", "0.00", "0"),
        ("-0.0", "0.0", "0"),
        ("2.50", "2.50", "2.5"),
        ("100", "100", "100"),
        ("1E+2", "100", "100"),
        ("1E-7", "0.0000001", "0.0000001"),
        ("-1E-7", "-0.0000001", "-0.0000001"),
        ("-1.0", "-1.0", "-1"),
        ("0E-8", "0.00000000", "0"),
        ("10.010", "10.010", "10.01"),
    ],
)
def test_decimal_strings_out(value, text, without_zeros):
    assert plain(D(value)) == text
    assert short(D(value)) == without_zeros


def test_decimal_strings_in():
    assert number("-0.25", "x") == D("-0.25")
    assert str(number("20.00", "x")) == "20.00"
    assert number("123456789012345678", "x")
    assert number("-1234567890.12345678", "x")
    with pytest.raises(BadInput, match="more than 18 digits"):
        number("1234567890123456789", "x")


def test_a_plain_number_needs_no_unit():
    assert quantity("80", "1", "R") == 80
    assert quantity({"value": "80", "unit": "%"}, "1", "R") == D("0.8")
    with pytest.raises(BadInput, match="expected"):
        quantity("80", "L", "V")
    with pytest.raises(BadInput, match="R: '8,0' is not a decimal number"):
        quantity("8,0", "1", "R")


def test_dates():
    assert calendar_date("2026-03-05", "on") == date(2026, 3, 5)
    assert calendar_date(date(2026, 3, 5), "on") == date(2026, 3, 5)
    for raw in ("2026-3-5", "20260305", "2026-02-29", "2026-03-05T00:00", None, 20260305):
        with pytest.raises(BadInput) as refusal:
            calendar_date(raw, "on")
        assert (refusal.value.field, refusal.value.rule) == ("on", "date")
