"""A tablet is enrolled by a one-time code, can be suspended and wiped, and what it still hands in is never lost."""

from datetime import timedelta

import pytest

from services.inspection.domain import enrolment
from services.inspection.events import AttentionRaised, TabletEnrolled, TabletWiped, VerificationRecorded
from services.inspection.storage import enrolments
from services.kernel.model import new_id, now
from tests.unit.inspection.evidence import FieldTablet
from tests.unit.inspection.province import Json, Province
from tests.world import MakeWorld


@pytest.fixture
def province(world: MakeWorld) -> Province:
    return Province(world("inspection"))


def enrol(province: Province, tablet: FieldTablet, code: str | None, inspector: str = "k1") -> Json:
    door = province.world.door("inspection", "inspector", inspector=inspector)
    key: Json = {"public_key": tablet.public_key} | ({"code": code} if code else {})
    answer = door.put(f"/tablets/{tablet.id}", json=key)
    return {"http": answer.status_code, **answer.json()}


def problem(answer: Json) -> str:
    return str(answer["type"]).rpartition(":")[2]


def test_a_code_enrols_one_tablet_and_a_repeat_is_harmless(province: Province) -> None:
    tablet, code = FieldTablet(), province.code()
    first = enrol(province, tablet, code)
    assert (first["http"], first["status"]) == (200, "active")
    assert first["server_time"].endswith("Z")
    for repeat in (code, None):
        assert enrol(province, tablet, repeat)["http"] == 200
    other = enrol(province, FieldTablet(), code)
    assert (other["http"], problem(other), other["field"]) == (403, "code-used", "code")
    province.world.drain()
    assert len(province.world.events(TabletEnrolled)) == 2


def test_without_a_code_of_ones_own_nobody_enrols(province: Province) -> None:
    assert problem(enrol(province, FieldTablet(), None)) == "code-needed"
    assert problem(enrol(province, FieldTablet(), "0000-0000-0000-0000")) == "code-wrong"
    assert problem(enrol(province, FieldTablet(), province.code("k2"))) == "code-wrong"
    assert province.office.post("/enrolments", json={"inspector_id": "k1"}).status_code == 403
    nobody = province.administrator.post("/enrolments", json={"inspector_id": "k9"})
    assert (nobody.status_code, nobody.json()["field"]) == (422, "inspector_id")


def test_a_code_expires(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolment, "LIFETIME", timedelta(seconds=-1))
    assert problem(enrol(province, FieldTablet(), province.code())) == "code-expired"


def test_a_code_is_stored_only_as_a_hash_and_shown_once_as_a_qr_image(province: Province) -> None:
    issued = province.administrator.post("/enrolments", json={"inspector_id": "k1"}).json()
    assert issued["qr_svg"].startswith("<svg")
    assert issued["uri"].startswith("vernier:enrol?code=")
    kept = str(enrolments.collection.find_one({"_id": issued["id"]}))
    assert issued["code"] not in kept
    assert "code" not in province.administrator.get("/enrolments").json()[-1]
    typed = issued["code"].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert enrol(province, FieldTablet(), typed)["http"] == 200


def test_a_tablet_belongs_to_one_key_and_one_inspector(province: Province) -> None:
    tablet = FieldTablet()
    enrol(province, tablet, province.code())
    stranger = FieldTablet()
    stranger.id = tablet.id
    assert problem(enrol(province, stranger, province.code())) == "tablet-taken"
    assert problem(enrol(province, tablet, province.code("k2"), "k2")) == "tablet-taken"
    bad = province.inspector.put(f"/tablets/{new_id()}", json={"public_key": "abc", "code": province.code()})
    assert (bad.status_code, bad.json()["field"]) == (422, "public_key")


def test_a_suspended_tablet_hears_so_and_what_it_recorded_is_kept_and_flagged(province: Province) -> None:
    path = f"/tablets/{province.tablet.id}"
    pulled = province.inspector.get("/sync/work", params={"tablet_id": province.tablet.id})
    assert pulled.headers["Vernier-Tablet"] == "active"
    unchanged = {"tablet_id": province.tablet.id, "cursor": pulled.json()["cursor"]}
    again = province.inspector.get("/sync/work", params=unchanged)
    assert (again.status_code, again.headers["Vernier-Tablet"]) == (304, "active")
    assert province.office.post(f"{path}/suspend", json={"reason": "Mất máy"}).status_code == 403
    told = province.administrator.post(f"{path}/suspend", json={"reason": "Mất máy"}).json()
    assert (told["status"], told["status_reason"]) == ("suspended", "Mất máy")
    refused = province.inspector.get("/sync/work", params={"tablet_id": province.tablet.id})
    assert (refused.status_code, problem(refused.json())) == (403, "tablet-suspended")
    batch = province.tablet.batch(province.tablet.record())
    answer = province.inspector.post("/sync/records", content=batch)
    assert answer.headers["Vernier-Tablet"] == "suspended"
    assert [each["status"] for each in answer.json()["answers"]] == ["accepted"]
    province.world.drain()
    assert [event.reason for event in province.world.events(AttentionRaised)] == ["tablet-suspended"]
    assert len(province.world.events(VerificationRecorded)) == 1
    assert province.administrator.post(f"{path}/suspend", json={"reason": "…"}).status_code == 409
    province.administrator.post(f"{path}/resume", json={"reason": "Đã tìm thấy"})
    assert province.inspector.get("/sync/work", params={"tablet_id": province.tablet.id}).status_code == 200


def test_a_wipe_is_ordered_by_an_administrator_and_confirmed_by_the_tablet(province: Province) -> None:
    path = f"/tablets/{province.tablet.id}"
    early = province.inspector.post(f"{path}/wiped")
    assert (early.status_code, problem(early.json())) == (409, "tablet-active")
    province.administrator.post(f"{path}/wipe", json={"reason": "Thu hồi"})
    batch = province.tablet.batch(province.tablet.record())
    assert province.inspector.post("/sync/records", content=batch).headers["Vernier-Tablet"] == "wipe"
    other = province.world.door("inspection", "inspector", inspector="k2")
    assert other.post(f"{path}/wiped").status_code == 403
    for _ in range(2):
        assert province.inspector.post(f"{path}/wiped").json()["status"] == "wiped"
    assert len(province.office.get(f"{path}/history").json()) == 3
    province.world.drain()
    assert len(province.world.events(TabletWiped)) == 1
    assert (
        province.inspector.post("/sync/records", content=batch).json()["answers"][0]["status"] == "duplicate"
    )


def test_another_inspectors_tablet_is_given_no_work(province: Province) -> None:
    other = province.world.door("inspection", "inspector", inspector="k2")
    refused = other.get("/sync/work", params={"tablet_id": province.tablet.id})
    assert (refused.status_code, problem(refused.json())) == (403, "not-your-tablet")
    unknown = province.inspector.get("/sync/work", params={"tablet_id": new_id()})
    assert (unknown.status_code, problem(unknown.json())) == (409, "tablet-unknown")
    assert province.office.get(f"/tablets/{province.tablet.id}").json()["enrolled_at"] <= now().isoformat()
