"""Which certificate is in force follows from what is known of an instrument, not from when or how often it was heard."""

from typing import Any

import pytest

from services.inspection.events import CertificateRevoked
from services.inspection.storage import certificates
from services.kernel.model import new_id, today
from services.notifications.storage import heard
from tests.unit.inspection.evidence import verification
from tests.unit.inspection.province import Json, Province
from tests.world import MakeWorld

METER = {"number": "BN26-000001", "kind": "lead_seal", "place": "bộ đếm"}


@pytest.fixture
def province(world: MakeWorld) -> Province:
    return Province(world("inspection", "notifications"))


def at(hour: int, indication: str = "20.00", **changed: Any) -> Json:
    day = f"2026-03-05T0{hour}"
    times = {"started_at": f"{day}:00:00.000Z", "finished_at": f"{day}:40:00.000Z"}
    return verification(indication, **{**times, **changed})


def send(province: Province, body: Json, kind: str = "verification", *, drain: bool = True) -> Json:
    record = province.tablet.record(body, kind=kind)
    province.push(record)
    if drain:
        province.world.drain()
    return record


def set_aside(province: Province, loser: Json, winner: Json, *, drain: bool = True) -> Any:
    told = {"in_favour_of": winner["id"], "reason": "Đo lại đúng quy trình"}
    answer = province.office.post(f"/verifications/{loser['id']}/set-aside", json=told)
    if drain:
        province.world.drain()
    return answer


def revoke(province: Province) -> None:
    [one] = certificates.query(instrument_id="i1", status="in_force")
    answer = province.office.post(f"/certificates/{one.id}/revoke", json={"reason": "Cấp sai"})
    assert answer.status_code == 200
    province.world.drain()


def hear_again(province: Province) -> None:
    """As `replay` does, at each start of `make run`."""
    for each in list(province.world.sent):
        province.world.deliver(each)
    province.world.drain()


def in_force() -> list[str]:
    return [each.verification_id for each in certificates.query(instrument_id="i1", status="in_force")]


def given() -> list[tuple[str, int, str]]:
    found = certificates.query(instrument_id="i1")
    return sorted((each.verification_id, each.edition, each.status) for each in found)


def test_a_certificate_that_a_person_withdrew_does_not_return_when_the_decision_is_heard_again(
    province: Province,
) -> None:
    passed = send(province, at(2))
    set_aside(province, send(province, at(3, "20.20")), passed)
    revoke(province)
    before, told = given(), sorted(each.id for each in heard.query())
    hear_again(province)
    assert given() == before
    assert sorted(each.id for each in heard.query()) == told, "and no letter says that one was issued"


def test_a_decision_heard_again_takes_no_number(province: Province) -> None:
    passed = send(province, at(2))
    set_aside(province, send(province, at(3, "20.20")), passed)
    send(province, at(5, visit_id=None))
    before = given()
    hear_again(province)
    hear_again(province)
    assert given() == before


@pytest.mark.parametrize("late", [False, True])
def test_two_decisions_come_to_the_same_in_either_order(province: Province, late: bool) -> None:
    one, two, three = (send(province, at(hour)) for hour in (2, 3, 4))
    behind = f"verification/{three['id']}" if late else None
    for loser, winner in ((three, two), (two, one)):
        assert set_aside(province, loser, winner, drain=False).status_code == 200
        province.world.drain(behind=behind)
    province.world.drain()
    assert in_force() == [one["id"]]


def test_the_office_is_told_of_a_third_that_goes_before_the_one_it_names(province: Province) -> None:
    one, two, three = (send(province, at(hour)) for hour in (2, 3, 4))
    refused = set_aside(province, three, one)
    assert (refused.status_code, refused.json()["field"]) == (409, "in_favour_of")
    assert refused.json()["type"].endswith("another-counts")
    assert two["id"] in refused.json()["detail"]
    assert in_force() == [three["id"]]
    for loser, winner in ((three, two), (two, one)):
        assert set_aside(province, loser, winner).status_code == 200
    assert in_force() == [one["id"]]


@pytest.mark.parametrize("late", [False, True])
def test_a_failure_that_was_set_aside_ends_nothing(province: Province, late: bool) -> None:
    """The one in favour of which it was, earns no certificate: so the earlier one counts again."""
    old = send(province, at(1, visit_id=None))
    other = send(province, at(2, standard_ids=[]))
    failed = send(province, at(4, "20.20"), drain=False)
    province.world.drain(behind=f"verification/{failed['id']}" if late else None)
    assert in_force() == ([old["id"]] if late else [])
    set_aside(province, failed, other)
    assert in_force() == [old["id"]]


@pytest.mark.parametrize(("hour", "because"), [(2, (["instrument-barred"], None)), (4, ([], "the failure"))])
def test_a_certificate_that_lapses_says_why(province: Province, hour: int, because: Any) -> None:
    """A failure before the verification, heard of late, shuts its gate; one after it ends what it gave."""
    send(province, at(3))
    failed = send(province, at(hour, "20.20"))
    [event] = province.world.events(CertificateRevoked)
    by = "the failure" if event.by_verification_id == failed["id"] else event.by_verification_id
    assert (event.withheld, by) == because
    told = {each.topic for each in heard.query()}
    assert ("certificate_revoked" in told) == (hour == 2), "of a failure there is a letter of its own"


@pytest.mark.parametrize("late", [False, True])
def test_an_earlier_pass_does_not_count_because_the_later_was_withdrawn(
    province: Province, late: bool
) -> None:
    one, two = province.tablet.record(at(2)), province.tablet.record(at(4))
    for each in (two, one) if late else (one, two):
        province.push(each)
        province.world.drain()
        if each is two:
            revoke(province)
    assert in_force() == []


@pytest.mark.parametrize("late", [False, True])
def test_the_seal_of_a_corrected_record_is_valid_by_the_correction(province: Province, late: bool) -> None:
    new = {
        "id": "b1",
        "kind": "lead_seal",
        "series": "BN26",
        "first": 1,
        "last": 9,
        "at": "2026-01-07T01:00:00Z",
    }
    assert province.office.post("/seal-batches", json=new).status_code == 201
    issue = {"inspector_id": "k1", "first": 1, "last": 9, "at": "2026-03-02T01:30:00Z"}
    assert province.office.post("/seal-batches/b1/issue", json=issue).status_code == 200
    wrong = send(province, at(2, seals_affixed=[METER]))
    same = {"corrects": wrong["id"], "correction_reason": "Ghi nhầm"}
    right = send(province, at(2, seals_affixed=[METER], **same), "correction", drain=False)
    province.world.drain(behind=f"verification/{right['id']}" if late else None)
    set_aside(province, wrong, right, drain=False)
    province.world.drain(behind=f"verification/{right['id']}" if late else None)
    province.world.drain()
    assert in_force() == [right["id"]]
    assert province.office.get("/seals/BN26-1").json()["standing"] == "valid"


def test_a_number_of_a_certificate_that_was_set_aside_is_no_number_without_one(province: Province) -> None:
    wanted = {"id": new_id(), "tablet_id": province.tablet.id, "year": today().year, "count": 1}
    [number] = province.inspector.post("/certificate-numbers/reserve", json=wanted).json()["numbers"]
    one = send(province, at(2, certificate_number=number))
    set_aside(province, one, send(province, at(4)))
    before = province.office.get("/attention").json()
    hear_again(province)
    assert province.office.get("/attention").json() == before


@pytest.mark.usefixtures("signing_office")
def test_who_asks_by_serial_is_shown_the_certificate_in_force(province: Province) -> None:
    one = send(province, at(2))
    set_aside(province, send(province, at(4)), one)
    [good] = certificates.query(instrument_id="i1", status="in_force")
    found = province.world.door("inspection").get("/check/answer", params={"q": good.serial}).json()
    assert (found["status"], found["certificates"][0]["number"]) == ("valid", good.number)
