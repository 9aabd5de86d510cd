"""A tablet pulls what changed for its inspector, all of it and little more."""

from typing import Any

import pytest

from services.inspection import cursor as cursors
from services.inspection import work
from services.inspection.storage import instruments
from services.kernel.model import instant_text, now
from services.registry.events import EnterpriseUpdated, InstrumentUpdated, StandardUpdated
from services.scheduling.events import VisitAnnounced, VisitCancelled, VisitCompleted, VisitRescheduled
from tests.unit.inspection import evidence
from tests.unit.inspection.evidence import verification
from tests.unit.inspection.province import Province
from tests.world import MakeWorld


@pytest.fixture
def province(world: MakeWorld) -> Province:
    return Province(world("inspection"))


def counts(pulled: dict[str, Any] | None) -> dict[str, int]:
    assert pulled is not None
    sections = ("visits", "gone", "standards", "catalogue", "results")
    return {name: len(pulled[name]) for name in sections if pulled[name]}


def test_the_first_pull_brings_everything(province: Province) -> None:
    pulled = province.pull()
    assert counts(pulled) == {"visits": 1, "standards": 1, "catalogue": 1}
    assert pulled
    [visit] = pulled["visits"]
    assert (visit["id"], visit["status"], visit["starts_at"]) == (
        "v1",
        "announced",
        "2026-03-05T01:30:00.000Z",
    )
    assert visit["site"]["ward_name"] == "Bắc Giang"
    assert visit["enterprise"] == {
        "id": "e1",
        "name": "Công ty TNHH Xăng dầu Hoàng Long",
        "tax_code": "0100233488",
        "contact_name": "Nguyễn Thị Hạnh",
        "contact_phone": "+84 912 345 678",
    }
    item = visit["items"][0]
    assert (item["regime"], item["verification"], item["instrument"]["seals"]) == ("periodic", None, [])
    assert item["instrument"]["characteristics"] == {"Qmax": {"value": "50", "unit": "L/min"}}
    assert pulled["catalogue"][0]["rows"] == evidence.ROWS
    assert pulled["inspector"]["card_valid_until"] == "2031-03-31"
    assert pulled["standards"][0]["expanded_uncertainty"] == {"value": "0.005", "unit": "L"}


def test_nothing_new_is_304_again_and_again(province: Province) -> None:
    pulled = province.pull()
    assert pulled
    for _ in range(3):
        assert province.pull(pulled["cursor"]) is None


def test_only_what_changed_comes(province: Province) -> None:
    pulled = province.pull()
    assert pulled
    updated = evidence.standard(certificate_number="V07.CN5.0999.26")
    province.tell(StandardUpdated.model_validate(updated), "standard/s1")
    province.world.drain()
    changed = province.pull(pulled["cursor"])
    assert changed
    assert counts(changed) == {"standards": 1}
    assert changed["standards"][0]["certificate_number"] == "V07.CN5.0999.26"
    for _ in range(2):
        later = province.pull(changed["cursor"])
        assert later is None or counts(later) == {}


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        (EnterpriseUpdated.model_validate(evidence.enterprise(contact_name="Lê Văn Nam")), "enterprise/e1"),
        (
            InstrumentUpdated.model_validate(evidence.instrument(instrument_id="i2", status="barred")),
            "instrument/i2",
        ),
    ],
)
def test_a_visit_comes_again_when_any_part_of_it_changed(
    province: Province, event: Any, subject: str
) -> None:
    pulled = province.pull()
    assert pulled
    province.tell(event, subject)
    province.world.drain()
    assert counts(province.pull(pulled["cursor"])) == {"visits": 1}


def test_a_visit_taken_away_is_gone_for_one_and_new_for_the_other(province: Province) -> None:
    pulled = province.pull()
    assert pulled
    moved = evidence.visit(
        inspector_id="k2",
        previous_inspector_id="k1",
        previous_starts_at="2026-03-05T01:30:00Z",
        reason="Kiểm định viên ốm",
    )
    province.tell(VisitRescheduled.model_validate(moved), "visit/v1")
    province.world.drain()
    mine = province.pull(pulled["cursor"])
    assert mine
    assert (counts(mine), mine["gone"]) == ({"gone": 1}, ["v1"])
    theirs = province.world.door("inspection", "inspector", inspector="k2").get("/sync/work").json()
    assert [visit["id"] for visit in theirs["visits"]] == ["v1"]
    assert theirs["gone"] == []


@pytest.mark.parametrize("event", [VisitCancelled, VisitCompleted])
def test_a_visit_that_ended_is_gone(province: Province, event: Any) -> None:
    pulled = province.pull()
    assert pulled
    province.tell(event.model_validate(evidence.visit(reason="Mưa lớn", outcomes=[])), "visit/v1")
    province.world.drain()
    assert counts(province.pull(pulled["cursor"])) == {"gone": 1}
    anew = province.pull()
    assert anew
    assert (anew["visits"], anew["gone"]) == ([], ["v1"])


def test_results_come_back_to_the_tablet(province: Province) -> None:
    pulled = province.pull()
    assert pulled
    passed, failed = (
        province.tablet.record(),
        province.tablet.record(verification("20.20", instrument_id="i2")),
    )
    odd = province.tablet.record(verification(visit_id=None, instrument_id="i3", standard_ids=[]))
    province.push(passed, failed, odd, {"id": "khong-doc-duoc"})
    province.world.drain()
    changed = province.pull(pulled["cursor"])
    assert changed
    results = {each["record_id"]: each for each in changed["results"]}
    assert results[passed["id"]] == {
        "record_id": passed["id"],
        "status": "accepted",
        "verification_id": passed["id"],
        "verdict": "pass",
        "certificate_number": "00001/2026/BN-KĐ",
        "valid_until": "2027-03-31",
        "withheld": [],
        "set_aside": None,
        "missing_attachments": [],
        "attention": [],
    }
    assert (results[failed["id"]]["verdict"], results[failed["id"]]["certificate_number"]) == ("fail", None)
    assert results[odd["id"]]["withheld"] == ["standard-missing"]
    assert sorted(results[odd["id"]]["attention"]) == ["standard-missing", "visit-unplanned"]
    assert results["khong-doc-duoc"]["status"] == "rejected"
    assert results["khong-doc-duoc"]["attention"] == ["record-rejected"]
    other = province.world.door("inspection", "inspector", inspector="k2").get("/sync/work").json()
    assert other["results"] == []


def test_a_resolved_matter_reaches_the_tablet_too(province: Province) -> None:
    record = province.tablet.record(verification(visit_id=None))
    province.push(record)
    province.world.drain()
    pulled = province.pull()
    assert pulled
    [matter] = province.office.get("/attention").json()
    path = f"/attention/{matter['id']}/resolve"
    resolved = province.office.post(path, json={"note": "Khách đề nghị tại chỗ."})
    assert (resolved.json()["status"], resolved.json()["resolved_by"]) == ("resolved", "account/dieu-phoi")
    again = province.office.post(path, json={"note": "…"})
    assert again.json()["type"].endswith("already-resolved")
    changed = province.pull(pulled["cursor"])
    assert changed
    assert [each["attention"] for each in changed["results"] if each["record_id"] == record["id"]] == [[]]


def test_a_write_that_became_visible_late_is_not_missed(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled = province.pull()
    assert pulled
    late = now() - cursors.OVERLAP / 2
    instruments.collection.update_one(
        {"_id": "i1"}, {"$set": {"status": "barred", "touched_at": instant_text(late)}}
    )
    assert counts(province.pull(pulled["cursor"]))["visits"] == 1
    monkeypatch.setattr(work, "now", lambda: now() + 3 * cursors.OVERLAP)
    much_later = province.pull(pulled["cursor"])
    assert much_later
    assert counts(much_later)["visits"] == 1
    assert province.pull(much_later["cursor"]) is None


def test_a_strange_cursor_is_refused(province: Province) -> None:
    for strange in ("abc", "e30", "á", "A" * 400):
        answer = province.inspector.get("/sync/work", params={"cursor": strange})
        assert (answer.status_code, answer.json()["field"]) == (400, "cursor")


def test_the_answer_is_packed(province: Province) -> None:
    answer = province.inspector.get("/sync/work", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["visits"]


def test_an_inspector_whom_the_registry_has_not_told_of_has_no_work(province: Province) -> None:
    answer = province.world.door("inspection", "inspector", inspector="k9").get("/sync/work").json()
    assert (answer["inspector"], answer["visits"], answer["seals_in_hand"]) == (None, [], [])


def test_a_change_among_many_instruments_is_small(province: Province) -> None:
    for number in range(2, 40):
        items = [{"instrument_id": id, "regime": "periodic"} for id in ("i1", "i2", "i3")]
        announced = evidence.visit(visit_id=f"w{number}", site_id=f"p{number}", items=items[number % 3 :])
        province.tell(VisitAnnounced.model_validate(announced), f"visit/w{number}")
    province.world.drain()
    pulled = province.pull()
    assert pulled
    assert len(pulled["visits"]) == 39
    moved = evidence.visit(visit_id="w5", starts_at="2026-03-06T01:30:00Z", ends_at="2026-03-06T04:00:00Z")
    province.tell(VisitAnnounced.model_validate(moved), "visit/w5")
    province.world.drain()
    answer = province.inspector.get("/sync/work", params={"cursor": pulled["cursor"]})
    assert [visit["id"] for visit in answer.json()["visits"]] == ["w5"]
    assert len(answer.content) < 3000
