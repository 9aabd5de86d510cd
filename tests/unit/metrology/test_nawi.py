"""Non-automatic weighing instruments: OIML R 76-1 limits, changeover method, ranges."""

from __future__ import annotations

from decimal import Decimal

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


# OIML R 76-1 Table 6: the load m in e where the limit changes, by class.
@pytest.mark.parametrize(
    ("klass", "e", "steps"),
    [
        ("I", "0.001", (50000, 200000)),
        ("II", "0.1", (5000, 20000)),
        ("III", "10", (500, 2000)),
        ("IIII", "100", (50, 200)),
    ],
)
def test_limits_of_every_class(klass, e, steps):
    n = steps[1] * 3 // 2
    unit = Decimal(e)
    characteristics = {"class": klass, "Max": q(n * unit, "g"), "Min": q(100 * unit, "g"), "e": q(e, "g")}
    if klass == "IIII":
        characteristics["Min"] = q(10 * unit, "g")
    record = scale(characteristics=characteristics)
    for point, m, limit in (
        ("load-step1", steps[0], "0.5"),
        ("load-step2", steps[1], "1"),
        ("load-max", n, "1.5"),
    ):
        reading = next(r for r in record["readings"] if r["point"] == point)
        reading |= {"load": q(m * unit, "g"), "indication": q((m + Decimal(limit)) * unit, "g")}
        found = outcome(metrology.evaluate(record), f"{point}.1")
        assert (Decimal(found["limit"]), found["verdict"]) == (Decimal(limit) * unit, "pass")
        reading["indication"] = q((m + Decimal(limit)) * unit + unit / 1000, "g")
        assert outcome(metrology.evaluate(record), f"{point}.1")["verdict"] == "fail"


def test_eccentric_load_keeps_the_limit_of_its_load():
    # 10 kg of 30 kg, e = 10 g: m = 1000, limit 1 e.
    record = scale()
    reading = next(r for r in record["readings"] if r["point"] == "eccentric-3")
    reading["indication"] = q(10010, "g")
    assert outcome(metrology.evaluate(record), "eccentric-3.1")["verdict"] == "pass"
    reading["indication"] = q("10010.1", "g")
    result = metrology.evaluate(record)
    assert result["explanation"]["en"] == "Does not pass: eccentric-3.1."


@pytest.mark.parametrize(("spread", "verdict"), [("15", "pass"), ("15.1", "fail")])
def test_repeatability_keeps_the_limit_of_its_load(spread, verdict):
    # 24 kg: m = 2400, limit 1.5 e.  The runs lie on both sides, each within its own limit.
    record = scale()
    for reading, error in zip(
        (r for r in record["readings"] if r["point"] == "repeatability"), ("-7.5", "0", None), strict=True
    ):
        reading["indication"] = q(
            24000 + (Decimal(spread) - Decimal("7.5") if error is None else Decimal(error)), "g"
        )
    assert outcome(metrology.evaluate(record), "repeatability.range")["verdict"] == verdict


def test_decreasing_loads_are_judged_when_read():
    record = scale()
    reading = next(r for r in record["readings"] if r["point"] == "load-half")
    reading |= {"indication_down": q(14990, "g")}
    assert outcome(metrology.evaluate(record), "load-half.1.down")["verdict"] == "pass"
    reading |= {"added_down": q("5.1", "g")}
    assert outcome(metrology.evaluate(record), "load-half.1.down")["error"] == "-10.1"
    assert metrology.evaluate(record)["verdict"] == "fail"


def tared(kind: str, tare_load: int, load: int, indication: str):
    record = scale(characteristics={**SCALE, "tare": kind, "tare_max": q(10, "kg")})
    record["readings"] = [r for r in record["readings"] if r["point"] != "tare"]
    reading = {
        "point": "tare",
        "tare_load": q(tare_load, "g"),
        "load": q(load, "g"),
        "indication": q(indication, "g"),
    }
    return {**record, "readings": [*record["readings"], reading]}


@pytest.mark.parametrize(("indication", "verdict"), [("5005", "pass"), ("4995", "pass"), ("5005.1", "fail")])
def test_the_net_load_keeps_the_limit_of_a_gross_load(indication, verdict):
    # Net 5 kg: m = 500, limit 0.5 e, whatever the tare.
    point = outcome(metrology.evaluate(tared("subtractive", 10000, 5000, indication)), "tare.1")
    assert (point["limit"], point["verdict"]) == ("5", verdict)


def test_a_subtractive_tare_takes_from_max():
    with pytest.raises(metrology.BadInput) as refusal:
        metrology.evaluate(tared("subtractive", 10000, 20001, "20001"))
    assert refusal.value.rule == "at most 20000 g"
    assert metrology.evaluate(tared("additive", 10000, 30000, "30000"))["verdict"] == "pass"


@pytest.mark.parametrize(("after", "verdict"), [("20010", "pass"), ("20009", "fail")])
def test_discrimination_is_one_d_for_one_point_four_d(after, verdict):
    record = scale()
    record["readings"].append({"point": "discrimination", "before": q(20000, "g"), "after": q(after, "g")})
    assert outcome(metrology.evaluate(record), "discrimination.1")["verdict"] == verdict


@pytest.mark.parametrize(("indication", "verdict"), [("2.5", "pass"), ("-2.5", "pass"), ("2.6", "fail")])
def test_zero_is_set_to_a_quarter_of_e(indication, verdict):
    record = scale()
    record["readings"][0]["indication"] = q(indication, "g")
    assert outcome(metrology.evaluate(record), "zero.1")["verdict"] == verdict
