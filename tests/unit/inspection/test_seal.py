"""A seal is used once; what is told of it may come in any order and says the same in the end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain.seal import Seal, SealFact, parse_number, seal_id, write_number
from services.inspection.domain.seal_batch import SealBatch, unused
from services.inspection.events import SealAffixed, SealVoided
from services.kernel.model import Rejected, now

AT = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)


def fact(
    action: Any, instrument: str = "i1", place: str = "bộ đếm", hours: int = 0, by: str = "v1"
) -> SealFact:
    return SealFact(
        action=action,
        verification_id=by,
        instrument_id=instrument,
        inspector_id="k1",
        place=place,
        at=AT + timedelta(hours=hours),
    )


def told(*facts: SealFact) -> Seal:
    seal = Seal.first_used("BN26-000123", "lead_seal", AT)
    for each in facts:
        seal.tell(each, "lead_seal", AT)
    return seal


@given(st.from_regex(r"[0-9A-Z]{1,12}", fullmatch=True), st.integers(1, 999_999_999))
def test_a_number_is_read_as_it_is_written(series: str, serial: int) -> None:
    assert parse_number(write_number(series, serial)) == (series, serial)
    assert seal_id(f"{series}-{serial}") == write_number(series, serial)


@pytest.mark.parametrize("number", ["KP 2019/123", "123", "BN26-", "-5", "", "BN26-1234567890", "CŨ-1"])
def test_whatever_stands_on_an_older_seal_has_an_id_too(number: str) -> None:
    assert parse_number(number) is None
    assert Seal.first_used(number, None, AT).id == seal_id(number)


def test_affixed_and_voided_say_what_happened() -> None:
    seal = Seal.first_used("bn26-123", "lead_seal", AT)
    affixed = seal.tell(fact("affixed"), "lead_seal", AT)
    assert isinstance(affixed, SealAffixed)
    assert (affixed.number, affixed.place, seal.status) == ("BN26-000123", "bộ đếm", "affixed")
    assert seal.tell(fact("affixed"), "lead_seal", AT) is None
    voided = seal.tell(fact("removed", by="v2", hours=1), None, AT)
    assert isinstance(voided, SealVoided)
    assert (voided.reason, seal.status) == ("removed", "void")


def test_a_seal_in_two_places_is_used_twice_and_keeps_both_facts() -> None:
    seal = told(fact("affixed"), fact("affixed", instrument="i2", by="v2", hours=1))
    assert seal.used_twice()
    assert [each.instrument_id for each in seal.facts] == ["i1", "i2"]
    assert seal.instrument_id == "i1"
    assert not told(fact("affixed"), fact("affixed", by="v2", hours=1)).used_twice()


def test_a_void_seal_is_not_fitted_again() -> None:
    assert told(fact("voided"), fact("affixed", by="v2", hours=1)).used_twice()
    assert not told(fact("affixed"), fact("removed", by="v2", hours=1)).used_twice()


def test_found_on_another_instrument_than_it_was_fitted_to() -> None:
    assert told(fact("affixed"), fact("removed", instrument="i2", by="v2")).removed_elsewhere()
    assert not told(fact("affixed"), fact("removed", by="v2")).removed_elsewhere()
    assert not told(fact("removed")).removed_elsewhere()


FACTS = st.lists(
    st.builds(
        fact,
        st.sampled_from(["affixed", "removed", "voided"]),
        st.sampled_from(["i1", "i2"]),
        st.sampled_from(["bộ đếm", "nắp"]),
        st.integers(0, 3),
        st.sampled_from(["v1", "v2", "v3"]),
    ),
    min_size=1,
    max_size=6,
)


@given(FACTS, st.randoms())
def test_the_order_in_which_facts_come_changes_nothing(facts: list[SealFact], chance: Any) -> None:
    shuffled = list(facts)
    chance.shuffle(shuffled)
    first, second = told(*facts), told(*shuffled)
    assert (first.status, first.used_twice(), first.removed_elsewhere()) == (
        second.status,
        second.used_twice(),
        second.removed_elsewhere(),
    )
    assert first.status == ("void" if any(each.action != "affixed" for each in facts) else "affixed")


def batch(first: int = 1, last: int = 100) -> SealBatch:
    return SealBatch(id="b1", of_kind="lead_seal", series="BN26", first=first, last=last, received_at=now())


@pytest.mark.parametrize(
    ("first", "last", "status"), [(0, 5, 422), (90, 101, 422), (7, 6, 422), (10, 20, 409)]
)
def test_numbers_outside_the_batch_or_issued_before_are_refused(first: int, last: int, status: int) -> None:
    of = batch()
    of.issue(15, 30, "k1", now())
    with pytest.raises(Rejected) as refused:
        of.issue(first, last, "k2", now())
    assert refused.value.status == status
    assert len(of.issues) == 1


def test_who_holds_a_number() -> None:
    of = batch()
    assert of.issue(1, 10, "k1", now()).inspector_id == "k1"
    of.issue(11, 11, "k2", now())
    assert [of.holder(n) for n in (1, 10, 11, 12)] == ["k1", "k1", "k2", None]
    assert of.overlaps(100, 200)
    assert not of.overlaps(101, 200)


def test_a_batch_runs_upward_and_is_no_larger_than_a_million() -> None:
    for first, last in ((5, 4), (1, 1_000_001)):
        with pytest.raises(Rejected):
            batch(first, last).received()
    assert batch(1, 1_000_000).received().last == 1_000_000


@given(st.integers(1, 50), st.integers(0, 50), st.sets(st.integers(1, 120)))
def test_what_is_left_of_a_range_is_the_range_without_the_used(
    first: int, length: int, used: set[int]
) -> None:
    ranges = unused(first, first + length, used)
    left = [n for low, high in ranges for n in range(low, high + 1)]
    assert left == [n for n in range(first, first + length + 1) if n not in used]
    assert all(low <= high for low, high in ranges)
