"""A stocktake lists where count and ledger differ; a person decides, piece by piece, and nothing happens by itself."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain.ledger import Run
from services.inspection.domain.stocktake import (
    Counted,
    Decided,
    Difference,
    Stocktake,
    check_counted,
    missing,
    surplus,
    unreceived,
)
from services.kernel.model import Rejected

AT = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)


def counted(first: int, last: int, series: str = "BN26") -> Counted:
    return Counted(series=series, first=first, last=last)


def difference(kind: Any, first: int, last: int, ledger: Any) -> Difference:
    return Difference(
        kind=kind,
        batch_id="b1",
        series="BN26",
        first=first,
        last=last,
        ledger=ledger,
        ledger_inspector_id=None,
    )


def stocktake(*differences: Difference) -> Stocktake:
    return Stocktake(
        id="t1",
        inspector_id="k1",
        series=[],
        at=AT,
        counted=[counted(1, 5)],
        differences=list(differences),
        status="differs",
        note="",
        touched_at=AT,
    )


def decide(of: Stocktake, first: int, last: int, decision: Any) -> None:
    assert of.difference(counted(first, last), decision) is not None
    made = Decided(
        series="BN26", first=first, last=last, decision=decision, reason="đã hỏi", at=AT, by="account/d"
    )
    of.decide(made, AT)


def spans(found: Any) -> list[tuple[int, int]]:
    return [(each.first, each.last) for each in found]


RANGES = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 6)), max_size=6)


def apart(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges that do not overlap an earlier one."""
    taken: set[int] = set()
    found = []
    for first, length in ranges:
        numbers = set(range(first, first + length + 1))
        if not numbers & taken:
            taken |= numbers
            found.append((first, first + length))
    return sorted(found)


def numbers(ranges: Any) -> set[int]:
    return {serial for first, last in ranges for serial in range(first, last + 1)}


@given(RANGES, RANGES)
def test_missing_is_what_the_ledger_has_here_and_nobody_counted(in_hand: Any, in_count: Any) -> None:
    here, told = apart(in_hand), apart(in_count)
    found = missing(
        "b1",
        "BN26",
        [Run(first, last, "in_hand", "k1") for first, last in here],
        [counted(*each) for each in told],
    )
    assert numbers(spans(found)) == numbers(here) - numbers(told)


@given(RANGES, st.integers(1, 40), st.integers(0, 20))
def test_what_no_batch_holds_was_never_received(batches: Any, first: int, length: int) -> None:
    received = apart(batches)
    found = spans(unreceived(counted(first, first + length), received))
    assert numbers(found) == set(range(first, first + length + 1)) - numbers(received)
    assert all(low <= high for low, high in found)


def test_surplus_says_where_the_ledger_has_them() -> None:
    found = list(surplus(counted(3, 8), "b1", [Run(1, 4, "in_stock", None), Run(7, 12, "in_hand", "k2")]))
    assert [(each.first, each.last, each.ledger, each.ledger_inspector_id) for each in found] == [
        (3, 4, "in_stock", None),
        (7, 8, "in_hand", "k2"),
    ]


@pytest.mark.parametrize(
    ("ranges", "field"),
    [
        ([counted(5, 4)], "last"),
        ([counted(1, 2_000_000)], "last"),
        ([counted(1, 5), counted(4, 9)], "counted"),
    ],
)
def test_a_count_that_cannot_be_is_refused(ranges: list[Counted], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        check_counted(ranges)
    assert (refused.value.status, refused.value.field) == (422, field)
    assert check_counted([counted(1, 5, "B"), counted(1, 5, "A")])[0].series == "A"


def test_a_person_decides_piece_by_piece() -> None:
    of = stocktake(difference("missing", 6, 10, "in_hand"), difference("surplus", 20, 20, "lost"))
    decide(of, 7, 8, "lost")
    assert spans(of.undecided()) == [(6, 6), (9, 10), (20, 20)]
    decide(of, 6, 6, "left")
    decide(of, 20, 20, "found")
    assert of.status == "differs"
    decide(of, 9, 10, "lost")
    assert (of.status, of.undecided()) == ("decided", [])
    assert of.difference(counted(7, 8), "lost") is None


@pytest.mark.parametrize(
    ("first", "last", "decision", "problem"),
    [
        (6, 6, "found", "decision-impossible"),
        (20, 20, "lost", "decision-impossible"),
        (21, 21, "found", "decision-impossible"),
        (5, 6, "lost", "difference-unknown"),
        (6, 11, "lost", "difference-unknown"),
        (8, 8, "lost", "difference-unknown"),
        (7, 8, "left", "already-decided"),
    ],
)
def test_what_cannot_be_decided(first: int, last: int, decision: Any, problem: str) -> None:
    of = stocktake(
        difference("missing", 6, 10, "in_hand"),
        difference("surplus", 20, 20, "lost"),
        difference("surplus", 21, 21, "in_stock"),
    )
    decide(of, 7, 8, "lost")
    with pytest.raises(Rejected) as refused:
        of.difference(counted(first, last), decision)
    assert (refused.value.status, refused.value.problem) == (409, problem)
