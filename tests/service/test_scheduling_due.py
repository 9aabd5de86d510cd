"""What falls due: heard by events, said by the due loop, listed by the API."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.inspection.events import CertificateRevoked, VerificationSetAside
from services.kernel.model import Event, today
from services.scheduling.due import due_once
from services.scheduling.events import VerificationDue
from services.scheduling.storage import obligations
from tests.unit.scheduling import examples as e
from tests.world import Door, MakeWorld, World


@pytest.fixture
def scheduling(world: MakeWorld) -> World:
    here = world("scheduling")
    here.publish(e.enterprise(), f"enterprise/{e.ENTERPRISE}")
    here.publish(e.instrument_type(), f"instrument_type/{e.DISPENSER}")
    here.publish(e.site(), f"site/{e.SITE}")
    return here.drain()


def office(here: World) -> Door:
    return here.door("scheduling", "dispatcher")


def hear(here: World, event: Event, subject: str) -> None:
    here.publish(event, subject)
    here.drain()


def said(here: World, on: date | None = None) -> list[tuple[str, str]]:
    """What the loop says on a day, until it has nothing more to say."""
    before = len(here.drain().events(VerificationDue))
    while due_once(lambda: on or today()):
        pass
    told = here.drain().events(VerificationDue)[before:]
    return sorted((each.instrument_id, each.lead) for each in told if isinstance(each, VerificationDue))


def test_an_instrument_registered_overdue_is_said_once_with_the_most_urgent_lead(scheduling: World) -> None:
    hear(scheduling, e.certified(until=today() - timedelta(days=90)), "instrument/cot-1")
    assert said(scheduling) == [("cot-1", "overdue")]
    assert said(scheduling) == []
    assert said(scheduling, today() + timedelta(days=400)) == []


def test_every_lead_is_said_once_on_its_day_and_a_missed_day_is_not_made_up_for(scheduling: World) -> None:
    until = today() + timedelta(days=61)
    hear(scheduling, e.certified(until=until), "instrument/cot-1")
    leads = [
        (until - timedelta(days=ahead), lead) for ahead, lead in ((61, ""), (60, "60"), (59, ""), (30, "30"))
    ]
    leads += [
        (until - timedelta(days=3), "7"),
        (until, "0"),
        (until, ""),
        (until + timedelta(days=1), "overdue"),
    ]
    for day, lead in leads:
        assert said(scheduling, day) == ([("cot-1", lead)] if lead else []), day


def test_a_new_instrument_is_due_for_its_initial_verification_at_once(scheduling: World) -> None:
    hear(scheduling, e.registered(), "instrument/cot-1")
    found = office(scheduling).get("/obligations/cot-1").json()
    assert (found["regime"], found["due_on"], found["status"]) == ("initial", today().isoformat(), "open")
    assert said(scheduling) == [("cot-1", "0")]


def test_a_certificate_moves_the_due_day_and_the_leads_start_afresh(scheduling: World) -> None:
    hear(scheduling, e.certified(until=today() + timedelta(days=5)), "instrument/cot-1")
    assert said(scheduling) == [("cot-1", "7")]
    until = today() + timedelta(days=380)
    hear(scheduling, e.certificate(until=until), "certificate/gcn-1")
    assert said(scheduling) == []
    assert said(scheduling, until - timedelta(days=60)) == [("cot-1", "60")]
    # The registry repeats it, and says it again with another change.
    echo: dict[str, Any] = {"status": "in_service", "last_verified_on": today(), "valid_until": until}
    hear(scheduling, e.updated(**echo), "instrument/cot-1")
    hear(scheduling, e.updated(**echo, model="Sunny-XE2"), "instrument/cot-1")
    assert said(scheduling, until - timedelta(days=60)) == []


def test_a_failure_bars_until_the_enterprise_declares_the_repair(scheduling: World) -> None:
    hear(scheduling, e.certified(until=today() + timedelta(days=100)), "instrument/cot-1")
    hear(scheduling, e.verified(verdict="fail"), "verification/kd-1")
    owner = scheduling.door("scheduling", "enterprise", enterprise=e.ENTERPRISE)
    assert owner.get("/obligations/cot-1").json()["status"] == "barred"
    assert said(scheduling, today() + timedelta(days=500)) == []
    answer = owner.post("/obligations/cot-1/repair", json={"reason": "repaired"})
    assert (answer.json()["regime"], answer.json()["due_on"]) == ("after_repair", today().isoformat())
    assert said(scheduling) == [("cot-1", "0")]
    again = owner.post("/obligations/cot-1/repair", json={"reason": "doubt"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:vernier:problem:repair-declared")
    trail = owner.get("/obligations/cot-1/history").json()
    assert [each["type"].split(".", 2)[2] for each in trail] == ["repair.declared.v1", "verification.due.v1"]


def test_a_type_without_control_after_repair_comes_back_as_new(scheduling: World) -> None:
    hear(scheduling, e.instrument_type("1a", periodic=False, after_repair=False), "instrument_type/1a")
    hear(scheduling, e.registered(type_code="1a"), "instrument/cot-1")
    hear(scheduling, e.verified(verdict="fail", type_code="1a"), "verification/kd-1")
    answer = office(scheduling).post("/obligations/cot-1/repair", json={"reason": "repaired"})
    assert answer.json()["regime"] == "initial"


def test_a_revoked_certificate_bars(scheduling: World) -> None:
    hear(scheduling, e.certified(until=today() + timedelta(days=100)), "instrument/cot-1")
    issued = e.certificate(until=today() + timedelta(days=380))
    hear(scheduling, issued, "certificate/gcn-1")
    hear(scheduling, CertificateRevoked(**issued.model_dump(), reason="Cấp sai"), "certificate/gcn-1")
    assert office(scheduling).get("/obligations/cot-1").json()["status"] == "barred"


def test_a_retired_instrument_falls_due_no_more(scheduling: World) -> None:
    hear(scheduling, e.registered(), "instrument/cot-1")
    hear(scheduling, e.retired(), "instrument/cot-1")
    assert said(scheduling, today() + timedelta(days=500)) == []
    refused = office(scheduling).post("/obligations/cot-1/repair", json={"reason": "doubt"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:vernier:problem:instrument-retired")


def test_a_certificate_heard_of_before_its_instrument_waits_for_the_register(scheduling: World) -> None:
    until = today() + timedelta(days=20)
    hear(scheduling, e.certificate(until=until), "certificate/gcn-1")
    assert said(scheduling) == []
    refused = office(scheduling).post("/obligations/cot-1/repair", json={"reason": "doubt"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:vernier:problem:instrument-unknown")
    hear(scheduling, e.registered(), "instrument/cot-1")
    found = office(scheduling).get("/obligations/cot-1").json()
    assert (found["due_on"], found["regime"], found["site_id"]) == (until.isoformat(), "periodic", e.SITE)
    assert said(scheduling) == [("cot-1", "30")]


def test_a_failure_and_its_set_aside_heard_of_before_the_instrument_wait_for_the_register(
    world: MakeWorld,
) -> None:
    here = world("scheduling")
    here.publish(e.verified("cot-9", "fail"), "verification/kd-cot-9")
    decided = {"verification_id": "kd-cot-9", "in_force_id": "kd-khac", "reason": "Đo lại"}
    here.publish(VerificationSetAside(instrument_id="cot-9", **decided), "verification/kd-cot-9")
    here.drain()
    assert obligations.get("cot-9").status == "settled"
    here.publish(e.registered("cot-9"), "instrument/cot-9")
    here.drain()
    found = obligations.get("cot-9")
    assert (found.status, found.regime) == ("open", "initial")


@pytest.mark.parametrize("seed", [None, 1, 2, 3, 4, 5, 6])
def test_everything_twice_and_in_any_order_comes_to_the_same(world: MakeWorld, seed: int | None) -> None:
    here, until = world("scheduling"), today() + timedelta(days=380)
    story: list[tuple[Event, str]] = [
        (e.enterprise(), f"enterprise/{e.ENTERPRISE}"),
        (e.site(), f"site/{e.SITE}"),
        (e.certified(until=today() - timedelta(days=3)), "instrument/cot-1"),
        (e.verified(verdict="fail", verified_at=e.morning(today(), 1)), "verification/kd-1"),
        (e.updated(status="barred", last_verified_on=today()), "instrument/cot-1"),
        (e.verified(verified_at=e.morning(today(), 5)), "verification/kd-2"),
        (e.certificate(until=until, verified_at=e.morning(today(), 5)), "certificate/gcn-2"),
        (e.updated(status="in_service", last_verified_on=today(), valid_until=until), "instrument/cot-1"),
        (e.registered("cot-2"), "instrument/cot-2"),
    ]
    for event, subject in story:
        here.publish(event, subject)
    here.drain(twice=True, shuffle=seed)
    found = {each.id: (each.status, each.regime, each.due_on, each.site_id) for each in obligations.query()}
    assert found == {
        "cot-1": ("open", "periodic", until, e.SITE),
        "cot-2": ("open", "initial", today(), e.SITE),
    }


def test_what_is_due_is_listed_most_urgent_first_and_page_by_page(scheduling: World) -> None:
    scheduling.publish(e.site(e.OTHER_SITE, e.OTHER_ENTERPRISE, ward_code="07210"), f"site/{e.OTHER_SITE}")
    for number, days in enumerate((40, -5, 3, 200), start=1):
        id = f"cot-{number}"
        elsewhere = {"site_id": e.OTHER_SITE, "enterprise_id": e.OTHER_ENTERPRISE} if number == 3 else {}
        event = e.certified(id, until=today() + timedelta(days=days), **elsewhere)
        scheduling.publish(event, f"instrument/{id}")
    hear(scheduling, e.retired("cot-5"), "instrument/cot-5")
    door = office(scheduling)

    def ids(who: Door = door, **asked: Any) -> list[str]:
        return [each["id"] for each in who.get("/obligations", params=asked).json()]

    assert ids() == ["cot-2", "cot-3", "cot-1", "cot-4", "cot-5"]
    assert ids(limit=2) == ["cot-2", "cot-3"]
    assert ids(limit=2, after="cot-3") == ["cot-1", "cot-4"]
    assert ids(overdue=True) == ["cot-2"]
    assert ids(due_before=(today() + timedelta(days=40)).isoformat()) == ["cot-2", "cot-3"]
    assert ids(ward_code="07210") == ["cot-3"]
    assert ids(site_id=e.SITE, status="open") == ["cot-2", "cot-1", "cot-4"]
    owner = scheduling.door("scheduling", "enterprise", enterprise=e.OTHER_ENTERPRISE)
    assert ids(owner) == ["cot-3"]
    assert owner.get("/obligations", params={"enterprise_id": e.ENTERPRISE}).status_code == 403
    assert owner.get("/obligations/cot-1").status_code == 403
    assert owner.post("/obligations/cot-1/repair", json={"reason": "doubt"}).status_code == 403
    assert (
        scheduling.door("scheduling", "inspector", inspector=e.INSPECTOR).get("/obligations").status_code
        == 200
    )
    assert scheduling.door("scheduling").get("/obligations").status_code == 401
    assert door.get("/obligations/khong-co").status_code == 404
    assert door.post("/obligations/cot-1/repair", json={"reason": "vui"}).status_code == 422

    counts = door.get("/due/summary").json()
    assert counts["total"] == {"overdue": 1, "7": 1, "60": 1, "later": 1, "retired": 1}
    assert counts["types"][0]["name_vi"] == "Cột đo xăng dầu"
    assert owner.get("/due/summary").json()["total"] == {"7": 1}
