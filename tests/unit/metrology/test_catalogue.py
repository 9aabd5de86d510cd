"""The catalogue of group-2 instruments: states by date, intervals, validity."""

from __future__ import annotations

from datetime import date

import pytest

from metrology import BadInput, Catalogue, UnknownType

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def catalogue():
    return Catalogue.shipped()


@pytest.mark.parametrize(
    ("code", "on", "months"),
    [
        ("2", "2013-11-15", 12),  # taximeter: 12 months until 2019, 18 since TT 07/2019
        ("2", "2019-12-31", 12),
        ("2", "2020-01-01", 18),
        ("10", "2026-11-22", 12),  # the doubtful 24 months of TT 04/2026 are not in force
        ("43c", "2015-01-01", 24),
        ("43c", "2020-01-01", 48),
        ("69a", "2024-10-15", 60),
        ("1a", "2026-11-22", None),
    ],
)
def test_interval_by_date(catalogue, code, on, months):
    assert catalogue.interval(code, date.fromisoformat(on)) == months


@pytest.mark.parametrize(
    ("code", "on"), [("69a", "2024-10-14"), ("19", "2019-12-31"), ("27b", "2026-11-22"), ("99", "2026-11-22")]
)
def test_a_type_without_a_row_in_force_is_unknown(catalogue, code, on):
    with pytest.raises(UnknownType):
        catalogue.entry(code, date.fromisoformat(on))


def test_86_rows_of_2019_and_three_of_2024_are_in_force(catalogue):
    codes = catalogue.codes(TODAY)
    assert len(codes) == len(set(codes)) == 89
    assert len(catalogue.codes(date(2024, 10, 14))) == 86
    assert codes[0] == "1a"


def test_doubtful_rows_are_there_but_not_in_force(catalogue):
    doubtful = [entry for entry in catalogue.entries if not entry.in_force]
    assert {entry.effective_from for entry in doubtful} == {date(2026, 4, 15)}
    assert next(e for e in doubtful if e.code == "10").interval_months == 24


def test_an_administrator_puts_a_row_in_force(catalogue):
    rows = [entry.row() for entry in catalogue.entries]
    for row in rows:
        row["in_force"] = True
    confirmed = Catalogue(rows)
    assert confirmed.interval("10", date(2026, 4, 14)) == 12
    assert confirmed.interval("10", date(2026, 4, 15)) == 24
    assert "27b" in confirmed.codes(TODAY)


def test_regimes(catalogue):
    assert catalogue.regimes("19", TODAY) == {"initial", "periodic", "after_repair"}
    assert catalogue.regimes("33", TODAY) == {"initial", "periodic"}
    assert catalogue.regimes("1a", TODAY) == {"initial"}
    assert catalogue.regimes("34a") == {"initial"}
    with pytest.raises(UnknownType):
        catalogue.regimes("27b")


@pytest.mark.parametrize(
    ("code", "verified_on", "until"),
    [
        ("19", "2026-03-05", "2027-03-31"),
        ("19", "2027-02-28", "2028-02-29"),
        ("34b", "2026-08-31", "2027-02-28"),
        ("2", "2026-12-01", "2028-06-30"),
        ("2", "2019-12-31", "2020-12-31"),
        ("21a", "2026-12-31", "2031-12-31"),
    ],
)
def test_valid_until_is_the_last_day_of_the_closing_month(catalogue, code, verified_on, until):
    assert catalogue.valid_until(code, date.fromisoformat(verified_on)) == date.fromisoformat(until)


def test_without_a_cycle_validity_has_no_end(catalogue):
    assert catalogue.valid_until("1a", TODAY) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"interval_months": "12"}, "interval_months"),
        ({"interval_months": 0}, "interval_months"),
        ({"interval_months": True}, "interval_months"),
        ({"effective_from": "15/04/2026"}, "effective_from"),
        ({"effective_to": "2026-02-30"}, "effective_to"),
        ({"in_force": "x"}, "in_force"),
        ({"trust": "B"}, "trust"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_row_is_refused_by_column(catalogue, change, field):
    with pytest.raises(BadInput) as refusal:
        Catalogue([{**catalogue.entries[0].row(), **change}])
    assert refusal.value.field == field


def test_row_and_entry_are_each_others_inverse(catalogue):
    assert Catalogue(entry.row() for entry in catalogue.entries).entries == catalogue.entries
