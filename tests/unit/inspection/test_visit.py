"""A visit as inspection knows it: everybody who ever had it hears when it is gone."""

from datetime import timedelta
from typing import Any

from services.inspection.domain.known import Visit
from services.kernel.model import now


def visit(**changed: Any) -> Visit:
    told = {
        "id": "v1",
        "touched_at": now(),
        "status": "announced",
        "site_id": "p1",
        "enterprise_id": "e1",
        "inspector_id": "k1",
        "starts_at": "2026-03-05T01:30:00Z",
        "ends_at": "2026-03-05T04:00:00Z",
        "instrument_ids": ["i1"],
        "regimes": ["periodic"],
    }
    return Visit.model_validate(told | changed)


def test_a_visit_given_away_and_back_again() -> None:
    mine = visit()
    mine.retell(visit(status="rescheduled", inspector_id="k2"))
    assert (mine.past_inspectors, mine.is_work_of("k1"), mine.is_work_of("k2")) == (["k1"], False, True)
    mine.retell(visit(status="rescheduled", inspector_id="k1"))
    assert (mine.past_inspectors, mine.is_work_of("k1")) == (["k2"], True)


def test_whose_a_visit_was_when_something_came_in() -> None:
    given_at = now()
    before, after = given_at - timedelta(seconds=1), given_at + timedelta(seconds=1)
    mine = visit()
    assert (mine.was_of("k1", before), mine.was_of("k2", before)) == (True, False)
    mine.retell(visit(status="rescheduled", inspector_id="k2", past_inspectors=["k1"], given_at=given_at))
    mine.retell(visit(status="confirmed", inspector_id="k2"))
    assert [mine.was_of("k1", at) for at in (before, given_at, after)] == [True, False, False]
    assert [mine.was_of("k3", at) for at in (before, after)] == [False, False]
    assert mine.was_of("k2", after)


def test_what_came_in_before_a_visit_was_cancelled_was_in_order() -> None:
    at = now()
    mine = visit(status="cancelled", cancelled_at=at)
    assert [mine.was_cancelled(at - timedelta(seconds=1)), mine.was_cancelled(at)] == [False, True]
    assert visit(status="cancelled").was_cancelled(at), "of one heard of long ago nobody noted when"
    assert not visit().was_cancelled(at)


def test_a_visit_that_was_first_heard_of_when_it_moved() -> None:
    mine = visit(inspector_id="k2", past_inspectors=["k1"])
    mine.retell(visit(status="cancelled", inspector_id="k2"))
    assert (mine.past_inspectors, mine.is_work_of("k2")) == (["k1"], False)
