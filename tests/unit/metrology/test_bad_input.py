"""Bad input: each kind is refused with the field and the rule, a missing reading leaves the verdict open."""

from __future__ import annotations

import copy

import pytest

import metrology
from metrology import BadInput, Shelf, read_procedure
from tests.unit.metrology import instruments as of
from tests.unit.metrology.records import SCALE, Json, fuel_dispenser, q, scale
from tests.unit.metrology.test_procedure_files import MINIMAL

NUMBER = "decimal string"


def refused(record: object) -> tuple[str, str]:
    with pytest.raises(BadInput) as refusal:
        metrology.evaluate(record)  # type: ignore[arg-type]
    assert refusal.value.message
    assert str(refusal.value) == f"{refusal.value.field}: {refusal.value.message}"
    return refusal.value.field, refusal.value.rule


def spoiled(value: object, unit: object = "L") -> Json:
    record = fuel_dispenser()
    record["readings"][2]["indication"] = {"value": value, "unit": unit}
    return record


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "nan",
        "sNaN",
        "Infinity",
        "-inf",
        "2e1",
        "2E+1",
        "20,05",
        "1 000",
        "1_000",
        " 20",
        "20 ",
        "20\n",
        "+20",
        ".5",
        "5.",
        "",
        "-",
        "0x14",
        "٢٠",
        "２０",
        "20.0.5",
        "--20",
    ],
)
def test_what_is_no_plain_decimal_number(text):
    assert refused(spoiled(text)) == ("readings[2].indication", NUMBER)


@pytest.mark.parametrize("value", [20, 20.05, None, True, ["20"], {"value": "20"}])
def test_a_number_is_written_as_a_string(value):
    assert refused(spoiled(value)) == ("readings[2].indication", NUMBER)


def test_at_most_eighteen_digits():
    assert refused(spoiled("20.00000000000000001")) == ("readings[2].indication", "at most 18 digits")
    assert metrology.evaluate(spoiled("20.0000000000000001"))["verdict"] == "pass"


@pytest.mark.parametrize(
    ("value", "unit", "rule"),
    [
        ("-20", "L", "positive"),
        ("0", "L", "positive"),
        ("-0.00", "L", "positive"),
        ("20", "gal", "known unit"),
        ("20", "kg", "unit of the right kind"),
        ("20", "", "known unit"),
        ("20", None, "known unit"),
        ("20", "L/min", "unit of the right kind"),
    ],
)
def test_negative_volumes_and_wrong_units(value, unit, rule):
    assert refused(spoiled(value, unit)) == ("readings[2].indication", rule)


@pytest.mark.parametrize(
    ("value", "unit"), [("20000", "mL"), ("0.02", "m³"), ("0.02", "m3"), ("20", "dm³"), ("20", "l")]
)
def test_another_unit_of_the_kind_is_converted(value, unit):
    assert metrology.evaluate(spoiled(value, unit))["points"][2]["indication"] in ("20", "20.00")


@pytest.mark.parametrize(
    "raw",
    [
        "20.05",
        20,
        None,
        {"value": "20"},
        {"unit": "L"},
        {"value": "20", "u": "L"},
        {"value": "20", "unit": "L", "u": "1"},
        [],
    ],
)
def test_a_quantity_is_a_value_and_a_unit(raw):
    record = fuel_dispenser()
    record["characteristics"]["Qmax"] = raw
    field, rule = refused(record)
    assert (field, rule) == ("characteristics.Qmax", "required" if raw is None else "value and unit")


def test_a_load_above_max():
    record = scale()
    record["readings"][-1] |= {"load": q("30.001", "kg")}
    index = len(record["readings"]) - 1
    assert refused(record) == (f"readings[{index}].load", "at most 27000 g")
    step = next(i for i, r in enumerate(record["readings"]) if r["point"] == "load-max")
    record = scale()
    record["readings"][step] |= {"load": q("30.001", "kg")}
    assert refused(record) == (f"readings[{step}].load", "at most 30000 g")


@pytest.mark.parametrize(
    ("name", "change", "field"),
    [
        ("nawi", {"e": q(3, "g")}, "e"),
        ("nawi", {"e": q("0.05", "g")}, "e"),
        ("nawi", {"class": "I"}, "Max"),
        ("nawi", {"class": "II"}, "Max"),
        ("nawi", {"class": "IIII"}, "Max"),
        ("nawi", {"Min": q(40, "kg")}, "Min"),
        ("nawi", {"ranges": "multi-range"}, "ranges"),
        ("nawi", {"Max1": q(3, "kg"), "e1": q(2, "g")}, "ranges"),
        ("nawi", {"ranges": "multi-interval", "Max1": q(4, "kg"), "e1": q(1, "g"), "Min": q(20, "g")}, "Max1"),
        ("nawi", {"ranges": "multi-interval", "Max1": q(30, "kg"), "e1": q(5, "g"), "Min": q(100, "g")}, "Max1"),
        ("nawi", {"ranges": "multi-interval", "Max1": q(3, "kg"), "e1": q(10, "g")}, "e1"),
        ("nawi", {"ranges": "multi-range", "Max1": q("0.4", "kg"), "e1": q(5, "g"), "Min": q(100, "g")}, "Max1"),
        ("nawi", {"ranges": "multi-range", "Max1": q(25, "kg"), "e1": q(2, "g"), "Min": q(40, "g")}, "Max1"),
        ("nawi", {"ranges": "multi-range", "Max1": q(10, "kg"), "e1": q(2, "g"), "Max2": q(5, "kg"), "e2": q(5, "g"),
                  "Min": q(40, "g")}, "Max2"),
        ("nawi", {"ranges": "multi-range", "Max1": q(5, "kg"), "e1": q(2, "g"), "Max2": q(10, "kg"), "e2": q(2, "g"),
                  "Min": q(40, "g")}, "e2"),
        ("weighbridge", {"e": q(30, "kg")}, "e"),
        ("weighbridge", {"e": q(5, "kg")}, "Max"),
        ("weighbridge", {"Max": q(200, "t")}, "Max"),
        ("weighbridge", {"Min": q(399, "kg")}, "Min"),
        ("weighbridge", {"d": q(1, "kg")}, "d"),
        ("weighbridge", {"class": "II"}, "class"),
        ("weighbridge", {"sections": q(21, "1")}, "sections"),
        ("spring-scale", {"d": q(2, "g")}, "d"),
        ("spring-scale", {"d": q(30, "g")}, "d"),
        ("spring-scale", {"d": q(100, "g")}, "Max"),
        ("spring-scale", {"Min": q(100, "g")}, "Min"),
        ("spring-scale", {"Max": q(201, "kg")}, "Max"),
        ("retail-scale-control", {"class": "III", "Max": q(300, "kg")}, "Max"),
        ("gold-scale-control", {"e": q(2, "mg")}, "e"),
        ("gold-scale-control", {"e": q("0.3", "mg")}, "e"),
        ("fuel-dispenser", {"Qmin": q(50, "L/min")}, "Qmin"),
        ("lpg-dispenser", {"Qmin": q(60, "L/min")}, "Qmin"),
        ("lpg-dispenser", {"d": q("0.06", "L")}, "d"),
        ("water-meter", {"class": "B"}, "class"),
        ("water-meter", {"R": None}, "class"),
        ("water-meter", {"R": q(39, "1")}, "R"),
        ("water-meter", {"Qn": q("1.5", "m³/h")}, "class"),
        ("electricity-meter", {"class": "B"}, "class"),
        ("electricity-meter", {"Imax": q(4, "A")}, "Imax"),
        ("electricity-meter", {"Itr": q(1, "A"), "Imin": q("0.5", "A")}, "class"),
        ("pressure-gauge", {"most": q(0, "bar")}, "most"),
        ("pressure-gauge", {"class": q(7, "%")}, "class"),
        ("clinical-thermometer", {"most": q(39, "°C")}, "most"),
        ("clinical-thermometer-electronic", {"most": q(32, "°C")}, "most"),
        ("sphygmomanometer", {"kind": "water"}, "kind"),
        ("weights", {"nominal": q(3, "kg")}, "nominal"),
        ("weights", {"nominal": q(100, "kg")}, "nominal"),
        ("weights", {"class": "M2"}, "class"),
        ("volume-measure", {"nominal": q(0, "L")}, "nominal"),
        ("taximeter", {"mode": "track"}, "mode"),
        ("taximeter", {"tyre": q(1, "m")}, "tyre"),
    ],
)  # fmt: skip
def test_characteristics_that_contradict_each_other_or_the_class(name, change, field):
    record = copy.deepcopy(of.COMPLETE[name])
    record["characteristics"] |= change
    found, rule = refused(record)
    assert found == f"characteristics.{field}"
    assert rule


@pytest.mark.parametrize("e", ["1", "2", "5", "10", "20", "50"])
def test_e_of_the_form_1_2_5(e):
    characteristics = {**SCALE, "e": q(e, "g"), "Min": q(20 * int(e), "g"), "Max": q(3000 * int(e), "g")}
    assert metrology.points("8b", characteristics, "initial", "2026-03-05")["steps"]


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"type": "99"}, "type", "known type"),
        ({"type": None}, "type", "known type"),
        ({"type": "8b"}, "characteristics.Qmax", "known field"),
        ({"regime": "in_service"}, "regime", "regime of the procedure"),
        ({"regime": 1}, "regime", "regime of the procedure"),
        ({"verified_on": "05/03/2026"}, "verified_on", "date"),
        ({"verified_on": "2026-02-30"}, "verified_on", "date"),
        ({"verified_on": "1999-01-01"}, "type", "known type"),
        ({"verified_on": 20260305}, "verified_on", "date"),
        ({"colour": "red"}, "colour", "known field"),
        ({"characteristics": []}, "characteristics", "object"),
        ({"conditions": {"pressure": q(1, "bar")}}, "conditions.pressure", "known field"),
        ({"conditions": {"temperature": q("300", "L")}}, "conditions.temperature", "unit of the right kind"),
        ({"checks": {"nameplate": "yes"}}, "checks.nameplate", "yes or no"),
        ({"checks": {"smell": True}}, "checks.smell", "known check"),
        ({"standards": {"ruler": {"uncertainty": q(1, "%")}}}, "standards.ruler", "known standard"),
        ({"standards": {"proving_measure": {}}}, "standards.proving_measure", "uncertainty"),
        (
            {"standards": {"proving_measure": {"uncertainty": q("-0.1", "%")}}},
            "standards.proving_measure.uncertainty",
            "not negative",
        ),
        ({"readings": {}}, "readings", "list"),
        ({"readings": ["qmax"]}, "readings[0]", "object"),
        ({"readings": [{"point": "q3"}]}, "readings[0].point", "point to measure"),
        ({"readings": [{}]}, "readings[0].point", "point to measure"),
        ({"readings": [{"point": "qmax", "run": 0}]}, "readings[0].run", "1 to 3"),
        ({"readings": [{"point": "qmax", "run": 4}]}, "readings[0].run", "1 to 3"),
        ({"readings": [{"point": "qmax", "run": "1"}]}, "readings[0].run", "1 to 3"),
        ({"readings": [{"point": "qmax", "run": True}]}, "readings[0].run", "1 to 3"),
        ({"readings": [{"point": "qmax"}, {"point": "qmax", "run": 1}]}, "readings[1]", "each run once"),
        ({"readings": [{"point": "qmax", "volume": q(1, "L")}]}, "readings[0].volume", "known field"),
        (
            {"readings": [{"point": "qmax", "temperature": q(61, "°C")}]},
            "readings[0].temperature",
            "at most 60 °C",
        ),
        (
            {"readings": [{"point": "qmax", "temperature": q(-11, "°C")}]},
            "readings[0].temperature",
            "at least -10 °C",
        ),
        (
            {"readings": [{"point": "qmax", "uncertainty": {"value": "1", "unit": "%", "k": "0"}}]},
            "readings[0].uncertainty.k",
            "positive",
        ),
        ({"procedure": {"id": "fuel-dispenser"}}, "procedure", "id and version"),
        ({"procedure": {"id": "fuel-dispenser", "version": "1999"}}, "procedure", "known procedure"),
        ({"procedure": {"id": "nawi", "version": "2006"}}, "type", "type of the procedure"),
        (
            {"procedure": {"id": "fuel-dispenser", "version": "2017", "hash": "0"}},
            "procedure.hash",
            "same content",
        ),
        ({"procedure": "fuel-dispenser"}, "procedure", "object"),
        ({"procedure": {"id": ["fuel-dispenser"], "version": "2017"}}, "procedure", "id and version"),
        ({"procedure": {"id": "fuel-dispenser", "version": {}}}, "procedure", "id and version"),
    ],
)
def test_a_record_out_of_shape(change, field, rule):
    assert refused({**fuel_dispenser(), **change}) == (field, rule)


@pytest.mark.parametrize("record", [None, [], "record", 1])
def test_a_record_is_an_object(record):
    assert refused(record) == ("record", "object")


@pytest.mark.parametrize("key", ["type", "regime", "verified_on", "characteristics"])
def test_what_a_record_needs(key):
    record = fuel_dispenser()
    del record[key]
    assert refused(record) == (key, "required")


def test_an_error_that_cannot_be_computed():
    record = of.water_meter()
    record["readings"][0] |= {"Vc1": q(100, "L"), "Vc2": q(100, "L")}
    assert refused(record) == ("readings[0]", "defined error")


def test_a_value_off_the_table():
    shelf = Shelf([read_procedure(MINIMAL.replace("table(floor, length)", "table(floor, reference)"))])
    record = {
        "type": "99", "regime": "initial", "verified_on": "2026-03-05", "characteristics": {"length": q(1, "m")},
        "readings": [{"point": "scale", "indication": q(2, "mm"), "reference": q("2.1", "mm")}],
    }  # fmt: skip
    with pytest.raises(BadInput) as refusal:
        metrology.evaluate(record, shelf)
    assert (refusal.value.field, refusal.value.rule) == ("readings[0]", "range of the table")
    assert "floor: no row for 2.1" in refusal.value.message


def test_a_value_off_the_table_on_the_way_to_the_error():
    text = MINIMAL.replace(
        "[[points.results]]", '[points.let]\nat = "table(floor, reference)"\n\n[[points.results]]'
    )
    record = {
        "type": "99", "regime": "initial", "verified_on": "2026-03-05", "characteristics": {"length": q(1, "m")},
        "readings": [{"point": "scale", "indication": q(2, "mm"), "reference": q("2.1", "mm")}],
    }  # fmt: skip
    with pytest.raises(BadInput) as refusal:
        metrology.evaluate(record, Shelf([read_procedure(text)]))
    assert (refusal.value.field, refusal.value.rule) == ("readings[0]", "range of the table")


def test_an_uncertainty_is_not_negative():
    assert refused(of.weight(uncertainty="-0.1")) == ("readings[0].uncertainty.value", "not negative")


def test_an_unknown_type_is_bad_input_and_a_lookup_error():
    with pytest.raises(metrology.UnknownType) as unknown:
        metrology.evaluate({**fuel_dispenser(), "type": "99"})
    assert unknown.value.code == "99"
    assert isinstance(unknown.value, LookupError)


# What is missing leaves the verdict open, and is named.


def open_for(record: Json) -> list[str]:
    result = metrology.evaluate(record)
    assert result["verdict"] == "incomplete"
    return [item["id"] for item in result["missing"]]


def test_a_missing_reading():
    record = fuel_dispenser()
    del record["readings"][4]
    result = metrology.evaluate(record)
    assert open_for(record) == ["qmin.2"]
    assert result["missing"][0]["explanation"] == {
        "vi": "Sai số ở Qmin, lần 2: chưa có số đọc.",
        "en": "Error at Qmin, run 2: no reading yet.",
    }
    assert result["explanation"]["vi"] == "Chưa kết luận được, còn thiếu: qmin.2."
    assert all(point["id"] != "qmin.repeatability" for point in result["points"])


@pytest.mark.parametrize("absent", [None, "gone"])
def test_a_missing_value_of_a_reading(absent):
    record = fuel_dispenser()
    if absent is None:
        record["readings"][0]["reference"] = None
    else:
        del record["readings"][0]["reference"]
    assert open_for(record) == ["qmax.1.reference"]


def test_a_missing_check():
    record = fuel_dispenser()
    record["checks"]["tightness"] = None
    assert open_for(record) == ["checks.tightness"]
    del record["checks"]["tightness"]
    assert open_for(record) == ["checks.tightness"]


def test_conditions_outside_the_allowed_range():
    record = of.clinical_thermometer()
    record["conditions"]["temperature"] = q("30.1", "°C")
    assert open_for(record) == ["conditions.temperature"]
    for edge in (15, 30):
        record["conditions"]["temperature"] = q(edge, "°C")
        assert metrology.evaluate(record)["verdict"] == "pass"
    record["conditions"]["temperature"] = q("300", "K")
    assert metrology.evaluate(record)["verdict"] == "pass"
    del record["conditions"]["temperature"]
    assert open_for(record) == ["conditions.temperature"]


def test_a_standard_that_is_not_good_enough():
    record = fuel_dispenser(standards={"proving_measure": {"uncertainty": q("0.1", "%")}})
    assert metrology.evaluate(record)["verdict"] == "pass"
    record["standards"]["proving_measure"]["uncertainty"] = q("0.11", "%")
    assert open_for(record) == ["standards.proving_measure"]


def test_nothing_measured_yet():
    assert "checks.nameplate" in open_for(fuel_dispenser(checks={}, readings=[]))


def test_a_failed_check_stands_even_if_the_conditions_are_wrong():
    record = of.clinical_thermometer()
    record["conditions"]["temperature"] = q(40, "°C")
    record["checks"]["intact"] = False
    assert metrology.evaluate(record)["verdict"] == "fail"


def test_a_fail_after_a_gap_in_an_earlier_step_leaves_the_verdict_open():
    record = fuel_dispenser("20.07", "20.00")
    del record["checks"]["tightness"]
    assert open_for(record) == ["checks.tightness"]


def test_recording_all_waits_for_everything():
    record = of.gold_control("100", "100.031")
    assert metrology.evaluate(record)["verdict"] == "fail"
    del record["readings"][2]
    assert open_for(record) == ["load.3"]
