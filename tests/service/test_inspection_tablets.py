"""A tablet is enrolled by a one-time code, can be suspended and wiped, and what it still hands in is never lost."""

from datetime import date, timedelta

import pytest

from services.inspection import gathering, numbering
from services.inspection.domain import enrolment
from services.inspection.domain.attention import Attention, Concern
from services.inspection.events import (
    AttentionRaised,
    CertificateIssued,
    TabletEnrolled,
    TabletWiped,
    VerificationRecorded,
    VerificationReviewed,
)
from services.inspection.storage import attentions, enrolments
from services.kernel.model import Itself, new_id, now
from services.registry.events import InstrumentRegistered
from tests.unit.inspection import evidence
from tests.unit.inspection.evidence import FieldTablet, verification
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


def suspend(province: Province) -> None:
    path = f"/tablets/{province.tablet.id}/suspend"
    assert province.administrator.post(path, json={"reason": "Mất máy"}).status_code == 200


def doubt(province: Province, reason: str = "tablet-suspended") -> str:
    """The open matter of a record that is in doubt."""
    [matter] = province.office.get("/attention", params={"reason": reason}).json()
    return str(matter["id"])


def look(province: Province, **said: object) -> None:
    id = doubt(province)
    answer = province.office.post(f"/attention/{id}/resolve", json={"note": "Đã gọi kiểm định viên.", **said})
    assert answer.status_code == 200, answer.text


def test_what_a_suspended_tablet_recorded_gets_its_certificate_when_a_person_has_looked(
    province: Province,
) -> None:
    suspend(province)
    record = province.tablet.record(verification(seals_affixed=[{"number": "BN26-000001", "place": "Bộ đo"}]))
    [answer] = province.push(record)["answers"]
    assert (answer["status"], answer["receipt"]["hash"]) == ("accepted", record["hash"])
    province.world.drain(twice=True)
    shown = province.office.get(f"/verifications/{record['id']}").json()
    assert (shown["verdict"], shown["withheld"]) == ("pass", ["tablet-suspended"])
    assert province.world.events(CertificateIssued) == []
    assert province.office.get("/seals/BN26-000001").json()["standing"] == "withheld"
    look(province)
    province.world.drain(twice=True, shuffle=3)
    [certificate] = province.office.get("/certificates").json()
    assert certificate["verification_id"] == record["id"]
    assert province.office.get("/seals/BN26-000001").json()["standing"] == "valid"
    [reviewed] = {each.model_dump_json() for each in province.world.events(VerificationReviewed)}
    assert '"relied_on":true' in reviewed


def test_a_record_that_a_person_does_not_rely_on_never_earns_a_certificate(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbering, "today", lambda: date(2026, 3, 5))
    asked = {"id": new_id(), "tablet_id": province.tablet.id, "year": 2026, "count": 1}
    [number] = province.inspector.post("/certificate-numbers/reserve", json=asked).json()["numbers"]
    suspend(province)
    record = province.tablet.record(verification(certificate_number=number))
    province.push(record)
    province.world.drain()
    balance = {"year": 2026}
    assert province.office.get("/certificate-numbers/balance", params=balance).json()["reserved"] == 1
    look(province, relied_on=False)
    province.world.drain(twice=True)
    shown = province.office.get(f"/verifications/{record['id']}").json()
    assert shown["withheld"] == ["not-relied-on"]
    assert province.office.get("/certificates").json() == []
    assert province.office.get("/certificate-numbers/balance", params=balance).json()["cancelled"] == 1
    [left] = province.office.get("/attention").json()
    assert left["reason"] == "number-without-certificate"


@pytest.mark.parametrize("relied_on", [True, False])
def test_a_person_may_look_before_the_record_can_be_judged(province: Province, relied_on: bool) -> None:
    """Its instrument is not in the register yet, so that there is no verification yet."""
    suspend(province)
    record = province.tablet.record(verification(instrument_id="i9", visit_id=None))
    province.push(record)
    with pytest.raises(AssertionError, match="not in the register"):
        province.world.drain()
    look(province, relied_on=relied_on)
    told = evidence.instrument(instrument_id="i9", serial="TS-2024-i9")
    province.tell(InstrumentRegistered.model_validate(told), "instrument/i9")
    province.world.drain(twice=True)
    shown = province.office.get(f"/verifications/{record['id']}").json()
    assert shown["withheld"] == ([] if relied_on else ["not-relied-on"])
    assert len(province.office.get("/certificates").json()) == relied_on


def test_a_person_may_look_while_the_record_is_being_judged(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspend(province)
    with monkeypatch.context() as patch:
        # What judging saw is older than the answer, which found no verification yet.
        patch.setattr(gathering, "looked_at", lambda doubt, record_id: None)
        record = province.tablet.record()
        province.push(record)
        matter = Attention.of(
            Concern("tablet-suspended", {"record": record["id"], "tablet": province.tablet.id}),
            record["id"],
            at=now(),
            record_id=record["id"],
        )
        matter = attentions.add(matter, by=Itself(actor="test"))
        look(province)
        province.world.drain()
    assert len(province.office.get("/certificates").json()) == 1


def test_a_suspended_tablets_fail_counts_at_once(province: Province) -> None:
    suspend(province)
    province.push(province.tablet.record(verification("20.20")))
    province.world.drain()
    [recorded] = province.world.events(VerificationRecorded)
    assert (recorded.verdict, recorded.withheld) == ("fail", ["tablet-suspended"])
    look(province)
    province.world.drain()
    assert province.office.get("/certificates").json() == []


def test_a_record_with_somebody_elses_signature_waits_for_a_person(province: Province) -> None:
    record = province.tablet.record()
    forged = {**record, "signature": FieldTablet().seal(record)["signature"]}
    province.push(forged)
    province.world.drain()
    assert province.office.get("/certificates").json() == []
    matter = doubt(province, "bad-signature")
    province.office.post(f"/attention/{matter}/resolve", json={"note": "Máy được cấp khóa mới."})
    province.world.drain()
    assert len(province.office.get("/certificates").json()) == 1


def test_only_what_is_in_doubt_can_be_not_relied_on(province: Province) -> None:
    province.push(province.tablet.record(verification(visit_id=None)))
    province.world.drain()
    id = doubt(province, "visit-unplanned")
    body = {"note": "…", "relied_on": False}
    refused = province.office.post(f"/attention/{id}/resolve", json=body)
    assert (refused.status_code, problem(refused.json())) == (422, "not-in-doubt")


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
    for path in ("/sync/work", "/sync/snapshot"):
        assert province.inspector.get(path).json()["field"] == "tablet_id", "no work for a bare account"
    refused = other.get("/sync/work", params={"tablet_id": province.tablet.id})
    assert (refused.status_code, problem(refused.json())) == (403, "not-your-tablet")
    unknown = province.inspector.get("/sync/work", params={"tablet_id": new_id()})
    assert (unknown.status_code, problem(unknown.json())) == (409, "tablet-unknown")
    assert province.office.get(f"/tablets/{province.tablet.id}").json()["enrolled_at"] <= now().isoformat()
