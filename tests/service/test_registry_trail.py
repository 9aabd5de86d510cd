"""The trail of an instrument: each event that concerns it once, however often and in whatever order events arrive."""

from typing import Any

import pytest

from services.kernel.model import Envelope, derived_id
from services.notifications.events import NoticeSent
from services.registry.service import prepare
from services.registry.storage import note, trail_steps
from services.scheduling.events import VisitAnnounced, VisitItem, VisitPlanned
from tests import examples
from tests.service.facts import certificate_issued, verification_recorded
from tests.world import Door, MakeWorld, World

VISIT = {
    "visit_id": "v1",
    "site_id": "tram-3",
    "enterprise_id": "hoang-long",
    "inspector_id": "binh",
    "starts_at": "2026-11-02T01:00:00Z",
    "ends_at": "2026-11-02T04:00:00Z",
}
MANY = [f"cot-{number}" for number in range(1, 1002)]
"""More than go to the database together, twice over."""


@pytest.fixture
def registry(world: MakeWorld) -> World:
    opened = world("registry")
    prepare()
    return opened


@pytest.fixture
def office(registry: World) -> Door:
    return registry.door("registry", "dispatcher")


def register(office: Door, id: str) -> dict[str, Any]:
    owner = office.post("/enterprises", json=examples.enterprise(id="hoang-long"))
    assert owner.is_success, owner.text
    site = office.post("/sites", json=examples.site(owner.json()["id"], id="tram-3"))
    assert site.is_success, site.text
    answer = office.post("/instruments", json=examples.dispenser("tram-3", id=id, serial=f"SN-{id}"))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def visit(*ids: str) -> list[VisitItem]:
    return [VisitItem(instrument_id=id, regime="periodic") for id in ids]


def notice(*ids: str) -> NoticeSent:
    return NoticeSent(
        notice_id="n1",
        enterprise_id="hoang-long",
        instrument_ids=list(ids),
        channel="email",
        topic="visit",
        about="visit/v1@2",
    )


def steps_of(office: Door, id: str) -> list[str]:
    return [each["id"] for each in office.get(f"/instruments/{id}/trail").json()]


def kept() -> list[tuple[str, str]]:
    """Which instrument has which event, in the whole collection."""
    return sorted((each.instrument_id, each.step.id) for each in trail_steps.query())


def test_a_visit_stands_once_in_the_trail_of_each_of_its_instruments(registry: World, office: Door) -> None:
    for id in ("cot-1", "cot-200"):
        register(office, id)
    ids = MANY[:200]
    registry.publish(VisitPlanned(**VISIT, items=visit(*ids)), "visit/v1")
    registry.publish(VisitAnnounced(**VISIT, items=visit(*ids)), "visit/v1")
    registry.drain(twice=True)
    for id in ("cot-1", "cot-200"):
        assert steps_of(office, id) == [f"instrument/{id}@1", "visit/v1@1", "visit/v1@2"]
    assert kept() == sorted((id, event) for id in ids for event in ("visit/v1@1", "visit/v1@2"))


def test_who_was_stopped_in_the_middle_of_many_adds_the_rest_when_the_event_comes_again(
    registry: World, office: Door
) -> None:
    envelope = registry.publish(notice(*MANY), "notice/n1")
    note(MANY[300:700], envelope)
    registry.drain(twice=True)
    assert kept() == sorted((id, "notice/n1@1") for id in MANY)


def test_an_instrument_named_twice_by_one_event_has_one_step(registry: World, office: Door) -> None:
    registry.publish(notice("cot-1", "cot-2", "cot-1"), "notice/n1")
    registry.drain()
    assert kept() == [("cot-1", "notice/n1@1"), ("cot-2", "notice/n1@1")]


def test_what_was_told_before_the_instrument_is_known_waits_for_it(registry: World, office: Door) -> None:
    registry.publish(notice("cot-1"), "notice/n1")
    registry.drain()
    assert office.get("/instruments/cot-1/trail").status_code == 404
    register(office, "cot-1")
    assert sorted(steps_of(office, "cot-1")) == ["instrument/cot-1@1", "notice/n1@1"]


@pytest.mark.parametrize("seed", range(3))
def test_the_trail_is_the_same_in_whatever_order_events_arrive(
    registry: World, office: Door, seed: int
) -> None:
    instrument = register(office, "cot-1")
    told: list[Envelope] = [
        registry.publish(VisitPlanned(**VISIT, items=visit("cot-1")), "visit/v1"),
        registry.publish(VisitAnnounced(**VISIT, items=visit("cot-1")), "visit/v1"),
        registry.publish(verification_recorded(instrument), "verification/v1"),
        registry.publish(certificate_issued(instrument), "certificate/c1"),
        registry.publish(notice("cot-1"), "notice/n1"),
    ]
    registry.drain(shuffle=seed, twice=True)
    steps = office.get("/instruments/cot-1/trail").json()
    assert [each["time"] for each in steps] == sorted(each["time"] for each in steps)
    assert {each["id"] for each in steps} == {
        "instrument/cot-1@1",
        "instrument/cot-1@2",
        *(each.id for each in told),
    }
    assert len(steps) == len(told) + 2


def test_a_step_says_who_did_what_when_and_why(registry: World, office: Door) -> None:
    register(office, "cot-1")
    envelope = registry.publish(notice("cot-1"), "notice/n1", actor="service/notifications")
    registry.drain()
    [step] = [each for each in office.get("/instruments/cot-1/trail").json() if each["id"] == "notice/n1@1"]
    whole = envelope.model_dump(mode="json")
    told = ("id", "type", "time", "actor", "subject", "sequence", "causationid", "traceparent")
    assert step == {
        **{name: whole[name] for name in told},
        "data": {
            "notice_id": "n1",
            "enterprise_id": "hoang-long",
            "channel": "email",
            "topic": "visit",
            "about": "visit/v1@2",
        },
        "actor_name": None,
    }
    assert trail_steps.get(derived_id("notice/n1@1", "cot-1")).instrument_id == "cot-1"
