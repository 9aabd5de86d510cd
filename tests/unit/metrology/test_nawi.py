"""Non-automatic weighing instruments: OIML R 76-1 limits, changeover method, ranges."""

from __future__ import annotations

import pytest

import metrology
from tests.unit.metrology.records import SCALE, outcome, q, scale

TRUCK = {"class": "III", "Max": q(60, "t"), "Min": q(400, "kg"), "e": q(20, "kg")}


@pytest.mark.parametrize(
    ("type", "characteristics", "load", "limit"),
    [
        # Own arithmetic from OIML R 76-1 Table 6: bench scale III, Max 30 kg, e 10 g.
        ("8b", SCALE, "5000", "5"),
        ("8b", SCALE, "5000.1", "10"),
        ("8b", SCALE, "20000", "10"),
        ("8b", SCALE, "20000.1", "15"),
    ],
)
def test_limit_by_load(type, characteristics, load, limit):
    point = "load-step1" if load.startswith("5") else "load-step2"
    record = scale(characteristics=characteristics, type=type)
    reading = next(r for r in record["readings"] if r["point"] == point)
    reading |= {"load": q(load, "g"), "indication": q(load, "g")}
    assert outcome(metrology.evaluate(record), f"{point}.1")["limit"] == limit


@pytest.mark.parametrize(
    ("error", "verdict"), [("10", "pass"), ("-10", "pass"), ("10.1", "fail"), ("-10.1", "fail")]
)
def test_the_limit_belongs_to_the_pass(error, verdict):
    assert metrology.evaluate(scale({"load-half": error}))["verdict"] == verdict


def test_in_service_limits_are_double():
    assert metrology.evaluate(scale({"load-half": "20"}, regime="in_service"))["verdict"] == "pass"
    assert metrology.evaluate(scale({"load-half": "20.1"}, regime="in_service"))["verdict"] == "fail"


def test_changeover_point_method():
    # OIML R 76-1 A.4.4.3: e = 5 g, load 1 kg, I = 1000 g, the indication changes to 1005 g after 1.5 g were added:
    # P = 1000 + 2.5 - 1.5 = 1001 g, E = +1 g; with E0 = +0.5 g, Ec = +0.5 g.
    characteristics = {"class": "III", "Max": q(15, "kg"), "Min": q(100, "g"), "e": q(5, "g")}
    record = scale(characteristics=characteristics)
    zero = next(r for r in record["readings"] if r["point"] == "zero")
    zero |= {"indication": q(0, "g"), "added": q(2, "g")}
    step = next(r for r in record["readings"] if r["point"] == "load-step1")
    step |= {"load": q(2500, "g"), "indication": q(2500, "g"), "added": q("1.5", "g")}
    result = metrology.evaluate(record)
    assert outcome(result, "zero.1")["error"] == "0.5"
    assert outcome(result, "load-step1.1")["error"] == "0.5"


def test_zero_reading_missing_leaves_everything_that_rests_on_it_open():
    record = scale()
    record["readings"] = [r for r in record["readings"] if r["point"] != "zero"]
    result = metrology.evaluate(record)
    assert result["verdict"] == "incomplete"
    assert {"zero.1", "load-max.1"} <= {item["id"] for item in result["missing"]}


def test_repeatability_is_three_weighings_for_class_iii_and_six_for_ii():
    fine = {"class": "II", "Max": q(3, "kg"), "Min": q(5, "g"), "e": q("0.1", "g")}
    runs = {}
    for characteristics in (SCALE, fine):
        form = metrology.points("8b", characteristics, "initial", "2026-03-05")
        point = next(p for p in form["steps"][2]["points"] if p["id"] == "repeatability")
        runs[characteristics["class"]] = point["repetitions"]
    assert runs == {"III": 3, "II": 6}


def test_multi_interval_uses_the_e_of_the_partial_range():
    # OIML R 76-1 3.3 example: Max 2/5/15 kg, e 1/2/5 g, class III.
    characteristics = {
        "class": "III", "ranges": "multi-interval", "Max": q(15, "kg"), "Min": q(20, "g"), "e": q(5, "g"),
        "Max1": q(2, "kg"), "e1": q(1, "g"), "Max2": q(5, "kg"), "e2": q(2, "g"),
    }  # fmt: skip
    result = metrology.evaluate(scale(characteristics=characteristics))
    limits = {p["id"]: p["limit"] for p in result["points"] if p["id"].startswith("load")}
    # 20 g: 0.5 e1; 500 g: 0.5 e1; 2 kg: 1 e1; 5 kg = 2500 e2: 1.5 e2; 7.5 kg = 1500 e3: 1 e3; 15 kg: 1.5 e3
    assert limits == {
        "load-min.1": "0.5", "load-step1.1": "0.5", "load-max1.1": "1", "load-max2.1": "3",
        "load-half.1": "5", "load-max.1": "7.5",
    }  # fmt: skip


def test_multi_range_measures_each_range_with_its_own_e():
    characteristics = {
        "class": "III", "ranges": "multi-range", "Max": q(15, "kg"), "Min": q(40, "g"), "e": q(5, "g"),
        "Max1": q(6, "kg"), "e1": q(2, "g"),
    }  # fmt: skip
    result = metrology.evaluate(scale(characteristics=characteristics))
    limits = {p["id"]: p["limit"] for p in result["points"] if p["id"].startswith("load")}
    assert limits["load-max1.1"] == "3"  # 6 kg = 3000 e1: 1.5 e1
    assert limits["load-max.1"] == "7.5"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"e": q(3, "g")}, "characteristics.e"),
        ({"e": q("0.05", "g")}, "characteristics.e"),
        ({"Max": q(101, "kg")}, "characteristics.Max"),
        ({"Max": q("0.9", "kg")}, "characteristics.Max"),
        ({"Min": q(199, "g")}, "characteristics.Min"),
        ({"class": "V"}, "characteristics.class"),
        ({"Max1": q(3, "kg")}, "characteristics.Max1"),
        ({"d": q(20, "g")}, "characteristics.d"),
    ],
)
def test_characteristics_that_contradict_the_class_are_refused(change, field):
    with pytest.raises(metrology.BadInput) as refusal:
        metrology.points("8b", {**SCALE, **change}, "initial", "2026-03-05")
    assert refusal.value.field == field
