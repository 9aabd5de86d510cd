"""Unused numbers move in ranges: nothing is given that is not there, moved since, or used, and a repeat is harmless."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.inspection.domain.custody import Movement, holders_on
from services.inspection.domain.seal_batch import SealBatch, Use
from services.inspection.events import (
    SealsDestroyed,
    SealsFound,
    SealsIssued,
    SealsLost,
    SealsReturned,
    SealsTransferred,
)
from services.kernel.model import AlreadyDone, Rejected

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def batch(first: int = 1, last: int = 100) -> SealBatch:
    return SealBatch(id="b1", of_kind="lead_seal", series="BN26", first=first, last=last, received_at=AT)


def move(action: Any, first: int, last: int, giver: Any = None, to: Any = None, **changed: Any) -> Movement:
    facts = {"id": f"{action}-{first}-{last}-{giver}-{to}", "at": AT + timedelta(hours=1), "reason": None}
    return Movement(
        action=action,
        first=first,
        last=last,
        from_inspector_id=giver,
        to_inspector_id=to,
        **(facts | changed),
    )


def state(of: SealBatch) -> list[tuple[int, int, str, str | None]]:
    return [(each.first, each.last, each.where, each.inspector_id) for each in of.ranges()]


def refused(of: SealBatch, movement: Movement, *uses: Use) -> tuple[int, str, str | None]:
    """Why the movement is refused; nothing has changed."""
    before = of.state()
    with pytest.raises(Rejected) as error:
        of.move(movement, uses)
    assert of.state() == before
    return error.value.status, error.value.problem, error.value.field


def test_a_range_goes_its_way_and_every_number_is_somewhere() -> None:
    of = batch(1, 30)
    told = [
        of.move(move("issued", 1, 20, to="k1")),
        of.move(move("returned", 16, 20, "k1")),
        of.move(move("transferred", 11, 15, "k1", "k2")),
        of.move(move("lost", 12, 12, "k2", reason="rơi")),
        of.move(move("destroyed", 1, 5, "k1", reason="nghỉ việc")),
        of.move(move("lost", 30, 30, reason="không thấy trong kho")),
        of.move(move("found", 12, 12, to="k2", reason="thấy lại")),
    ]
    assert [type(each) for each in told] == [
        SealsIssued,
        SealsReturned,
        SealsTransferred,
        SealsLost,
        SealsDestroyed,
        SealsLost,
        SealsFound,
    ]
    assert state(of) == [
        (1, 5, "destroyed", "k1"),
        (6, 10, "in_hand", "k1"),
        (11, 15, "in_hand", "k2"),
        (16, 29, "in_stock", None),
        (30, 30, "lost", None),
    ]


@pytest.mark.parametrize(
    ("movement", "expected"),
    [
        (move("issued", 7, 6, to="k2"), (422, "invalid-input", "last")),
        (move("issued", 1, 1_000_001, to="k2"), (422, "invalid-input", "last")),
        (move("issued", 90, 101, to="k2"), (422, "invalid-input", "first")),
        (move("issued", 40, 50, to="k2", at=AT - timedelta(days=1)), (422, "invalid-input", "at")),
        (move("issued", 10, 20, to="k2"), (409, "seals-issued", "first")),
        (move("returned", 15, 31, "k1"), (409, "seals-not-held", "first")),
        (move("returned", 15, 20, "k2"), (409, "seals-not-held", "first")),
        (move("transferred", 40, 41, "k1", "k2"), (409, "seals-not-held", "first")),
        (move("lost", 15, 16), (409, "seals-not-held", "first")),
        (move("found", 15, 16), (409, "seals-not-held", "first")),
        (move("returned", 15, 20, "k1", at=AT + timedelta(minutes=30)), (409, "seals-moved-since", "at")),
    ],
)
def test_what_cannot_be_is_refused(movement: Movement, expected: tuple[int, str, str]) -> None:
    of = batch()
    of.move(move("issued", 15, 30, to="k1"))
    assert refused(of, movement) == expected


def test_a_repeat_changes_nothing_and_an_id_stands_for_one_movement() -> None:
    of = batch()
    for minutes in (0, 5):
        told = of.move(move("issued", 1, 10, to="k1", id="m1", at=AT + timedelta(minutes=minutes)))
        assert (told is None) == (minutes == 5)
    lost = move("lost", 1, 1, "k1", reason="rơi")
    found = move("found", 1, 1, to="k1", reason="thấy lại")
    for each in (lost, found):
        assert of.move(each)
        assert of.move(each) is None
    with pytest.raises(AlreadyDone):
        of.move(move("issued", 1, 11, to="k1", id="m1"))
    assert len(of.movements) == 3


def test_a_used_seal_does_not_change_hands() -> None:
    of = batch()
    of.move(move("issued", 1, 10, to="k1"))
    use = Use(4, AT + timedelta(hours=3), "k1")
    for each in (
        move("returned", 1, 10, "k1"),
        move("transferred", 1, 10, "k1", "k2"),
        move("lost", 4, 4, "k1", reason="rơi"),
        move("destroyed", 4, 4, "k1", reason="nghỉ việc"),
    ):
        assert refused(of, each, use) == (409, "seals-used", "first")
    many = [Use(n, AT + timedelta(hours=3), "k1") for n in range(1, 9)]
    with pytest.raises(Rejected, match=r"8 of these numbers were used: 1, 2, 3, 4, 5 …"):
        of.move(move("returned", 1, 10, "k1"), many)


def test_who_was_given_a_seal_may_have_used_it_before_the_paper_was_written() -> None:
    of = batch()
    paper = AT + timedelta(hours=6)
    assert of.move(move("issued", 1, 10, to="k1", at=paper), [Use(1, AT + timedelta(hours=2), "k1")])
    earlier = Use(11, paper - timedelta(days=1), "k1")
    assert refused(of, move("issued", 11, 12, to="k1", at=paper), earlier)[1] == "seals-used"
    other = Use(11, paper + timedelta(hours=1), "k2")
    assert refused(of, move("issued", 11, 12, to="k1", at=paper), other)[1] == "seals-used"


def test_a_loss_is_corrected_also_for_a_seal_that_was_used() -> None:
    of = batch()
    of.move(move("lost", 1, 1, reason="rơi"))
    assert of.move(move("found", 1, 1, reason="đã gắn"), [Use(1, AT, "k1")])


def test_what_was_lost_by_two_is_found_in_two_steps() -> None:
    of = batch()
    of.move(move("issued", 1, 5, to="k1"))
    of.move(move("lost", 1, 5, "k1", reason="rơi"))
    of.move(move("lost", 6, 10, reason="không thấy"))
    assert refused(of, move("found", 1, 10, reason="thấy lại"))[1] == "seals-not-held"
    assert of.move(move("found", 1, 5, to="k2", reason="thấy lại"))
    assert of.held(5).inspector_id == "k2"


def test_who_held_a_number_on_a_day() -> None:
    """A day in Vietnam: 2026-03-03T17:30Z is the fourth already."""
    of = batch()
    for each in (
        move("issued", 1, 10, to="k1", at=datetime(2026, 3, 3, 2, tzinfo=UTC)),
        move("transferred", 1, 5, "k1", "k2", at=datetime(2026, 3, 3, 17, 30, tzinfo=UTC)),
        move("returned", 1, 5, "k2", at=datetime(2026, 3, 6, 2, tzinfo=UTC)),
    ):
        of.move(each)
    held = [holders_on(of.movements, 3, date(2026, 3, day)) for day in range(2, 8)]
    assert held == [set(), {"k1"}, {"k1", "k2"}, {"k2"}, {"k2"}, set()]
    assert holders_on(of.movements, 10, date(2026, 4, 1)) == {"k1"}
    assert holders_on(of.movements, 11, date(2026, 4, 1)) == set()


def test_the_ranges_of_an_earlier_instant() -> None:
    of = batch(1, 10)
    of.move(move("issued", 1, 5, to="k1", at=AT + timedelta(hours=1)))
    of.move(move("returned", 3, 5, "k1", at=AT + timedelta(hours=3)))
    assert of.ranges(AT - timedelta(hours=1)) == []
    assert [(each.first, each.last, each.where) for each in of.ranges(AT + timedelta(hours=2))] == [
        (1, 5, "in_hand"),
        (6, 10, "in_stock"),
    ]
    assert of.ranges(AT + timedelta(hours=3)) == of.ranges()


def test_a_batch_runs_upward_and_is_no_larger_than_a_million() -> None:
    for first, last in ((5, 4), (1, 1_000_001)):
        with pytest.raises(Rejected):
            batch(first, last).received()
    assert batch(1, 1_000_000).received().last == 1_000_000


def test_a_million_numbers_are_one_small_document() -> None:
    of = batch(1, 1_000_000)
    of.move(move("issued", 1, 400_000, to="k1"))
    assert len(of.model_dump_json()) < 1000
