"""Explanations: what each point rests on, in Vietnamese and English, and never at odds with the verdict."""

from __future__ import annotations

from decimal import Decimal

import pytest

import metrology
from metrology.number_text import english, grouped, number, vietnamese
from tests.unit.metrology import instruments as of
from tests.unit.metrology.records import Json, fuel_dispenser, outcome, q, scale

THIN = "\N{THIN SPACE}"


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        ("0", "0", "0"),
        ("20.05", "20,05", "20.05"),
        ("999", "999", "999"),
        ("1000", f"1{THIN}000", f"1{THIN}000"),
        ("1234567.5", f"1{THIN}234{THIN}567,5", f"1{THIN}234{THIN}567.5"),
        ("-0.25", "−0,25", "−0.25"),
        ("-12345", f"−12{THIN}345", f"−12{THIN}345"),
        ("-1.50", "−1,50", "−1.50"),
        ("100.0", "100,0", "100.0"),
        ("0.33333333333333", "0,333333", "0.333333"),
        ("0.12345678901", "0,123457", "0.123457"),
        ("0.00000012345678", "0", "0"),
        ("1234567890123", *[f"1{THIN}234{THIN}567{THIN}890{THIN}123"] * 2),
        ("2.0000000000000001", "2", "2"),
        ("1234.5", f"1{THIN}234,5", f"1{THIN}234.5"),
        ("0.1234567890", "0,1234567890", "0.1234567890"),
        ("12345678901.5", f"12{THIN}345{THIN}678{THIN}901,5", f"12{THIN}345{THIN}678{THIN}901.5"),
    ],
)
def test_numbers_for_people(value, vi, en):
    assert vietnamese(number(Decimal(value))) == vi
    assert english(number(Decimal(value))) == en


def test_grouped_keeps_every_digit():
    assert vietnamese(grouped("-1234.00000000000000001")) == f"−1{THIN}234,00000000000000001"


def explained(record: Json, id: str) -> Json:
    return outcome(metrology.evaluate(record), id)


def test_a_weighing_with_its_formula_filled_in():
    record = scale({"load-max": "-16"})
    point = explained(record, "load-max.1")
    assert point["formula"]["vi"] == f"Ec = (29{THIN}984 + 10/2 − 5) − 30{THIN}000 − 0 = −16 g"
    assert point["rule"] == {
        "vi": f"OIML R 76-1, Bảng 6: III, ≤ 10{THIN}000",
        "en": f"OIML R 76-1, Table 6: III, ≤ 10{THIN}000",
    }
    assert point["explanation"]["vi"] == (
        f"Tải Max: số chỉ 29{THIN}984, giá trị chuẩn 30{THIN}000; Ec = (29{THIN}984 + 10/2 − 5) − 30{THIN}000 − 0 = −16 g; "
        f"giới hạn ±15 g (OIML R 76-1, Bảng 6: III, ≤ 10{THIN}000): không đạt."
    )
    assert point["explanation"]["en"].endswith(": fail.")


def test_the_factor_of_the_regime_is_a_rule_too():
    assert explained(scale(regime="in_service"), "load-max.1")["rule"] == {
        "vi": f"hệ số 2 (trong sử dụng); OIML R 76-1, Bảng 6: III, ≤ 10{THIN}000",
        "en": f"factor 2 (in service); OIML R 76-1, Table 6: III, ≤ 10{THIN}000",
    }


def test_a_multi_interval_scale_says_which_range_gave_e():
    characteristics = {
        "class": "III",
        "ranges": "multi-interval",
        "Max": q(15, "kg"),
        "Min": q(20, "g"),
        "e": q(5, "g"),
        "Max1": q(2, "kg"),
        "e1": q(1, "g"),
        "Max2": q(5, "kg"),
        "e2": q(2, "g"),
    }
    rule = explained(scale(characteristics=characteristics), "load-max2.1")["rule"]["vi"]
    assert rule == f"OIML R 76-1, Bảng 6: III, ≤ 10{THIN}000; Giá trị e của phạm vi cân: ≤ 5{THIN}000"


@pytest.mark.parametrize(
    ("record", "id", "vi"),
    [
        (fuel_dispenser(), "qmax.1", "ĐLVN 10:2013"),
        (of.COMPLETE["volume-measure"], "capacity.1", "OIML R 138:2007"),
        (
            of.volume_measure(["100"], "100", "drinking"),
            "capacity.1",
            "Directive 2014/32/EU annex X [chưa đối chiếu với văn bản]",
        ),
        (of.taximeter("1000", "600", "bench"), "waiting.1", "Directive 2014/32/EU annex IX"),
        (of.taximeter(), "waiting.1", "ĐLVN 01 [chưa đối chiếu với văn bản]"),
        (of.water_meter(), "q1.1", "OIML R 49-1, vùng lưu lượng thấp Q1 ≤ Q < Q2: 2"),
        (of.water_meter(), "q3.1", "OIML R 49-1, vùng lưu lượng cao Q2 ≤ Q ≤ Q4: 2, ≤ 30"),
        (of.pressure_gauge(), "p0.1.up", "ĐLVN 08:2011"),
        (of.weight("0", "0.001", q(10, "mg")), "mass.1", "OIML R 111-1, Bảng 1: E2, ≤ 0,01"),
        (
            of.electricity_meter(characteristics={"class": "0.5", "Ib": q(5, "A"), "Imax": q(20, "A")}),
            "pf1-Ib.1",
            "IEC 62053, hệ số công suất 1, theo I/Ib: 0,5 [chưa đối chiếu với văn bản]",
        ),
        (
            of.electricity_meter(),
            "pf1-005Ib.1",
            "IEC 62053, hệ số công suất 1, theo I/Ib: 2, < 0,1 [chưa đối chiếu với văn bản]",
        ),
        (of.COMPLETE["nawi"], "repeatability.range", "OIML R 76-1, Bảng 6; Giá trị e của phạm vi cân"),
    ],
)
def test_only_the_rules_that_gave_the_limit_are_cited(record, id, vi):
    assert explained(record, id)["rule"]["vi"] == vi


def test_a_hair_beyond_the_limit_never_looks_like_the_limit():
    point = explained(fuel_dispenser("20.0600000000000001", "20.00"), "qmax.1")
    assert (point["error"], point["limit"], point["verdict"]) == ("0.3000000000000005", "0.3", "fail")
    assert "= 0,3000000000000005 %; giới hạn ±0,3 %" in point["explanation"]["vi"]
    point = explained(fuel_dispenser("20.0599999999999999", "20.00"), "qmax.1")
    assert (point["error"], point["verdict"]) == ("0.2999999999999995", "pass")


@pytest.mark.parametrize("name", of.COMPLETE)
def test_every_point_is_explained_in_both_languages(name):
    result = metrology.evaluate(of.COMPLETE[name])
    assert set(result["explanation"]) == {"vi", "en"}
    for point in (*result["points"], *result["checks"]):
        for language, verdict in (("vi", ": đạt."), ("en", ": pass.")):
            assert point["explanation"][language].endswith(verdict)
            assert "{" not in point["explanation"][language]
    for point in result["points"]:
        assert point["rule"]["vi"]
        assert "." not in point["formula"]["vi"]
        assert point["formula"]["vi"].replace(",", ".") == point["formula"]["en"]
        assert point["explanation"]["en"].count("limit") >= 1


@pytest.mark.parametrize("name", of.COMPLETE)
def test_without_sentences_the_verdicts_are_the_same(name):
    full = metrology.evaluate(of.COMPLETE[name])
    bare = metrology.evaluate(of.COMPLETE[name], explain=False)
    told = ("explanation", "formula", "rule")
    assert bare == {
        **{key: value for key, value in full.items() if key != "explanation"},
        **{
            part: [{k: v for k, v in item.items() if k not in told} for item in full[part]]
            for part in ("points", "checks")
        },
    }


def test_a_one_sided_limit_and_two_unlike_ones():
    assert "giới hạn ≤ 20 g" in explained(of.COMPLETE["retail-scale-control"], "sale.1")["explanation"]["vi"]
    assert "giới hạn ≥ 4 °C" in explained(of.clinical_thermometer(), "apart")["explanation"]["vi"]
    assert "giới hạn −0,15 … 0,1 °C" in explained(of.clinical_thermometer(), "t-low.1")["explanation"]["vi"]


def test_the_closing_sentence():
    assert metrology.evaluate(fuel_dispenser())["explanation"] == {
        "vi": "Đạt yêu cầu kỹ thuật đo lường: 8 kết quả đo đều trong giới hạn.",
        "en": "Meets the metrological requirements: all 8 results are within their limits.",
    }
    assert metrology.evaluate(scale({"load-max": "16"}))["explanation"] == {
        "vi": "Không đạt: load-max.1.", "en": "Does not pass: load-max.1.",
    }  # fmt: skip
    text = metrology.evaluate(scale(checks={}))["explanation"]["en"]
    assert (
        text
        == "No conclusion yet, missing: checks.nameplate, checks.intact, checks.level, checks.indication_legible."
    )
    record = of.volume_measure(["1000"], lot="batch")
    assert metrology.evaluate(record)["explanation"]["en"].endswith("batch.10, batch.11 ….")
