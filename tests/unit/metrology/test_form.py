"""What to measure: points derived from the characteristics, in the order of the work, ready to be entered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import metrology
from metrology.quantity import number
from tests.unit.metrology import instruments as of
from tests.unit.metrology.records import SCALE, Json, q

ON = "2026-03-05"


def form_of(name: str) -> Json:
    record = of.COMPLETE[name]
    chosen = record.get("procedure")
    return metrology.points(record["type"], record["characteristics"], record["regime"], ON, procedure=chosen)


def places(form: Json) -> dict[str, Json]:
    return {point["id"]: point for step in form["steps"] for point in step["points"]}


@pytest.mark.parametrize("name", of.COMPLETE)
def test_whatever_is_shown_can_be_entered_as_shown(name):
    form = form_of(name)
    fields = [
        *form["characteristics"],
        *form["conditions"],
        *(f for p in places(form).values() for f in p["fields"]),
    ]
    for field in fields:
        for key in ("min", "max"):
            if key in field:
                number(field[key], key)
        for key in ("nominal", "default"):
            if isinstance(field.get(key), dict):
                number(field[key]["value"], key)
                assert field[key]["unit"] == field["unit"]


@pytest.mark.parametrize("name", of.COMPLETE)
def test_a_nominal_value_lies_within_its_bounds(name):
    for point in places(form_of(name)).values():
        for field in point["fields"]:
            if isinstance(field.get("nominal"), dict):
                nominal = Decimal(field["nominal"]["value"])
                assert (
                    Decimal(field.get("min", "-Infinity")) <= nominal <= Decimal(field.get("max", "Infinity"))
                )


@pytest.mark.parametrize("name", of.COMPLETE)
def test_the_form_speaks_both_languages(name):
    form = form_of(name)
    labelled = [
        *form["steps"],
        *form["characteristics"],
        *form["conditions"],
        *form["standards"],
        *places(form).values(),
    ]
    labelled += [c for step in form["steps"] for c in step["checks"]]
    for each in labelled:
        assert set(each["label"]) == {"vi", "en"}
    assert all(mark["place"]["vi"] for mark in form["marks"])


def test_loads_rise_and_none_is_put_on_twice():
    # Max 40 kg, e 10 g: half of Max is where the limit changes.
    form = metrology.points("8b", {**SCALE, "Max": q(40, "kg")}, "periodic", ON)
    loads = [p["fields"][0]["nominal"]["value"] for p in places(form).values() if p["id"].startswith("load")]
    assert loads == ["200", "5000", "20000", "40000"]


def test_a_scale_with_several_ranges_is_measured_in_each():
    characteristics = {
        "class": "III", "ranges": "multi-range", "Max": q(15, "kg"), "Min": q(40, "g"), "e": q(5, "g"), "Max1": q(6, "kg"),
        "e1": q(2, "g"),
    }  # fmt: skip
    found = places(metrology.points("8b", characteristics, "periodic", ON))
    assert found["repeatability-1"]["fields"][0]["nominal"] == q(4800, "g")
    assert found["repeatability"]["fields"][0]["nominal"] == q(12000, "g")
    assert "repeatability-2" not in found
    assert [id for id in found if id.startswith("load")] == [
        "load-min",
        "load-step1",
        "load-step2",
        "load-max1",
        "load-half",
        "load-max",
    ]


@pytest.mark.parametrize(("supports", "load"), [(4, "10000"), (3, "10000"), (5, "7500"), (6, "6000")])
def test_eccentric_load_by_supports(supports, load):
    # OIML R 76-1 3.6.2: a third of Max, or 1/(n - 1) of it on more than four supports.
    found = places(metrology.points("8b", {**SCALE, "supports": q(supports, "1")}, "periodic", ON))
    eccentric = [p for id, p in found.items() if id.startswith("eccentric")]
    assert len(eccentric) == supports
    assert {p["fields"][0]["nominal"]["value"] for p in eccentric} == {load}
    assert [p["label"]["vi"] for p in eccentric][-1] == f"Tải lệch tâm, vị trí {supports}"


@pytest.mark.parametrize("supports", ["0.5", "21", "2.5"])
def test_supports_are_a_small_whole_number(supports):
    with pytest.raises(metrology.BadInput) as refusal:
        metrology.points("8b", {**SCALE, "supports": q(supports, "1")}, "periodic", ON)
    assert refusal.value.rule == "1 to 20"


def test_tare_is_measured_where_there_is_a_tare_device():
    assert "tare" not in places(metrology.points("8b", SCALE, "periodic", ON))
    assert "tare" in places(metrology.points("8b", {**SCALE, "tare": "subtractive"}, "periodic", ON))


def test_limits_are_told_before_anything_is_read():
    limits = {
        id: [(x["symbol"], x["lower"], x["upper"]) for x in p["limits"]]
        for id, p in places(form_of("nawi")).items()
    }
    assert limits["zero"] == [("E0", "-2.5", "2.5")]
    assert limits["load-max"] == [("Ec", "-15", "15")]
    assert limits["repeatability"] == [("E", "-15", "15"), ("R", None, "15")]
    assert [x["symbol"] for x in places(form_of("weighbridge"))["load-max"]["limits"]] == ["Ec"]


def test_what_the_form_says_about_the_procedure():
    form = form_of("clinical-thermometer")
    assert form["procedure"] | {"hash": ""} == {
        "id": "clinical-thermometer", "version": "1979", "hash": "", "source": "OIML R 7:1979; ĐLVN 20", "trust": "F",
        "title": metrology.procedure_for("34a", date(2026, 3, 5)).title,
    }  # fmt: skip
    assert form["on_failure"] == "stop"
    assert form["conditions"][0] | {"label": ""} == {
        "id": "temperature", "label": "", "required": True, "unit": "°C", "sign": "not negative", "min": "15", "max": "30",
    }  # fmt: skip
    assert form["standards"][0]["largest_uncertainty"] == "0.0333333333333"
    assert [step["id"] for step in form["steps"]] == ["external", "technical", "metrological"]


def test_a_form_of_another_version():
    chosen = {"id": "fuel-dispenser", "version": "2011"}
    form = metrology.points(
        "19", of.COMPLETE["fuel-dispenser"]["characteristics"], "periodic", ON, procedure=chosen
    )
    assert (form["procedure"]["version"], places(form)["qmax"]["limits"][0]["upper"]) == ("2011", "0.5")
