"""Series: what is computed from several runs or points, and when it cannot be."""

from __future__ import annotations

import pytest

import metrology
from metrology import Shelf, read_procedure
from tests.unit.metrology.records import Json, q
from tests.unit.metrology.test_procedure_files import MINIMAL

OTHER_POINT = """
[[points]]
id = "back"
step = "metrological"
vi = "Mặt sau"
en = "Back"
when = "length > 1"

[points.fields]
indication = { vi = "Số chỉ", en = "Indication", unit = "mm" }
reference = { vi = "Chuẩn", en = "Reference", unit = "mm" }

[[points.results]]
symbol = "E"
unit = "mm"
error = "absolute(indication, reference)"
symmetric = "mpe"
"""


def judged(more: str, first: Json, second: Json, length: int = 1, readings: tuple[Json, ...] = ()) -> Json:
    """A ruler of two runs, by the minimal procedure and what is added to it."""
    record = {
        "type": "99",
        "regime": "initial",
        "verified_on": "2026-03-05",
        "characteristics": {"length": q(length, "m")},
        "checks": {"straight": True},
        "readings": [
            {"point": "scale", "run": 1, **first},
            {"point": "scale", "run": 2, **second},
            *readings,
        ],
    }
    return metrology.evaluate(record, Shelf([read_procedure(MINIMAL + more)]))


def run(indication: str, reference: str = "100") -> Json:
    return {"indication": q(indication, "mm"), "reference": q(reference, "mm")}


def series(error: str, limits: str, more: str = "") -> str:
    return f"""
[[points.series]]
id = "s"
vi = "Chuỗi"
en = "Series"
symbol = "S"
unit = "mm"
error = "{error}"
{limits}
{more}
"""


def test_a_series_of_runs():
    result = judged(series("spread(E)", "upper = 0.5"), run("100.2"), run("99.7"))
    assert [(p["id"], p["error"], p["verdict"]) for p in result["points"]] == [
        ("scale.1", "0.2", "pass"),
        ("scale.2", "-0.3", "pass"),
        ("scale.s", "0.5", "pass"),
    ]
    assert judged(series("spread(E)", "upper = 0.5"), run("100.3"), run("99.7"))["verdict"] == "fail"


def test_a_later_series_may_use_an_earlier_one():
    text = series("spread(E)", "upper = 0.5") + series("2*S", "upper = 0.5").replace('"s"', '"t"').replace(
        'symbol = "S"', 'symbol = "T"'
    )
    assert [p["error"] for p in judged(text, run("100.2"), run("100"))["points"]] == [
        "0.2",
        "0",
        "0.2",
        "0.4",
    ]


def test_a_series_that_judges_the_measurement_voids_all_of_it():
    text = series("count(E)", "lower = 3", 'judges = "measurement"')
    result = judged(text, run("109"), run("109"))
    assert result["verdict"] == "incomplete"
    assert [item["id"] for item in result["missing"]] == ["scale.s"]
    assert (
        "phép đo không hợp lệ, Chuỗi 2 mm ngoài khoảng cho phép ≥ 3 mm"
        in result["missing"][0]["explanation"]["vi"]
    )


def test_a_series_that_cannot_be_computed_is_refused():
    with pytest.raises(metrology.BadInput) as refusal:
        judged(series("relative(max(E), min(E))", "upper = 1"), run("100"), run("100"))
    assert (refusal.value.field, refusal.value.rule) == ("readings", "defined error")
    assert refusal.value.message == "the error cannot be computed from these values"


def test_a_series_does_not_apply_unless_its_condition_holds():
    text = series("spread(E)", "upper = 0.1", 'when = "min(reference) > 100"')
    assert [p["id"] for p in judged(text, run("100.2"), run("100"))["points"]] == ["scale.1", "scale.2"]
    assert judged(text, run("101.2", "101"), run("101", "101"))["verdict"] == "fail"


OPTIONAL = MINIMAL.replace(
    "reference = {",
    'temperature = { vi = "Nhiệt độ", en = "Temperature", unit = "°C", required = false }\nreference = {',
)


def test_a_value_that_one_run_lacks_leaves_the_series_open():
    text = OPTIONAL + series("spread(temperature)", "upper = 1")
    record = {
        "type": "99",
        "regime": "initial",
        "verified_on": "2026-03-05",
        "characteristics": {"length": q(1, "m")},
        "checks": {"straight": True},
        "readings": [
            {"point": "scale", "run": 1, **run("100"), "temperature": q(20, "°C")},
            {"point": "scale", "run": 2, **run("100")},
        ],
    }
    result = metrology.evaluate(record, Shelf([read_procedure(text)]))
    assert (result["verdict"], [item["id"] for item in result["missing"]]) == ("incomplete", ["scale.s"])
    assert result["missing"][0]["explanation"]["en"] == "Mark: needs the value temperature."


def overall(over: str, error: str = "spread(E)", more: str = "") -> str:
    return (
        OTHER_POINT
        + f"""
[[series]]
id = "all"
over = {over}
vi = "Tất cả"
en = "All"
symbol = "A"
unit = "mm"
error = "{error}"
upper = 0.5
{more}
"""
    )


def test_a_series_over_several_points():
    text = overall('["scale", "back"]')
    back = ({"point": "back", **run("99.8")},)
    result = judged(text, run("100"), run("100.4"), 2, back)
    assert result["points"][-1] | {"explanation": "", "formula": "", "rule": ""} == {
        "id": "all",
        "step": "metrological",
        "indication": None,
        "reference": None,
        "error": "0.6",
        "limit": "0.5",
        "lower": None,
        "upper": "0.5",
        "unit": "mm",
        "verdict": "fail",
        "explanation": "",
        "formula": "",
        "rule": "",
    }
    assert result["points"][-1]["explanation"]["en"].startswith(
        "All: A = max(0; 0.4; (−0.2)) − min(0; 0.4; (−0.2)) = 0.6 mm"
    )


def test_points_that_this_instrument_does_not_have_are_left_out():
    result = judged(overall('["scale", "back"]'), run("100"), run("100.4"))
    assert (result["verdict"], result["points"][-1]["error"]) == ("pass", "0.4")


def test_without_any_of_its_points_a_series_is_silent():
    result = judged(overall('["back"]'), run("100"), run("100.4"))
    assert (result["verdict"], [p["id"] for p in result["points"]]) == ("pass", ["scale.1", "scale.2"])


def test_a_series_waits_for_all_its_runs():
    result = judged(overall('["scale", "back"]'), run("100"), run("100.4"), 2)
    assert [item["id"] for item in result["missing"]] == ["back.1"]
    assert all(point["id"] != "all" for point in result["points"])
