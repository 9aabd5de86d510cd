"""A certificate's number: how it is written, and which patterns could give one twice."""

import pytest

from services.inspection.domain.certificate_number import check_pattern, write_number


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("{sequence:05d}/{year}/BN-KĐ", "00042/2026/BN-KĐ"),
        ("{sequence} - {yy} (BN)", "42 - 26 (BN)"),
        ("V{yy}.{sequence:05d}", "V26.00042"),
    ],
)
def test_a_number_follows_the_pattern_of_the_office(pattern: str, number: str) -> None:
    assert write_number(check_pattern(pattern), 42, 2026) == number


@pytest.mark.parametrize(
    "pattern", ["", "BN", "{sequence}", "{year}", "{sequence}/{year}/{office}", "{sequence", "{}{year}"]
)
def test_a_pattern_that_could_give_a_number_twice_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"certificate|expected|format"):
        check_pattern(pattern)
