"""How values stand on an official document: decimal commas, names without abbreviations, limits."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from services.inspection.domain import wording
from services.inspection.domain.particulars import characteristics, condition_names, method
from services.kernel.model import Quantity

FUEL = {"id": "fuel-dispenser", "version": "2017"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("20.05"), "20,05"),
        ("-0.30", "\N{MINUS SIGN}0,30"),
        ("50", "50"),
        (Decimal("0.000000001"), "0,000000001"),
        ("ĐLVN 10.2017", "ĐLVN 10.2017"),
        (None, ""),
    ],
)
def test_a_number_has_a_decimal_comma(value: Decimal | str | None, text: str) -> None:
    assert wording.number(value) == text


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        ("-0.3", "0.3", "±0,3"),
        ("-0.15", "0.1", "\N{MINUS SIGN}0,15 … 0,1"),
        (None, "0.2", "≤ 0,2"),
        ("1", None, "≥ 1"),
        (None, None, ""),
    ],
)
def test_limits(lower: str | None, upper: str | None, text: str) -> None:
    assert wording.limits(lower, upper) == text


def test_days_and_moments_are_vietnams() -> None:
    assert wording.day(date(2027, 3, 31)) == "31/03/2027"
    assert wording.day_in_words(date(2026, 3, 5)) == "ngày 05 tháng 03 năm 2026"
    assert wording.moment(datetime(2026, 3, 4, 20, 5, tzinfo=UTC)) == "03:05 ngày 05/03/2026"


def test_a_country_is_named_not_abbreviated() -> None:
    japan = wording.country("JP")
    assert japan is not None
    assert (japan.vi, japan.en) == ("Nhật Bản", "Japan")
    assert wording.country(None) is None


@pytest.mark.parametrize(
    ("shown", "typed"),
    [("00042/2026/BN-KĐ", "00042/2026/BN-KD"), ("42 - 26 (YB)", "42-26(YB)"), ("ts 1ă", "TS1A")],
)
def test_a_number_is_found_as_people_type_it(shown: str, typed: str) -> None:
    assert wording.typed(shown) == wording.typed(typed) == typed


def test_the_method_is_number_and_name() -> None:
    told = method(FUEL)
    assert (told.number, told.name.vi) == ("ĐLVN 10:2017", "Cột đo xăng dầu - Quy trình kiểm định")
    temporary = method({"id": "nawi", "version": "2006"})
    assert (temporary.number, "OIML R 76-1" in temporary.name.vi) == (None, True)
    unknown = method({"id": "quy-trinh-tam", "version": "1"})
    assert (unknown.number, unknown.name.vi) == (None, "quy-trinh-tam 1")


def test_characteristics_bear_the_names_of_the_procedure() -> None:
    told = {"xyz": "A", "MMQ": {"value": "2", "unit": "L"}, "Qmax": {"value": "50.5", "unit": "L/min"}}
    found = list(characteristics(FUEL, told))
    assert [each.name.vi for each in found] == ["Lưu lượng lớn nhất", "Lượng đo nhỏ nhất", "xyz"]
    assert wording.measured(found[0].value) == "50,5 L/min"
    assert wording.measured(Quantity(value=Decimal("0.5"), unit="L")) == "0,5 L"


def test_conditions_bear_the_names_of_the_procedure() -> None:
    assert condition_names(FUEL)["temperature"].vi == "Nhiệt độ môi trường"
    assert condition_names({"id": "none"}) == {}
