"""Formulas of procedure files: grammar, arithmetic, what they are written as and what they rest on."""

from __future__ import annotations

import contextlib
from decimal import Decimal as D
from decimal import localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrology.formula import Formula
from metrology.number_text import english, number
from metrology.quantity import ARITHMETIC
from metrology.table import OffTheTable, Row, Table, Undefined
from metrology.term import BadFormula

VALUES = {"a": D(6), "b": D(3), "c": D(-2), "klass": "III", "on": True}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1 + 2*3", 7), ("(1 + 2)*3", 9), ("2 - 3 - 4", -5), ("12/2/3", 2), ("12/(6/3)", 6), ("-a + b", -3),
        ("-(a + b)", -9), ("--a", 6), ("a - -b", 9), ("2*-b", -6), ("0.1 + 0.2", "0.3"), ("a*b/2", 9),
        ("1 if a < b else 2", 2), ("1 if a > b else 2", 1), ("1 if a <= 6 else 2", 1), ("1 if a >= 7 else 2", 2),
        ("1 if a == 6 and b == 3 else 2", 1), ("1 if a == 6 and b == 4 else 2", 2), ("1 if a == 5 or b == 3 else 2", 1),
        ("1 if a == 5 or b == 4 else 2", 2), ("1 if not a == 6 else 2", 2), ("1 if not not a == 6 else 2", 1),
        ("1 if a != 6 else 2 if b != 3 else 4", 4), ("1 if klass == 'III' else 2", 1), ("1 if klass != 'III' else 2", 2),
        ("1 if has(a) else 2", 1), ("1 if has(nothing) else 2", 2), ("1 if not on else 2", 2),
        ("1 if on or missing > 2 else 2", 1), ("1 if not on and missing > 2 else 2", 2), ("max(a, b*3)", 9),
    ],
)  # fmt: skip
def test_value(source, value):
    assert Formula(source).compute(VALUES) == D(value)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("a - (b - c)", "6 − (3 − (−2))"), ("(a - b) - c", "6 − 3 − (−2)"), ("a/(b*2)", "6/(3 × 2)"), ("a*(b/2)", "6 × 3/2"),
        ("(a + b)*2", "(6 + 3) × 2"), ("-(a + b)", "−(6 + 3)"), ("-a*2", "−6 × 2"), ("a + b*2", "6 + 3 × 2"),
        ("a if b < 1 else c", "(−2)"), ("a < b and b >= c", "6 < 3 ∧ 3 ≥ (−2)"), ("a == b or a != c", "6 = 3 ∨ 6 ≠ (−2)"),
        ("not a < b", "¬(6 < 3)"), ("2*(a if on else b)", "2 × (6)"), ("has(a)", "a"), ("klass", "III"), ("a <= b", "6 ≤ 3"),
        ("a > b", "6 > 3"),
    ],
)  # fmt: skip
def test_written(source, written):
    assert english(Formula(source).write(VALUES, number)) == written


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("", "expected a value"), ("1 +", "expected a value"), ("(1", "expected ')'"), ("1 2", "expected the end"),
        ("a b", "expected the end"), ("3e-5", "cannot read"), ("1.", "cannot read"), ("a $ b", "cannot read"),
        ("a.b", "cannot read"), ("__import__('os')", "unknown evaluator '__import__'"), ("f(1)", "unknown evaluator 'f'"),
        ("absolute(1)", "takes 2 argument(s), not 1"), ("relative(1, 2, 3)", "takes 2 argument(s), not 3"),
        ("table(x, 1)", "'x' is not a table"), ("interpolate(x, 1)", "'x' is not a table"), ("has(1)", "takes one name"),
        ("1 if a", "expected 'else'"), ("a < b < c", "expected the end"), ("max()", "expected a value"),
        ("'a", "cannot read"), ("max(1", "expected ')'"), ("has(a", "expected ')'"), ("1 else 2", "expected the end"),
    ],
)  # fmt: skip
def test_outside_the_grammar(source, reason):
    with pytest.raises(BadFormula) as refusal:
        Formula(source)
    assert reason in str(refusal.value).replace("'the end'", "the end")


def test_a_name_without_a_value_is_undefined():
    with pytest.raises(Undefined) as undefined:
        Formula("a + missing").compute(VALUES)
    assert undefined.value.name == "missing"


def _row(keys, bound, value):
    def cell(text):
        return Formula(str(text)).compute

    return Row(keys, None if bound is None else cell(bound), cell(value), not Formula(str(value)).names)


LIMITS = Table(
    "limits", (_row(("III",), 500, "0.5"), _row(("III",), 2000, 1), _row(("III",), "top", "1.5"), _row(("II",), None, "x")),
    below=False, label={"vi": "Bảng", "en": "Table"}, columns=1, trust="F",
)  # fmt: skip
CURVE = Table(
    "curve", (_row((), 50, 17), _row((), 100, 30), _row((), 200, 56)), False, {"vi": "", "en": ""}, 0, "F"
)
TABLES = {"limits": LIMITS, "curve": CURVE}


@pytest.mark.parametrize(
    ("m", "value"), [("0", "0.5"), ("500", "0.5"), ("500.0001", "1"), ("2000", "1"), ("2001", "1.5"), ("9000", "1.5")]
)  # fmt: skip
def test_a_zone_includes_its_upper_bound(m, value):
    formula = Formula("table(limits, klass, m)", TABLES)
    assert formula.compute({"klass": "III", "m": D(m), "top": D(9000)}) == D(value)


@pytest.mark.parametrize(("m", "value"), [("499.999", "0.5"), ("500", "1"), ("1999", "1"), ("2000", "1.5")])
def test_a_zone_may_end_before_its_upper_bound(m, value):
    below = Table("limits", LIMITS.rows, True, LIMITS.label, 1, "F")
    formula = Formula("table(limits, klass, m)", {"limits": below})
    assert formula.compute({"klass": "III", "m": D(m), "top": D(9000)}) == D(value)


def test_rows_that_need_what_the_instrument_has_not_are_left_out():
    formula = Formula("table(limits, klass, m)", TABLES)
    with pytest.raises(OffTheTable, match="limits: no row for III, 3000"):
        formula.compute({"klass": "III", "m": D(3000)})
    with pytest.raises(OffTheTable, match="limits: no row for II, 1"):
        formula.compute({"klass": "II", "m": D(1)})
    assert formula.compute({"klass": "II", "m": D(1), "x": D(7)}) == 7
    with pytest.raises(OffTheTable):
        formula.compute({"klass": "V", "m": D(1)})


@pytest.mark.parametrize(
    ("m", "value"), [("50", "17"), ("100", "30"), ("75", "23.5"), ("150", "43"), ("199", "55.74"), ("200", "56")]
)  # fmt: skip
def test_interpolation(m, value):
    assert Formula("interpolate(curve, m)", TABLES).compute({"m": D(m)}) == D(value)


@pytest.mark.parametrize("m", ["49.9", "200.1"])
def test_nothing_is_extrapolated(m):
    with pytest.raises(OffTheTable, match="outside the table"):
        Formula("interpolate(curve, m)", TABLES).compute({"m": D(m)})


@pytest.mark.parametrize(
    "source", ["table(limits, m)", "table(limits, klass, m, m)", "interpolate(curve, klass, m)"]
)
def test_a_table_takes_its_keys_and_an_argument(source):
    with pytest.raises(BadFormula, match="takes"):
        Formula(source, TABLES)


def test_what_a_value_rests_on_are_the_names_and_rows_of_the_branch_taken():
    formula = Formula("a*table(limits, klass, m) if m > 10 else interpolate(curve, m) + b", TABLES)
    values = {"a": D(2), "b": D(1), "klass": "III", "m": D(1500)}
    assert formula.rests(values) == ["a", (LIMITS, "III, ≤ 2\N{THIN SPACE}000")]
    assert formula.rests({**values, "m": D(5)}) == [(CURVE, ""), "b"]
    assert formula.tables == (LIMITS, CURVE)
    assert formula.names == {"a", "b", "klass", "m"}


numbers = st.decimals(min_value=-1000, max_value=1000, places=3, allow_nan=False)


@given(numbers, numbers, numbers)
def test_arithmetic_agrees_with_decimal(a, b, c):
    with localcontext(ARITHMETIC):
        values = {"a": a, "b": b, "c": c}
        assert Formula("a + b*c - (a - b)").compute(values) == a + b * c - (a - b)
        assert Formula("a if b < c else c").compute(values) == (a if b < c else c)


@given(st.text(alphabet="ab12+-*/()<>=, ifelsandortm'", max_size=25))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(BadFormula):
        Formula(text)


def test_a_row_left_out_does_not_hide_the_next():
    rows = (_row((), "width", 1), _row((), None, 2))
    table = Table("t", rows, False, LIMITS.label, 0, "F")
    formula = Formula("table(t, m)", {"t": table})
    assert formula.compute({"m": D(5)}) == 2
    assert formula.compute({"m": D(5), "width": D(5)}) == 1


def test_bounds_and_values_of_a_curve_may_be_names():
    curve = Table("c", (_row((), 0, "low"), _row((), "top", "high")), False, LIMITS.label, 0, "F")
    values = {"m": D(5), "top": D(10), "low": D(1), "high": D(3)}
    assert Formula("interpolate(c, m)", {"c": curve}).compute(values) == 2


def test_a_row_without_a_bound_cannot_be_interpolated():
    with pytest.raises(BadFormula, match="row without a bound"):
        Formula("interpolate(limits, klass, m)", TABLES)
