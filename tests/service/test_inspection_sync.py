"""A tablet's evidence arrives once, whatever happens on the way, and nothing of it is lost."""

import gzip
import json
import threading
from typing import Any

import pytest

from services.inspection.events import (
    AttentionRaised,
    CertificateIssued,
    RecordReceived,
    VerificationRecorded,
)
from services.inspection.storage import records
from services.kernel.model import new_id
from tests.unit.inspection.evidence import FieldTablet, verification
from tests.unit.inspection.province import Province
from tests.world import MakeWorld


@pytest.fixture
def province(world: MakeWorld) -> Province:
    return Province(world("inspection"))


def reasons(province: Province) -> list[str]:
    return sorted(event.reason for event in province.world.events(AttentionRaised))


def test_a_pass_becomes_a_verification_and_a_certificate(province: Province) -> None:
    record = province.tablet.record()
    answer = province.push(record)["answers"][0]
    assert (answer["status"], answer["id"]) == ("accepted", record["id"])
    assert answer["receipt"]["sequence"] == 1
    assert answer["receipt"]["hash"] == record["hash"]
    province.world.drain(twice=True)
    [recorded] = {
        event.verification_id: event for event in province.world.events(VerificationRecorded)
    }.values()
    assert (recorded.verdict, recorded.tablet_verdict, recorded.withheld) == ("pass", "pass", [])
    assert len(recorded.points) > 5
    found = province.office.get(f"/verifications/{record['id']}").json()
    assert found["certificate"]["number"] == "00001/2026/BN-KĐ"
    assert found["certificate"]["valid_until"] == "2027-03-31"
    assert found["standards"][0]["certificate_number"] == "V07.CN5.0312.26"
    assert found["procedure"]["version"] == "2017"
    assert reasons(province) == []
    history = province.office.get(f"/verifications/{record['id']}/history").json()
    assert [each["type"] for each in history] == ["vernier.inspection.verification.recorded.v1"]


def test_a_fail_has_no_certificate(province: Province) -> None:
    province.push(province.tablet.record(verification("20.20")))
    province.world.drain()
    assert [event.verdict for event in province.world.events(VerificationRecorded)] == ["fail"]
    assert province.world.events(CertificateIssued) == []


def test_pushed_twice_is_kept_once_with_the_same_receipt(province: Province) -> None:
    batch = [province.tablet.record() for _ in range(3)]
    first, second = province.push(*batch), province.push(*batch)
    assert [each["status"] for each in second["answers"]] == ["duplicate"] * 3
    assert [each["receipt"] for each in first["answers"]] == [each["receipt"] for each in second["answers"]]
    province.world.drain()
    assert len(province.world.events(RecordReceived)) == 3


def test_eight_senders_race_and_hear_the_same(province: Province) -> None:
    batch = [province.tablet.record() for _ in range(5)]
    heard: list[dict[str, Any]] = []
    start = threading.Barrier(8)

    def send() -> None:
        start.wait(10)
        heard.append(province.push(*batch))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert len(heard) == 8
    for place in range(5):
        answers = [each["answers"][place] for each in heard]
        assert len({json.dumps(answer["receipt"], sort_keys=True) for answer in answers}) == 1
        assert sorted(answer["status"] for answer in answers) == ["accepted"] + ["duplicate"] * 7
    province.world.drain()
    assert len(province.world.events(RecordReceived)) == 5
    assert reasons(province) == ["verified-twice"] * 4  # one instrument, five times on one visit


def test_another_body_under_the_same_id_is_kept_beside_the_first(province: Province) -> None:
    first = province.tablet.record()
    other = province.tablet.seal({**first, "body": verification("20.20")})
    province.push(first)
    answers = [province.push(other)["answers"][0] for _ in range(2)]
    assert [answer["status"] for answer in answers] == ["conflict", "conflict"]
    assert answers[0] == answers[1]
    assert answers[0]["receipt"]["hash"] == other["hash"]
    [beside] = province.office.get(f"/records/{first['id']}/beside").json()
    assert json.loads(beside["raw"]) == other
    province.world.drain()
    assert reasons(province) == ["record-conflict"]
    assert [event.verdict for event in province.world.events(VerificationRecorded)] == ["pass"]


POISON = {
    "no JSON": "{nonsense}",
    "no object": '"một chuỗi"',
    "a float": '{"id": "p1", "sequence": 2, "reading": 20.05}',
    "half a character": '{"id": "p2", "note": "\\ud800"}',
    "a number without end": '{"id": "p3", "sequence": ' + "9" * 5000 + "}",
    "deeper than any reader": '{"id": "p4", "body": ' + "[" * 20_000 + "]" * 20_000 + "}",
    "no fields": "{}",
    "an id that is none": '{"id": {"$ne": null}, "sequence": true}',
    "empty": "",
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON.keys())
def test_one_poison_record_blocks_nothing_and_is_kept(province: Province, poison: str) -> None:
    good = [province.tablet.record(), province.tablet.record(verification(instrument_id="i2"))]
    answers = province.push(good[0], poison, good[1])["answers"]
    assert [answer["status"] for answer in answers] == ["accepted", "rejected", "accepted"]
    assert answers[1]["code"]
    assert answers[1]["detail"]
    again = province.push(good[0], poison, good[1])["answers"]
    assert [answer["status"] for answer in again] == ["duplicate", "rejected", "duplicate"]
    assert again[1] == answers[1]
    kept = list(records.query(status="rejected"))
    assert [each.raw for each in kept] == [poison]
    province.world.drain()
    assert "record-rejected" in reasons(province)
    assert len(province.world.events(VerificationRecorded)) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"regime": "yearly"}, "body.regime"),
        ({"finished_at": "9999-12-31T23:59:59.999Z"}, "body.finished_at"),
        ({"finished_at": "2026-03-05 09:00"}, "body.finished_at"),
        ({"instrument_id": "../i1"}, "body.instrument_id"),
        ({"standard_ids": "s1"}, "body.standard_ids"),
        ({"seals_affixed": [{"place": "đồng hồ"}]}, "body.seals_affixed.0.number"),
    ],
)
def test_a_body_that_cannot_be_read_names_its_field(province: Province, change: Any, field: str) -> None:
    [answer] = province.push(province.tablet.record(verification(**change)))["answers"]
    assert (answer["status"], answer["field"]) == ("rejected", field)


def test_a_bad_signature_is_kept_and_flagged(province: Province) -> None:
    record = province.tablet.record()
    record["signature"] = FieldTablet().seal(record)["signature"]
    assert province.push(record)["answers"][0]["status"] == "accepted"
    province.world.drain()
    assert reasons(province) == ["bad-signature"]
    assert len(province.world.events(VerificationRecorded)) == 1


def test_an_altered_record_is_kept_and_flagged(province: Province) -> None:
    record = {**province.tablet.record(), "monotonic_ms": 5}
    answer = province.push(record)["answers"][0]
    assert answer["receipt"]["hash"] != record["hash"]
    province.world.drain()
    assert reasons(province) == ["bad-hash", "bad-signature"]


def test_a_gap_is_flagged_and_closes_itself_when_the_record_comes(province: Province) -> None:
    made = [province.tablet.record(verification(instrument_id=f"i{n}")) for n in (1, 2, 3)]
    province.push(made[0])
    province.push(made[2])
    province.world.drain()
    assert reasons(province) == ["chain-gap"]
    assert province.office.get(f"/tablets/{province.tablet.id}").json()["missing"] == [2]
    province.push(made[1])
    province.world.drain()
    assert province.office.get("/attention").json() == []
    assert province.office.get(f"/tablets/{province.tablet.id}").json()["missing"] == []


def test_a_fork_and_a_broken_link_are_flagged(province: Province) -> None:
    first = province.tablet.record()
    province.push(first)
    province.tablet.sequence, province.tablet.last_hash = 0, "0" * 64
    restored = province.tablet.record(verification(instrument_id="i2"))
    after = province.tablet.record(verification(instrument_id="i3"), previous_hash="a" * 64)
    province.push(restored, after)
    province.world.drain()
    assert reasons(province) == ["chain-broken", "chain-fork"]
    assert len(province.world.events(VerificationRecorded)) == 3


def test_a_record_of_another_tablet_is_kept_under_an_id_of_its_own(province: Province) -> None:
    foreign = FieldTablet().record()
    [answer] = province.push(foreign)["answers"]
    assert (answer["status"], answer["code"]) == ("rejected", "other-tablet")
    assert records.find(foreign["id"]) is None
    assert [json.loads(each.raw) for each in records.query(status="rejected")] == [foreign]


def test_only_the_inspector_of_the_tablet_pushes(province: Province) -> None:
    batch = province.tablet.batch(province.tablet.record())
    other = province.world.door("inspection", "inspector", inspector="k2")
    assert other.post("/sync/records", content=batch).json()["type"].endswith("not-your-tablet")
    assert province.office.post("/sync/records", content=batch).status_code == 403
    nobody = province.world.door("inspection")
    assert nobody.post("/sync/records", content=batch).status_code == 401
    without = province.world.door("inspection", "inspector")
    asked = {"tablet_id": province.tablet.id}
    assert without.get("/sync/work", params=asked).json()["type"].endswith("no-inspector")
    assert records.collection.count_documents({}) == 0


def test_a_body_that_is_no_batch_is_refused_whole(province: Province) -> None:
    record, tablet = province.tablet.record(), province.tablet
    whole = tablet.batch(record)
    unknown = FieldTablet()
    cases: list[tuple[bytes, int]] = [
        (b"", 400),
        (b"\xff\xfe", 400),
        (whole[:-20], 400),
        (b"[]", 422),
        (b'{"tablet_id": "t1", "sent_at": "2026-03-05T02:00:00Z"}', 422),
        (whole.replace(b'"sent_at"', b'"sent"'), 422),
        (tablet.batch(), 422),
        (unknown.batch(unknown.record()), 409),
        (tablet.batch(*["{}"] * 201), 413),
        (b" " * 5_000_001, 413),
    ]
    for body, status in cases:
        answer = province.inspector.post("/sync/records", content=body)
        assert answer.status_code == status, (body[:60], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    coded = province.inspector.post("/sync/records", content=whole, headers={"Content-Encoding": "gzip"})
    assert coded.status_code == 415
    streamed = province.inspector.post("/sync/records", content=iter([b" " * 3_000_000] * 2))
    assert streamed.status_code == 413
    assert records.collection.count_documents({}) == 0


def test_a_packed_body_is_refused_before_it_is_unpacked(province: Province) -> None:
    packed = gzip.compress(province.tablet.batch(province.tablet.record()))
    for body in (packed, packed[:-20], b"\x1f\x8b"):
        coded = province.inspector.post("/sync/records", content=body, headers={"Content-Encoding": "gzip"})
        assert (coded.status_code, coded.json()["field"]) == (415, "Content-Encoding")
        plain = province.inspector.post("/sync/records", content=body)
        assert plain.status_code == 400
    assert records.collection.count_documents({}) == 0


@pytest.mark.parametrize(
    "procedure",
    [{"id": "fuel-dispenser", "version": "1999"}, {"id": "khong-co", "version": "1"}, {"id": 7}, "x"],
)
def test_an_unknown_procedure_is_kept_without_a_verdict_and_flagged(
    province: Province, procedure: Any
) -> None:
    evaluation = verification()["evaluation"] | {"procedure": procedure}
    record = province.tablet.record(verification(evaluation=evaluation))
    assert province.push(record)["answers"][0]["status"] == "accepted"
    province.world.drain()
    found = province.office.get(f"/verifications/{record['id']}").json()
    assert found["verdict"] == "incomplete"
    assert set(found["withheld"]) <= {"procedure-unknown", "not-evaluable"}
    assert found["withheld"]
    assert province.world.events(CertificateIssued) == []


def test_a_sequence_played_again_with_other_content_is_kept_and_flagged(province: Province) -> None:
    first = province.tablet.record()
    again = province.tablet.seal({**first, "id": new_id(), "body": verification(instrument_id="i2")})
    assert [each["status"] for each in province.push(first, again)["answers"]] == ["accepted", "accepted"]
    province.world.drain()
    assert reasons(province) == ["chain-fork"]
