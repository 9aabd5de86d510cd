"""Certificate numbers reserved for the tablet: asked for in time, each used once, given back when their year is over."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mobile_inspector.core import Item, Tablet
from tests.mobile import day
from tests.mobile.day import ClockOfTheDay
from tests.mobile.fake_inspection import CODE, PASSWORD, USER, FakeServer

FIRST = "00001/2026/BN-KĐ"


def passed(tablet: Tablet, instrument: str = day.DISPENSER) -> Item:
    draft = tablet.start(day.VISIT, instrument)
    day.pass_dispenser(draft)
    return draft.finish()


def test_a_pass_is_given_the_next_number_and_a_fail_none(tablet: Tablet, server: FakeServer) -> None:
    tablet.network.away = True
    draft = tablet.start(day.VISIT, day.DISPENSER)
    assert draft.next_certificate_number() is None
    day.pass_dispenser(draft)
    assert draft.next_certificate_number() == FIRST
    item = draft.finish()
    assert item.record["body"]["certificate_number"] == item.certificate_number == FIRST
    assert item.certificate("en") == f"Certificate number {FIRST}, provisional until it is published."
    failing = tablet.start(day.VISIT, day.DISPENSER)
    day.answer_checks(failing)
    day.read_dispenser(failing, "20,10")
    assert failing.next_certificate_number() is None
    assert failing.finish().record["body"]["certificate_number"] is None
    assert passed(tablet).certificate_number == "00002/2026/BN-KĐ"


def test_what_the_server_would_withhold_spoils_no_number(
    tablet: Tablet, server: FakeServer, clock: ClockOfTheDay
) -> None:
    server.inspector = day.card(card_valid_until="2026-03-04")
    server.publish(standards=[day.standard()])
    assert tablet.sync().complete
    assert passed(tablet).certificate_number is None


def test_without_numbers_the_record_is_signed_all_the_same(tablet: Tablet, server: FakeServer) -> None:
    server.used_up.update(tablet.numbers.free(2026))
    server.publish(gone=[])
    tablet.sync()
    free = tablet.numbers.free(2026)
    assert len(free) == 42, "it asked for more at once"
    assert free[0] == "00043/2026/BN-KĐ"
    server.used_up.update(free)
    tablet.network.away = True
    tablet.work.apply(
        {"cursor": "9", "seals_in_hand": [], "inspector": server.inspector, "certificate_numbers": []}
    )
    assert "numbers-few" in [each.code for each in tablet.readiness().missing]
    assert passed(tablet).certificate_number is None


@pytest.mark.parametrize("fault", ["lost", "cut", "failed", "slow", "down"])
def test_a_reservation_whose_answer_is_lost_is_asked_for_again_and_costs_no_second_range(
    open_tablet: Callable[..., Tablet], server: FakeServer, fault: str
) -> None:
    tablet = open_tablet()
    tablet.sign_in(USER, PASSWORD)
    tablet.enrol(CODE)
    server.faults = itertools.chain(["fine", "fine"], [fault])
    assert not tablet.sync().complete
    assert server.calls[-1].endswith("/reserve")
    assert tablet.numbers.free(2026) == []
    tablet.close()
    again = open_tablet()
    again.sign_in(USER, PASSWORD)
    assert again.sync().complete
    assert len(server.reservations) == 1
    assert len(again.numbers.free(2026)) == 42


def test_numbers_that_the_office_withdrew_are_used_no_more(tablet: Tablet, server: FakeServer) -> None:
    server.used_up.add(FIRST)
    assert tablet.sync().complete
    assert passed(tablet).certificate_number == "00002/2026/BN-KĐ"


def test_in_the_new_year_what_is_left_of_the_old_one_is_given_back(
    tablet: Tablet, server: FakeServer, clock: ClockOfTheDay
) -> None:
    item = passed(tablet)
    clock.shows = datetime(2027, 1, 2, 2, 0, tzinfo=UTC)
    assert tablet.sync().complete
    assert server.releases == [], "a record with a number of 2026 has not come back yet"
    assert tablet.numbers.free(2027)[0] == "00001/2027/BN-KĐ"
    result = {
        "record_id": item.id,
        "status": "accepted",
        "verification_id": item.id,
        "certificate_number": FIRST,
    }
    server.used_up.add(FIRST)
    server.publish(results=[result])
    assert tablet.sync().complete
    assert [(each["year"], each["tablet_id"]) for each in server.releases] == [
        (2026, tablet.session.device.tablet_id)
    ]
    assert tablet.numbers.free(2026) == []
    published = tablet.outbox()[0]
    assert published.certificate("en") == f"Certificate {FIRST}, published."
    tablet.sync()
    assert len(server.releases) == 1


def test_at_the_end_of_the_year_numbers_of_the_next_one_are_fetched_in_time(
    tablet: Tablet, server: FakeServer, clock: ClockOfTheDay
) -> None:
    clock.shows = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
    early = "2027-01-02T02:00:00.000Z"
    server.publish(visits=[day.visit("visit-nam-moi", starts_at=early, ends_at=early)])
    tablet.sync()
    assert len(tablet.numbers.free(2027)) >= 2


def test_another_number_on_the_certificate_is_told_with_what_to_do(
    tablet: Tablet, server: FakeServer
) -> None:
    item = passed(tablet)
    told = {"record_id": item.id, "status": "accepted", "verification_id": item.id}
    server.publish(results=[{**told, "certificate_number": "00900/2026/BN-KĐ", "withheld": []}])
    tablet.sync()
    assert "Hãy thu hồi giấy đã giao mang số 00001/2026/BN-KĐ" in str(tablet.outbox()[0].certificate())


def test_a_correction_has_a_number_of_its_own(tablet: Tablet) -> None:
    item = passed(tablet)
    again = tablet.correct(item.id, "Nhập nhầm nhiệt độ").finish()
    assert again.certificate_number == "00002/2026/BN-KĐ"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_happens_between_no_number_is_on_two_records(
    open_tablet: Callable[..., Tablet], server: FakeServer, clock: ClockOfTheDay, data: st.DataObject
) -> None:
    """Signing, syncing through faults, restarting, withdrawals and a new year, in any order."""
    tablet = open_tablet()
    try:
        tablet.sign_in(USER, PASSWORD)
        if server.tablets.get(tablet.session.device.tablet_id) is None:
            tablet.enrol(server.code())
        acts: list[Callable[[], Any]] = [
            lambda: passed(tablet),
            lambda: tablet.sync(),
            lambda: server.used_up.update(
                data.draw(st.sampled_from([[], tablet.numbers.free(clock.shows.year)[:2]]))
            ),
            lambda: clock.pass_by(days=data.draw(st.sampled_from([0, 1, 200]))),
            lambda: setattr(
                server, "faults", iter(data.draw(st.lists(st.sampled_from(["lost", "cut", "away"]))))
            ),
        ]
        server.publish(standards=[day.standard(valid_until="2099-12-31")])
        tablet.sync()
        for act in data.draw(st.lists(st.sampled_from(acts), min_size=3, max_size=12)):
            act()
        numbers = [
            number for item in tablet.outbox() if (number := item.record["body"]["certificate_number"])
        ]
        assert len(numbers) == len(set(numbers))
    finally:
        tablet.close()
        server.faults = iter(())
        clock.shows = day.MORNING + timedelta(days=1)
