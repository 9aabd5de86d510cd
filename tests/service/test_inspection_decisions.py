"""Two facts about one instrument are both kept; a dispatcher decides which is in force, and certificates follow."""

from typing import Any

import pytest

from services.inspection.events import (
    AttentionRaised,
    CertificateIssued,
    CertificateRevoked,
    VerificationRecorded,
    VerificationSetAside,
)
from services.inspection.storage import certificates
from tests.unit.inspection.evidence import repaired, verification
from tests.unit.inspection.province import Json, Province
from tests.world import MakeWorld


@pytest.fixture
def province(world: MakeWorld) -> Province:
    return Province(world("inspection"))


def reasons(province: Province) -> list[str]:
    return sorted(event.reason for event in province.world.events(AttentionRaised))


def twice(province: Province, first: str, second: str) -> tuple[Json, Json]:
    """Two verifications of one instrument on one visit, an hour apart; after a fail, the second is after repair."""
    later = {"started_at": "2026-03-05T03:00:00.000Z", "finished_at": "2026-03-05T03:40:00.000Z"}
    body = verification(second, **later)
    records = (
        province.tablet.record(verification(first)),
        province.tablet.record(repaired(body) if first == "20.20" else body),
    )
    for each in records:
        province.push(each)
        province.world.drain()
    return records


def decide(province: Province, loser: Json, winner: Json, reason: str = "Đo lại đúng quy trình") -> Any:
    body = {"in_favour_of": winner["id"], "reason": reason}
    answer = province.office.post(f"/verifications/{loser['id']}/set-aside", json=body)
    province.world.drain(twice=True)
    return answer


def in_force(province: Province) -> list[str]:
    return [each.verification_id for each in certificates.query(instrument_id="i1", status="in_force")]


def test_both_are_kept_and_the_earlier_pass_can_win_over_a_later_fail(province: Province) -> None:
    passed, failed = twice(province, "20.00", "20.20")
    assert reasons(province) == ["verified-twice"]
    assert in_force(province) == []
    assert decide(province, failed, passed).status_code == 200
    assert in_force(province) == [passed["id"]]
    issued = province.world.events(CertificateIssued)
    assert [event.decided for event in issued] == [False, True]
    assert issued[0].number != issued[1].number
    found = province.office.get(f"/verifications/{failed['id']}").json()
    assert (found["verdict"], found["set_aside"]["in_favour_of"]) == ("fail", passed["id"])
    assert found["set_aside"]["by"] == "account/dieu-phoi"
    [matter] = province.office.get("/attention", params={"status": "resolved"}).json()
    assert (matter["note"], matter["resolved_by"]) == ("Đo lại đúng quy trình", "account/dieu-phoi")
    assert len({event.verification_id for event in province.world.events(VerificationSetAside)}) == 1


def test_a_later_pass_can_lose_to_an_earlier_fail(province: Province) -> None:
    failed, passed = twice(province, "20.20", "20.00")
    assert in_force(province) == [passed["id"]]
    decide(province, passed, failed)
    assert in_force(province) == []
    assert {event.reason for event in province.world.events(CertificateRevoked)} == {"Đo lại đúng quy trình"}


def test_of_two_passes_the_superseded_one_gets_a_certificate_anew(province: Province) -> None:
    first, second = twice(province, "20.00", "20.00")
    assert in_force(province) == [second["id"]]
    decide(province, second, first)
    assert in_force(province) == [first["id"]]


def test_a_decision_is_taken_back_with_a_reason(province: Province) -> None:
    passed, failed = twice(province, "20.00", "20.20")
    decide(province, failed, passed)
    path = f"/verifications/{failed['id']}/reinstate"
    assert province.office.post(path, json={"reason": "Chọn nhầm"}).status_code == 200
    province.world.drain()
    assert in_force(province) == []
    assert province.office.post(path, json={"reason": "Chọn nhầm"}).status_code == 409


def test_only_the_office_decides_and_only_between_facts_of_one_instrument(province: Province) -> None:
    passed, failed = twice(province, "20.00", "20.20")
    other = province.tablet.record(verification(instrument_id="i2"))
    province.push(other)
    province.world.drain()
    body = {"in_favour_of": passed["id"], "reason": "…"}
    assert province.inspector.post(f"/verifications/{failed['id']}/set-aside", json=body).status_code == 403
    assert decide(province, failed, other).status_code == 422
    assert decide(province, failed, failed).status_code == 422
    assert decide(province, failed, passed).status_code == 200
    assert decide(province, passed, failed).json()["type"].endswith("set-aside")


def correction(province: Province, of: Json, indication: str, **changed: Any) -> Json:
    reason = {"corrects": of["id"], "correction_reason": "Ghi nhầm vạch chia"}
    body = verification(indication, **{**reason, **changed})
    return province.tablet.record(body, kind="correction")


def test_a_correction_is_a_new_fact_and_nothing_is_edited(province: Province) -> None:
    wrong = province.tablet.record(verification("20.20"))
    province.push(wrong)
    province.world.drain()
    before = province.office.get(f"/verifications/{wrong['id']}").json()
    right = correction(province, wrong, "20.00")
    province.push(right)
    province.world.drain(twice=True)
    after = province.office.get(f"/verifications/{wrong['id']}").json()
    assert after == before | {"corrected_by": [right["id"]]}
    assert reasons(province) == ["record-corrected"]
    [matter] = province.office.get("/attention").json()
    assert "Ghi nhầm vạch chia" in matter["detail"]
    corrected = {e.verification_id: e.corrects for e in province.world.events(VerificationRecorded)}
    assert corrected == {wrong["id"]: None, right["id"]: wrong["id"]}
    assert in_force(province) == [right["id"]]
    decide(province, wrong, right, "Đã đối chiếu ảnh chụp")
    assert province.office.get("/attention").json() == []


@pytest.mark.parametrize(("first", "second", "kept"), [("20.00", "20.20", 0), ("20.20", "20.00", 1)])
def test_a_correction_counts_until_it_is_decided_otherwise(
    province: Province, first: str, second: str, kept: int
) -> None:
    wrong = province.tablet.record(verification(first))
    province.push(wrong, correction(province, wrong, second))
    province.world.drain(shuffle=2)
    assert len(in_force(province)) == kept


def test_a_correction_of_nothing_or_of_another_instrument_is_flagged(province: Province) -> None:
    first = province.tablet.record(verification(instrument_id="i2"))
    province.push(first)
    province.world.drain()
    strange = correction(province, {"id": "khong-co"}, "20.00")
    other = correction(province, first, "20.00")
    province.push(strange, other)
    province.world.drain()
    assert reasons(province) == ["correction-other-instrument", "correction-unknown"]


@pytest.mark.parametrize(
    ("kind", "changed"),
    [("correction", {}), ("verification", {"corrects": "x"}), ("correction", {"corrects": "x"})],
)
def test_a_correction_says_what_it_corrects_and_why(province: Province, kind: str, changed: Json) -> None:
    [answer] = province.push(province.tablet.record(verification(**changed), kind=kind))["answers"]
    assert (answer["status"], answer["code"]) == ("rejected", "field-invalid")
    assert "body.correct" in answer["detail"]


def test_the_desk_counts_explains_and_links(province: Province) -> None:
    first, second = twice(province, "20.00", "20.00")
    seal = {"number": "XX-000001", "kind": "lead_seal", "place": "bộ đếm"}
    for instrument in ("i2", "i3"):
        province.push(province.tablet.record(verification(instrument_id=instrument, seals_affixed=[seal])))
    province.world.drain()
    counts = {each["reason"]: each["count"] for each in province.office.get("/attention/counts").json()}
    assert (
        counts == {"seal-used-twice": 1, "seal-unknown": 2, "verified-twice": 1}
        or counts["seal-used-twice"] == 2
    )
    assert province.office.get("/attention/counts", params={"status": "resolved"}).json() == []
    [matter] = province.office.get("/attention", params={"reason": "verified-twice"}).json()
    shown = province.office.get(f"/attention/{matter['id']}").json()
    assert shown["detail"].startswith("Phương tiện đo")
    assert shown["detail_en"].startswith("The instrument")
    hrefs = {link["href"] for link in shown["links"]}
    assert {f"/verifications/{first['id']}", f"/verifications/{second['id']}"} <= hrefs
    assert f"/tablets/{province.tablet.id}" in hrefs
    for matter in province.office.get("/attention").json():
        for link in province.office.get(f"/attention/{matter['id']}").json()["links"]:
            assert province.office.get(link["href"]).status_code == 200, link
    of_tablet = {"tablet_id": province.tablet.id, "enterprise_id": "e1", "limit": 1}
    page = province.office.get("/attention", params=of_tablet).json()
    assert [each["id"] for each in page] == [shown["id"]]
    assert province.office.get("/attention", params={**of_tablet, "after": shown["id"]}).json() == []
