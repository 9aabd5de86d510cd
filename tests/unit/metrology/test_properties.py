"""Properties that hold for whatever is read: limits, boundaries, units, order, growing errors."""

from __future__ import annotations

import copy
import random
from decimal import Context, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import metrology
from metrology.quantity import ARITHMETIC, plain
from metrology.unit import KINDS, convert
from tests.unit.metrology import instruments as of
from tests.unit.metrology.records import Json, fuel_dispenser, outcome, q, scale

COMPLETE = sorted(of.COMPLETE)
SMALLEST = Decimal("1e-12")
# Where each instrument's error can be set directly: point, field read, reference field.  All limits there are symmetric.
SYMMETRIC = {
    "fuel-dispenser": ("qmax", "indication", "reference"),
    "lpg-dispenser": ("qmax", "indication", "reference"),
    "nawi": ("load-max", "indication", "load"),
    "weighbridge": ("load-max", "indication", "load"),
    "spring-scale": ("load-max", "indication", "load"),
    "gold-scale-control": ("load", "indication", "load"),
    "electricity-meter": ("pf1-Ib", "indication", "reference"),
    "taximeter": ("distance", "indication", "reference"),
    "pressure-gauge": ("p40", "up", "reference"),
    "clinical-thermometer-electronic": ("t-middle", "indication", "reference"),
}


def with_error(name: str, error: Decimal) -> tuple[Json, str]:
    """The record with that absolute error, in the unit of the reference, in one reading; and the id of its outcome."""
    point, field, reference = SYMMETRIC[name]
    record = copy.deepcopy(of.COMPLETE[name])
    reading = next(r for r in record["readings"] if r["point"] == point)
    reading[field] = q(plain(Decimal(reading[reference]["value"]) + error), reading[reference]["unit"])
    run = reading.get("run", 1)
    return record, f"{point}.{run}.up" if name == "pressure-gauge" else f"{point}.{run}"


errors = st.decimals(min_value=0, max_value="0.9", places=6, allow_nan=False)


@given(st.sampled_from(sorted(SYMMETRIC)), errors, errors, st.sampled_from([1, -1]))
def test_adding_error_never_turns_fail_into_pass(name, one, two, sign):
    less, more = sorted((one, two))
    verdicts = []
    for error in (less, more):
        record, id = with_error(name, sign * error)
        verdicts.append(outcome(metrology.evaluate(record, explain=False), id)["verdict"])
    assert verdicts != ["fail", "pass"]


@given(st.sampled_from(sorted(SYMMETRIC)), errors)
def test_symmetric_limits_do_not_care_for_the_sign(name, error):
    verdicts = set()
    for sign in (1, -1):
        record, id = with_error(name, sign * error)
        verdicts.add(outcome(metrology.evaluate(record, explain=False), id)["verdict"])
    assert len(verdicts) == 1


@given(st.sampled_from(sorted(SYMMETRIC)), st.sampled_from([1, -1]))
def test_a_limit_is_inclusive_and_nothing_beyond_it_passes(name, sign):
    record, id = with_error(name, Decimal(0))
    point = outcome(metrology.evaluate(record, explain=False), id)
    limit = Decimal(point["limit"])
    reading = next(r for r in record["readings"] if r["point"] == SYMMETRIC[name][0])
    reference = reading[SYMMETRIC[name][2]]
    with localcontext(ARITHMETIC):
        if point["unit"] == "%":
            limit = limit * Decimal(reference["value"]) / 100
        else:
            limit = convert(limit, point["unit"], reference["unit"], "limit")
    at, id = with_error(name, sign * limit)
    assert outcome(metrology.evaluate(at, explain=False), id)["verdict"] == "pass"
    beyond, id = with_error(name, sign * (limit + SMALLEST))
    assert outcome(metrology.evaluate(beyond, explain=False), id)["verdict"] == "fail"


@given(
    st.sampled_from(["I", "II", "III", "IIII"]), st.sampled_from(["1", "2", "5"]), st.integers(-1, 2),
    st.integers(500, 1000), st.data(),
)  # fmt: skip
def test_limits_of_a_scale_rise_with_the_load(klass, digit, power, n, data):
    e = Decimal(digit).scaleb(power)
    factor = {"I": 200, "II": 10, "III": 5, "IIII": 1}[klass]
    largest = e * n * factor
    characteristics = {
        "class": klass,
        "Max": q(plain(largest), "g"),
        "Min": q(plain(100 * e), "g"),
        "e": q(plain(e), "g"),
    }
    try:
        record = scale(characteristics=characteristics)
    except metrology.BadInput:
        assume(False)
    step = largest / 2000
    loads = sorted(data.draw(st.lists(st.integers(1800, 2000), min_size=2, max_size=5)))
    limits = [limit_at(record, "load-max", step * load) for load in loads]
    assert limits == sorted(limits)
    assert limits[0] >= e / 2
    assert limits[-1] <= e * Decimal("1.5")


def limit_at(record: Json, point: str, load: Decimal) -> Decimal:
    changed = copy.deepcopy(record)
    reading = next(r for r in changed["readings"] if r["point"] == point)
    reading |= {"load": q(plain(load), "g"), "indication": q(plain(load), "g")}
    return Decimal(outcome(metrology.evaluate(changed, explain=False), f"{point}.1")["limit"])


@given(
    st.lists(st.decimals("0.05", 100, places=3), min_size=2, max_size=5),
    st.sampled_from(["0.3", "0.5", "1", "1.5", "2.5"]),
)
def test_limits_of_a_dispenser_rise_with_the_volume(volumes, klass):
    record = of.lpg_dispenser()
    record["characteristics"] |= {"MMQ": q("0.05", "L"), "class": klass}
    limits = []
    for volume in sorted(volumes):
        record["readings"][0] |= {"indication": q(volume, "L"), "reference": q(volume, "L")}
        limits.append(Decimal(outcome(metrology.evaluate(record, explain=False), "qmax.1")["limit"]))
    assert limits == sorted(limits)


@given(st.lists(st.decimals(50, 200, places=3), min_size=2, max_size=5))
def test_limits_of_a_gold_scale_rise_with_the_mass(masses):
    limits = [
        Decimal(metrology.evaluate(of.gold_control(str(m), str(m)), explain=False)["points"][0]["limit"])
        for m in sorted(masses)
    ]
    assert limits == sorted(limits)


@pytest.mark.parametrize("name", ["nawi", "weighbridge", "spring-scale", "water-meter"])
def test_limits_in_service_are_never_narrower(name):
    record = of.COMPLETE[name]
    narrow, wide = (
        metrology.evaluate({**record, "regime": r}, explain=False)["points"]
        for r in ("initial", "in_service")
    )
    for one, two in zip(narrow, wide, strict=True):
        if one["upper"] is not None and two["upper"] is not None:
            assert Decimal(one["upper"]) <= Decimal(two["upper"])


UNITS = {
    unit: [other for other in units if other not in ("K", "°C", "mmHg", "kgf/cm²", "mmHg/min")]
    for units in KINDS.values()
    for unit in units
}


def in_other_units(value: Any, chance: random.Random) -> Any:
    """The same record with its quantities written in other units of their kinds, without loss."""
    if isinstance(value, list):
        return [in_other_units(part, chance) for part in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"value", "unit"} and value["unit"] in UNITS:
        unit = chance.choice([value["unit"], *UNITS[value["unit"]]])
        with localcontext(ARITHMETIC):
            other = convert(Decimal(value["value"]), value["unit"], unit, "")
            exact = convert(other, unit, value["unit"], "") == Decimal(value["value"])
        text = plain(other)
        return q(text, unit) if exact and sum(c.isdigit() for c in text) <= 18 else value
    return {key: in_other_units(part, chance) for key, part in value.items()}


@given(st.sampled_from(COMPLETE), st.randoms(use_true_random=False))
def test_other_units_change_nothing(name, chance):
    record = of.COMPLETE[name]
    one, two = metrology.evaluate(record), metrology.evaluate(in_other_units(record, chance))
    assert one["verdict"] == two["verdict"]
    told = ("id", "error", "limit", "unit", "verdict", "lower", "upper")
    assert [[p[k] for k in told] for p in one["points"]] == [[p[k] for k in told] for p in two["points"]]


@given(st.sampled_from(COMPLETE), st.randoms(use_true_random=False))
def test_the_order_of_readings_changes_nothing(name, chance):
    record = of.COMPLETE[name]
    shuffled = {**record, "readings": chance.sample(record["readings"], len(record["readings"]))}
    assert metrology.evaluate(shuffled) == metrology.evaluate(record)


@given(st.sampled_from(COMPLETE), st.data())
def test_without_a_reading_nothing_passes(name, data):
    record = copy.deepcopy(of.COMPLETE[name])
    index = data.draw(st.integers(0, len(record["readings"]) - 1))
    gone = record["readings"].pop(index)
    result = metrology.evaluate(record, explain=False)
    assert result["verdict"] == "incomplete"
    assert f"{gone['point']}.{gone.get('run', 1)}" in [item["id"] for item in result["missing"]]


@given(st.integers(1, 60), st.sampled_from(["ROUND_UP", "ROUND_DOWN", "ROUND_HALF_EVEN"]))
def test_the_callers_arithmetic_changes_nothing(digits, rounding):
    expected = metrology.evaluate(of.COMPLETE["water-meter"])
    with localcontext(Context(prec=digits, rounding=rounding)):
        assert metrology.evaluate(of.COMPLETE["water-meter"]) == expected


@given(
    st.decimals("0.000001", "999999", places=6), st.decimals("0.000001", "999999", places=6),
)  # fmt: skip
def test_a_verdict_agrees_with_exact_fractions(indication, reference):
    from fractions import Fraction

    assume(Fraction(reference) >= 2)
    result = metrology.evaluate(fuel_dispenser(plain(indication), plain(reference)), explain=False)
    error = 100 * (Fraction(indication) - Fraction(reference)) / Fraction(reference)
    expected = "pass" if abs(error) <= Fraction(3, 10) else "fail"
    assert outcome(result, "qmax.1")["verdict"] == expected


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5) | st.integers() | st.floats(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["value", "unit", "point", "run", "Qmax", "type"]), inner, max_size=3
            )
        ),
        max_leaves=8,
    ),
    st.sampled_from(
        [
            "type",
            "regime",
            "procedure",
            "verified_on",
            "characteristics",
            "conditions",
            "checks",
            "standards",
            "readings",
        ]
    ),
)
def test_any_other_json_is_judged_or_refused(value, key):
    record = fuel_dispenser()
    record[key] = value
    try:
        told = [metrology.evaluate(record)["verdict"]]
    except metrology.BadInput as refusal:
        told = [refusal.field, refusal.rule, refusal.message]
    assert all(told)
