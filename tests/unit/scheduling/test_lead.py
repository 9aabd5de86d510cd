"""The leads: which is the most urgent one, and when the next one is to be said."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.lead import LEADS, after, day_of, reached

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
distances = st.integers(-1000, 1000)


@pytest.mark.parametrize(
    ("ahead", "lead"),
    [
        (61, None),
        (60, "60"),
        (31, "60"),
        (30, "30"),
        (16, "30"),
        (15, "15"),
        (7, "7"),
        (1, "7"),
        (0, "0"),
        (-1, "overdue"),
        (-900, "overdue"),
    ],
)
def test_the_lead_that_is_reached(ahead: int, lead: str | None) -> None:
    assert reached(date(2027, 3, 31), date(2027, 3, 31) - timedelta(days=ahead)) == lead


@given(days, distances)
def test_what_is_reached_has_come_and_what_comes_after_it_has_not(due_on: date, ahead: int) -> None:
    today = due_on - timedelta(days=ahead)
    lead = reached(due_on, today)
    assert lead is None or day_of(lead, due_on) <= today
    following = after(lead)
    assert following is None or day_of(following, due_on) > today


@given(days)
def test_leads_grow_more_urgent_from_day_to_day(due_on: date) -> None:
    assert [day_of(lead, due_on) for lead in LEADS] == sorted({day_of(lead, due_on) for lead in LEADS})
