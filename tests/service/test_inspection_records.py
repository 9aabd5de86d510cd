"""The verification record (biên bản) holds everything that a procedure asks for, and what differs from before is seen."""

from typing import Any

import pytest

from services.inspection.events import AttentionRaised
from tests.unit.inspection.evidence import verification
from tests.unit.inspection.province import Json, Province
from tests.world import MakeWorld

SIGNED = {"signed_at": "2026-03-05T02:41:00.000Z", "strokes": [[10, 20, 11, 22, 15, 30]]}
BOTH = [
    {"role": "inspector", "name": "Trần Văn Bình", **SIGNED},
    {"role": "representative", "name": "Nguyễn Thị Hạnh", "position": "Cửa hàng trưởng", **SIGNED},
]
STATUS: Json = {
    "parts": [
        {"name": "Bầu lường", "maker": "Tatsuno", "model": "FM-1007", "serial": "778812"},
        {"name": "Bo mạch chính", "maker": "Tatsuno", "model": "EB-30", "serial": "IC-99"},
    ],
    "program": {"name": "ROM", "version": "3.12", "checksum": "A41F"},
    "seals_found": [{"place": "Bầu lường", "number": "BN25-000410"}],
    "seals_left": [{"place": "Bầu lường", "number": "BN26-000001"}],
    "note": "",
}


@pytest.fixture
def province(world: MakeWorld) -> Province:
    return Province(world("inspection"))


def reasons(province: Province) -> list[str]:
    return sorted(event.reason for event in province.world.events(AttentionRaised))


def shown(province: Province, **changed: Any) -> Json:
    record = province.tablet.record(verification(**changed))
    assert province.push(record)["answers"][0]["status"] == "accepted"
    province.world.drain()
    found: Json = province.office.get(f"/verifications/{record['id']}").json()
    return found


def test_the_whole_record_is_kept_and_shown(province: Province) -> None:
    found = shown(
        province,
        regime="after_repair",
        after_repair_reason="mark_lost",
        evaluation=verification()["evaluation"] | {"regime": "after_repair"},
        as_found=verification("20.20")["evaluation"],
        status_record=STATUS,
        signatures=BOTH,
        seals_removed=[
            {"number": "BN25-000410", "kind": "lead_seal", "place": "Bầu lường", "photo": "a" * 64}
        ],
    )
    assert (found["regime"], found["after_repair_reason"]) == ("after_repair", "mark_lost")
    assert (found["as_found"]["verdict"], found["verdict"]) == ("fail", "pass")
    assert found["as_found"]["readings"] != found["readings"]
    assert {step["verdict"] for step in found["steps"]} == {"pass"}
    assert {point["step"] for point in found["points"]} <= {step["id"] for step in found["steps"]}
    assert found["standards"][0]["valid_until"] == "2027-03-31"
    assert found["seals_removed"][0]["photo"] == "a" * 64
    assert found["status_record"]["program"]["checksum"] == "A41F"
    assert [each["role"] for each in found["signatures"]] == ["inspector", "representative"]
    assert found["signatures"][1]["strokes"] == [[10, 20, 11, 22, 15, 30]]
    assert reasons(province) == []


def test_a_representative_who_would_not_sign_is_noted_with_a_reason(province: Province) -> None:
    found = shown(
        province, signatures=BOTH[:1], refused_to_sign={"reason": "Không đồng ý kết quả", "name": "Hạnh"}
    )
    assert found["refused_to_sign"]["reason"] == "Không đồng ý kết quả"
    assert reasons(province) == []


@pytest.mark.parametrize("signatures", [BOTH[:1], BOTH[1:]])
def test_a_missing_signature_is_flagged(province: Province, signatures: list[Json]) -> None:
    shown(province, signatures=signatures)
    assert reasons(province) == ["signature-missing"]


def test_a_failing_step_is_told(province: Province) -> None:
    found = shown(
        province,
        **{key: value for key, value in verification("20.20").items() if key in ("evaluation", "verdict")},
    )
    assert "fail" in {step["verdict"] for step in found["steps"]}


def test_a_status_record_is_compared_with_the_last_one(province: Province) -> None:
    shown(province, status_record=STATUS)
    same = STATUS | {"seals_found": STATUS["seals_left"]}
    shown(province, visit_id=None, finished_at="2026-03-05T04:00:00.000Z", status_record=same)
    assert reasons(province) == ["visit-unplanned"]
    changed = same | {
        "parts": [STATUS["parts"][0], STATUS["parts"][1] | {"serial": "IC-100"}],
        "program": {"name": "ROM", "version": "3.13", "checksum": "B000"},
        "seals_found": [],
    }
    shown(province, visit_id="v1", finished_at="2026-03-05T05:00:00.000Z", status_record=changed)
    assert "status-differs" in reasons(province)
    [matter] = province.office.get("/attention", params={"reason": "status-differs"}).json()
    for words in ("Bo mạch chính: Tatsuno EB-30 IC-99 → Tatsuno EB-30 IC-100", "3.12 A41F → ROM 3.13 B000",
                  "Bầu lường: BN26-000001 → ∅"):  # fmt: skip
        assert words in matter["detail"]
        assert words in matter["detail_en"]


@pytest.mark.parametrize(
    "changed",
    [
        {
            "signatures": [
                {"role": "inspector", "name": "x", "signed_at": "2026-03-05T02:41:00Z", "strokes": [["a"]]}
            ]
        },
        {"attachments": [{"sha256": "zz", "size": 1, "media_type": "image/png"}]},
        {"attachments": [{"sha256": "a" * 64, "size": 0, "media_type": "image/png"}]},
        {"refused_to_sign": {"reason": ""}},
        {"status_record": {"parts": [{"name": ""}]}},
    ],
)
def test_what_cannot_be_read_names_its_field(province: Province, changed: Json) -> None:
    [answer] = province.push(province.tablet.record(verification(**changed)))["answers"]
    assert (answer["status"], answer["field"].split(".")[1]) == ("rejected", next(iter(changed)))
