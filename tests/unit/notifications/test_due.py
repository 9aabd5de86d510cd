"""When what fell due together is told of: after a quiet moment, after the longest wait, or when a letter is full."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.due import LONGEST_WAIT, MOST_MATTERS, QUIET, Due, ready

AT = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)


def waiting(ages: list[timedelta]) -> list[Due]:
    oldest_first = sorted(ages, reverse=True)
    return [
        Due(id=f"d-{i}", enterprise_id="e", old=False, group="g", since=AT - age, matter=None)
        for i, age in enumerate(oldest_first)
    ]


ages = st.lists(st.timedeltas(timedelta(), timedelta(minutes=1)), min_size=1, max_size=MOST_MATTERS)


@given(ages)
def test_it_leaves_when_quiet_or_long_waited_or_full(ages: list[timedelta]) -> None:
    due = min(ages) >= QUIET or max(ages) >= LONGEST_WAIT or len(ages) >= MOST_MATTERS
    assert ready(waiting(ages), AT) == due


def test_a_full_letter_waits_for_nothing() -> None:
    assert not ready(waiting([timedelta()] * (MOST_MATTERS - 1)), AT)
    assert ready(waiting([timedelta()] * MOST_MATTERS), AT)


def test_nobody_waits() -> None:
    assert not ready([], AT)
