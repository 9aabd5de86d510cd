"""A tablet pulls what changed for its inspector, all of it and little more."""

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import metrology
from services.inspection import cursor as cursors
from services.inspection import snapshot as snapshots
from services.inspection import work
from services.inspection.domain.tablet import Tablet
from services.inspection.storage import instruments, tablets
from services.kernel.model import Itself, instant_text, now
from services.kernel.settings import settings
from services.registry.events import EnterpriseUpdated, InstrumentUpdated, StandardUpdated
from services.scheduling.events import VisitAnnounced, VisitCancelled, VisitCompleted, VisitRescheduled
from tests.unit.inspection import evidence
from tests.unit.inspection.evidence import FieldTablet, verification
from tests.unit.inspection.province import Province
from tests.world import Door, MakeWorld


@pytest.fixture
def province(world: MakeWorld) -> Province:
    return Province(world("inspection"))


def counts(pulled: dict[str, Any] | None) -> dict[str, int]:
    assert pulled is not None
    sections = ("visits", "instruments", "gone", "standards", "catalogue", "results")
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
    ("event", "subject", "section"),
    [
        (
            EnterpriseUpdated.model_validate(evidence.enterprise(contact_name="Lê Văn Nam")),
            "enterprise/e1",
            "visits",
        ),
        (
            InstrumentUpdated.model_validate(evidence.instrument(instrument_id="i2", status="barred")),
            "instrument/i2",
            "instruments",
        ),
    ],
)
def test_a_visit_comes_again_when_it_changed_and_an_instrument_comes_alone(
    province: Province, event: Any, subject: str, section: str
) -> None:
    pulled = province.pull()
    assert pulled
    province.tell(event, subject)
    province.world.drain()
    assert counts(province.pull(pulled["cursor"])) == {section: 1}


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
    theirs = province.first_pull_of("k2")
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
        "visit_id": None,
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
    other = province.first_pull_of("k2")
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
    assert counts(province.pull(pulled["cursor"]))["instruments"] == 1
    monkeypatch.setattr(work, "now", lambda: now() + 3 * cursors.OVERLAP)
    much_later = province.pull(pulled["cursor"])
    assert much_later
    assert counts(much_later)["instruments"] == 1
    assert province.pull(much_later["cursor"]) is None


def test_a_visit_that_was_told_before_its_instrument_comes_again_with_it(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cursors, "OVERLAP", timedelta(0))  # as if the two were heard more than that apart
    items = [{"instrument_id": id, "regime": "periodic"} for id in ("i1", "i7")]
    province.tell(VisitAnnounced.model_validate(evidence.visit(visit_id="v7", items=items)), "visit/v7")
    province.world.drain()
    pulled = province.pull()
    assert pulled
    [lacking] = [each for each in pulled["visits"] if each["id"] == "v7"]
    assert [each["instrument"]["id"] for each in lacking["items"]] == ["i1"]
    for serial in ("TS-i7", "TS-7"):  # corrected before the tablet asks
        event = InstrumentUpdated.model_validate(evidence.instrument(instrument_id="i7", serial=serial))
        province.tell(event, "instrument/i7")
    province.world.drain()
    changed = province.pull(pulled["cursor"])
    assert changed
    [whole] = changed["visits"]
    assert [each["instrument"]["serial"] for each in whole["items"]] == ["TS-2024-i1", "TS-7"]
    province.tell(InstrumentUpdated.model_validate(evidence.instrument(instrument_id="i7")), "instrument/i7")
    province.world.drain()
    assert counts(province.pull(changed["cursor"])) == {"instruments": 1}, "known by now, it comes alone"


def test_a_strange_cursor_is_refused(province: Province) -> None:
    for strange in ("abc", "e30", "á", "A" * 400):
        asked = {"tablet_id": province.tablet.id, "cursor": strange}
        answer = province.inspector.get("/sync/work", params=asked)
        assert (answer.status_code, answer.json()["field"]) == (400, "cursor")


def test_the_answer_is_packed(province: Province) -> None:
    asked = {"tablet_id": province.tablet.id}
    answer = province.inspector.get("/sync/work", params=asked, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["visits"]


def test_an_inspector_whom_the_registry_has_not_told_of_has_no_work(province: Province) -> None:
    tablet, nobody = FieldTablet(), province.world.door("inspection", "inspector", inspector="k9")
    told = Tablet(id=tablet.id, inspector_id="k9", public_key=tablet.public_key, enrolled_at=now())
    tablets.add(told, told.enrolled(), by=Itself(actor="test"))
    answer = nobody.get("/sync/work", params={"tablet_id": tablet.id}).json()
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
    asked = {"tablet_id": province.tablet.id, "cursor": pulled["cursor"]}
    answer = province.inspector.get("/sync/work", params=asked)
    assert [visit["id"] for visit in answer.json()["visits"]] == ["w5"]
    assert len(answer.content) < 3000


def test_an_instrument_comes_with_its_seals_its_past_and_its_last_status_record(province: Province) -> None:
    pulled = province.pull()
    assert pulled
    seal = {"number": "XX-000001", "kind": "lead_seal", "place": "Bầu lường"}
    status = {"seals_left": [{"place": "Bầu lường", "number": "XX-000001"}]}
    for finished in ("2026-03-05T02:40:00.000Z", "2026-03-05T03:40:00.000Z"):
        told = verification(visit_id=None, finished_at=finished, seals_affixed=[seal], status_record=status)
        province.push(province.tablet.record(told))
    province.world.drain()
    changed = province.pull(pulled["cursor"])
    assert changed
    assert counts(changed) == {"instruments": 1, "results": 2}
    [instrument] = changed["instruments"]
    assert (instrument["id"], instrument["seals"]) == ("i1", [seal])
    assert [each["verdict"] for each in instrument["history"]] == ["pass", "pass"]
    assert instrument["history"][0]["verified_on"] == "2026-03-05"
    assert instrument["status_record"]["seals_left"] == status["seals_left"]
    anew = province.pull()
    assert anew
    [item] = [each for each in anew["visits"][0]["items"] if each["instrument"]["id"] == "i1"]
    assert item["instrument"] == instrument
    assert anew["instruments"] == []


def test_procedures_are_listed_once_and_each_file_can_be_had(province: Province) -> None:
    pulled = province.pull()
    assert pulled
    fuel = next(each for each in pulled["procedures"] if "19" in each["types"] and not each["effective_to"])
    text = province.inspector.get(f"/sync/procedures/{fuel['hash']}").text
    assert metrology.read_procedure(text, "pulled").hash == fuel["hash"]
    assert province.inspector.get(f"/sync/procedures/{'0' * 64}").status_code == 404
    assert province.office.get(f"/sync/procedures/{fuel['hash']}").status_code == 403
    province.tell(StandardUpdated.model_validate(evidence.standard(name="Bình chuẩn")), "standard/s1")
    province.world.drain()
    changed = province.pull(pulled["cursor"])
    assert changed
    assert "procedures" not in changed


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VERNIER_STATE", str(tmp_path))
    settings.cache_clear()
    return tmp_path


def load(province: Province, headers: dict[str, str] | None = None, door: Door | None = None) -> Any:
    asked = {"tablet_id": province.tablet.id}
    return (door or province.inspector).get("/sync/snapshot", params=asked, headers=headers)


def test_the_first_load_is_a_file_that_resumes(state: Path, province: Province) -> None:
    whole = load(province)
    tag, size = whole.headers["ETag"], len(whole.content)
    assert whole.headers["content-type"] == "application/gzip"
    page = json.loads(gzip.decompress(whole.content))
    assert counts(page) == {"visits": 1, "standards": 1, "catalogue": 1}
    assert province.pull(page["cursor"]) is None
    half = size // 2
    rest = load(province, {"Range": f"bytes={half}-", "If-Range": tag})
    assert (rest.status_code, rest.headers["Content-Range"]) == (206, f"bytes {half}-{size - 1}/{size}")
    assert whole.content[:half] + rest.content == whole.content
    changed = {"Range": f"bytes={half}-", "If-Range": '"another"'}
    assert load(province, changed).content == whole.content
    beyond = {"Range": f"bytes={size + 5}-", "If-Range": tag}
    assert load(province, beyond).status_code == 416
    assert load(province, door=province.office).status_code == 403


def test_a_first_load_begun_before_goes_on_with_the_same_file(
    state: Path, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load(province)
    monkeypatch.setattr(snapshots, "FRESH_SECONDS", -1.0)
    province.tell(StandardUpdated.model_validate(evidence.standard(name="Bình chuẩn")), "standard/s1")
    province.world.drain()
    newer = load(province)
    assert newer.headers["ETag"] != first.headers["ETag"]
    resumed = {"Range": "bytes=10-", "If-Range": first.headers["ETag"]}
    assert load(province, resumed).content == first.content[10:]
    monkeypatch.setattr(snapshots, "KEPT_SECONDS", -1.0)
    assert load(province).status_code == 200
    assert len(list(state.rglob("*.json.gz"))) == 1
