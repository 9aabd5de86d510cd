"""Tablets' clocks lie; the time of a verification does not."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain.clock import Timing

FINISHED = datetime(2026, 3, 5, 2, 40, tzinfo=UTC)
RECEIVED = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


@given(st.integers(-120_000, 120_000))
def test_within_two_minutes_the_tablets_own_time_stands(offset: int) -> None:
    timing = Timing.of(FINISHED, RECEIVED, offset, 0)
    assert (timing.verified_at, timing.concerns("t1")) == (FINISHED, [])


def test_a_tablet_that_lives_in_2017_is_corrected_and_flagged() -> None:
    lost = timedelta(days=365 * 9)
    timing = Timing.of(FINISHED - lost, RECEIVED, round(lost.total_seconds() * 1000), 0)
    assert timing.verified_on == date(2026, 3, 5)
    [concern] = timing.concerns("t1")
    assert (concern.reason, concern.withholds) == ("clock-off", False)


def test_without_an_earlier_contact_the_push_itself_shows_the_offset() -> None:
    assert Timing.of(FINISHED, RECEIVED, None, 200_000).is_off
    assert not Timing.of(FINISHED, RECEIVED, 0, 200_000).is_off


def test_a_verification_that_ends_after_it_was_received_earns_no_certificate() -> None:
    [concern] = Timing.of(RECEIVED + timedelta(hours=1), RECEIVED, 0, 0).concerns("t1")
    assert (concern.reason, concern.withholds) == ("date-future", True)


@pytest.mark.parametrize(("hour", "day"), [(16, 5), (17, 6)])
def test_the_day_is_the_day_in_vietnam(hour: int, day: int) -> None:
    timing = Timing.of(datetime(2026, 3, 5, hour, 30, tzinfo=UTC), RECEIVED + timedelta(days=1), 0, 0)
    assert timing.verified_on == date(2026, 3, day)
