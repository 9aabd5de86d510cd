"""Decision rules: the limits themselves, guarded acceptance, guarded rejection (JCGM 106, ISO 14253-1, OIML G 19)."""

from __future__ import annotations

from decimal import ROUND_UP, Context, localcontext
from decimal import Decimal as D

import pytest

import metrology
from metrology import Shelf, read_procedure
from metrology.limit import guard_band, rounded, within
from metrology.procedure import Decision
from metrology.quantity import ARITHMETIC
from tests.unit.metrology import instruments as of
from tests.unit.metrology.records import Json, outcome, q
from tests.unit.metrology.test_procedure_files import MINIMAL


@pytest.mark.parametrize(
    ("error", "lower", "upper", "guard", "inside"),
    [
        ("1", "-1", "1", "0", True),
        ("-1", "-1", "1", "0", True),
        ("1.0001", "-1", "1", "0", False),
        ("-1.0001", "-1", "1", "0", False),
        ("5", None, "5", "0", True),
        ("-99", None, "5", "0", True),
        ("5.1", None, "5", "0", False),
        ("5", "5", None, "0", True),
        ("99", "5", None, "0", True),
        ("4.9", "5", None, "0", False),
        ("0.8", "-1", "1", "0.2", True),
        ("0.81", "-1", "1", "0.2", False),
        ("-0.8", "-1", "1", "0.2", True),
        ("-0.81", "-1", "1", "0.2", False),
        ("1.2", "-1", "1", "-0.2", True),
        ("1.21", "-1", "1", "-0.2", False),
        ("-1.2", "-1", "1", "-0.2", True),
        ("-1.21", "-1", "1", "-0.2", False),
        ("0", None, None, "0", True),
    ],
)
def test_a_limit_includes_itself(error, lower, upper, guard, inside):
    assert within(D(error), lower and D(lower), upper and D(upper), D(guard)) is inside


@pytest.mark.parametrize(
    ("rule", "r", "width"),
    [
        ("simple", "1", "0"),
        ("guarded_acceptance", "1", "0.3"),
        ("guarded_acceptance", "0.5", "0.15"),
        ("guarded_rejection", "1", "-0.3"),
    ],
)
def test_the_width_of_the_guard_band(rule, r, width):
    assert guard_band(Decision(rule, D(r), ""), D("0.3")) == D(width)


@pytest.mark.parametrize(
    ("error", "decimals", "text"),
    [
        ("0.29994", 4, "0.2999"),
        ("0.29996", 4, "0.29996"),
        ("0.30004", 4, "0.30004"),
        ("0.3", 4, "0.3"),
        ("-0.30004", 4, "-0.30004"),
        ("0.300000001", 4, "0.300000001"),
        ("0.123456", 4, "0.1235"),
        ("1.20", 4, "1.2"),
        ("5", 0, "5"),
        ("-0.00001", 4, "0"),
        ("0.12345", 4, "0.1234"),
        ("0.04", 1, "0"),
        ("0.29", 0, "0"),
        ("0.31", 0, "0.31"),
        ("-0.29999", 2, "-0.29999"),
    ],
)
def test_a_rounded_error_stays_on_its_side_of_the_limit(error, decimals, text):
    assert rounded(D(error), decimals, D("-0.3"), D("0.3")) == text


def test_no_more_digits_are_shown_than_it_takes():
    assert rounded(D("0.299961234"), 4, D("-0.3"), D("0.3")) == "0.29996"


def test_however_close_it_is_the_error_is_not_shown_as_its_limit():
    hair = "0.3" + "0" * 42 + "1"
    with localcontext(ARITHMETIC):
        assert rounded(D(hair), 4, D("-0.3"), D("0.3")) == hair


def test_an_error_is_rounded_the_same_way_in_any_arithmetic():
    with localcontext(Context(rounding=ROUND_UP)):
        assert rounded(D("0.12341"), 4, None, D("0.3")) == "0.1234"


def ruler(rule: str, error: str, uncertainty: Json | None, r: str = "1") -> Json:
    """A length of 100 mm, limit ±0.5 mm, on a procedure with this decision rule."""
    text = MINIMAL.replace(
        "[regimes]", f'[decision]\nrule = "{rule}"\nr = {r}\nsource = "our own example"\n\n[regimes]'
    )
    reading: Json = {"point": "scale", "reference": q(100, "mm"), "indication": q(100 + D(error), "mm")}
    if uncertainty:
        reading["uncertainty"] = uncertainty
    record = {
        "type": "99",
        "regime": "initial",
        "verified_on": "2026-03-05",
        "characteristics": {"length": q(1, "m")},
        "checks": {"straight": True},
        "readings": [{**reading, "run": run} for run in (1, 2)],
    }
    return metrology.evaluate(record, Shelf([read_procedure(text)]))


U = {"value": "0.2", "unit": "mm"}


@pytest.mark.parametrize(
    ("rule", "error", "verdict"),
    [
        ("simple", "0.5", "pass"),
        ("simple", "0.51", "fail"),
        ("guarded_acceptance", "0.3", "pass"),
        ("guarded_acceptance", "0.31", "fail"),
        ("guarded_acceptance", "-0.31", "fail"),
        ("guarded_rejection", "0.7", "pass"),
        ("guarded_rejection", "0.71", "fail"),
        ("guarded_rejection", "-0.7", "pass"),
    ],
)
def test_the_named_rule_decides(rule, error, verdict):
    assert ruler(rule, error, U)["verdict"] == verdict


@pytest.mark.parametrize(
    ("uncertainty", "guard"),
    [({"value": "0.3", "unit": "mm", "k": "3"}, "0.2"), ({"value": "0.1", "unit": "mm", "k": "1"}, "0.2"),
     ({"value": "200", "unit": "µm"}, "0.2"), ({"value": "0", "unit": "mm"}, None)],
)  # fmt: skip
def test_u_is_taken_at_k_2_in_the_unit_of_the_error(uncertainty, guard):
    result = ruler("guarded_acceptance", "0.1", uncertainty)
    assert result["points"][0].get("guard") == guard
    assert ("dải bảo vệ" in result["points"][0]["explanation"]["vi"]) == (guard is not None)


def test_half_a_guard_band():
    assert ruler("guarded_acceptance", "0.4", U, "0.5")["verdict"] == "pass"
    assert ruler("guarded_acceptance", "0.41", U, "0.5")["verdict"] == "fail"


def test_without_u_a_guarded_rule_cannot_decide():
    result = ruler("guarded_acceptance", "0", None)
    assert result["verdict"] == "incomplete"
    assert [item["id"] for item in result["missing"]] == ["scale.1.uncertainty", "scale.2.uncertainty"]
    assert ruler("simple", "0", None)["verdict"] == "pass"


# OIML R 111-1:2004 5.3.1: |m_c - m_0| ≤ mpe - U; 5.2: U ≤ mpe/3.  E2, 1 kg: 1.6 mg.
@pytest.mark.parametrize(
    ("error", "U", "verdict"),
    [
        ("1.1", "0.5", "pass"),
        ("1.11", "0.5", "fail"),
        ("-1.1", "0.5", "pass"),
        ("-1.11", "0.5", "fail"),
        ("1.5", "0.1", "pass"),
        ("0", "0.5333", "pass"),
        ("0", "0.5334", "incomplete"),
        ("9", "0.5334", "incomplete"),
        ("0", None, "incomplete"),
    ],
)
def test_a_weight_passes_only_beyond_its_uncertainty(error, U, verdict):
    assert metrology.evaluate(of.weight(error, U))["verdict"] == verdict


def test_the_guard_band_is_shown():
    point = outcome(metrology.evaluate(of.weight("1.2", "0.5")), "mass.1")
    assert (point["limit"], point["guard"], point["verdict"]) == ("1.6", "0.5", "fail")
    assert "giới hạn ±1,6 mg, dải bảo vệ 0,5 (" in point["explanation"]["vi"]


def test_the_guard_band_is_for_errors_in_the_unit_of_u():
    text = (
        MINIMAL.replace(
            "[regimes]", '[decision]\nrule = "guarded_acceptance"\nsource = "example"\n\n[regimes]'
        )
        + """
[[points.results]]
id = "share"
symbol = "S"
unit = "%"
error = "relative(indication, reference)"
upper = 0.1
"""
    )
    record = {
        "type": "99", "regime": "initial", "verified_on": "2026-03-05", "characteristics": {"length": q(1, "m")},
        "checks": {"straight": True},
        "readings": [
            {"point": "scale", "run": run, "reference": q(100, "mm"), "indication": q("100.1", "mm"), "uncertainty": U}
            for run in (1, 2)],
    }  # fmt: skip
    result = metrology.evaluate(record, Shelf([read_procedure(text)]))
    assert result["verdict"] == "pass"
    assert ["guard" in point for point in result["points"]] == [True, False, True, False]
