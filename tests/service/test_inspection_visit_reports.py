"""How a visit ended, as a record of the tablet: a link of the chain, told on, and seen by the dispatcher where needed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.inspection.events import AttentionRaised, VerificationRecorded, VisitReported
from services.kernel.model import Envelope, Event, Itself, now
from services.scheduling.events import VisitAnnounced, VisitCancelled, VisitRescheduled
from tests.unit.inspection import evidence
from tests.unit.inspection.evidence import verification
from tests.unit.inspection.province import Json, Province
from tests.world import MakeWorld


@pytest.fixture
def province(world: MakeWorld) -> Province:
    return Province(world("inspection"))


def ended(ending: str = "closed", **changed: Any) -> Json:
    body = {
        "visit_id": verification()["visit_id"],
        "ending": ending,
        "reason": "Cửa hàng đóng cửa",
        "ended_at": "2026-03-05T03:00:00.000Z",
        "verified": [],
    }
    return body | changed


def reasons(province: Province) -> list[str]:
    return sorted(event.reason for event in province.world.events(AttentionRaised))


def test_it_has_its_receipt_in_the_chain_and_is_told_on(province: Province) -> None:
    first = province.tablet.record()
    second = province.tablet.record(ended("partly", verified=[verification()["instrument_id"]]), kind="visit")
    answers = province.push(first, second)["answers"]
    assert [each["status"] for each in answers] == ["accepted", "accepted"]
    assert answers[1]["receipt"]["sequence"] == 2
    assert province.push(second)["answers"][0]["status"] == "duplicate"
    province.world.drain()
    [event] = province.world.events(VisitReported)
    assert (event.record_id, event.ending, event.reason) == (second["id"], "partly", "Cửa hàng đóng cửa")
    assert event.verified == [verification()["instrument_id"]]
    assert len(province.world.events(VerificationRecorded)) == 1
    assert reasons(province) == []
    page = province.pull()
    assert page is not None
    result = next(each for each in page["results"] if each["record_id"] == second["id"])
    assert (result["visit_id"], result["verification_id"]) == (event.visit_id, None)


@pytest.mark.parametrize("ending", ["closed", "refused"])
def test_a_dispatcher_sees_that_nothing_could_be_verified(province: Province, ending: str) -> None:
    province.push(province.tablet.record(ended(ending), kind="visit"))
    province.world.drain()
    [matter] = province.office.get("/attention").json()
    assert matter["reason"] == f"visit-{ending}"
    assert "Cửa hàng đóng cửa" in matter["detail"]


def test_a_visit_that_nobody_knows_or_somebody_else_has_is_kept_and_looked_at(province: Province) -> None:
    province.push(province.tablet.record(ended("partly", visit_id="khong-co"), kind="visit"))
    province.world.drain()
    assert reasons(province) == ["visit-unknown"]


def known(told: Any) -> Callable[[Province], object]:
    """Inspection hears of a visit."""
    return lambda province: province.tell(told, f"visit/{told.visit_id}")


def verified(visit_id: str) -> Callable[[Province], object]:
    return lambda province: province.push(province.tablet.record(verification(visit_id=visit_id)))


def told_of(visit_id: str) -> Callable[[Province], object]:
    body = ended("partly", visit_id=visit_id, verified=["i1"])
    return lambda province: province.push(province.tablet.record(body, kind="visit"))


def open_matters(province: Province) -> list[str]:
    return sorted(
        each["reason"] for each in province.office.get("/attention", params={"status": "open"}).json()
    )


def visit(**changed: Any) -> Json:
    items = [{"instrument_id": id, "regime": "periodic"} for id in ("i1", "i2", "i3")]
    return evidence.visit(**{"items": items, **changed})


GIVEN_AWAY = VisitRescheduled.model_validate(
    visit(
        inspector_id="k2", previous_inspector_id="k1", previous_starts_at="2026-03-05T01:30:00Z", reason="Ốm"
    )
)
CANCELLED = VisitCancelled.model_validate(visit(reason="Mưa bão"))
NEW = VisitAnnounced.model_validate(visit(visit_id="v7"))


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([known(GIVEN_AWAY), told_of("v1")], ["visit-other-inspector"]),
        ([known(CANCELLED), told_of("v1")], ["visit-cancelled-reported"]),
        ([known(NEW), told_of("v7"), verified("v7")], []),
        ([known(NEW), verified("v7"), told_of("v7")], []),
    ],
    ids=["given away", "cancelled", "new, its report first", "new, its verification first"],
)
def test_a_report_fits_its_visit_or_not_whichever_is_heard_first(
    province: Province, acts: list[Callable[[Province], object]], expected: list[str], late: bool
) -> None:
    for act in acts[1:] + acts[:1] if late else acts:
        act(province)
        province.world.drain()
    assert open_matters(province) == expected


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("change", "reason"), [(GIVEN_AWAY, "visit-other-inspector"), (CANCELLED, "visit-cancelled")]
)
def test_work_that_came_in_after_its_visit_was_withdrawn_is_looked_at_whichever_is_heard_first(
    province: Province, change: Event, reason: str, late: bool
) -> None:
    at = now()
    acts: list[Callable[[], object]] = [
        lambda: verified("v1")(province),
        lambda: heard(province, change, at),
    ]
    for act in acts if late else acts[::-1]:
        act()
        province.world.drain()
    assert open_matters(province) == [reason]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("change", [GIVEN_AWAY, CANCELLED])
def test_work_that_came_in_before_its_visit_was_withdrawn_is_in_order_whichever_is_heard_first(
    province: Province, change: Event, late: bool
) -> None:
    verified("v1")(province)
    kept = province.world._relay()
    if not late:
        province.world.queue.extend(kept)
        province.world.drain()
    heard(province, change, now() + timedelta(seconds=1))
    province.world.drain()
    if late:
        province.world.queue.extend(kept)
        province.world.drain()
    assert len(province.world.events(VerificationRecorded)) == 1
    assert open_matters(province) == []


def test_a_visit_that_comes_back_closes_what_was_raised_and_goes_again_with_what_its_report_raises(
    province: Province,
) -> None:
    back = visit(
        previous_inspector_id="k2",
        previous_starts_at="2026-03-05T01:30:00Z",
        reason="Khỏe lại",
        inspector_id="k1",
    )
    for act in (known(GIVEN_AWAY), told_of("v1"), verified("v1")):
        act(province)
        province.world.drain()
    assert open_matters(province) == ["visit-other-inspector", "visit-other-inspector"]
    known(VisitRescheduled.model_validate(back))(province)
    province.world.drain(twice=True)
    assert open_matters(province) == []
    known(GIVEN_AWAY)(province)
    province.world.drain()
    assert "visit-other-inspector" in open_matters(province)


def heard(province: Province, change: Event, at: datetime) -> None:
    """Inspection hears, now, of what became of the visit at an instant."""
    province.world.deliver(Envelope.wrap(change, "visit/v1", 2, Itself(actor="account/dieu-phoi"), at))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ending": "lost"}, "body.ending"),
        ({"reason": "  "}, "body"),
        ({"ended_at": "hôm qua"}, "body.ended_at"),
    ],
)
def test_what_cannot_be_read_is_kept_and_says_why(province: Province, changed: Json, field: str) -> None:
    [answer] = province.push(province.tablet.record(ended() | changed, kind="visit"))["answers"]
    assert (answer["status"], answer["field"]) == ("rejected", field)
    province.world.drain()
    assert "record-rejected" in reasons(province)
    assert province.world.events(VisitReported) == []


def test_a_clock_that_is_off_is_corrected(province: Province) -> None:
    province.push(province.tablet.record(ended(), kind="visit", clock_offset_ms=3_600_000))
    province.world.drain()
    [event] = province.world.events(VisitReported)
    assert event.ended_at.isoformat() == "2026-03-05T04:00:00+00:00"
