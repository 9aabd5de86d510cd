"""A seal is used once; what is told of it may come in any order and says the same in the end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain.seal import Seal, SealFact, parse_number, seal_id, write_number
from services.inspection.events import SealAffixed, SealInvalidated, SealLost, SealValidated, SealVoided
from services.kernel.model import Rejected

AT = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)


def fact(
    action: Any,
    instrument: str = "i1",
    place: str = "bộ đếm",
    hours: int = 0,
    by: str = "v1",
    kind: Any = None,
) -> SealFact:
    return SealFact(
        action=action,
        of_kind=kind,
        verification_id=by,
        instrument_id=instrument,
        inspector_id="k1",
        place=place,
        at=AT + timedelta(hours=hours),
        certificate_id="c1" if action in ("validated", "invalidated") else None,
    )


def certified(action: Any, certificate: str = "c1", by: str = "v1") -> SealFact:
    return fact(action, hours=2, by=by).model_copy(update={"certificate_id": certificate})


def told(*facts: SealFact) -> Seal:
    seal = Seal.first_used("BN26-000123", AT)
    for each in facts:
        seal.tell(each, AT)
    return seal


@given(st.from_regex(r"[0-9A-Z]{1,12}", fullmatch=True), st.integers(1, 999_999_999))
def test_a_number_is_read_as_it_is_written(series: str, serial: int) -> None:
    assert parse_number(write_number(series, serial)) == (series, serial)
    assert seal_id(f"{series}-{serial}") == write_number(series, serial)


@pytest.mark.parametrize("number", ["KP 2019/123", "123", "BN26-", "-5", "", "BN26-1234567890", "CŨ-1"])
def test_whatever_stands_on_an_older_seal_has_an_id_too(number: str) -> None:
    assert parse_number(number) is None
    assert Seal.first_used(number, AT).id == seal_id(number)


def test_affixed_and_voided_say_what_happened() -> None:
    seal = Seal.first_used("bn26-123", AT)
    affixed = seal.tell(fact("affixed"), AT)
    assert isinstance(affixed, SealAffixed)
    assert (affixed.number, affixed.place, seal.status) == ("BN26-000123", "bộ đếm", "affixed")
    assert seal.tell(fact("affixed"), AT) is None
    voided = seal.tell(fact("removed", by="v2", hours=1), AT)
    assert isinstance(voided, SealVoided)
    assert (voided.reason, seal.status) == ("removed", "void")


def test_a_seal_in_two_places_is_used_twice_and_keeps_both_facts() -> None:
    seal = told(fact("affixed"), fact("affixed", instrument="i2", by="v2", hours=1))
    assert seal.used_twice()
    assert [each.instrument_id for each in seal.facts] == ["i1", "i2"]
    assert seal.instrument_id == "i1"
    assert not told(fact("affixed"), fact("affixed", by="v2", hours=1)).used_twice()


def test_a_void_seal_is_not_fitted_again() -> None:
    assert told(fact("voided"), fact("affixed", by="v2", hours=1)).fitted_again()
    assert not told(fact("affixed"), fact("removed", by="v2", hours=1)).fitted_again()


def test_a_seal_is_valid_from_its_certificate_until_that_is_revoked() -> None:
    seal, standings = told(fact("affixed")), []
    for each, event in (
        (fact("affixed"), type(None)),
        (certified("validated"), SealValidated),
        (certified("invalidated"), SealInvalidated),
        (certified("validated", "c2"), SealValidated),
    ):
        assert isinstance(seal.tell(each, AT), event)
        standings.append((seal.status, seal.standing))
    assert [standing for _, standing in standings] == ["pending", "valid", "revoked", "valid"]
    assert {status for status, _ in standings} == {"affixed"}


def test_another_verifications_certificate_does_not_make_it_valid() -> None:
    assert told(fact("affixed"), certified("validated", by="v2")).standing == "pending"


def test_a_withheld_certificate_and_a_void_seal_say_so() -> None:
    withheld = fact("affixed").model_copy(update={"withheld": ["card-expired"]})
    affixed = Seal.first_used("BN26-000123", AT).tell(withheld, AT)
    assert isinstance(affixed, SealAffixed)
    assert affixed.withheld == ["card-expired"]
    assert told(withheld).standing == "withheld"
    assert told(fact("affixed"), fact("voided"), certified("validated")).standing is None


def test_a_seal_lost_from_its_instrument_turns_up() -> None:
    seal = told(fact("affixed"))
    assert isinstance(seal.lose("không còn trên cột đo", None, AT + timedelta(hours=1)), SealLost)
    assert (seal.status, seal.found_after_loss()) == ("lost", False)
    with pytest.raises(Rejected) as refused:
        seal.lose("lần nữa", None, AT + timedelta(hours=2))
    assert refused.value.problem == "seal-not-affixed"
    seal.tell(fact("removed", by="v2", hours=3), AT)
    assert (seal.status, seal.found_after_loss()) == ("void", True)


def test_what_it_was_at_an_instant() -> None:
    seal = told(fact("affixed", hours=1), fact("removed", by="v2", hours=3))
    found = [seal.status_at(AT + timedelta(hours=hours)) for hours in (0, 1, 2, 3)]
    assert found == [None, "affixed", "affixed", "void"]


def test_found_on_another_instrument_than_it_was_fitted_to() -> None:
    assert told(fact("affixed"), fact("removed", instrument="i2", by="v2")).removed_elsewhere()
    assert not told(fact("affixed"), fact("removed", by="v2")).removed_elsewhere()
    assert not told(fact("removed")).removed_elsewhere()


def test_it_is_of_the_kind_that_is_told_of_its_first_fact_whoever_is_heard_first() -> None:
    fitted, found = fact("affixed", kind="lead_seal"), fact("removed", by="v2", hours=1, kind="stamp")
    assert {told(fitted, found).of_kind, told(found, fitted).of_kind} == {"lead_seal"}
    assert told(fact("affixed"), found, certified("validated")).of_kind == "stamp"


FACTS = st.lists(
    st.builds(
        fact,
        st.sampled_from(["affixed", "removed", "voided", "lost", "validated", "invalidated"]),
        st.sampled_from(["i1", "i2"]),
        st.sampled_from(["bộ đếm", "nắp"]),
        st.integers(0, 3),
        st.sampled_from(["v1", "v2", "v3"]),
        st.sampled_from([None, "stamp", "lead_seal"]),
    ),
    min_size=1,
    max_size=6,
)


@given(FACTS, st.randoms())
def test_the_order_in_which_facts_come_changes_nothing(facts: list[SealFact], chance: Any) -> None:
    shuffled = list(facts)
    chance.shuffle(shuffled)
    first, second = told(*facts), told(*shuffled)
    assert first.view() == second.view()
    actions = {each.action for each in facts}
    void = bool(actions & {"removed", "voided"})
    assert first.status == ("void" if void else "lost" if "lost" in actions else "affixed")
    assert first.standing is None or first.status == "affixed"
