"""What a verification is judged by may be heard after it: gates, matters and certificates come out as if before."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from services.inspection.events import VerificationReconsidered
from services.inspection.storage import attentions, certificates, instruments, verifications
from services.kernel.model import new_id, today
from services.registry.events import (
    InspectorSuspended,
    InspectorUpdated,
    InstrumentTypeDefined,
    InstrumentUpdated,
    StandardRegistered,
    StandardUpdated,
)
from tests.unit.inspection import evidence
from tests.unit.inspection.evidence import repaired, verification
from tests.unit.inspection.province import Json, Province
from tests.world import MakeWorld

CARD = {"inspector_id": "k1", "card_number": "KĐV-k1"}
PAST_CARD = {**CARD, "card_valid_until": "2026-02-01"}
either_order = pytest.mark.parametrize("late", [False, True])

Act = Callable[[], object]


@pytest.fixture
def province(world: MakeWorld) -> Province:
    return Province(world("inspection"))


def at(hour: int, indication: str = "20.00", **changed: Any) -> Json:
    """A verification in the morning of one day; those of different hours stand on no visit."""
    day = f"2026-03-05T0{hour}"
    times = {"started_at": f"{day}:00:00.000Z", "finished_at": f"{day}:40:00.000Z"}
    return verification(indication, **{**times, **changed})


def push(province: Province, *records: Json) -> None:
    for each in records:
        province.push(each)
        province.world.drain()


def tell(province: Province, event: Any, subject: str) -> None:
    province.tell(event, subject)
    province.world.drain()


def heard(late: bool, *acts: Act) -> None:
    for act in acts[::-1] if late else acts:
        act()


def again(province: Province) -> None:
    """As `replay` does, at every start of `make run`."""
    for each in list(province.world.sent):
        province.world.deliver(each)
    province.world.drain()


def valid() -> list[str]:
    return [each.verification_id for each in certificates.query(status="in_force")]


def matters(record: Json | None = None) -> list[str]:
    found = attentions.query(status="open")
    return sorted(each.reason for each in found if record is None or each.record_id == record["id"])


BEFORE_AND_AFTER: dict[str, tuple[Any, Any, str, Json]] = {
    "standard-unknown": (
        None,
        StandardRegistered(**evidence.standard(standard_id="s2", code="B-21")),
        "standard/s2",
        {"standard_ids": ["s2"]},
    ),
    "standard-expired": (
        StandardUpdated(**evidence.standard(valid_from="2025-01-01", valid_until="2026-02-28")),
        StandardUpdated(**evidence.standard()),
        "standard/s1",
        {},
    ),
    "card-expired": (
        InspectorUpdated(**evidence.inspector(**PAST_CARD)),
        InspectorUpdated(**evidence.inspector(**CARD)),
        "inspector/k1",
        {},
    ),
    "type-unknown": (
        InstrumentTypeDefined(code="19", rows=[]),
        InstrumentTypeDefined.model_validate({"code": "19", "rows": evidence.ROWS}),
        "instrument_type/19",
        {},
    ),
    "type-differs": (
        InstrumentUpdated(**evidence.instrument(type_code="8b")),
        InstrumentUpdated(**evidence.instrument()),
        "instrument/i1",
        {},
    ),
    "instrument-barred": (
        InstrumentUpdated(**evidence.instrument(status="barred")),
        InstrumentUpdated(**evidence.instrument()),
        "instrument/i1",
        {},
    ),
}


@either_order
@pytest.mark.parametrize("gate", BEFORE_AND_AFTER)
def test_a_gate_opens_when_the_register_is_heard_late(province: Province, gate: str, late: bool) -> None:
    before, after, subject, body = BEFORE_AND_AFTER[gate]
    if before is not None:
        tell(province, before, subject)
    record = province.tablet.record(at(2, **body))
    heard(late, lambda: tell(province, after, subject), lambda: push(province, record))
    assert (valid(), matters()) == ([record["id"]], [])
    found = verifications.get(record["id"])
    assert (found.withheld, found.shut_by, found.valid_until is not None) == ([], None, True)
    assert found.standards[0].certificate_number == "V07.CN5.0312.26"
    told = province.world.events(VerificationReconsidered)
    assert [(each.opened, each.withheld) for each in told] == ([([gate], [])] if late else [])


def test_one_gate_of_two_opens_and_no_certificate_follows(province: Province) -> None:
    record = province.tablet.record(at(2, standard_ids=["s1", "s2"]))
    tell(province, InspectorUpdated(**evidence.inspector(**PAST_CARD)), "inspector/k1")
    push(province, record)
    tell(province, InspectorUpdated(**evidence.inspector(**CARD)), "inspector/k1")
    assert (valid(), matters()) == ([], ["standard-unknown"])
    tell(province, BEFORE_AND_AFTER["standard-unknown"][1], "standard/s2")
    assert (valid(), matters()) == ([record["id"]], [])


def test_a_standard_certified_anew_opens_no_gate_for_an_earlier_day(province: Province) -> None:
    old = {"valid_from": "2025-01-01", "valid_until": "2026-02-28", "certificate_number": "V07.2025"}
    other = evidence.standard(standard_id="s2", code="B-21")
    tell(province, StandardRegistered(**{**other, **old}), "standard/s2")
    record = province.tablet.record(at(2, standard_ids=["s2"]))
    push(province, record)
    later = {"valid_from": "2026-04-01", "valid_until": "2027-04-30", "certificate_number": "V07.2026"}
    tell(province, StandardUpdated(**{**other, **later}), "standard/s2")
    assert verifications.get(record["id"]).withheld == ["standard-expired"]


def test_what_is_handed_in_late_was_measured_under_an_earlier_certificate_of_the_standard(
    province: Province,
) -> None:
    later = {"valid_from": "2026-06-01", "valid_until": "2027-06-30", "certificate_number": "V07.NEW"}
    tell(province, StandardUpdated(**evidence.standard(**later)), "standard/s1")
    record = province.tablet.record(at(2))
    push(province, record)
    assert valid() == [record["id"]]
    [used] = verifications.get(record["id"]).standards
    assert (used.certificate_number, str(used.valid_until)) == ("V07.CN5.0312.26", "2027-03-31")


def test_a_suspension_that_ends_opens_no_gate(province: Province) -> None:
    suspended = evidence.inspector(**CARD, suspended=True, reason="TT 24/2013 Điều 36")
    tell(province, InspectorSuspended(**suspended), "inspector/k1")
    record = province.tablet.record(at(2))
    push(province, record)
    tell(province, InspectorUpdated(**evidence.inspector(**CARD)), "inspector/k1")
    assert (verifications.get(record["id"]).withheld, valid()) == (["inspector-suspended"], [])


def test_a_number_that_was_spoiled_for_a_shut_gate_is_the_certificates_when_it_opens(
    province: Province,
) -> None:
    asked = {"id": new_id(), "tablet_id": province.tablet.id, "year": today().year, "count": 1}
    number = province.inspector.post("/certificate-numbers/reserve", json=asked).json()["numbers"][0]
    push(province, province.tablet.record(at(2, standard_ids=["s2"], certificate_number=number)))
    assert matters() == ["number-without-certificate", "standard-unknown"]
    tell(province, BEFORE_AND_AFTER["standard-unknown"][1], "standard/s2")
    assert ([each.number for each in certificates.query()], matters()) == ([number], [])


def test_an_instrument_that_is_told_of_each_verification_has_nothing_looked_at(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        "services.inspection.worker.on_register", lambda subject, envelope: asked.append(subject)
    )
    facts = {"last_verified_on": "2026-03-05", "valid_until": "2027-03-31", "certificate_number": "00001"}
    tell(province, InstrumentUpdated(**evidence.instrument(**facts)), "instrument/i1")
    assert (instruments.get("i1").certificate_number, asked) == ("00001", [])


@either_order
def test_a_periodic_pass_after_a_fail_earns_nothing(province: Province, late: bool) -> None:
    failed, passed = province.tablet.record(at(2, "20.20")), province.tablet.record(at(3, visit_id=None))
    heard(late, lambda: push(province, failed), lambda: push(province, passed))
    assert (valid(), verifications.get(passed["id"]).withheld) == ([], ["instrument-barred"])
    assert matters(passed) == ["instrument-barred", "visit-unplanned"]
    again(province)
    assert valid() == []


@either_order
def test_a_pass_after_repair_earns_one_and_so_does_what_follows_it(province: Province, late: bool) -> None:
    failed, after = province.tablet.record(at(1, "20.20")), province.tablet.record(repaired(at(2)))
    third = province.tablet.record(at(3))
    heard(late, *(lambda each=each: push(province, each) for each in (failed, after, third)))
    assert valid() == [third["id"]]


@either_order
def test_a_fail_that_was_set_aside_bars_nothing(province: Province, late: bool) -> None:
    failed, passed = province.tablet.record(at(2, "20.20")), province.tablet.record(at(3))
    heard(late, lambda: push(province, failed), lambda: push(province, passed))
    told = {"in_favour_of": passed["id"], "reason": "Đo nhầm cột"}
    assert province.office.post(f"/verifications/{failed['id']}/set-aside", json=told).status_code == 200
    province.world.drain(twice=True)
    assert (valid(), matters(passed)) == ([passed["id"]], [])
    back = province.office.post(f"/verifications/{failed['id']}/reinstate", json={"reason": "Nhầm"})
    assert back.status_code == 200
    province.world.drain(twice=True)
    assert (valid(), matters(passed)) == ([], ["instrument-barred"])


@either_order
def test_a_correction_of_a_fail_is_not_barred_by_it(province: Province, late: bool) -> None:
    failed = province.tablet.record(at(2, "20.20"))
    told = {"corrects": failed["id"], "correction_reason": "Ghi nhầm"}
    right = province.tablet.record(at(2, **told), kind="correction")
    heard(late, lambda: push(province, failed), lambda: push(province, right))
    assert (valid(), matters(right)) == ([right["id"]], ["record-corrected"])
    again(province)
    assert (valid(), matters(right)) == ([right["id"]], ["record-corrected"])


@either_order
def test_a_correction_of_another_instrument_earns_nothing(province: Province, late: bool) -> None:
    wrong = province.tablet.record(at(2, instrument_id="i2"))
    told = {"corrects": wrong["id"], "correction_reason": "Ghi nhầm"}
    right = province.tablet.record(at(2, **told), kind="correction")
    heard(late, lambda: push(province, wrong), lambda: push(province, right))
    assert (valid(), matters(right)) == ([wrong["id"]], ["correction-other-instrument"])


def test_of_two_corrections_of_a_lacking_record_both_are_looked_at(province: Province) -> None:
    wrong = province.tablet.record(at(2, instrument_id="i2"))
    told = {"corrects": wrong["id"], "correction_reason": "Ghi nhầm"}
    first = province.tablet.record(at(2, **told), kind="correction")
    second = province.tablet.record(at(2, instrument_id="i3", **told), kind="correction")
    push(province, first, second)
    assert matters() == ["chain-gap", "correction-unknown"]
    push(province, wrong)
    assert matters(first) == matters(second) == ["correction-other-instrument"]


def programme(version: str) -> Json:
    return {"visit_id": None, "status_record": {"program": {"version": version}}}


@either_order
def test_the_state_was_altered_between_two_verifications(province: Province, late: bool) -> None:
    one, two = (province.tablet.record(at(hour, **programme(f"{hour}.0"))) for hour in (2, 4))
    heard(late, lambda: push(province, one), lambda: push(province, two))
    assert (matters(one), matters(two)) == (["visit-unplanned"], ["status-differs", "visit-unplanned"])


def test_a_verification_in_between_explains_what_was_altered(province: Province) -> None:
    records = [
        province.tablet.record(at(hour, **programme(version)))
        for hour, version in ((2, "1.0"), (3, "6.6"), (4, "6.6"))
    ]
    first, between, last = records
    push(province, first, last)
    assert "status-differs" in matters(last)
    push(province, between)
    assert ("status-differs" in matters(last), "status-differs" in matters(between)) == (False, True)


def test_what_is_heard_again_is_not_judged_by_another_days_register(province: Province) -> None:
    ended = {"visit_id": "v1", "ending": "done", "reason": "", "ended_at": "2026-03-05T03:00:00.000Z"}
    push(province, province.tablet.record(at(2)))
    push(province, province.tablet.record({**ended, "verified": ["i1"]}, kind="visit"))
    moved = {"valid_from": "2026-06-01", "valid_until": "2027-06-30"}
    tell(province, StandardUpdated(**evidence.standard(**moved)), "standard/s1")
    suspended = evidence.inspector(**CARD, suspended=True, reason="TT 24/2013 Điều 36")
    tell(province, InspectorSuspended(**suspended), "inspector/k1")
    before = (valid(), matters())
    again(province)
    assert (valid(), matters()) == before == ([next(verifications.query()).id], [])


def story(province: Province) -> list[Act]:
    """A word of the register for each gate, and six verifications of one instrument of which one tells of the other."""
    seal = province.tablet.record
    failed = seal(at(2, "20.20", standard_ids=["s1", "s2"]))
    wrong = seal(at(5, instrument_id="i2", visit_id=None))
    records = [
        seal(at(1, status_record={"program": {"version": "1.0"}})),
        failed,
        seal(at(3, status_record={"program": {"version": "2.0"}})),
        seal(repaired(at(4, standard_ids=["s2"]))),
        wrong,
        seal(at(2, corrects=failed["id"], correction_reason="Ghi nhầm"), kind="correction"),
        seal(at(5, corrects=wrong["id"], correction_reason="Ghi nhầm"), kind="correction"),
        seal(at(6, "20.20")),
        seal(at(7, status_record={"program": {"version": "2.0"}})),
    ]
    told = [
        (BEFORE_AND_AFTER["standard-unknown"][1], "standard/s2"),
        (BEFORE_AND_AFTER["card-expired"][1], "inspector/k1"),
        (BEFORE_AND_AFTER["type-unknown"][1], "instrument_type/19"),
        (BEFORE_AND_AFTER["type-differs"][1], "instrument/i1"),
    ]
    return [
        *(lambda each=each: province.tell(*each) for each in told),
        *(lambda each=each: province.push(each) for each in records),
    ]


def outcome(province: Province) -> tuple[Json, list[str], list[tuple[str, str]]]:
    """By the time of each verification. Which was told twice on a visit depends on which came first."""
    every = {each.id: each for each in verifications.query()}
    names = {id: f"{each.verified_at:%H} {each.corrects is not None}" for id, each in every.items()}
    left = attentions.query(status="open")
    return (
        {names[id] + each.instrument_id: sorted(each.withheld) for id, each in every.items()},
        sorted(names[each] for each in valid()),
        sorted(
            (each.reason, names[each.record_id])
            for each in left
            if each.reason != "verified-twice" and each.record_id in names
        ),
    )


def test_whatever_order_everything_is_heard_in_it_comes_to_the_same(world: MakeWorld) -> None:
    outcomes = []
    for seed in range(8):
        province = Province(world("inspection"))
        for gate in ("card-expired", "type-unknown", "type-differs"):
            tell(province, BEFORE_AND_AFTER[gate][0], BEFORE_AND_AFTER[gate][2])
        acts, chance = story(province), random.Random(seed)
        if seed:
            chance.shuffle(acts)
        for act in acts:
            act()
            if not seed or chance.random() < 0.5:
                province.world.drain(twice=True, shuffle=seed)
        province.world.drain(twice=True, shuffle=seed)
        outcomes.append(outcome(province))
        again(province)
        assert outcome(province) == outcomes[-1]
        province.world.close()
    assert [each for each in outcomes if each != outcomes[0]] == []
