"""When what is told together leaves: after a quiet moment, after the longest wait, or when a letter is full."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.heard import LONGEST_WAIT, MOST_MATTERS, Heard, ready
from services.notifications.notice import Matter

AT = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
QUIET = timedelta(seconds=10)


def waiting(ages: list[timedelta]) -> list[datetime]:
    return sorted(AT - age for age in ages)


ages = st.lists(st.timedeltas(timedelta(), timedelta(minutes=4)), min_size=1, max_size=MOST_MATTERS)
quiet_times = st.timedeltas(timedelta(), timedelta(minutes=1))


@given(ages, quiet_times)
def test_it_leaves_when_quiet_or_long_waited_or_full(ages: list[timedelta], quiet: timedelta) -> None:
    full = len(ages) >= MOST_MATTERS and max(ages) >= quiet
    leaves = min(ages) >= quiet or max(ages) >= LONGEST_WAIT * quiet or full
    assert ready(waiting(ages), AT, quiet) == leaves


def test_a_full_letter_does_not_wait_for_quiet() -> None:
    moment = [timedelta()] * (MOST_MATTERS - 2)
    assert not ready(waiting([QUIET, *moment]), AT, QUIET)
    assert ready(waiting([QUIET, timedelta(), *moment]), AT, QUIET)


def test_nobody_waits() -> None:
    assert not ready([], AT, QUIET)


alike = st.tuples(
    st.sampled_from(["certificate_issued", "verification_failed"]),
    st.sampled_from(["e-1", "e-2"]),
    st.dates(date(2027, 3, 1), date(2027, 3, 3)).map(str),
    st.booleans(),
)


@given(alike, alike)
def test_only_what_is_alike_waits_together(one: Any, other: Any) -> None:
    first, second = (
        Heard.of(topic, enterprise, (day,), Matter(event_id=f"c/{n}@1", data={}), AT, old=old)
        for n, (topic, enterprise, day, old) in enumerate((one, other))
    )
    assert (first.group == second.group) == (one == other)
    assert first.id != second.id
