"""What a record holds beside its readings: as found, the status record, signatures or a refusal; and its correction."""

from collections.abc import Callable
from typing import Any

import pytest

from mobile_inspector.core import Tablet, Verification
from tests.mobile import day
from tests.mobile.fake_inspection import PASSWORD, USER, FakeServer

Refusal = Callable[[Callable[[], object]], str]
STROKES = [[(10, 20), (12, 25)], [(30, 31)]]


@pytest.fixture
def draft(tablet: Tablet) -> Verification:
    made = tablet.start(day.VISIT, day.DISPENSER)
    day.answer_checks(made)
    return made


def again(tablet: Tablet, open_tablet: Callable[..., Tablet]) -> Verification:
    tablet.close()
    restarted = open_tablet()
    restarted.sign_in(USER, PASSWORD)
    return restarted.resume()[0]


def test_what_was_found_before_an_adjustment_is_kept(
    tablet: Tablet, draft: Verification, open_tablet: Callable[..., Tablet], refusal: Refusal
) -> None:
    assert refusal(draft.keep_as_found) == "readings-needed"
    day.read_dispenser(draft, "20,10")
    draft.take_standard(day.STANDARD)
    assert draft.evaluate().verdict == "fail"
    draft.keep_as_found()
    assert draft.evaluate().verdict == "incomplete"
    assert refusal(draft.keep_as_found) == "as-found-kept"
    draft = again(tablet, open_tablet)
    day.read_dispenser(draft)
    body = draft.finish().record["body"]
    assert body["verdict"] == "pass"
    found = body["as_found"]["readings"]
    assert {reading["reference"]["value"] for reading in found} == {"20.10"}
    assert {reading["reference"]["value"] for reading in body["evaluation"]["readings"]} == {"20.05"}


def test_what_was_found_can_be_taken_back(draft: Verification, refusal: Refusal) -> None:
    assert refusal(draft.take_back_as_found) == "as-found-missing"
    day.read_dispenser(draft)
    before = draft.sheet.evaluation()
    draft.keep_as_found()
    draft.take_back_as_found()
    assert draft.sheet.evaluation() == before
    assert draft.sheet.as_found is None


def test_the_status_record_is_kept_as_told(draft: Verification, refusal: Refusal) -> None:
    draft.paper.set_status_record(
        [{"name": " Bầu lường ", "maker": "Tatsuno", "serial": "778812"}],
        program={"version": "3.12", "checksum": "A41F"},
        seals_found={"Bầu lường": "BN25-000410"},
        seals_left={"Bầu lường": "BN26-000001"},
    )
    assert refusal(lambda: draft.paper.set_status_record([{"name": " "}])) == "text-needed"
    draft.set_note("Chưa đo")
    status = draft.finish().record["body"]["status_record"]
    assert status["parts"] == [{"name": "Bầu lường", "maker": "Tatsuno", "model": "", "serial": "778812"}]
    assert status["program"] == {"name": "", "version": "3.12", "checksum": "A41F"}
    assert status["seals_left"] == [{"place": "Bầu lường", "number": "BN26-000001"}]


def test_both_sign_what_stands_there_and_sign_again_when_it_changes(
    tablet: Tablet, draft: Verification, open_tablet: Callable[..., Tablet]
) -> None:
    day.read_dispenser(draft)
    draft.take_standard(day.STANDARD)
    draft.paper.sign("inspector", "Nguyễn Văn Nam", STROKES)
    draft.paper.sign("representative", "Nguyễn Thị Hạnh", STROKES, position="Cửa hàng trưởng")
    assert set(draft.sheet.signatures) == {"inspector", "representative"}
    draft.enter("note")
    assert set(draft.sheet.signatures) == {"inspector", "representative"}
    draft.set_reading("qmax", "reference", "20,04", 1)
    assert draft.sheet.signatures == {}
    draft.paper.sign("inspector", "Nguyễn Văn Nam", STROKES)
    draft.paper.sign("representative", "Nguyễn Thị Hạnh", STROKES, position="Cửa hàng trưởng")
    draft = again(tablet, open_tablet)
    body = draft.finish().record["body"]
    assert [each["role"] for each in body["signatures"]] == ["inspector", "representative"]
    assert body["signatures"][1]["strokes"] == [[10, 20, 12, 25], [30, 31]]
    assert body["refused_to_sign"] is None


def test_a_refusal_to_sign_takes_the_place_of_a_signature(draft: Verification, refusal: Refusal) -> None:
    assert refusal(lambda: draft.paper.sign("owner", "x", STROKES)) == "role-unknown"
    assert refusal(lambda: draft.paper.sign("inspector", "x", [])) == "signature-empty"
    assert refusal(lambda: draft.paper.refuse_to_sign(" ")) == "text-needed"
    draft.set_note("Chưa đo")
    draft.paper.sign("representative", "Nguyễn Thị Hạnh", STROKES)
    draft.paper.refuse_to_sign("Không đồng ý kết quả", "Nguyễn Thị Hạnh")
    draft.paper.sign("inspector", "Nguyễn Văn Nam", STROKES)
    body = draft.finish().record["body"]
    assert [each["role"] for each in body["signatures"]] == ["inspector"]
    assert body["refused_to_sign"] == {"reason": "Không đồng ý kết quả", "name": "Nguyễn Thị Hạnh"}


def test_a_record_without_any_signature_says_nothing_of_them(draft: Verification) -> None:
    draft.set_note("Chưa đo")
    assert draft.finish().record["body"]["signatures"] is None


def finished(tablet: Tablet, draft: Verification) -> Any:
    day.read_dispenser(draft)
    draft.take_standard(day.STANDARD)
    draft.seals.affix(tablet.seals("lead_seal")[0].number, "Bộ đo")
    return draft.finish()


def test_a_correction_is_a_new_record_with_the_reason_and_the_same_moment(
    tablet: Tablet, draft: Verification, server: FakeServer, clock: day.ClockOfTheDay, refusal: Refusal
) -> None:
    first = finished(tablet, draft)
    clock.pass_by(days=2)
    corrected = tablet.correct(first.id, "Ghi nhầm vạch chia")
    assert corrected.sheet.readings == draft.sheet.readings
    assert corrected.seals.affixed == []
    corrected.set_reading("qmax", "reference", "20,04", 1)
    assert refusal(lambda: tablet.correct(first.id, "…")) == "draft-open"
    second = corrected.finish()
    assert tablet.outbox()[0].record == first.record, "nothing is edited"
    body = second.record["body"]
    assert second.record["kind"] == "correction"
    assert (body["corrects"], body["correction_reason"]) == (first.id, "Ghi nhầm vạch chia")
    assert body["finished_at"] == first.record["body"]["finished_at"]
    assert body["evaluation"]["verified_on"] == "2026-03-05"
    assert body["seals_affixed"] == []
    assert tablet.sync().received == 2
    server.chain(tablet.session.device.tablet_id)
    third = tablet.correct(second.id, "Nhầm lần nữa").finish()
    assert third.record["body"]["corrects"] == second.id


def test_only_a_record_made_here_is_corrected_and_with_a_reason(
    tablet: Tablet, draft: Verification, refusal: Refusal
) -> None:
    assert refusal(lambda: tablet.correct("khong-co", "x")) == "record-unknown"
    assert refusal(lambda: tablet.correct(draft.id, "x")) == "record-unknown"
    first = finished(tablet, draft)
    assert refusal(lambda: tablet.correct(first.id, "  ")) == "text-needed"
