"""Each evaluator of the vocabulary: its value, its boundaries, and how it is written out."""

from __future__ import annotations

from decimal import ROUND_UP, Context, localcontext
from decimal import Decimal as D

import pytest

from metrology import evaluators as e
from metrology.formula import Formula
from metrology.number_text import english, number


def test_absolute_is_signed():
    assert e.absolute(D("20.06"), D(20)) == D("0.06")
    assert e.absolute(D("19.94"), D(20)) == D("-0.06")


def test_relative_is_a_percentage_of_the_reference():
    assert e.relative(D(110), D(100)) == D(10)
    assert e.relative(D(90), D(120)) == D(-25)


def test_reduced_is_a_percentage_of_the_span():
    assert e.reduced(D("4.1"), D(4), D(10)) == D(1)
    assert e.reduced(D("3.9"), D(4), D(20)) == D("-0.5")


def test_changeover():
    # OIML R 76-1 A.4.4.3: I = 1000 g, e = 5 g, ΔL = 1.5 g: P = 1000 + 2.5 - 1.5 = 1001 g.
    assert e.changeover(D(1000), D(5), D("1.5")) == D(1001)
    assert e.changeover(D(0), D(5), D(2)) == D("0.5")


def test_volume_at_temperature():
    # V_30 = 20 (1 + 3.3e-5 · 10)
    assert e.at_temperature(D(20), D("0.000033"), D(30), D(20)) == D("20.0066")
    assert e.at_temperature(D(20), D("0.000033"), D(10), D(20)) == D("19.9934")
    assert str(e.at_temperature(D("20.00"), D("0.000033"), D(20), D(20))) == "20.00"


@pytest.mark.parametrize(
    ("value", "step", "rounded"),
    [
        ("27", "10", "30"), ("24.9", "10", "20"), ("25", "10", "20"), ("35", "10", "40"), ("-25", "10", "-20"),
        ("0.0123", "0.005", "0.010"), ("17", "1", "17"),
    ],
)  # fmt: skip
def test_round_to_e_with_ties_to_even(value, step, rounded):
    assert e.round_to(D(value), D(step)) == D(rounded)


def test_rounding_is_the_same_in_any_arithmetic():
    with localcontext(Context(rounding=ROUND_UP)):
        assert e.round_to(D("24"), D(10)) == D(20)
        assert e.floor(D("2.9")) == D(2)


@pytest.mark.parametrize(("value", "below"), [("2.9", "2"), ("2", "2"), ("-0.1", "-1")])
def test_floor(value, below):
    assert e.floor(D(value)) == D(below)


def test_spread_mean_and_standard_deviation():
    values = [D(2), D(4), D(4), D(4), D(5), D(5), D(7), D(9)]
    assert e.spread(values) == D(7)
    assert e.spread([D(3)]) == 0
    assert e.mean(values) == D(5)
    assert e.stdev(values) == (D(32) / 7).sqrt()
    assert e.stdev([D(5)]) == 0
    assert e.stdev([D(1), D(3)]) == D(2).sqrt()


@pytest.mark.parametrize(
    ("values", "same"),
    [
        (["1", "2"], True),
        (["-1", "-2"], True),
        (["1", "-1"], False),
        (["0", "1"], False),
        (["0", "-1"], False),
    ],
)
def test_one_sided(values, same):
    assert e.one_sided([D(v) for v in values]) is same


def test_smallest_magnitude():
    assert e.smallest_magnitude([D(-1), D(2), D("0.5")]) == D("0.5")
    assert e.smallest_magnitude([D("-0.1"), D(2)]) == D("0.1")


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("1", True), ("2", True), ("5", True), ("10", True), ("0.002", True), ("500", True), ("0.50", True),
        ("3", False), ("4", False), ("15", False), ("0", False), ("-1", False), ("1.5", False), ("25", False),
    ],
)  # fmt: skip
def test_one_two_five(value, holds):
    assert e.one_two_five(D(value)) is holds


VALUES = {"I": D("4.2"), "L": D(4), "e": D("0.5"), "runs": [D("1.5"), D("-2")]}


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        ("absolute(I, L)", "4.2 − 4"),
        ("relative(I, L)", "(4.2 − 4)/4 × 100"),
        ("reduced(I, L, 10)", "(4.2 − 4)/10 × 100"),
        ("changeover(I, e, 0.1)", "(4.2 + 0.5/2 − 0.1)"),
        ("at_temperature(L, 0.000033, 30, 20)", "4 × [1 + 0.000033 × (30 − 20)]"),
        ("round_to(I, e)", "round_to(4.2; 0.5)"),
        ("floor(I)", "⌊4.2⌋"),
        ("spread(runs)", "max(1.5; (−2)) − min(1.5; (−2))"),
        ("mean(runs)", "mean(1.5; (−2))"),
        ("stdev(runs)", "s(1.5; (−2))"),
        ("count(runs)", "n(1.5; (−2))"),
        ("smallest_magnitude(runs)", "min|1.5; (−2)|"),
        ("max(I, L, e)", "max(4.2; 4; 0.5)"),
        ("abs(I - L)", "|4.2 − 4|"),
        ("2*absolute(I, L)", "2 × (4.2 − 4)"),
        ("absolute(I + e, L)", "(4.2 + 0.5) − 4"),
        ("abs(I)*2", "|4.2| × 2"),
    ],
)
def test_written_out(formula, written):
    assert english(Formula(formula).write(VALUES, number)) == written


@pytest.mark.parametrize(
    ("formula", "value"),
    [("count(runs)", D(2)), ("min(runs)", D(-2)), ("max(runs)", D("1.5")), ("max(1, 3, 2)", D(3)),
     ("min(2, 1)", D(1)), ("abs(-2)", D(2)), ("one_sided(runs)", False)],
)  # fmt: skip
def test_called_from_a_formula(formula, value):
    assert Formula(formula).compute(VALUES) == value
