"""The day at a glance: ready to go offline or not, stops in order, what to carry, how far the records have come."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_inspector.core import Tablet
from mobile_inspector.core.route import kilometres
from tests.mobile import day
from tests.mobile.fake_inspection import CODE, PASSWORD, USER, FakeServer

Open = Callable[..., Tablet]


def second(**changed: Any) -> dict[str, Any]:
    late = day.dispenser(id="cot-do-02", valid_until="2026-02-28")
    made = day.visit(
        "visit-02", late, starts_at="2026-03-05T06:00:00.000Z", ends_at="2026-03-05T07:00:00.000Z", **changed
    )
    made["site"] = {**made["site"], "id": "tram-9", "latitude": 21.18608, "longitude": 106.07631}
    return made


def test_ready_says_how_much_and_that_all_standards_are_in_date(tablet: Tablet) -> None:
    found = tablet.readiness()
    assert (found.ready, found.visits, found.instruments) == (True, 1, 2)
    assert found.words("en") == (
        "You can go offline: 1 visits, 2 instruments, all standards in date, 42 certificate numbers."
    )
    assert found.words() == (
        "Có thể làm việc ngoại tuyến: 1 cuộc kiểm định, 2 phương tiện đo, mọi chuẩn còn hạn, 42 số giấy chứng nhận."
    )


def test_what_is_missing_is_said_in_words(open_tablet: Open, server: FakeServer) -> None:
    server.pages.clear()
    bad = day.scale(characteristics={"class": "III"}, serial="NH-77")
    server.publish(
        visits=[day.visit(day.VISIT, day.dispenser(), bad)],
        standards=[day.standard(valid_until="2026-03-04")],
    )
    server.seals, server.inspector = [], day.card(type_codes=["7"])
    server.clock_ahead = timedelta(minutes=20)
    tablet = open_tablet()
    tablet.sign_in(USER, PASSWORD)
    assert [each.code for each in tablet.readiness().missing] == ["never-synced"]
    tablet.enrol(CODE)
    tablet.sync()
    found = tablet.readiness()
    assert [each.code for each in found.missing] == [
        "card-of-other-type", "standard-lacking", "standard-lacking", "instrument-unready", "seals-lacking", "clock-off",
    ]  # fmt: skip
    assert "NH-77" in found.words("vi")
    assert "20 phút" in found.words("vi")


def test_a_procedure_that_is_not_here_keeps_the_tablet_from_being_ready(
    tablet: Tablet, server: FakeServer
) -> None:
    server.publish(procedures=[{"hash": "a" * 64}])
    tablet.sync()
    assert [each.code for each in tablet.readiness().missing] == ["procedures-lacking"]


def test_stops_follow_the_time_with_distance_and_what_is_overdue(tablet: Tablet, server: FakeServer) -> None:
    server.publish(visits=[second()])
    tablet.sync()
    first, last = tablet.route()
    assert [first.visit.id, last.visit.id] == [day.VISIT, "visit-02"]
    assert (first.kilometres, first.instruments, first.overdue) == (None, 2, 0)
    assert last.kilometres == pytest.approx(18.8, abs=0.1)
    assert (last.instruments, last.verified, last.overdue) == (1, 0, 1)
    draft = tablet.start("visit-02", "cot-do-02")
    draft.set_note("Cửa hàng đóng cửa")
    draft.finish()
    assert [(stop.verified, stop.overdue) for stop in tablet.route()] == [(0, 0), (1, 0)]
    assert tablet.route(date(2026, 3, 6)) == []


def test_each_type_of_the_day_says_which_standards_can_be_carried(tablet: Tablet) -> None:
    weights, measure = tablet.standards_to_carry()[::-1]
    found = {need.type_code: [each["id"] for each in need.in_date] for need in (weights, measure)}
    assert found == {"19": [day.STANDARD], "7": [day.WEIGHTS]}


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))
def test_a_distance_is_the_same_both_ways_and_never_over_half_the_earth(
    a: float, b: float, c: float, d: float
) -> None:
    here, there = {"latitude": a, "longitude": b}, {"latitude": c, "longitude": d}
    one, other = kilometres(here, there), kilometres(there, here)
    assert one is not None
    assert one == other
    assert 0 <= one <= 20_016


def test_the_distance_of_two_cities_is_the_published_one() -> None:
    """Hà Nội to Thành phố Hồ Chí Minh, great circle: 1,137 km (to the kilometre of the coordinates given)."""
    hanoi, saigon = {"latitude": 21.0285, "longitude": 105.8542}, {"latitude": 10.8231, "longitude": 106.6297}
    assert kilometres(hanoi, saigon) == pytest.approx(1137.9, abs=2)
    assert kilometres(hanoi, {"latitude": None, "longitude": None}) is None
    assert kilometres(None, hanoi) is None


def test_the_state_is_that_of_the_record_least_far(tablet: Tablet, server: FakeServer) -> None:
    assert tablet.sync_state() is None
    made = []
    for instrument in (day.SCALE, day.DISPENSER):
        draft = tablet.start(day.VISIT, instrument)
        draft.set_note("Cửa hàng đóng cửa")
        made.append(draft.finish().id)
    assert tablet.sync_state(day.VISIT) == "on_tablet"
    tablet.sync()
    assert tablet.sync_state() == "received"
    result = {"status": "accepted", "verification_id": "v-1", "verdict": "incomplete"}
    server.publish(results=[{"record_id": made[0], **result}])
    tablet.sync()
    assert (tablet.sync_state(day.VISIT), tablet.states()) == ("received", {"published": 1, "received": 1})
    server.publish(results=[{"record_id": made[1], **result}])
    tablet.sync()
    assert tablet.sync_state(day.VISIT) == "published"
    assert tablet.sync_state("visit-khác") is None
