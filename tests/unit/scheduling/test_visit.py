"""The states of a visit, and what it asks of inspector, window and instruments."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.model import Rejected
from services.scheduling.events import VisitCompleted, VisitEnded, VisitPlanned, VisitRescheduled
from services.scheduling.facts import Registered, Result
from services.scheduling.inspector import Inspector
from services.scheduling.obligation import Obligation
from services.scheduling.register import Site
from services.scheduling.visit import Done, Report, Visit
from services.scheduling.window import Window
from tests.unit.scheduling import examples as e

BEGIN = datetime(2027, 3, 5, 1, 0, tzinfo=UTC)
WINDOW = Window(starts_at=BEGIN, ends_at=BEGIN + timedelta(hours=3))
BEFORE = BEGIN - timedelta(days=3)
HERE = Site(id=e.SITE, **e.site().model_dump())


def inspector(**changes: Any) -> Inspector:
    facts = e.inspector(card_valid_until=date(2027, 3, 5)).model_dump() | changes
    return Inspector(id=e.INSPECTOR, **facts)


def due(id: str = "cot-1", **changes: Any) -> Obligation:
    registered = Registered(
        registered_on=date(2026, 1, 1), last_verified_on=None, valid_until=None, barred=False, retired=False
    )
    facts: dict[str, Any] = {"type_code": e.DISPENSER, "serial": f"TS-{id}", "enterprise_id": e.ENTERPRISE}
    return Obligation(**{"id": id, **facts, "site_id": e.SITE, "registered": registered} | changes)


def planned(*obligations: Obligation, by: Inspector | None = None, window: Window = WINDOW) -> Visit:
    wanted = obligations or (due("cot-1"), due("cot-2"))
    turns = [f"{each.id}#1" for each in wanted]
    return Visit.plan("v-1", HERE, by or inspector(), window, wanted, turns, "fingerprint")[0]


def done(id: str, verdict: str = "pass", hour: int = 2) -> Done:
    at = e.morning(date(2027, 3, 5), hour)
    return Done(instrument_id=id, verification_id=f"kd-{id}-{hour}", verdict=verdict, verified_at=at)


def refusal(act: Any, *args: Any) -> tuple[str, str | None]:
    with pytest.raises(Rejected) as caught:
        act(*args)
    return caught.value.problem, caught.value.field


def test_each_step_says_what_happened() -> None:
    visit = planned()
    assert visit.awaited == ["cot-1", "cot-2"]
    announced = visit.announce(inspector(), BEFORE)
    assert (announced.visit_id, announced.enterprise_id, len(announced.items)) == ("v-1", e.ENTERPRISE, 2)
    assert announced.items[0].regime == "initial"
    visit.confirm()
    assert visit.record(done("cot-1")) is None
    completed = visit.record(done("cot-2", "fail"))
    assert isinstance(completed, VisitCompleted)
    assert {each.instrument_id: each.verdict for each in completed.outcomes} == {
        "cot-1": "pass",
        "cot-2": "fail",
    }
    assert (visit.status, visit.awaited) == ("completed", [])


def test_what_a_state_does_not_allow() -> None:
    assert refusal(planned().confirm) == ("visit-state", None)
    visit = planned()
    visit.announce(inspector(), BEFORE)
    assert refusal(visit.announce, inspector(), BEFORE) == ("visit-state", None)
    visit.cancel("Mưa bão")
    for act, args in (
        (visit.confirm, ()),
        (visit.cancel, ("lần nữa",)),
        (visit.reschedule, (inspector(), WINDOW, "x", BEFORE)),
        (visit.announce, (inspector(), BEFORE)),
    ):
        assert refusal(act, *args) == ("visit-state", None)
    assert visit.record(done("cot-1")) is None


def test_the_window() -> None:
    def at(hours: float) -> Window:
        return Window(starts_at=BEGIN, ends_at=BEGIN + timedelta(hours=hours))

    def plan(window: Window) -> Visit:
        return planned(by=inspector(card_valid_until=date(2028, 1, 1)), window=window)

    assert plan(at(24)).status == "planned"
    assert refusal(plan, at(24.01)) == ("window-too-long", "ends_at")
    assert refusal(plan, at(0)) == ("window-order", "ends_at")
    assert refusal(planned().announce, inspector(), BEGIN + timedelta(seconds=1)) == (
        "window-past",
        "starts_at",
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"suspended": True}, "inspector-suspended"),
        ({"card_valid_until": date(2027, 3, 4)}, "card-expired"),
        ({"type_codes": ["5b"]}, "card-does-not-cover"),
    ],
)
def test_the_inspector_at_planning_announcing_and_moving(changes: dict[str, Any], problem: str) -> None:
    other = inspector(**changes)
    assert refusal(lambda: planned(by=other)) == (problem, "inspector_id")
    visit = planned()
    assert refusal(visit.announce, other, BEFORE) == (problem, "inspector_id")
    assert refusal(visit.reschedule, other, WINDOW, "x", BEFORE) == (problem, "inspector_id")
    assert visit.status == "planned"


def test_the_instruments() -> None:
    elsewhere = due("cot-3", site_id=e.OTHER_SITE)
    sold = due("cot-3", enterprise_id=e.OTHER_ENTERPRISE)
    failed = Result(
        verification_id="kd-1", edition=0, ended=False, corrects=None, verified_at=BEFORE,
        verified_on=BEFORE.date(), valid_until=None,
    )  # fmt: skip
    assert refusal(planned, elsewhere) == ("instrument-elsewhere", "items")
    assert refusal(planned, sold) == ("instrument-elsewhere", "items")
    assert refusal(planned, due("cot-3", results=[failed])) == ("instrument-not-due", "items")
    assert refusal(Visit.plan, "v", HERE, inspector(), WINDOW, [], [], "x") == ("nothing-due", "items")


def test_moving_is_told_only_once_somebody_knows_of_the_visit() -> None:
    visit, later = planned(), Window(starts_at=BEGIN - timedelta(days=1), ends_at=BEGIN - timedelta(hours=20))
    assert isinstance(visit.reschedule(inspector(), later, "x", BEFORE), VisitPlanned)
    visit.announce(inspector(), BEFORE)
    moved = visit.reschedule(inspector(), WINDOW, "Mưa bão", BEFORE)
    assert isinstance(moved, VisitRescheduled)
    assert (moved.previous_starts_at, moved.starts_at) == (later.starts_at, WINDOW.starts_at)
    assert not planned().cancel("x").announced
    assert visit.cancel("x").announced


@given(st.permutations([done("cot-1", "fail", 2), done("cot-1", "pass", 5), done("cot-2", "pass", 3)]))
def test_of_two_results_of_one_instrument_the_later_counts_while_the_visit_is_open(order: list[Done]) -> None:
    visit = planned(due("cot-1"), due("cot-2"), due("cot-3"))
    for each in order:
        assert visit.record(each) is None
    visit.record(done("cot-9"))
    found = {each.instrument_id: each.verdict for each in visit.outcomes}
    assert found == {"cot-1": "pass", "cot-2": "pass"}
    assert visit.awaited == ["cot-3"]


def report(ending: str, *verified: str, hour: int = 3, reason: str = "Mất điện") -> Report:
    at = e.morning(date(2027, 3, 5), hour)
    return Report.model_validate(
        {"ending": ending, "reason": reason, "ended_at": at, "verified": list(verified)}
    )


def test_a_visit_that_found_nobody_is_over_and_its_instruments_can_be_planned_again() -> None:
    visit = planned()
    visit.announce(inspector(), BEFORE)
    event = visit.end(report("closed", reason="Cửa hàng đóng cửa"), e.INSPECTOR)
    assert isinstance(event, VisitEnded)
    assert (event.ending, event.reason, event.left) == ("closed", "Cửa hàng đóng cửa", ["cot-1", "cot-2"])
    assert (visit.status, visit.open, visit.awaited) == ("ended", False, [])


def test_a_verdict_under_way_is_waited_for_in_either_order() -> None:
    told_first, told_last = planned(), planned()
    assert told_first.end(report("partly", "cot-1"), e.INSPECTOR) is None
    assert (told_first.open, told_first.awaited, told_first.left) == (True, ["cot-1"], ["cot-2"])
    ended = told_first.record(done("cot-1"))
    assert told_last.record(done("cot-1")) is None
    assert told_last.end(report("partly", "cot-1"), e.INSPECTOR) == ended
    assert isinstance(ended, VisitEnded)
    assert ([each.instrument_id for each in ended.outcomes], ended.left) == (["cot-1"], ["cot-2"])


def test_done_with_everything_verified_is_completed() -> None:
    visit = planned()
    assert visit.end(report("done", "cot-1", "cot-2", reason=""), e.INSPECTOR) is None
    assert visit.record(done("cot-1")) is None
    assert isinstance(visit.record(done("cot-2")), VisitCompleted)


WORDS: list[Done | Report] = [
    done("cot-1", "fail", 2),
    done("cot-2", "pass", 3),
    report("partly", "cot-1", hour=4),
    done("cot-1", "pass", 5),
    report("done", "cot-1", "cot-2", hour=6, reason=""),
]


@given(st.permutations(WORDS))
def test_in_whatever_order_it_is_heard_a_visit_comes_to_the_same_end(order: list[Done | Report]) -> None:
    visit = planned()
    visit.announce(inspector(), BEFORE)
    said = [visit.record(word) if isinstance(word, Done) else visit.end(word, e.INSPECTOR) for word in order]
    assert (visit.status, visit.reason, visit.left, visit.report) == ("completed", None, [], WORDS[-1])
    assert sorted(visit.outcomes, key=lambda each: each.instrument_id) == [WORDS[3], WORDS[1]]
    assert sum(isinstance(event, VisitCompleted) for event in said) == 1


def test_told_again_the_later_word_counts_and_an_earlier_one_changes_nothing() -> None:
    visit = planned()
    visit.end(report("refused", hour=3), e.INSPECTOR)
    assert visit.end(report("closed", hour=2), e.INSPECTOR) is None
    later = visit.end(report("partly", "cot-1", hour=5), e.INSPECTOR)
    assert later is None, "the verdict on the first is under way"
    assert isinstance(visit.record(done("cot-1", hour=4)), VisitEnded)


def test_another_inspector_ends_nothing() -> None:
    visit = planned()
    assert visit.end(report("closed"), e.OTHER_INSPECTOR) is None
    assert (visit.status, visit.report) == ("planned", None)


def test_a_cancelled_visit_keeps_what_was_done_on_it_and_says_nothing_of_it() -> None:
    before, after = planned(), planned()
    word, verdict = report("partly", "cot-1", "cot-2"), done("cot-1")
    after.cancel("Cơ sở ngừng kinh doanh")
    for visit in (before, after):
        assert [visit.record(verdict), visit.end(word, e.INSPECTOR)] == [None, None]
    before.cancel("Cơ sở ngừng kinh doanh")
    assert before == after
    assert (after.status, after.outcomes, after.report, after.awaited) == ("cancelled", [verdict], word, [])
    assert after.record(done("cot-2")) is None, "not even with everything verified"


def test_what_was_said_before_a_visit_was_moved_does_not_end_it_and_what_was_verified_stays() -> None:
    heard, not_heard = planned(), planned()
    for visit in (heard, not_heard):
        visit.announce(inspector(), BEFORE)
    word, verdict = report("partly", "cot-1", "cot-2", hour=3), done("cot-1", hour=2)
    heard.end(word, e.INSPECTOR)
    heard.record(verdict)
    moved_at, later = e.morning(date(2027, 3, 5), 4), WINDOW.starts_at + timedelta(days=2)
    window = Window(starts_at=later, ends_at=later + timedelta(hours=3))
    for visit in (heard, not_heard):
        visit.reschedule(inspector(card_valid_until=later.date()), window, "Mất điện", moved_at)
    not_heard.end(word, e.INSPECTOR)
    not_heard.record(verdict)
    assert heard == not_heard
    assert (heard.status, heard.report, heard.awaited) == ("rescheduled", None, ["cot-2"])
    ended = heard.end(report("partly", hour=5), e.INSPECTOR)
    assert isinstance(ended, VisitEnded), "what is said after the move does"
    assert ended.left == ["cot-2"]


def test_of_two_words_of_one_moment_the_same_counts_whichever_is_heard_first() -> None:
    one, two = (
        report(ending).model_copy(update={"record_id": id})
        for ending, id in (("partly", "r-1"), ("refused", "r-2"))
    )
    for order in ((one, two), (two, one)):
        visit = planned()
        for word in order:
            visit.end(word, e.INSPECTOR)
        assert visit.report == two


def test_what_the_server_finds_incomplete_is_waited_for_until_the_visit_ends_and_no_longer() -> None:
    told_first, told_last = planned(), planned()
    assert told_first.record_incomplete("cot-1") is None
    assert told_first.awaited == ["cot-1", "cot-2"], "nobody has said that the visit is over"
    word = report("done", "cot-1", "cot-2", reason="")
    assert (told_first.end(word, e.INSPECTOR), told_last.end(word, e.INSPECTOR)) == (None, None)
    assert (told_first.left, told_first.awaited) == (["cot-1"], ["cot-2"])
    ended = told_first.record(done("cot-2"))
    told_last.record(done("cot-2"))
    assert told_last.record_incomplete("cot-1") == ended
    assert isinstance(ended, VisitEnded)
    assert ended.left == ["cot-1"]
    assert told_last.record_incomplete("cot-1") is None, "nothing new is said"
    assert told_last.record_incomplete("cot-9") is None
    assert isinstance(told_last.record(done("cot-1", hour=7)), VisitCompleted), "verified after all"


def test_what_was_left_and_verified_after_all_completes_the_visit() -> None:
    visit = planned()
    visit.record(done("cot-1"))
    visit.end(report("partly"), e.INSPECTOR)
    assert visit.record(done("cot-1", hour=6)) is None, "nothing new is said"
    assert isinstance(visit.record(done("cot-2", hour=7)), VisitCompleted)
