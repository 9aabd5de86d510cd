"""Ranges taken out of ranges, and joined again."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.inspection.spent import joined, without

RANGES = st.lists(
    st.tuples(st.integers(1, 50), st.integers(0, 5)).map(lambda each: (each[0], sum(each))), max_size=8
)


def numbers(ranges: list[tuple[int, int]]) -> set[int]:
    return {n for low, high in ranges for n in range(low, high + 1)}


@given(RANGES)
def test_joined_ranges_hold_the_same_and_touch_nowhere(ranges: list[tuple[int, int]]) -> None:
    found = joined(ranges)
    assert numbers(found) == numbers(ranges)
    assert all(one[1] + 1 < other[0] for one, other in pairwise(found))


@given(st.integers(1, 50), st.integers(0, 50), RANGES)
def test_what_is_left_of_a_range_is_the_range_without_the_used(
    first: int, length: int, taken: list[tuple[int, int]]
) -> None:
    found = without(first, first + length, joined(taken))
    assert numbers(found) == set(range(first, first + length + 1)) - numbers(taken)
    assert all(low <= high for low, high in found)
