"""How a visit ended, as a record of the tablet: a link of the chain, told on, and seen by the dispatcher where needed."""

from typing import Any

import pytest

from services.inspection.events import AttentionRaised, VerificationRecorded, VisitReported
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
