"""What an instrument's verifications say of each other: which repeat another, and which bar it from use."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain.past import Past, barring, repeats

BEGAN = datetime(2026, 3, 5, 2, tzinfo=UTC)


def past(number: int, minute: int, visit: str = "v1", corrects: str | None = None) -> Past:
    at = BEGAN + timedelta(minutes=minute)
    return Past(
        id=f"r{number}",
        tablet_id="t1",
        inspector_id="p1",
        enterprise_id="e1",
        instrument_id="i1",
        visit_id=visit,
        received_at=at,
        verified_at=at,
        verified_on=at.date(),
        verdict="pass",
        regime="periodic",
        withheld=[],
        corrects=corrects,
        set_aside=None,
        status_record=None,
        seals_affixed=[],
    )


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.data())
def test_all_but_the_first_are_named_in_whatever_order_they_come(
    minutes: list[int], data: st.DataObject
) -> None:
    """Each is looked at when it is there itself, beside those that came before it."""
    every = [past(number, minute) for number, minute in enumerate(minutes)]
    order = data.draw(st.permutations(every))
    named = set()
    for count, each in enumerate(order, start=1):
        named |= {found.id for found in repeats(order[:count], each.id, "v1")}
    first = min(every, key=lambda each: (each.received_at, each.id))
    assert named == {each.id for each in every} - {first.id}


@given(st.integers(2, 6))
def test_the_last_to_come_names_itself_only(count: int) -> None:
    every = [past(number, number) for number in range(count)]
    assert [each.id for each in repeats(every, f"r{count - 1}", "v1")] == [f"r{count - 1}"]


def test_other_visits_and_corrections_repeat_nothing() -> None:
    every = [past(1, 1), past(2, 2, visit="v2"), past(3, 3, corrects="r1")]
    assert [repeats(every, each.id, each.visit_id or "") for each in every] == [[], [], []]


FAIL: dict[str, Any] = {"verdict": "fail"}
PASS: dict[str, Any] = {}
REPAIRED: dict[str, Any] = {"regime": "after_repair"}
AS_NEW: dict[str, Any] = {"regime": "initial"}
BARRED: dict[str, Any] = {"withheld": ["instrument-barred"]}
ASIDE: dict[str, Any] = {"set_aside": {"reason": "x"}}


@pytest.mark.parametrize(
    ("story", "failed"),
    [
        ([], None),
        ([PASS], None),
        ([PASS, FAIL], "r1"),
        ([FAIL, PASS | BARRED], "r0"),
        ([FAIL, FAIL | BARRED, PASS | BARRED], "r1"),
        ([FAIL, REPAIRED], None),
        ([FAIL, REPAIRED | ASIDE], "r0"),
        ([FAIL, REPAIRED, FAIL], "r2"),
        ([FAIL, REPAIRED | FAIL], "r1"),
        ([FAIL | ASIDE, PASS], None),
        ([FAIL, AS_NEW], None),  # its gate was open: the catalogue knows no verification after repair
        ([FAIL, AS_NEW | BARRED], "r0"),
        ([FAIL, {"corrects": "r0"}], None),
        ([FAIL, FAIL | {"corrects": "r0"}], "r1"),
    ],
)
def test_it_is_barred_by_the_fail_since_which_none_released_it(
    story: list[dict[str, Any]], failed: str | None
) -> None:
    found = barring(past(n, n).model_copy(update=each) for n, each in enumerate(story))
    assert (found.id if found else None) == failed
