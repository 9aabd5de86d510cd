"""The seal ledger: what was received, who holds it, where it is, and what does not fit."""

import pytest

from services.inspection.events import (
    AttentionRaised,
    SealAffixed,
    SealInvalidated,
    SealLost,
    SealsIssued,
    SealsReceived,
    SealValidated,
    SealVoided,
)
from tests.unit.inspection.evidence import verification
from tests.unit.inspection.province import Province
from tests.world import MakeWorld

RECEIVED, ISSUED = "2026-01-07T01:00:00Z", "2026-03-02T01:30:00Z"
METER = {"number": "BN26-000001", "kind": "lead_seal", "place": "bộ đếm"}


@pytest.fixture
def province(world: MakeWorld) -> Province:
    """Inspector k1 holds the lead seals BN26-000001 to BN26-000010, k2 the next ten."""
    province = Province(world("inspection"))
    new = {"id": "b1", "kind": "lead_seal", "series": "BN26", "first": 1, "last": 100, "at": RECEIVED}
    for _ in range(2):
        assert province.office.post("/seal-batches", json=new).status_code == 201
    for inspector, first, last in (("k1", 1, 10), ("k2", 11, 20)):
        issue = {"inspector_id": inspector, "first": first, "last": last, "at": ISSUED}
        assert province.office.post("/seal-batches/b1/issue", json=issue).status_code == 200
    return province


def reasons(province: Province) -> list[str]:
    return sorted(event.reason for event in province.world.events(AttentionRaised))


def test_receiving_and_issuing_is_told_and_never_overlaps(province: Province) -> None:
    province.world.drain()
    assert len(province.world.events(SealsReceived)) == 1
    assert [event.inspector_id for event in province.world.events(SealsIssued)] == ["k1", "k2"]
    again = {"kind": "stamp", "series": "BN26", "first": 100, "last": 120}
    assert province.office.post("/seal-batches", json=again).json()["type"].endswith("seals-received")
    taken = {"inspector_id": "k1", "first": 20, "last": 21}
    assert province.office.post("/seal-batches/b1/issue", json=taken).json()["type"].endswith("seals-issued")
    nobody = {"inspector_id": "k9", "first": 30, "last": 31}
    assert province.office.post("/seal-batches/b1/issue", json=nobody).json()["field"] == "inspector_id"
    bad = {"kind": "stamp", "series": "bn 26", "first": 0, "last": 120}
    assert province.office.post("/seal-batches", json=bad).status_code == 422
    assert province.inspector.post("/seal-batches", json=again).status_code == 403
    assert len(province.office.get("/seal-batches/b1/history").json()) == 3


def test_a_pass_fits_seals_and_the_hand_holds_the_rest(province: Province) -> None:
    record = province.tablet.record(verification(seals_affixed=[METER]))
    province.push(record)
    province.world.drain(twice=True)
    seal = province.office.get("/seals/BN26-1").json()
    assert (seal["status"], seal["instrument_id"], seal["place"]) == ("affixed", "i1", "bộ đếm")
    assert (seal["batch_id"], seal["holder_id"], seal["standing"]) == ("b1", "k1", "valid")
    assert reasons(province) == []
    pulled = province.pull()
    assert pulled
    assert pulled["seals_in_hand"] == [
        {"batch_id": "b1", "kind": "lead_seal", "series": "BN26", "first": 2, "last": 10}
    ]
    [item] = [each for each in pulled["visits"][0]["items"] if each["instrument"]["id"] == "i1"]
    assert item["instrument"]["seals"] == [METER]
    assert item["verification"]["id"] == record["id"]


def test_a_fail_voids_the_seals_it_was_given(province: Province) -> None:
    province.push(province.tablet.record(verification("20.20", seals_affixed=[METER])))
    province.world.drain(twice=True)
    assert province.office.get("/seals/BN26-000001").json()["status"] == "void"
    assert len(province.office.get("/seals/BN26-000001/history").json()) == 2
    assert province.office.get("/seals/BN26-000001").json()["standing"] is None
    assert len({event.number for event in province.world.events(SealAffixed)}) == 1
    assert {event.reason for event in province.world.events(SealVoided)} == {
        "The instrument failed its verification."
    }
    assert reasons(province) == []


def test_seals_removed_and_spoiled_are_void(province: Province) -> None:
    province.push(
        province.tablet.record(
            verification(
                seals_removed=[{"number": "KP 2019/77", "kind": None, "place": "bộ đếm"}],
                seals_affixed=[METER],
                seals_voided=[
                    {"number": "BN26-000002", "kind": "lead_seal", "place": "-", "reason": "đứt dây"}
                ],
            )
        )
    )
    province.world.drain()
    spoiled = province.office.get("/seals/BN26-000002").json()
    assert (spoiled["status"], spoiled["facts"][0]["reason"]) == ("void", "đứt dây")
    assert sorted(event.number for event in province.world.events(SealVoided)) == [
        "BN26-000002",
        "KP 2019/77",
    ]
    assert reasons(province) == []


def test_a_seal_that_the_inspector_does_not_hold_is_flagged_and_kept(province: Province) -> None:
    affixed = [{**METER, "number": number} for number in ("BN26-000011", "XX-000001", "của ai đó")]
    province.push(province.tablet.record(verification(seals_affixed=affixed)))
    province.world.drain(twice=True)
    assert reasons(province) == ["seal-not-held", "seal-unknown", "seal-unknown"]
    of_enterprise = province.office.get("/attention", params={"enterprise_id": "e1"}).json()
    assert sorted(each["reason"] for each in of_enterprise) == reasons(province)
    assert province.office.get("/seals/XX-000001").json()["status"] == "affixed"


def test_a_seal_used_twice_keeps_both_facts(province: Province) -> None:
    for instrument in ("i1", "i2"):
        province.push(province.tablet.record(verification(instrument_id=instrument, seals_affixed=[METER])))
    province.world.drain(shuffle=3)
    assert reasons(province) == ["seal-used-twice", "seal-used-twice"]
    facts = province.office.get("/seals/BN26-000001").json()["facts"]
    affixed = [each["instrument_id"] for each in facts if each["action"] == "affixed"]
    assert sorted(affixed) == ["i1", "i2"]
    for instrument in ("i1", "i2"):
        [hung] = province.office.get("/seals", params={"instrument_id": instrument}).json()
        assert hung["number"] == "BN26-000001"


def test_where_a_seal_is_before_it_is_used(province: Province) -> None:
    for number, status in (("BN26-10", "in_hand"), ("BN26-21", "in_stock")):
        assert province.office.get(f"/seals/{number}").json()["status"] == status
    for unknown in ("BN26-101", "KP2019"):
        assert province.office.get(f"/seals/{unknown}").status_code == 404


def test_a_withheld_certificate_leaves_the_seal_without_effect(province: Province) -> None:
    province.push(province.tablet.record(verification(seals_affixed=[METER], standard_ids=[])))
    province.world.drain(twice=True)
    seal = province.office.get("/seals/BN26-000001").json()
    assert (seal["status"], seal["standing"]) == ("affixed", "withheld")
    [affixed] = province.world.events(SealAffixed)[:1]
    assert affixed.withheld == ["standard-missing"]


def test_a_later_fail_ends_what_the_seal_proved(province: Province) -> None:
    province.push(province.tablet.record(verification(seals_affixed=[METER])))
    province.world.drain()
    later = {
        "started_at": "2026-03-05T03:00:00.000Z",
        "finished_at": "2026-03-05T03:40:00.000Z",
        "visit_id": None,
    }
    province.push(province.tablet.record(verification("20.20", **later)))
    province.world.drain(twice=True)
    seal = province.office.get("/seals/BN26-000001").json()
    assert (seal["status"], seal["standing"]) == ("affixed", "revoked")
    assert {event.number for event in province.world.events(SealValidated)} == {"BN26-000001"}
    assert {event.number for event in province.world.events(SealInvalidated)} == {"BN26-000001"}


def test_the_whole_story_of_a_seal(province: Province) -> None:
    province.push(province.tablet.record(verification(seals_affixed=[METER])))
    province.world.drain(shuffle=5)
    story = province.office.get("/seals/bn26-1").json()["story"]
    assert [each["action"] for each in story] == ["received", "issued", "affixed", "validated"]
    assert [each["at"] for each in story] == sorted(each["at"] for each in story)
    assert story[1]["to_inspector_id"] == "k1"


def test_which_seals_are_where(province: Province) -> None:
    for instrument, numbers in (("i1", (1, 2)), ("i2", (3,))):
        affixed = [{**METER, "number": f"BN26-{number}", "place": f"nắp {number}"} for number in numbers]
        province.push(province.tablet.record(verification(instrument_id=instrument, seals_affixed=affixed)))
    province.world.drain()
    get = province.office.get
    on = [each["number"] for each in get("/seals", params={"instrument_id": "i1"}).json()]
    assert on == ["BN26-000001", "BN26-000002"]
    page = get("/seals", params={"batch_id": "b1", "limit": 2}).json()
    rest = get("/seals", params={"batch_id": "b1", "after": page[-1]["id"]}).json()
    assert [each["number"] for each in (*page, *rest)] == [f"BN26-00000{n}" for n in (1, 2, 3)]
    carrying = get("/seal-batches/b1/instruments").json()
    assert [(each["instrument_id"], len(each["seals"])) for each in carrying["instruments"]] == [
        ("i1", 2),
        ("i2", 1),
    ]
    assert carrying["instruments"][1]["seals"] == [
        {"number": "BN26-000003", "place": "nắp 3", "standing": "valid"}
    ]
    assert carrying["next"] is None


def test_instruments_come_page_by_page_and_each_once(province: Province) -> None:
    for instrument, numbers in (("i1", (1, 4)), ("i2", (2,)), ("i3", (3, 5))):
        affixed = [{**METER, "number": f"BN26-{number}", "place": f"nắp {number}"} for number in numbers]
        province.push(province.tablet.record(verification(instrument_id=instrument, seals_affixed=affixed)))
    province.world.drain()
    after, seen = 0, []
    while after is not None:
        path = f"/seal-batches/b1/instruments?limit=1&after={after}"
        page = province.office.get(path).json()
        seen += [(each["instrument_id"], len(each["seals"])) for each in page["instruments"]]
        after = page["next"]
    assert seen == [("i1", 2), ("i2", 1), ("i3", 2)]


def test_an_enterprise_sees_the_seals_on_its_own_instruments(province: Province) -> None:
    province.push(province.tablet.record(verification(seals_affixed=[METER])))
    province.world.drain()
    own = province.world.door("inspection", "enterprise", account="hanh", enterprise="e1")
    other = province.world.door("inspection", "enterprise", account="la", enterprise="e2")
    [seal] = own.get("/seals").json()
    assert (seal["number"], seal["standing"]) == ("BN26-000001", "valid")
    assert "story" not in own.get("/seals/BN26-000001").json()
    assert own.get("/seals", params={"instrument_id": "i1"}).json() == [seal]
    assert other.get("/seals").json() == []
    for path in ("/seals/BN26-000001", "/seals/BN26-000002", "/seals?instrument_id=i1"):
        assert other.get(path).json()["type"].endswith("not-yours")
    for path in ("/seal-balance", "/seal-transfers", "/stocktakes", "/seal-batches/b1/ledger"):
        assert own.get(path).status_code == 403


def test_a_seal_lost_from_its_instrument(province: Province) -> None:
    for number, status in (("BN26-1", 409), ("XX-1", 404)):
        assert province.office.post(f"/seals/{number}/lost", json={"reason": "đứt dây"}).status_code == status
    province.push(province.tablet.record(verification(seals_affixed=[METER])))
    province.world.drain()
    for _ in range(2):
        lost = province.office.post("/seals/BN26-1/lost", json={"reason": "không còn trên cột đo"})
        assert (lost.status_code, lost.json()["status"]) == (200, "lost")
    again = province.office.post("/seals/BN26-1/lost", json={"reason": "lần nữa"})
    assert (again.status_code, again.json()["field"]) == (409, "number")
    assert province.inspector.post("/seals/BN26-1/lost", json={"reason": "mất"}).status_code == 403
    province.world.drain(twice=True)
    assert {event.number for event in province.world.events(SealLost)} == {"BN26-000001"}
    assert province.office.get("/seal-balance").json()["lost"] == 1


@pytest.mark.parametrize("late", [False, True])
def test_the_kind_of_a_seal_is_what_was_said_of_its_first_fact(province: Province, late: bool) -> None:
    fitted = province.tablet.record(verification(seals_affixed=[METER]))
    later = {"started_at": "2026-03-05T04:00:00.000Z", "finished_at": "2026-03-05T04:40:00.000Z"}
    taken_off = province.tablet.record(verification(seals_removed=[{**METER, "kind": "stamp"}], **later))
    for record in (taken_off, fitted) if late else (fitted, taken_off):
        province.push(record)
        province.world.drain()
    assert province.office.get("/seals/BN26-1").json()["of_kind"] == "lead_seal"
