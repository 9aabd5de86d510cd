"""Fuel dispenser: the arithmetic of ĐLVN 10:2011 and the limit of ĐLVN 10:2013, our own examples."""

from __future__ import annotations

import pytest

import metrology
from tests.unit.metrology.records import fuel_dispenser, outcome, q


# Own arithmetic from the published formula E = 100 (V_FD - V_REF)/V_REF, not published values.
@pytest.mark.parametrize(
    ("indication", "reference", "error", "verdict"),
    [
        ("20.00", "20.05", "-0.2494", "pass"),
        ("20.00", "19.95", "0.2506", "pass"),
        ("20.00", "19.93", "0.3512", "fail"),
        ("20.06", "20.00", "0.3", "pass"),  # exactly at the limit: inclusive
        ("19.94", "20.00", "-0.3", "pass"),
        ("20.060001", "20.00", "0.300005", "fail"),  # shown with the digits that tell it from its limit
        ("19.939999", "20.00", "-0.300005", "fail"),
    ],
)
def test_error_and_limit(indication, reference, error, verdict):
    result = metrology.evaluate(fuel_dispenser(indication, reference))
    assert result["verdict"] == verdict
    point = outcome(result, "qmax.1")
    assert (point["error"], point["limit"], point["unit"]) == (error, "0.3", "%")


def test_explanation_fills_in_the_formula_in_both_languages():
    point = outcome(metrology.evaluate(fuel_dispenser("20.00", "20.05")), "qmin.2")
    assert point["explanation"] == {
        "vi": "Sai số ở Qmin, lần 2: số chỉ 20,00, giá trị chuẩn 20,05; "
        "E = (20,00 − 20,05)/20,05 × 100 = −0,2494 %; giới hạn ±0,3 % (ĐLVN 10:2013): đạt.",
        "en": "Error at Qmin, run 2: indication 20.00, reference 20.05; "
        "E = (20.00 − 20.05)/20.05 × 100 = −0.2494 %; limit ±0.3 % (ĐLVN 10:2013): pass.",
    }


def test_repeatability_is_two_fifths_of_line_a():
    record = fuel_dispenser("20.02", "20.00")
    record["readings"][0]["indication"] = q("19.98", "L")
    point = outcome(metrology.evaluate(record), "qmax.repeatability")
    assert (point["error"], point["limit"], point["verdict"]) == ("0.2", "0.2", "pass")
    record["readings"][0]["indication"] = q("19.979", "L")
    assert outcome(metrology.evaluate(record), "qmax.repeatability")["verdict"] == "fail"


def test_proving_measure_is_corrected_to_its_temperature():
    record = fuel_dispenser("20.00", "20.00")
    record["readings"][0]["temperature"] = q(30, "°C")
    # V_30 = 20 (1 + 3.3e-5 · 10) = 20.0066 L
    assert outcome(metrology.evaluate(record), "qmax.1")["reference"] == "20.00660000"


def test_price_is_checked_when_given():
    record = fuel_dispenser()
    record["readings"][0] |= {"unit_price": q(20000, "VND"), "amount": q(400001, "VND")}
    assert outcome(metrology.evaluate(record), "qmax.1.price")["verdict"] == "pass"
    record["readings"][0]["amount"] = q(400002, "VND")
    assert metrology.evaluate(record)["verdict"] == "fail"


def test_failed_external_check_stops_the_procedure():
    record = fuel_dispenser(readings=[])
    record["checks"]["nameplate"] = False
    result = metrology.evaluate(record)
    assert result["verdict"] == "fail"
    assert result["explanation"]["vi"] == "Không đạt: nameplate."


def test_delivery_below_the_minimum_measured_quantity_is_refused():
    with pytest.raises(metrology.BadInput) as refusal:
        metrology.evaluate(fuel_dispenser("1.99", "1.99"))
    assert (refusal.value.field, refusal.value.rule) == ("readings[0].reference", "at least 2 L")
