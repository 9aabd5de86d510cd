"""From evidence to certificates: gates that withhold one, numbers without a gap, and which of two is in force."""

from typing import Any

import pytest

from services.inspection.events import (
    AttentionRaised,
    CertificateIssued,
    CertificateRevoked,
    CertificateSuperseded,
    VerificationRecorded,
)
from services.registry.events import InspectorSuspended, InstrumentRegistered, StandardUpdated
from services.scheduling.events import VisitCancelled, VisitRescheduled
from tests.unit.inspection import evidence
from tests.unit.inspection.evidence import repaired, verification
from tests.unit.inspection.province import Province
from tests.world import MakeWorld


@pytest.fixture
def province(world: MakeWorld) -> Province:
    return Province(world("inspection"))


def reasons(province: Province) -> set[str]:
    return {event.reason for event in province.world.events(AttentionRaised)}


def on_day(day: str, **changed: Any) -> dict[str, Any]:
    """A verification on another day, in the morning."""
    body = verification(**changed, started_at=f"{day}T02:00:00Z", finished_at=f"{day}T02:40:00Z")
    return {**body, "evaluation": {**body["evaluation"], "verified_on": day}}


def in_force(province: Province) -> list[str]:
    found = province.office.get("/certificates", params={"status": "in_force"}).json()
    return [each["number"] for each in found]


def test_numbers_follow_each_other_without_a_gap_in_every_year(province: Province) -> None:
    visits = [on_day(day, visit_id=None) for day in ("2026-03-05", "2026-04-05", "2026-05-05")]
    for body in (*visits, on_day("2026-06-05", visit_id=None, instrument_id="i2")):
        province.push(province.tablet.record(body))
    province.world.drain(twice=True, shuffle=7)
    found = province.office.get("/certificates").json()
    assert sorted(each["number"] for each in found) == [f"0000{n}/2026/BN-KĐ" for n in (1, 2, 3, 4)]
    by_day = sorted((each["verified_on"], each["status"]) for each in found if each["instrument_id"] == "i1")
    assert by_day == [("2026-03-05", "superseded"), ("2026-04-05", "superseded"), ("2026-05-05", "in_force")]
    assert {each["valid_until"] for each in found} == {"2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_later_verification_is_in_force_whatever_arrives_first(province: Province, seed: int) -> None:
    for day in ("2026-05-05", "2026-03-05"):
        province.push(province.tablet.record(on_day(day, visit_id=None)))
    province.world.drain(shuffle=seed)
    [superseded] = province.world.events(CertificateSuperseded)
    [kept] = province.office.get("/certificates", params={"status": "in_force"}).json()
    assert kept["verified_on"] == "2026-05-05"
    assert str(superseded.verified_on) == "2026-03-05"
    assert superseded.by_certificate_id == kept["id"]


@pytest.mark.parametrize("fail_first", [True, False])
def test_a_later_fail_ends_the_certificate_and_an_earlier_one_does_not(
    province: Province, fail_first: bool
) -> None:
    records = [
        province.tablet.record(on_day("2026-03-05", visit_id=None)),
        province.tablet.record(on_day("2026-05-05", indication="20.20", visit_id=None)),
        province.tablet.record(on_day("2026-03-10", indication="20.20", visit_id=None, instrument_id="i2")),
        province.tablet.record(repaired(on_day("2026-03-15", visit_id=None, instrument_id="i2"))),
    ]
    for record in records[::-1] if fail_first else records:
        province.push(record)
        province.world.drain()
    revoked = {event.certificate_id: event for event in province.world.events(CertificateRevoked)}
    assert [event.instrument_id for event in revoked.values()] == ["i1"]
    [kept] = province.office.get("/certificates", params={"status": "in_force"}).json()
    assert kept["instrument_id"] == "i2"


def test_a_suspended_inspector_and_an_expired_standard_withhold_the_certificate(province: Province) -> None:
    suspended = evidence.inspector(suspended=True, reason="TT 24/2013 Điều 36")
    province.tell(InspectorSuspended.model_validate(suspended), "inspector/k1")
    province.tell(StandardUpdated.model_validate(evidence.standard(valid_until="2026-03-04")), "standard/s1")
    province.world.drain()
    record = province.tablet.record()
    province.push(record)
    province.world.drain()
    assert province.world.events(CertificateIssued) == []
    [recorded] = province.world.events(VerificationRecorded)
    assert (recorded.verdict, recorded.withheld) == ("pass", ["inspector-suspended", "standard-expired"])
    matters = province.office.get("/attention", params={"record_id": record["id"]}).json()
    assert {each["reason"] for each in matters} == {"inspector-suspended", "standard-expired"}
    assert all(each["enterprise_id"] == "e1" and each["status"] == "open" for each in matters)


def test_work_on_a_visit_cancelled_or_given_away_meanwhile_is_credited(province: Province) -> None:
    cancelled = evidence.visit(visit_id="v2", reason="Mưa lớn")
    moved = evidence.visit(
        visit_id="v3",
        inspector_id="k2",
        previous_inspector_id="k1",
        previous_starts_at="2026-03-04T01:30:00Z",
        reason="Kiểm định viên ốm",
    )
    province.tell(VisitCancelled.model_validate(cancelled), "visit/v2")
    province.tell(VisitRescheduled.model_validate(moved), "visit/v3")
    province.world.drain()
    for visit in ("v2", "v3", "v9"):
        province.push(province.tablet.record(verification(visit_id=visit)))
    province.world.drain()
    assert len({event.certificate_id for event in province.world.events(CertificateIssued)}) == 3
    assert reasons(province) == {"visit-cancelled", "visit-other-inspector", "visit-unknown"}


def test_the_servers_verdict_counts_and_a_difference_is_shown(province: Province) -> None:
    record = province.tablet.record(verification("20.20", verdict="pass"))
    province.push(record)
    province.world.drain()
    [recorded] = province.world.events(VerificationRecorded)
    assert (recorded.verdict, recorded.tablet_verdict) == ("fail", "pass")
    assert reasons(province) == {"verdict-differs"}
    assert province.world.events(CertificateIssued) == []


@pytest.mark.parametrize(
    ("change", "reason", "verdict", "certificates"),
    [
        ({"readings": "không có"}, "not-evaluable", "incomplete", 0),
        ({"procedure": {"id": "fuel-dispenser", "version": "1999"}}, "procedure-unknown", "incomplete", 0),
        ({"regime": "initial"}, "evaluation-differs", "pass", 0),
        ({"verified_on": "2026-03-04"}, "day-differs", "pass", 1),
    ],
)
def test_readings_that_do_not_fit_are_kept_and_shown(
    province: Province, change: dict[str, Any], reason: str, verdict: str, certificates: int
) -> None:
    body = verification()
    province.push(province.tablet.record({**body, "evaluation": {**body["evaluation"], **change}}))
    province.world.drain()
    assert [event.verdict for event in province.world.events(VerificationRecorded)] == [verdict]
    assert reason in reasons(province)
    assert len(province.world.events(CertificateIssued)) == certificates


def test_characteristics_unlike_the_register_are_shown(province: Province) -> None:
    body = verification()
    body["evaluation"]["characteristics"]["Qmax"] = {"value": "80", "unit": "L/min"}
    province.push(province.tablet.record(body))
    province.world.drain()
    assert reasons(province) == {"characteristics-differ"}


def test_a_clock_that_is_off_is_shown_once_a_day_and_corrected(province: Province) -> None:
    for instrument in ("i1", "i2"):
        body = verification(instrument_id=instrument, finished_at="2026-03-04T20:40:00Z")
        province.push(province.tablet.record(body, clock_offset_ms=6 * 3_600_000))
    province.world.drain()
    recorded = province.world.events(VerificationRecorded)
    assert {(str(event.verified_on), event.verified_at.hour) for event in recorded} == {("2026-03-05", 2)}
    assert [event.reason for event in province.world.events(AttentionRaised)] == ["clock-off"]


def test_an_instrument_not_yet_in_the_register_is_waited_for(province: Province) -> None:
    record = province.tablet.record(verification(instrument_id="i7"))
    province.push(record)
    with pytest.raises(AssertionError, match="dead letters"):
        province.world.drain()
    assert reasons(province) == {"instrument-unknown"}
    late = evidence.instrument(instrument_id="i7", serial="TS-7")
    province.tell(InstrumentRegistered.model_validate(late), "instrument/i7")
    province.world.drain()
    assert len(province.world.events(VerificationRecorded)) == 1
    matter = province.office.get("/attention", params={"record_id": record["id"], "status": "all"}).json()
    assert {(each["reason"], each["status"]) for each in matter} == {
        ("instrument-unknown", "resolved"),
        ("visit-other-instrument", "open"),
    }


def test_everything_handled_again_changes_nothing(province: Province) -> None:
    province.push(province.tablet.record(), province.tablet.record(verification("20.20", instrument_id="i2")))
    province.world.drain(twice=True)
    before = len(province.world.sent)
    for envelope in list(province.world.sent):
        province.world.deliver(envelope)
    province.world.drain()
    assert len(province.world.sent) == 2 * before
    assert in_force(province) == ["00001/2026/BN-KĐ"]


def test_an_enterprise_sees_its_own_and_nobody_elses(province: Province) -> None:
    record = province.tablet.record()
    province.push(record)
    province.world.drain()
    own = province.world.door("inspection", "enterprise", enterprise="e1")
    other = province.world.door("inspection", "enterprise", enterprise="e2")
    certificate = own.get("/certificates").json()[0]
    assert [each["id"] for each in own.get("/verifications").json()] == [record["id"]]
    assert other.get("/verifications").json() == other.get("/certificates").json() == []
    assert other.get("/verifications", params={"enterprise_id": "e1"}).status_code == 403
    for path in (f"/verifications/{record['id']}", f"/certificates/{certificate['id']}"):
        assert own.get(path).status_code == own.get(f"{path}/history").status_code == 200
        assert other.get(path).status_code == other.get(f"{path}/history").status_code == 403
    for path in (f"/records/{record['id']}", "/attention", "/tablets", "/seal-batches", "/seals/BN26-1"):
        assert own.get(path).status_code == 403
        assert province.world.door("inspection").get(path).status_code == 401


def test_the_recall_question(province: Province) -> None:
    for day in ("2026-03-05", "2026-04-05"):
        province.push(province.tablet.record(on_day(day, visit_id=None)))
    province.push(province.tablet.record(on_day("2026-03-05", instrument_id="i2", indication="20.20")))
    province.world.drain()

    def count(**asked: str) -> int:
        answer = province.office.get("/verifications", params=asked)
        assert answer.status_code == 200, answer.text
        return len(answer.json())

    assert count(standard_id="s1", since="2026-03-01", until="2026-03-31") == 2
    assert count(standard_id="s1", since="2026-04-01") == 1
    assert count(standard_id="s2") == 0
    assert count(verdict="fail") == count(instrument_id="i2") == count(visit_id="v1") == 1
    assert count(inspector_id="k1") == count(type_code="19") == count(enterprise_id="e1") == 3
    assert count(type_code="8b") == count(inspector_id="k2") == 0
    assert count(verdict="pass", standard_id="s1", type_code="19", inspector_id="k1", until="2026-03-31") == 1
    first = province.office.get("/verifications", params={"limit": 2}).json()
    second = province.office.get("/verifications", params={"limit": 2, "after": first[-1]["id"]}).json()
    assert len({each["id"] for each in first + second}) == 3
