"""A visit from its plan to its end, through scheduling's doors."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.inspection.events import VerificationRecorded, VisitReported
from services.kernel.model import instant_text, new_id, now, today
from services.scheduling.events import (
    VisitAnnounced,
    VisitCancelled,
    VisitCompleted,
    VisitConfirmed,
    VisitEnded,
    VisitPlanned,
    VisitRescheduled,
)
from tests.unit.scheduling import examples as e
from tests.world import Door, MakeWorld, World


@pytest.fixture
def scheduling(world: MakeWorld) -> World:
    """One site with three dispensers, of which the certificates ended, and two inspectors."""
    here = world("scheduling")
    here.publish(e.enterprise(), f"enterprise/{e.ENTERPRISE}")
    here.publish(e.instrument_type(), f"instrument_type/{e.DISPENSER}")
    for id in (e.SITE, e.OTHER_SITE):
        here.publish(e.site(id), f"site/{id}")
    for id in (e.INSPECTOR, e.OTHER_INSPECTOR):
        here.publish(e.inspector(id), f"inspector/{id}")
    for number in (1, 2, 3):
        id = f"cot-{number}"
        here.publish(e.certified(id, until=today() - timedelta(days=number)), f"instrument/{id}")
    return here.drain()


def office(here: World) -> Door:
    return here.door("scheduling", "dispatcher", account="dieu-phoi")


def plan(hours: float = 24, **changes: Any) -> dict[str, Any]:
    begin = now() + timedelta(hours=hours)
    body = {
        "site_id": e.SITE,
        "inspector_id": e.INSPECTOR,
        "starts_at": instant_text(begin),
        "ends_at": instant_text(begin + timedelta(hours=3)),
        "items": ["cot-1", "cot-2"],
    }
    return body | changes


def record(
    here: World, visit_id: str, instrument_id: str, verdict: str, **changes: Any
) -> VerificationRecorded:
    event = e.verified(instrument_id, verdict, visit_id=visit_id, **changes)
    here.publish(event, f"verification/{event.verification_id}-{new_id()}")
    here.drain()
    return event


def announced(here: World) -> dict[str, Any]:
    made: dict[str, Any] = office(here).post("/visits", json=plan()).json()
    assert office(here).post(f"/visits/{made['id']}/announce").status_code == 200
    return made


def report(here: World, visit_id: str, ending: str, **changes: Any) -> None:
    told = {
        "record_id": new_id(), "visit_id": visit_id, "inspector_id": e.INSPECTOR, "ending": ending,
        "reason": "Chủ cơ sở không cho vào", "ended_at": now(), "verified": [],
    } | changes  # fmt: skip
    here.publish(VisitReported.model_validate(told), f"visit_report/{told['record_id']}")
    here.drain()


def test_the_life_of_a_visit(scheduling: World) -> None:
    door = office(scheduling)
    made = door.post("/visits", json=plan()).json()
    assert (made["status"], made["awaited"]) == ("planned", ["cot-1", "cot-2"])
    assert door.post(f"/visits/{made['id']}/announce").json()["status"] == "announced"
    owner = scheduling.door("scheduling", "enterprise", enterprise=e.ENTERPRISE)
    assert owner.post(f"/visits/{made['id']}/confirm").json()["status"] == "confirmed"
    scheduling.drain()
    record(scheduling, made["id"], "cot-1", "pass")
    record(scheduling, made["id"], "cot-2", "fail")
    done = door.get(f"/visits/{made['id']}").json()
    assert done["status"] == "completed"
    assert {each["instrument_id"]: each["verdict"] for each in done["outcomes"]} == {
        "cot-1": "pass",
        "cot-2": "fail",
    }
    trail = door.get(f"/visits/{made['id']}/history").json()
    assert [each["type"].split(".")[3] for each in trail] == [
        "planned",
        "announced",
        "confirmed",
        "completed",
    ]
    assert trail[0]["actor"] == "account/dieu-phoi"
    for kind in (VisitPlanned, VisitAnnounced, VisitConfirmed, VisitCompleted):
        assert len(scheduling.events(kind)) == 1, kind


def test_without_items_everything_due_before_a_day_is_taken(scheduling: World) -> None:
    body = plan(due_before=today().isoformat())
    del body["items"]
    made = office(scheduling).post("/visits", json=body).json()
    assert {item["instrument_id"] for item in made["items"]} == {"cot-1", "cot-2", "cot-3"}
    again = office(scheduling).post(
        "/visits", json=body | {"starts_at": plan(48)["starts_at"], "ends_at": plan(48)["ends_at"]}
    )
    assert (again.status_code, again.json()["type"]) == (409, "urn:vernier:problem:nothing-due")


def test_the_same_request_finds_its_visit_and_another_body_is_refused(scheduling: World) -> None:
    door, body = office(scheduling), plan(id=new_id())
    first, second = door.post("/visits", json=body), door.post("/visits", json=body)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    other = door.post("/visits", json=body | {"items": ["cot-3"]})
    assert (other.status_code, other.json()["type"]) == (409, "urn:vernier:problem:already-exists")
    assert len(scheduling.drain().events(VisitPlanned)) == 1


def test_of_two_visits_over_one_instrument_made_at_the_same_moment_one_is_refused(scheduling: World) -> None:
    inspectors = [f"kdv-{number}" for number in range(6)]
    for id in inspectors:
        scheduling.publish(e.inspector(id), f"inspector/{id}")
    scheduling.drain()
    door = office(scheduling)
    for items in (["cot-1", "cot-2"], ["cot-1", "cot-2"], ["cot-2", "cot-3"]):
        # Again and again: an instrument that was released goes through the same race with a higher number.
        plans = [plan(inspector_id=id, items=items) for id in inspectors]
        with ThreadPoolExecutor(len(plans)) as pool:
            answers = list(pool.map(lambda body: door.post("/visits", json=body), plans))
        assert sorted(each.status_code for each in answers) == [201, 409, 409, 409, 409, 409]
        refused = {each.json()["type"] for each in answers if each.status_code == 409}
        assert refused == {"urn:vernier:problem:instrument-on-visit"}
        made = next(each.json() for each in answers if each.status_code == 201)
        assert door.post(f"/visits/{made['id']}/cancel", json={"reason": "Mưa bão"}).status_code == 200


def test_an_instrument_that_failed_may_be_put_on_another_visit_while_the_first_is_open(
    scheduling: World,
) -> None:
    door = office(scheduling)
    made = door.post("/visits", json=plan()).json()
    door.post(f"/visits/{made['id']}/announce")
    record(scheduling, made["id"], "cot-1", "fail")
    barred = door.post("/visits", json=plan(48, items=["cot-1"]))
    assert (barred.status_code, barred.json()["type"]) == (409, "urn:vernier:problem:instrument-not-due")
    owner = scheduling.door("scheduling", "enterprise", enterprise=e.ENTERPRISE)
    declared = owner.post("/obligations/cot-1/repair", json={"reason": "repaired"}).json()
    assert (declared["status"], declared["regime"], declared["due_on"]) == (
        "open",
        "after_repair",
        today().isoformat(),
    )
    second = door.post("/visits", json=plan(48, items=["cot-1"])).json()
    assert second["items"] == [{"instrument_id": "cot-1", "regime": "after_repair"}]
    assert door.get(f"/visits/{made['id']}").json()["awaited"] == ["cot-2"]


def test_a_moved_visit_tells_where_it_was_and_a_planned_one_is_moved_in_silence(scheduling: World) -> None:
    door = office(scheduling)
    made = door.post("/visits", json=plan()).json()
    move = {name: plan(30)[name] for name in ("starts_at", "ends_at")} | {"reason": "Kiểm định viên ốm"}
    assert door.post(f"/visits/{made['id']}/reschedule", json=move).json()["status"] == "planned"
    door.post(f"/visits/{made['id']}/announce")
    later = {name: plan(50)[name] for name in ("starts_at", "ends_at")} | {"reason": "Mưa bão"}
    moved = door.post(
        f"/visits/{made['id']}/reschedule", json=later | {"inspector_id": e.OTHER_INSPECTOR}
    ).json()
    assert (moved["status"], moved["inspector_id"]) == ("rescheduled", e.OTHER_INSPECTOR)
    (event,) = scheduling.drain().events(VisitRescheduled)
    assert isinstance(event, VisitRescheduled)
    assert instant_text(event.previous_starts_at) == move["starts_at"]
    assert event.previous_inspector_id == e.INSPECTOR


def test_a_cancelled_visit_frees_its_instruments(scheduling: World) -> None:
    door = office(scheduling)
    made = door.post("/visits", json=plan()).json()
    assert door.get("/obligations/cot-1").json()["visit_id"] == made["id"]
    door.post(f"/visits/{made['id']}/cancel", json={"reason": "Cửa hàng sửa chữa"})
    assert door.get("/obligations/cot-1").json()["visit_id"] is None
    assert door.post("/visits", json=plan()).status_code == 201
    (event,) = scheduling.drain().events(VisitCancelled)
    assert isinstance(event, VisitCancelled)
    assert not event.announced


@pytest.mark.parametrize("late", [False, True])
def test_a_cancelled_visit_keeps_what_was_done_on_it_whenever_that_is_heard(
    scheduling: World, late: bool
) -> None:
    made = announced(scheduling)
    acts: list[Callable[[], Any]] = [
        lambda: record(scheduling, made["id"], "cot-1", "pass"),
        lambda: report(scheduling, made["id"], "partly", verified=["cot-1", "cot-2"]),
        lambda: office(scheduling).post(f"/visits/{made['id']}/cancel", json={"reason": "Mưa bão"}),
    ]
    for act in acts[::-1] if late else acts:
        act()
    found = office(scheduling).get(f"/visits/{made['id']}").json()
    assert (found["status"], [each["instrument_id"] for each in found["outcomes"]]) == (
        "cancelled",
        ["cot-1"],
    )
    assert found["report"]["ending"] == "partly"
    assert scheduling.drain().events(VisitEnded) == []


def test_what_was_said_before_a_visit_was_moved_does_not_end_the_moved_one(scheduling: World) -> None:
    made, before, later = announced(scheduling), now(), plan(72)
    moved = {name: later[name] for name in ("starts_at", "ends_at")} | {"reason": "Mất điện"}
    assert office(scheduling).post(f"/visits/{made['id']}/reschedule", json=moved).status_code == 200
    report(scheduling, made["id"], "partly", ended_at=before)
    found = office(scheduling).get(f"/visits/{made['id']}").json()
    assert (found["status"], found["awaited"], found["report"]) == ("rescheduled", ["cot-1", "cot-2"], None)
    report(scheduling, made["id"], "partly", ended_at=now())
    assert office(scheduling).get(f"/visits/{made['id']}").json()["status"] == "ended"


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_of_two_words_of_one_moment_the_same_counts_whichever_is_heard_first(
    scheduling: World, order: tuple[int, int]
) -> None:
    made, at = announced(scheduling), now()
    for number in order:
        ending = "partly" if number == 1 else "refused"
        report(scheduling, made["id"], ending, ended_at=at, record_id=f"ban-ghi-{number}")
    assert office(scheduling).get(f"/visits/{made['id']}").json()["report"]["ending"] == "refused"


@pytest.mark.parametrize("late", [False, True])
def test_what_the_server_finds_incomplete_is_left_when_its_visit_ends(scheduling: World, late: bool) -> None:
    made = announced(scheduling)
    acts: list[Callable[[], Any]] = [
        lambda: record(scheduling, made["id"], "cot-1", "incomplete", tablet_verdict="pass"),
        lambda: report(scheduling, made["id"], "done", verified=["cot-1", "cot-2"]),
        lambda: record(scheduling, made["id"], "cot-2", "pass"),
    ]
    for act in acts[::-1] if late else acts:
        act()
    [ended] = scheduling.drain().events(VisitEnded)
    assert ended.left == ["cot-1"]
    assert office(scheduling).post("/visits", json=plan(48, items=["cot-1"])).status_code == 201


def test_results_twice_complete_a_visit_once(scheduling: World) -> None:
    door = office(scheduling)
    made = door.post("/visits", json=plan(items=["cot-1"])).json()
    event = e.verified("cot-1", "pass", visit_id=made["id"])
    scheduling.publish(event, "verification/kd-1")
    scheduling.drain(twice=True)
    assert len(scheduling.events(VisitCompleted)) == 1


@pytest.mark.parametrize(
    ("changes", "status", "type", "field"),
    [
        ({"items": ["cot-1", "cot-1"]}, 422, "visit-items", "items"),
        ({"items": None}, 422, "visit-items", "items"),
        ({"due_before": "2027-01-01"}, 422, "visit-items", "items"),
        ({"items": ["cot-99"]}, 422, "instrument-unknown", "items"),
        ({"items": []}, 422, "invalid-input", "items"),
        ({"site_id": "khong-co"}, 422, "site-unknown", "site_id"),
        ({"site_id": e.OTHER_SITE}, 409, "instrument-elsewhere", "items"),
        ({"inspector_id": "khong-co"}, 422, "inspector-unknown", "inspector_id"),
        ({"starts_at": "2027-01-05T08:00:00"}, 422, "invalid-input", "starts_at"),
        ({"ends_at": "2026-01-05T08:00:00Z"}, 422, "window-order", "ends_at"),
        ({"ends_at": "2036-01-05T08:00:00Z"}, 422, "window-too-long", "ends_at"),
        ({"note": "x"}, 422, "invalid-input", "note"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_nothing_is_written(
    scheduling: World, changes: dict[str, Any], status: int, type: str, field: str
) -> None:
    answer = office(scheduling).post("/visits", json=plan(**changes))
    found = answer.json()
    assert (answer.status_code, found["type"], found["field"]) == (
        status,
        f"urn:vernier:problem:{type}",
        field,
    )
    assert office(scheduling).get("/visits").json() == []


def test_the_inspector_must_be_free_able_and_allowed(scheduling: World) -> None:
    door = office(scheduling)
    assert door.post("/visits", json=plan()).status_code == 201
    busy = door.post("/visits", json=plan(25, items=["cot-3"]))
    assert (busy.status_code, busy.json()["type"]) == (409, "urn:vernier:problem:inspector-busy")
    for changes, type in (
        ({"suspended": True}, "inspector-suspended"),
        ({"card_valid_until": today()}, "card-expired"),
        ({"type_codes": [e.SCALE]}, "card-does-not-cover"),
    ):
        scheduling.publish(e.inspector(e.OTHER_INSPECTOR, **changes), f"inspector/{e.OTHER_INSPECTOR}")
        scheduling.drain()
        answer = door.post("/visits", json=plan(48, inspector_id=e.OTHER_INSPECTOR, items=["cot-3"]))
        assert (answer.json()["type"], answer.json()["field"]) == (
            f"urn:vernier:problem:{type}",
            "inspector_id",
        )


def test_who_sees_and_does_what(scheduling: World) -> None:
    door = office(scheduling)
    made = door.post("/visits", json=plan()).json()
    path = f"/visits/{made['id']}"
    owner = scheduling.door("scheduling", "enterprise", enterprise=e.ENTERPRISE)
    stranger = scheduling.door("scheduling", "enterprise", enterprise=e.OTHER_ENTERPRISE)
    minh = scheduling.door("scheduling", "inspector", inspector=e.INSPECTOR)
    lan = scheduling.door("scheduling", "inspector", inspector=e.OTHER_INSPECTOR)
    nobody = scheduling.door("scheduling")
    assert [who.get(path).status_code for who in (minh, lan, owner, stranger, nobody)] == [
        200,
        403,
        403,
        403,
        401,
    ]
    door.post(f"{path}/announce")
    assert [who.get(path).status_code for who in (minh, lan, owner, stranger)] == [200, 403, 200, 403]
    assert [len(who.get("/visits").json()) for who in (door, minh, lan, owner, stranger)] == [1, 1, 0, 1, 0]
    assert lan.get("/visits", params={"inspector_id": e.INSPECTOR}).status_code == 403
    assert stranger.post(f"{path}/confirm").status_code == 403
    assert stranger.get("/visits", params={"enterprise_id": e.ENTERPRISE}).status_code == 403
    for action in ("announce", "cancel", "reschedule"):
        assert owner.post(f"{path}/{action}", json={"reason": "x"}).status_code == 403
    assert owner.post("/visits", json=plan()).status_code == 403
    assert minh.post(f"{path}/confirm").status_code == 403


def test_visits_are_listed_by_day_in_vietnam_and_page_by_page(scheduling: World) -> None:
    door = office(scheduling)
    made = [
        door.post("/visits", json=plan(hours, items=[id])).json()["id"]
        for hours, id in ((24, "cot-1"), (48, "cot-2"), (72, "cot-3"))
    ]
    first = door.get("/visits", params={"limit": 2}).json()
    rest = door.get("/visits", params={"limit": 2, "after": first[-1]["id"]}).json()
    assert [each["id"] for each in first + rest] == made
    day = (now() + timedelta(hours=48 + 7)).date().isoformat()
    found = door.get("/visits", params={"from_day": day, "to_day": day, "site_id": e.SITE}).json()
    assert [each["id"] for each in found] == [made[1]]
    assert door.get("/visits", params={"status": "cancelled"}).json() == []
    assert door.get("/visits", params={"after": "khong-co"}).status_code == 404


def test_a_visit_that_was_refused_frees_its_instruments_for_another(scheduling: World) -> None:
    door = office(scheduling)
    made = announced(scheduling)
    report(scheduling, made["id"], "refused")
    seen = door.get(f"/visits/{made['id']}").json()
    assert (seen["status"], seen["reason"], seen["report"]["ending"]) == (
        "ended",
        "Chủ cơ sở không cho vào",
        "refused",
    )
    assert seen["left"] == ["cot-1", "cot-2"]
    again = door.post("/visits", json=plan(hours=48))
    assert again.status_code == 201, again.text
    assert [each["id"] for each in door.get("/visits", params={"status": "ended"}).json()] == [made["id"]]
    assert scheduling.events(VisitEnded)[0].left == ["cot-1", "cot-2"]
