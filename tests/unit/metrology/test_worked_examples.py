"""Worked examples of every kind of instrument.

Published: OIML R 76-1:2006 A.4.4.3 (changeover) and 3.3 (multi-interval), TT 09/2017/TT-BKHCN Art. 6 (retail scales),
TT 15/2015/TT-BKHCN Art. 6 (fuel sale), OIML R 138:2007 (batch of 35), OIML R 7:1979 (limits), Directive 2014/32/EU
annexes VII and IX (small quantities, taximeter), OIML R 111-1:2004 Table 1.  The others are our own arithmetic from the
published formulas, and say so.
"""

from __future__ import annotations

import pytest

import metrology
from tests.unit.metrology import instruments as of
from tests.unit.metrology.records import Json, outcome, q


def judged(record: Json, id: str) -> tuple[str, str, str]:
    """Error, limit and verdict of one point."""
    point = outcome(metrology.evaluate(record), id)
    return point["error"], point["limit"], point["verdict"]


def absent(result: Json) -> list[str]:
    return [item["id"] for item in result["missing"]]


@pytest.mark.parametrize("name", of.COMPLETE)
def test_a_complete_verification_passes(name):
    result = metrology.evaluate(of.COMPLETE[name])
    assert (result["procedure"]["id"], result["verdict"], result["missing"]) == (name, "pass", [])


# Published: TT 09/2017/TT-BKHCN Art. 6.
@pytest.mark.parametrize(
    ("Max", "d", "mass", "indication", "side", "limit", "verdict"),
    [
        ("8000", "20", "1000", "1020", "selling", "20", "pass"),
        ("8000", "20", "1000", "1021", "selling", "20", "fail"),
        ("10000", "50", "7000", "7100", "selling", "100", "pass"),
        ("10000", "50", "7000", "7101", "selling", "100", "fail"),
        ("100000", "200", "50000", "49400", "buying", "600", "pass"),
        ("100000", "200", "50000", "49399", "buying", "600", "fail"),
        # One-sided: to the customer's advantage anything goes.
        ("8000", "20", "1000", "900", "selling", "20", "pass"),
        ("100000", "200", "50000", "60000", "buying", "600", "pass"),
    ],
)
def test_retail_shortfall(Max, d, mass, indication, side, limit, verdict):
    _, found, given = judged(of.retail_control(Max, d, mass, indication, side), "sale.1")
    assert (found, given) == (limit, verdict)


# Published: TT 15/2015/TT-BKHCN Art. 6: 1.5 × the positive limit, here 1.5 × 0.3 % = 90 mL in 20 L.
@pytest.mark.parametrize(
    ("indication", "verdict"), [("20.09", "pass"), ("20.0901", "fail"), ("19.00", "pass")]
)
def test_fuel_sale(indication, verdict):
    assert judged(of.fuel_control(indication, "20.00"), "delivery.1")[1:] == ("0.45", verdict)


# Directive 2014/32/EU annex VII; own arithmetic for the quantities.
@pytest.mark.parametrize(
    ("klass", "MMQ", "volume", "limit"),
    [
        ("0.5", "5", "5", "0.05"),  # Emin = 2 · 5 L · 0.5 % = 50 mL
        ("0.5", "5", "20", "0.1"),
        ("1", "0.05", "0.05", "0.004"),  # below 0.1 L: four times the limit at 0.1 L
        ("1", "0.05", "0.1", "0.004"),
        ("1", "0.05", "0.15", "0.006"),
        ("1", "0.05", "0.2", "0.008"),
        ("1", "0.05", "0.3", "0.008"),  # twice the limit at 0.4 L
        ("1", "0.05", "0.4", "0.008"),
        ("1", "0.05", "0.5", "0.01"),
        ("1", "0.05", "1", "0.02"),
        ("1", "0.05", "1.5", "0.02"),  # the limit at 2 L
        ("1", "0.05", "2", "0.02"),
        ("1", "0.05", "3", "0.03"),
        ("2.5", "10", "1000", "25"),
    ],
)
def test_small_quantities_of_a_liquid(klass, MMQ, volume, limit):
    record = of.lpg_dispenser()
    record["characteristics"] |= {"class": klass, "MMQ": q(MMQ, "L")}
    for reading in record["readings"]:
        reading |= {"indication": q(volume, "L"), "reference": q(volume, "L")}
    assert judged(record, "qmax.1") == ("0", limit, "pass")


def test_lpg_dispenser_at_its_limit_and_its_repeatability():
    record = of.lpg_dispenser()
    record["readings"][0]["indication"] = q("30.3", "L")  # 1 % of 30 L
    record["readings"][1]["indication"] = q("30.3001", "L")
    assert judged(record, "qmax.1") == ("0.3", "0.3", "pass")
    assert judged(record, "qmax.2") == ("0.3001", "0.3", "fail")
    assert judged(record, "qmax.repeatability") == ("0.2001", "0.12", "fail")


def test_lpg_repeatability_is_asked_from_five_times_mmq_on():
    record = of.lpg_dispenser()
    for reading in record["readings"]:
        reading |= {"indication": q("24.9", "L"), "reference": q("24.9", "L")}
    assert all("repeatability" not in p["id"] for p in metrology.evaluate(record)["points"])


# Own arithmetic from OIML R 76-1 Table 6: Max 60 t, e = 20 kg, n = 3000.
@pytest.mark.parametrize(
    ("point", "load", "limit", "in_service"),
    [("load-500e", 10, "10", "20"), ("load-2000e", 40, "20", "40"), ("load-max", 60, "30", "60")],
)
def test_weighbridge(point, load, limit, in_service):
    record = of.weighbridge()
    reading = next(r for r in record["readings"] if r["point"] == point)
    reading["indication"] = q(load * 1000 + int(limit), "kg")
    assert judged(record, f"{point}.1") == (limit, limit, "pass")
    reading["indication"] = q(load * 1000 - int(limit) - 1, "kg")
    assert judged(record, f"{point}.1") == (f"-{int(limit) + 1}", limit, "fail")
    record["regime"] = "in_service"
    assert judged(record, f"{point}.1")[1:] == (in_service, "pass")


# OIML R 76-1 3.7.3: the weights must be 50 %, 35 % or 20 % of Max by repeatability, and never less than 1 t.
@pytest.mark.parametrize(
    ("spread", "weights", "enough"),
    [(0, 12, True), (4, 12, True), (0, "11.999", False), (5, 12, False), (5, 21, True), (6, 21, True), (6, "20.9", False),
     (7, 21, False), (7, 30, True), (20, 30, True), (20, "29.9", False)],
)  # fmt: skip
def test_share_of_standard_weights_by_repeatability(spread, weights, enough):
    record = of.weighbridge(weights=weights, substituted=60)
    first = next(r for r in record["readings"] if r["point"] == "repeatability")
    first["indication"] = q(30000 + spread, "kg")
    result = metrology.evaluate(record)
    assert result["verdict"] == ("pass" if enough else "incomplete")
    assert absent(result) == ([] if enough else ["weights.1"])


def test_never_less_than_one_tonne_of_weights():
    small = {"Max": q(2, "t"), "Min": q(40, "kg"), "e": q(2, "kg")}
    assert metrology.evaluate(of.weighbridge(small, weights=1, substituted=1))["verdict"] == "pass"
    assert absent(metrology.evaluate(of.weighbridge(small, weights="0.999", substituted=2))) == ["weights.1"]


def test_substitution_must_make_up_the_load():
    result = metrology.evaluate(of.weighbridge(weights=30))
    assert result["verdict"] == "incomplete"
    assert absent(result) == ["load-2000e.1.realised", "load-max.1.realised"]
    assert (
        "30\u2009000 kg ngoài khoảng cho phép ≥ 60\u2009000 kg" in result["missing"][1]["explanation"]["vi"]
    )
    assert metrology.evaluate(of.weighbridge(weights=30, substituted=30))["verdict"] == "pass"
    assert absent(metrology.evaluate(of.weighbridge(weights=30, substituted="29.999"))) == [
        "load-max.1.realised"
    ]


def test_substitution_material_must_reach_the_same_changeover_point():
    record = of.weighbridge(weights=30, substituted=30)
    record["readings"][-1]["shift"] = q(2, "kg")  # 0.1 e
    assert metrology.evaluate(record)["verdict"] == "pass"
    record["readings"][-1]["shift"] = q("2.1", "kg")
    assert absent(metrology.evaluate(record)) == [
        "substitution.1",
        "load-2000e.1.realised",
        "load-max.1.realised",
    ]


# Own arithmetic from OIML R 76-1 Table 6, class IIII: Max 8 kg, d = 20 g.
@pytest.mark.parametrize(
    ("point", "load", "limit"),
    [("load-min", 200, 10), ("load-50d", 1000, 10), ("load-200d", 4000, 20), ("load-max", 8000, 30)],
)
def test_spring_scale(point, load, limit):
    record = of.spring_scale()
    reading = next(r for r in record["readings"] if r["point"] == point)
    reading |= {"indication": q(load + limit, "g"), "indication_down": q(load - limit - 1, "g")}
    assert judged(record, f"{point}.1") == (str(limit), str(limit), "pass")
    assert judged(record, f"{point}.1.down") == (f"-{limit + 1}", str(limit), "fail")
    assert judged(record, f"{point}.1.hysteresis") == (str(2 * limit + 1), str(limit), "fail")


def test_spring_scale_returns_to_zero():
    record = of.spring_scale()
    record["readings"][0] |= {"indication": q(-10, "g"), "after": q(1, "g")}
    assert judged(record, "zero.1") == ("-10", "10", "pass")
    assert judged(record, "zero.1.return") == ("11", "10", "fail")


# TT 04/2026 Art. 1 (transcription): linear between the points of the table, rounded to e.
@pytest.mark.parametrize(
    ("load", "e", "limit"),
    [("50", "1", "17"), ("60", "1", "20"), ("55", "1", "18"), ("65", "1", "21"), ("50", "10", "20"), ("200", "1", "56")],
)  # fmt: skip
def test_gold_scale(load, e, limit):
    record = of.gold_control(load, load, e) if e == "1" else of.gold_control(load, load)
    record["characteristics"] |= {"e": q(e, "mg")}
    if e == "10":
        record["characteristics"]["Max"] = q(3, "kg")
    assert judged(record, "load.1")[1:] == (limit, "pass")


# Own arithmetic from E = (ΔV - V_ref)/V_ref · 100 and the zones of OIML R 49-1.
@pytest.mark.parametrize(
    ("point", "meter", "standard", "error", "limit", "verdict"),
    [
        ("q3", "100.0", "98.5", "1.5228", "2", "pass"),
        ("q3", "102", "100", "2", "2", "pass"),
        ("q3", "102.0001", "100", "2.0001", "2", "fail"),
        ("q3", "100", "102.1", "-2.0568", "2", "fail"),
        ("q1", "100", "102.1", "-2.0568", "5", "pass"),
        ("q2", "95", "100", "-5", "2", "fail"),
        ("q1", "95", "100", "-5", "5", "pass"),
        ("q1", "94.999", "100", "-5.001", "5", "fail"),
    ],
)
def test_water_meter(point, meter, standard, error, limit, verdict):
    assert judged(of.water_meter({point: (meter, standard)}), f"{point}.1") == (error, limit, verdict)


@pytest.mark.parametrize(
    ("klass", "T", "upper", "lower"),
    [("1", 30, "1", "3"), ("1", "30.1", "2", "3"), ("2", 30, "2", "5"), ("2", 31, "3", "5")],
)
def test_water_meter_by_class_and_temperature(klass, T, upper, lower):
    record = of.water_meter()
    record["characteristics"]["class"] = klass
    for reading in record["readings"]:
        reading["T"] = q(T, "°C")
    limits = {p["id"]: p["limit"] for p in metrology.evaluate(record)["points"]}
    assert (limits["q3.1"], limits["q2.1"], limits["q1.1"]) == (upper, upper, lower)


# The old classes, by the table of shares of Qn: Qmin, Qt in m³/h.
@pytest.mark.parametrize(
    ("klass", "Qn", "Qmin", "Qt"),
    [
        ("A", "1.5", "0.06", "0.15"), ("A", "15", "1.2", "4.5"), ("B", "1.5", "0.03", "0.12"), ("B", "20", "0.6", "4"),
        ("C", "1.5", "0.015", "0.0225"), ("C", "15", "0.09", "0.225"), ("D", "1.5", "0.01125", "0.01725"),
        ("B", "14.9", "0.298", "1.192"),
    ],
)  # fmt: skip
def test_old_classes_of_water_meters(klass, Qn, Qmin, Qt):
    characteristics = {"class": klass, "Qn": q(Qn, "m³/h"), "d": q("0.1", "L")}
    form = metrology.points("21a", characteristics, "periodic", "2026-03-05")
    nominal = {p["id"]: p["fields"][0]["nominal"]["value"] for p in form["steps"][2]["points"]}
    assert nominal == {"q3": Qn, "q2": Qt, "q1": Qmin}
    limits = {p["id"]: p["limits"][0]["upper"] for p in form["steps"][2]["points"]}
    assert limits == {"q3": "2", "q2": "2", "q1": "5"}


def test_flow_rates_of_a_meter_by_r49():
    form = metrology.points("21a", of.water_meter()["characteristics"], "periodic", "2026-03-05")
    spans = {p["id"]: (p["fields"][0]["min"], p["fields"][0]["max"]) for p in form["steps"][2]["points"]}
    # Q1 = 2.5/80 = 0.03125, Q2 = 1.6 Q1 = 0.05 m³/h
    assert spans == {"q3": ("2.25", "2.5"), "q2": ("0.05", "0.055"), "q1": ("0.03125", "0.034375")}


def test_smallest_test_volume_of_a_water_meter():
    # Q3 = 2.5 m³/h for 90 s is 62.5 L; 200 d is 20 L.
    assert judged(of.water_meter({"q3": ("62.5", "62.5")}), "q3.1.volume") == ("62.5", "62.5", "pass")
    result = metrology.evaluate(of.water_meter({"q3": ("70", "62.4")}))
    assert (result["verdict"], absent(result)) == ("incomplete", ["q3.1.volume"])
    assert all(not p["id"].startswith("q3") for p in result["points"])  # a void run says nothing, good or bad


# OIML R 49-2: if all errors have one sign, one at least is within half of its limit.
@pytest.mark.parametrize(
    ("q3", "q2", "q1", "verdict"),
    [
        ("101.5", "101.5", "104", "fail"), ("101", "101.5", "104", "pass"), ("101.0001", "101.5", "104", "fail"),
        ("101.5", "101.5", "102.5", "pass"), ("98.5", "98.5", "96", "fail"), ("98.5", "101.5", "96", "pass"),
        ("100", "101.5", "104", "pass"),
    ],
)  # fmt: skip
def test_errors_of_one_sign(q3, q2, q1, verdict):
    record = of.water_meter({"q3": (q3, "100"), "q2": (q2, "100"), "q1": (q1, "100")})
    assert metrology.evaluate(record)["verdict"] == verdict


# IEC 62053-11/-21 as parameters: class 2, Ib = 5 A.
@pytest.mark.parametrize(
    ("point", "limit"),
    [("pf1-005Ib", "2.5"), ("pf1-01Ib", "2"), ("pf1-Ib", "2"), ("pf1-Imax", "2"), ("pf05-01Ib", "2.5"), ("pf05-02Ib", "2"),
     ("pf05-Ib", "2"), ("pf05-Imax", "2")],
)  # fmt: skip
def test_electricity_meter(point, limit):
    assert judged(of.electricity_meter({point: limit}), f"{point}.1") == (limit, limit, "pass")
    assert judged(of.electricity_meter({point: f"-{limit}1"}), f"{point}.1")[1:] == (limit, "fail")


def test_electricity_meter_without_load_and_at_the_start():
    record = of.electricity_meter()
    record["readings"][0]["pulses"] = q(2, "1")
    record["readings"][1]["current"] = q("0.0251", "A")  # 0.005 Ib = 0.025 A
    assert judged(record, "no-load.1") == ("2", "1", "fail")
    assert judged(record, "start.1") == ("0.0251", "0.025", "fail")


@pytest.mark.parametrize(
    ("klass", "low", "high"), [("A", "2.5", "2"), ("B", "1.5", "1"), ("C", "1", "0.5"), ("D", "0.4", "0.2")]
)
def test_electricity_meter_by_r46(klass, low, high):
    given = {"class": klass, "Imin": q("0.25", "A"), "Itr": q("0.5", "A"), "Imax": q(60, "A")}
    limits = {
        p["id"]: p["limit"]
        for p in metrology.evaluate(of.electricity_meter(characteristics=given, type="43b"))["points"]
    }
    assert (limits["pf1-Imin.1"], limits["pf1-Itr.1"], limits["pf1-Imax.1"]) == (low, high, high)


# Directive 2014/32/EU annex IX on the bench: distance ±0.2 % (4 m at least), time ±0.1 % (0.2 s at least), fare ±0.1 %.
def test_taximeter_on_the_bench():
    record = of.taximeter("1004", "600.6", "bench", "100100")
    assert judged(record, "distance.1") == ("4", "4", "pass")
    assert judged(record, "waiting.1") == ("0.6", "0.6", "pass")
    assert judged(record, "fare.1") == ("0.1", "0.1", "pass")
    record["readings"][0] |= {"indication": q("3006.01", "m"), "reference": q(3, "km")}
    record["readings"][1] |= {"indication": q("100.2", "s"), "reference": q(100, "s")}
    record["readings"][2] |= {"indication": q(100101, "VND")}
    assert judged(record, "distance.1") == ("6.01", "6", "fail")
    assert judged(record, "waiting.1") == ("0.2", "0.2", "pass")
    assert judged(record, "fare.1") == ("0.101", "0.1", "fail")


@pytest.mark.parametrize(
    ("distance", "waiting", "verdict"),
    [("1020", "606", "pass"), ("980", "594", "pass"), ("1020.1", "600", "fail"), ("1000", "606.1", "fail")],
)
def test_taximeter_on_the_vehicle(distance, waiting, verdict):
    assert metrology.evaluate(of.taximeter(distance, waiting))["verdict"] == verdict


def test_sphygmomanometer():
    record = of.sphygmomanometer(up={"p100": "103", "p150": "153.1"}, down={"p100": "97", "p150": "156"})
    assert judged(record, "p100.1.up") == ("3", "3", "pass")
    assert judged(record, "p100.1.down") == ("-3", "3", "pass")
    assert judged(record, "p150.1.up") == ("3.1", "3", "fail")


@pytest.mark.parametrize(
    ("kind", "down", "found"),
    [
        ("aneroid", "104", ("4", "4", "pass")),
        ("aneroid", "104.1", ("4.1", "4", "fail")),
        ("aneroid", "99", ("-1", "0", "fail")),
    ],
)
def test_sphygmomanometer_hysteresis(kind, down, found):
    assert judged(of.sphygmomanometer(kind, down={"p100": down}), "p100.1.hysteresis") == found


@pytest.mark.parametrize(
    ("kind", "leak", "verdict"),
    [
        ("aneroid", "4", "pass"),
        ("aneroid", "4.1", "fail"),
        ("electronic", "6", "pass"),
        ("electronic", "6.1", "fail"),
    ],
)
def test_sphygmomanometer_leakage(kind, leak, verdict):
    record = of.sphygmomanometer(kind)
    record["readings"][0]["drop"] = q(leak, "mmHg/min")
    assert judged(record, "leakage.1")[2] == verdict
    assert any("hysteresis" in p["id"] for p in metrology.evaluate(record)["points"]) == (kind == "aneroid")


def test_sphygmomanometer_in_service_has_its_own_limit():
    record = of.sphygmomanometer("mercury", up={"p200": "204"})
    assert judged(record, "p200.1.up")[1:] == ("3", "fail")
    assert judged({**record, "regime": "in_service"}, "p200.1.up")[1:] == ("4", "pass")


# Own arithmetic: 0 to 10 bar, class 1.6: ±0.16 bar.
def test_pressure_gauge():
    record = of.pressure_gauge(up={"p40": "4.16"}, down={"p40": "4.32", "p60": "5.839"})
    assert judged(record, "p40.1.up") == ("0.16", "0.16", "pass")
    assert judged(record, "p40.1.down") == ("0.32", "0.16", "fail")
    assert judged(record, "p40.1.hysteresis") == ("1.6", "1.6", "pass")
    assert judged(record, "p60.1.down") == ("-0.161", "0.16", "fail")


@pytest.mark.parametrize(("klass", "count"), [("0.6", 11), ("0.7", 6)])
def test_pressure_gauge_points_by_class(klass, count):
    record = of.pressure_gauge(**{"class": q(klass, "%"), "least": q(-1, "bar"), "most": q(9, "bar")})
    assert len(record["readings"]) == count
    assert record["readings"][0]["reference"] == q(-1, "bar")
    assert metrology.evaluate(record)["verdict"] == "pass"


# OIML R 7:1979: +0.10 °C, -0.15 °C.
@pytest.mark.parametrize(
    ("low", "found"),
    [
        ("37.08", ("0.08", "0.1", "pass")), ("37.10", ("0.1", "0.1", "pass")), ("37.11", ("0.11", "0.1", "fail")),
        ("36.85", ("-0.15", "-0.15", "pass")), ("36.84", ("-0.16", "-0.15", "fail")),
    ],
)  # fmt: skip
def test_clinical_thermometer(low, found):
    assert judged(of.clinical_thermometer(low), "t-low.1") == found


def test_the_two_baths_of_a_clinical_thermometer_are_four_degrees_apart():
    record = of.clinical_thermometer()
    record["readings"][1] |= {"reference": q("40.99", "°C"), "indication": q("45", "°C")}
    result = metrology.evaluate(record)
    assert (result["verdict"], absent(result)) == ("incomplete", ["apart"])


@pytest.mark.parametrize(
    ("bath", "indication", "limit", "verdict"),
    [
        ("low", "32.2", "0.2", "pass"),
        ("low", "32.21", "0.2", "fail"),
        ("high", "42.1", "0.1", "pass"),
        ("high", "41.89", "0.1", "fail"),
    ],
)
def test_electronic_thermometer(bath, indication, limit, verdict):
    assert judged(of.electronic_thermometer(**{bath: indication}), f"t-{bath}.1")[1:] == (limit, verdict)


# OIML R 138:2007.
@pytest.mark.parametrize(
    ("nominal", "use", "volume", "limit", "verdict"),
    [
        ("1000", "transfer", "1030", "30", "pass"),
        ("1000", "transfer", "969.9", "30", "fail"),
        ("100", "transfer", "97", "3", "pass"),
        ("50", "transfer", "52", "2", "pass"),
        ("50", "transfer", "52.1", "2", "fail"),
        ("200", "drinking", "210", "10", "pass"),
        ("200", "drinking", "189.9", "10", "fail"),
        ("500", "drinking", "517.5", "17.5", "pass"),
        ("100", "drinking", "105", "5", "pass"),
    ],
)
def test_volume_measure(nominal, use, volume, limit, verdict):
    assert judged(of.volume_measure([volume], nominal, use), "capacity.1")[1:] == (limit, verdict)


# OIML R 138:2007: N = 35, k = 1.57, F = 0.266; T_s - T_i = 60 mL, so s ≤ 15.96 mL.  17 at 1000 - a, 17 at 1000 + a, one at
# 1000 mL: mean 1000, s = a (own arithmetic: s² = 34 a²/34).
@pytest.mark.parametrize(
    ("a", "shift", "fails"),
    [
        ("15.96", "0", []),
        ("15.97", "0", ["batch.scatter"]),
        ("10", "14.3", []),
        ("10", "14.31", ["batch.upper"]),
        ("10", "-14.3", []),
        ("10", "-14.31", ["batch.lower"]),
    ],
)
def test_batch_of_volume_measures(a, shift, fails):
    from decimal import Decimal as D

    volumes = [str(1000 + D(shift) + D(a) * sign) for sign in (-1, 1) for _ in range(17)] + [
        str(1000 + D(shift))
    ]
    result = metrology.evaluate(of.volume_measure(volumes, lot="batch"))
    assert [p["id"] for p in result["points"] if p["verdict"] == "fail"] == fails
    assert result["verdict"] == ("fail" if fails else "pass")


def test_a_batch_is_not_concluded_from_fewer_than_35():
    result = metrology.evaluate(of.volume_measure(of.BATCH[:34], lot="batch"))
    assert (result["verdict"], absent(result)) == ("incomplete", ["batch.35"])


# OIML R 111-1:2004 Table 1, in mg.
@pytest.mark.parametrize(
    ("klass", "nominal", "limit"),
    [
        ("E2", q(1, "kg"), "1.6"), ("F1", q(1, "kg"), "5"), ("F2", q(1, "kg"), "16"), ("M1", q(1, "kg"), "50"),
        ("M1", q(20, "kg"), "1000"), ("E2", q(1, "mg"), "0.006"), ("E2", q(50, "kg"), "80"), ("M1", q(500, "g"), "25"),
        ("F1", q(200, "mg"), "0.06"),
    ],
)  # fmt: skip
def test_weights(klass, nominal, limit):
    record = of.weight("0", "0.001", nominal, klass)
    assert judged(record, "mass.1") == ("0", limit, "pass")


def test_readings_in_other_units_are_converted_exactly():
    record = of.sphygmomanometer()
    record["readings"][4] = {
        "point": "p100",
        "reference": q("13.3322", "kPa"),
        "up": q("13.3322", "kPa"),
        "down": q("13.8", "kPa"),
    }
    # 13.8 - 13.3322 = 0.4678 kPa = 3.5088 mmHg
    assert judged(record, "p100.1.down") == ("3.5088", "3", "fail")
