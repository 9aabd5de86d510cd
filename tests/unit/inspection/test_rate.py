"""How often one client may ask: never more than allowed, again after a rest, and in bounded memory."""

from hypothesis import given
from hypothesis import strategies as st

from services.inspection.api import rate as module
from services.inspection.api.rate import Rate


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_then_one_after_each_pause() -> None:
    clock = Clock()
    rate = Rate(3, clock)
    assert [rate.wait("a") for _ in range(5)] == [0, 0, 0, 20, 20]
    assert rate.wait("b") == 0
    clock.now += 19
    assert rate.wait("a") == 1
    clock.now += 1
    assert [rate.wait("a"), rate.wait("a")] == [0, 20]
    clock.now += 3600
    assert [rate.wait("a") for _ in range(4)] == [0, 0, 0, 20]


@given(st.lists(st.floats(0, 30), max_size=80), st.integers(1, 20))
def test_no_minute_sees_more_than_twice_the_rate(pauses: list[float], per_minute: int) -> None:
    """A burst after a rest, and what is earned meanwhile."""
    clock = Clock()
    rate = Rate(per_minute, clock)
    passed = []
    for pause in pauses:
        clock.now += pause
        if rate.wait("a") == 0:
            passed.append(clock.now)
    for begin in passed:
        assert sum(begin <= each < begin + 60 for each in passed) <= 2 * per_minute


@given(st.lists(st.floats(0, 5), min_size=1, max_size=50))
def test_who_waits_as_told_gets_through(pauses: list[float]) -> None:
    clock = Clock()
    rate = Rate(2, clock)
    for pause in pauses:
        clock.now += pause
        if seconds := rate.wait("a"):
            clock.now += seconds
            assert rate.wait("a") == 0


def test_its_memory_is_bounded() -> None:
    rate = Rate(1, Clock())
    for n in range(module.MOST_CLIENTS + 500):
        rate.wait(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}")
    assert len(rate._buckets) == module.MOST_CLIENTS


def test_one_connection_is_one_client() -> None:
    rate = Rate(1, Clock())
    assert [rate.wait(f"2001:db8:1:2::{n:x}") for n in (1, 2)] == [0, 60]
    assert rate.wait("2001:db8:1:3::1") == 0
