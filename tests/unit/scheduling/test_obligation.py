"""What is due when: from whatever facts, in whatever order they arrive."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.model import Rejected
from services.scheduling.facts import Registered, Result
from services.scheduling.obligation import Obligation
from tests.unit.scheduling.examples import DISPENSER, ENTERPRISE, SITE, morning

DAY = date(2026, 3, 5)
Step = Callable[[Obligation], object]


def known(
    last: date | None = None, until: date | None = None, *, barred: bool = False, retired: bool = False
) -> Registered:
    return Registered(
        registered_on=DAY, last_verified_on=last, valid_until=until, barred=barred, retired=retired
    )


def result(on: date, until: date | None, hour: int = 1, *, passed: bool = True) -> Result:
    return Result(
        verification_id=f"kd-{on}-{hour}",
        edition=1 if passed else 0,
        ended=False,
        corrects=None,
        verified_at=morning(on, hour),
        verified_on=on,
        valid_until=until,
    )


def ended(found: Result) -> Result:
    return found.model_copy(update={"ended": True})


def obligation(registered: Registered | None = None, *steps: Step) -> Obligation:
    made = Obligation(
        id="cot-1",
        type_code=DISPENSER,
        serial="TS-1",
        enterprise_id=ENTERPRISE,
        site_id=SITE,
        registered=registered or known(),
    )
    for step in steps:
        step(made)
    return made


def hear(facts: Registered) -> Step:
    return lambda each: each.told_by_registry(DISPENSER, "TS-1", ENTERPRISE, SITE, facts)


def verify(found: Result) -> Step:
    return lambda each: each.verified(found)


def outlook(each: Obligation) -> tuple[str, str | None, date | None]:
    return each.status, each.regime, each.due_on


def days(count: int) -> date:
    return DAY + timedelta(days=count)


def test_never_verified_is_due_for_the_initial_verification_on_its_registration_day() -> None:
    assert outlook(obligation()) == ("open", "initial", DAY)


def test_with_an_earlier_certificate_it_is_due_when_that_ends() -> None:
    assert outlook(obligation(known(DAY, days(300)))) == ("open", "periodic", days(300))


def test_verified_and_without_an_end_nothing_is_due() -> None:
    assert outlook(obligation(known(DAY, None))) == ("settled", None, None)
    assert outlook(obligation(None, verify(result(days(1), None)))) == ("settled", None, None)


def test_a_certificate_moves_the_due_day_and_a_failure_bars() -> None:
    passed = verify(result(days(10), days(390)))
    assert outlook(obligation(None, passed)) == ("open", "periodic", days(390))
    failed = verify(result(days(20), None, passed=False))
    assert outlook(obligation(None, passed, failed)) == ("barred", "after_repair", None)
    assert outlook(obligation(None, failed, passed)) == ("barred", "after_repair", None)


def test_the_registrys_repetition_changes_nothing_but_a_later_certificate_of_another_body_counts() -> None:
    ours = verify(result(days(10), days(390)))
    assert outlook(obligation(None, ours, hear(known(days(10), days(391))))) == (
        "open",
        "periodic",
        days(390),
    )
    assert outlook(obligation(None, ours, hear(known(DAY, days(300))))) == ("open", "periodic", days(390))
    assert outlook(obligation(None, ours, hear(known(days(11), days(700))))) == (
        "open",
        "periodic",
        days(700),
    )


def test_repetition_of_a_failure_does_not_bar_what_was_declared_repaired() -> None:
    failed = result(days(10), None, passed=False)
    declare: Step = lambda each: each.declare_repair("repaired", "after_repair", morning(days(12)))  # noqa: E731
    echo = hear(known(days(10), None, barred=True))
    for steps in (
        (verify(failed), declare, echo),
        (verify(failed), echo, declare),
        (echo, declare, verify(failed)),
    ):
        assert outlook(obligation(None, *steps)) == ("open", "after_repair", days(12))
    again = verify(result(days(15), None, passed=False))
    assert outlook(obligation(None, verify(failed), declare, again)) == ("barred", "after_repair", None)
    passed = verify(result(days(15), days(400)))
    assert outlook(obligation(None, verify(failed), declare, passed)) == ("open", "periodic", days(400))


def test_what_was_verified_before_the_repair_says_nothing_of_the_repaired_instrument() -> None:
    late = verify(result(days(12), days(400), hour=1))
    declare: Step = lambda each: each.declare_repair("doubt", "after_repair", morning(days(12), 5))  # noqa: E731
    assert outlook(obligation(None, declare, late)) == ("open", "after_repair", days(12))


def test_a_retired_instrument_falls_due_no_more_whatever_comes_late() -> None:
    late = verify(result(days(10), days(390)))
    each = obligation(None, hear(known(retired=True)), late)
    assert (outlook(each), each.next_lead_on) == (("retired", None, None), None)
    with pytest.raises(Rejected, match="retired"):
        each.declare_repair("doubt", "after_repair", morning(days(11)))


def test_a_revoked_certificate_bars_and_an_older_one_does_not_matter() -> None:
    older, newer = result(days(1), days(381)), result(days(10), days(390))
    each = obligation(None, verify(older), verify(newer))
    each.verified(ended(older))
    assert each.status == "open"
    each.verified(ended(newer))
    assert outlook(each) == ("barred", "after_repair", None)


def test_of_a_certificate_and_its_next_edition_the_next_counts_whichever_is_heard_of_first() -> None:
    first = result(days(10), days(390))
    anew = first.model_copy(update={"edition": 2})
    for order in ((first, anew), (anew, first)):
        each = obligation(None, *map(verify, order))
        each.verified(ended(first))
        assert each.status == "open"
        each.verified(ended(anew))
        assert outlook(each) == ("barred", "after_repair", None)


def test_of_the_same_moment_the_correction_counts_whichever_is_heard_of_first() -> None:
    wrong = result(days(10), None, passed=False)
    right = result(days(10), days(390)).model_copy(
        update={"verification_id": "a-kd", "corrects": wrong.verification_id}
    )
    for order in ((wrong, right), (right, wrong)):
        assert outlook(obligation(None, *map(verify, order))) == ("open", "periodic", days(390))


def test_what_was_set_aside_does_not_count_until_it_is_reinstated() -> None:
    failed = result(days(20), None, passed=False)
    each = obligation(None, verify(result(days(10), days(390))))
    each.decided(failed.verification_id, set_aside=True)
    each.verified(failed)
    assert outlook(each) == ("open", "periodic", days(390))
    each.decided(failed.verification_id, set_aside=False)
    assert outlook(each) == ("barred", "after_repair", None)


@given(st.integers(-200, 200))
def test_one_lead_is_said_a_day_and_never_the_same_again(ahead: int) -> None:
    due_on = days(300)
    each = obligation(known(DAY, due_on))
    said, today = [], due_on - timedelta(days=ahead)
    for _ in range(120):
        event = each.fall_due(today)
        if event is not None:
            assert each.fall_due(today) is None
            assert event.due_on == due_on
            said.append(event.lead)
        today += timedelta(days=1)
    assert len(said) == len(set(said))
    assert each.fall_due(days(5000)) is None or "overdue" not in said


@given(st.permutations(range(8)), st.lists(st.integers(0, 7), max_size=6))
def test_facts_come_to_the_same_in_any_order_and_any_number(order: list[int], repeated: list[int]) -> None:
    """Each origin's own order is kept, as the inbox keeps it; the registry's facts are 0 to 3."""
    steps: list[Step] = [
        hear(known(days(-300), days(60))),
        hear(known(days(10), None, barred=True)),
        hear(known(days(10), days(400))),
        hear(known(days(10), days(400))),
        verify(result(days(10), None, hour=1, passed=False)),
        verify(result(days(10), days(400), hour=6)),
        verify(result(days(-20), days(100))),
        verify(result(days(-20), None, hour=0, passed=False)),
    ]
    registry = iter(sorted(index for index in order if index < 4))
    arrival = [next(registry) if index < 4 else index for index in order]
    arrival += [index for index in repeated if index >= 4]
    each = obligation(known(days(-300), days(60)), *(steps[index] for index in arrival))
    assert outlook(each) == ("open", "periodic", days(400))


facts = st.one_of(
    st.tuples(st.integers(0, 5), st.one_of(st.none(), st.integers(10, 40)), st.booleans()).map(
        lambda seen: hear(known(days(seen[0]), days(seen[1]) if seen[1] else None, barred=seen[2]))
    ),
    st.tuples(st.integers(0, 5), st.integers(0, 23), st.integers(10, 40), st.booleans()).map(
        lambda seen: verify(
            result(days(seen[0]), days(seen[2]) if seen[3] else None, seen[1], passed=seen[3])
        )
    ),
)


@given(st.lists(facts, max_size=8))
def test_whatever_is_heard_the_outlook_is_whole(steps: list[Step]) -> None:
    each = obligation(None, *steps)
    assert (each.due_on is not None) == (each.status == "open")
    assert (each.regime is None) == (each.status in ("settled", "retired"))
    assert (each.next_lead_on is not None) == (each.status == "open")
    stored = Obligation.model_validate({"id": each.id, **each.state()})
    assert outlook(stored) == outlook(each)


def test_nothing_is_due_while_all_that_was_heard_of_an_instrument_was_set_aside() -> None:
    """Its failed verification was, and the registry has not told of it yet."""
    failed = result(days(10), None, passed=False)
    each = Obligation(
        id="cot-1", type_code=DISPENSER, serial="TS-1", enterprise_id=ENTERPRISE, results=[failed]
    )
    each.decided(failed.verification_id, set_aside=True)
    assert (outlook(each), each.next_lead_on) == (("settled", None, None), None)
    hear(known())(each)
    assert outlook(each) == ("open", "initial", DAY)


def test_an_instrument_of_which_only_a_result_is_known_waits_in_silence() -> None:
    each = Obligation(
        id="cot-1",
        type_code=DISPENSER,
        serial="TS-1",
        enterprise_id=ENTERPRISE,
        results=[result(DAY, days(30))],
    )
    assert each.next_lead_on is None
    assert each.fall_due(days(30)) is None
