"""The verdict of the whole: steps in their order, gaps, void measurements, and what is said about each."""

from __future__ import annotations

import metrology
from metrology import Shelf, read_procedure
from tests.unit.metrology import instruments as of
from tests.unit.metrology.records import Json, fuel_dispenser, q
from tests.unit.metrology.test_procedure_files import MINIMAL
from tests.unit.metrology.test_series import judged, run

FAR = {"indication": q(109, "mm"), "reference": q(100, "mm")}


NAMELESS = """
[[points.results]]
id = "m"
symbol = "Lo"
unit = "1"
judges = "measurement"
error = "reference"
upper = 5
"""


def said(result: Json) -> list[str]:
    return [item["explanation"]["en"] for item in result["missing"]]


def test_a_failed_run_stands_though_another_is_not_read():
    record = fuel_dispenser("20.07", "20.00")
    del record["readings"][5]
    assert metrology.evaluate(record)["verdict"] == "fail"


def test_a_failed_run_stands_though_another_lacks_a_value():
    result = judged("", FAR, {"indication": q(100, "mm")})
    assert (result["verdict"], said(result)) == ("fail", ["Mark, run 2: Reference is missing."])


def test_a_failed_run_stands_though_a_check_of_its_step_is_open():
    record = {
        "type": "99",
        "regime": "initial",
        "verified_on": "2026-03-05",
        "characteristics": {"length": q(1, "m")},
        "readings": [{"point": "scale", "run": 1, **FAR}, {"point": "scale", "run": 2, **FAR}],
    }
    result = metrology.evaluate(record, Shelf([read_procedure(MINIMAL)]))
    assert (result["verdict"], said(result)) == ("fail", ["Straight: not checked yet."])


def test_a_failed_run_stands_though_another_is_void():
    result = metrology.evaluate(of.water_meter({"q3": ("70", "62.4"), "q1": ("120", "100")}))
    assert (result["verdict"], [p["id"] for p in result["points"]]) == (
        "fail",
        ["q2.1", "q2.1.volume", "q1.1", "q1.1.volume"],
    )


def test_a_void_run_takes_only_its_own_results_away():
    result = metrology.evaluate(of.water_meter({"q1": ("20", "19.9")}))
    assert [p["id"] for p in result["points"]] == ["q3.1", "q3.1.volume", "q2.1", "q2.1.volume"]
    assert said(result) == [
        "Flow rate Q1 (Qmin): measurement not valid, test volume 19.9 L outside the allowed range ≥ 20 L."
    ]


def test_a_void_measurement_says_nothing_however_bad_it_looks():
    record = of.clinical_thermometer("45", "45")
    assert metrology.evaluate(record)["verdict"] == "fail"
    record["readings"][1]["reference"] = q("40.9", "°C")
    result = metrology.evaluate(record)
    assert result["verdict"] == "incomplete"
    assert said(result) == [
        "Distance between the temperatures: measurement not valid, 3.90 °C outside the allowed range ≥ 4 °C."
    ]


def test_a_measurement_without_a_name_is_told_by_its_symbol():
    text = MINIMAL + NAMELESS
    record = {
        "type": "99",
        "regime": "initial",
        "verified_on": "2026-03-05",
        "characteristics": {"length": q(1, "m")},
        "checks": {"straight": True},
        "readings": [{"point": "scale", "run": 2, **run("7", "7")}],
    }
    assert metrology.evaluate(record, Shelf([read_procedure(text)]))["missing"][1]["explanation"] == {
        "vi": "Vạch, lần 2: phép đo không hợp lệ, Lo 7 ngoài khoảng cho phép ≤ 5.",
        "en": "Mark, run 2: measurement not valid, Lo 7 outside the allowed range ≤ 5.",
    }


def test_two_runs_are_told_apart():
    result = judged("", run("100"), run("100"))
    assert [p["explanation"]["en"].partition(":")[0] for p in result["points"]] == [
        "Mark, run 1",
        "Mark, run 2",
    ]


def test_conditions_and_standards_outside_their_range_say_by_how_much():
    record = of.clinical_thermometer()
    record["conditions"]["temperature"] = q("30.5", "°C")
    record["standards"] = {"thermometer": {"uncertainty": q("0.05", "°C")}}
    assert [item["explanation"]["vi"] for item in metrology.evaluate(record)["missing"]] == [
        "Nhiệt độ phòng khi đọc: 30,5 °C ngoài khoảng cho phép 15 … 30 °C.",
        "Nhiệt kế chuẩn và bể ổn nhiệt: 0,05 °C ngoài khoảng cho phép ≤ 0,033333 °C.",
    ]
    record["conditions"]["temperature"] = q("14.9", "°C")
    assert "14.9 °C outside the allowed range 15 … 30 °C" in said(metrology.evaluate(record))[0]


def test_a_value_needed_from_a_point_not_measured():
    record = of.weighbridge()
    record["readings"] = [r for r in record["readings"] if r["point"] != "zero"]
    result = metrology.evaluate(record)
    assert said(result)[:2] == ["Zero: no reading yet.", "Load Min: needs the value E0."]


def test_an_optional_result_is_silent_without_its_values():
    assert all(".price" not in p["id"] for p in metrology.evaluate(fuel_dispenser())["points"])
    record = fuel_dispenser()
    record["readings"][0]["unit_price"] = q(20000, "VND")
    result = metrology.evaluate(record)
    assert (result["verdict"], result["missing"]) == ("pass", [])


def test_an_optional_result_is_silent_without_what_its_limit_needs():
    text = MINIMAL.replace(
        "reference = {", 'width = { vi = "Rộng", en = "Width", unit = "mm", required = false }\nreference = {'
    ) + NAMELESS.replace('judges = "measurement"', "required = false").replace("upper = 5", 'upper = "width"')
    shelf = Shelf([read_procedure(text)])
    record = {
        "type": "99",
        "regime": "initial",
        "verified_on": "2026-03-05",
        "characteristics": {"length": q(1, "m")},
        "checks": {"straight": True},
        "readings": [
            {"point": "scale", "run": 1, **run("7", "7")},
            {"point": "scale", "run": 2, **run("7", "7"), "width": q(7, "mm")},
        ],
    }
    result = metrology.evaluate(record, shelf)
    assert [p["id"] for p in result["points"]] == ["scale.1", "scale.2", "scale.2.m"]
    assert (result["verdict"], result["missing"]) == ("pass", [])


def test_too_few_weights_void_the_whole_measurement():
    record = of.weighbridge(weights=1, substituted=60)
    reading = next(r for r in record["readings"] if r["point"] == "eccentric-1")
    reading["indication"] = q(20, "t")
    assert metrology.evaluate(of.weighbridge())["verdict"] == "pass"
    result = metrology.evaluate(record)
    assert (result["verdict"], result["missing"][0]["step"]) == ("incomplete", None)
