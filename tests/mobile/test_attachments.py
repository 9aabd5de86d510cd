"""Pictures and signatures: on the disk before they are named, sent after the records, resumed where they stopped."""

import hashlib
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from mobile_inspector.core import Tablet, Verification
from tests.mobile import day
from tests.mobile.fake_inspection import PASSWORD, USER, FakeServer

PHOTO = random.Random(5).randbytes(600_000)
Refusal = Callable[[Callable[[], object]], str]


def begun(tablet: Tablet) -> Verification:
    draft = tablet.start(day.VISIT, day.DISPENSER)
    draft.set_note("Chưa đo được")
    return draft


def test_results_go_first_and_pictures_follow_in_parts(tablet: Tablet, server: FakeServer) -> None:
    draft = begun(tablet)
    name = draft.paper.attach(PHOTO, "image/jpeg", "seal", "Niêm phong bầu lường")
    assert name == hashlib.sha256(PHOTO).hexdigest()
    assert tablet.sync().attachments == 0, "what no record names is not sent"
    item = draft.finish()
    [told] = item.record["body"]["attachments"]
    assert (told["sha256"], told["size"], told["purpose"]) == (name, len(PHOTO), "seal")
    server.calls.clear()
    report = tablet.sync()
    assert (report.attachments, report.attachments_left, report.complete) == (1, 0, True)
    assert "1 tệp đính kèm" in report.words("vi")
    assert server.attachments[name] == PHOTO
    assert server.parts == 3
    paths = [call.split(" ")[1] for call in server.calls]
    assert paths.index("/sync/records") < paths.index("/sync/attachments")
    server.calls.clear()
    tablet.sync()
    assert server.calls == ["GET /sync/work"]


@pytest.mark.parametrize("fault", ["away", "slow", "down", "lost", "failed"])
def test_a_part_that_arrived_is_not_sent_again(
    tablet: Tablet, server: FakeServer, fault: str, open_tablet: Callable[..., Tablet]
) -> None:
    draft = begun(tablet)
    name = draft.paper.attach(PHOTO, "image/jpeg")
    draft.finish()
    fine = 1 + 2 + 1  # records, HEAD, POST, one part
    server.faults = iter([*["fine"] * fine, fault])
    report = tablet.sync()
    assert (report.received, report.attachments_left) == (1, 1)
    assert report.problem is not None
    parts = server.parts
    tablet.close()
    again = open_tablet()
    again.sign_in(USER, PASSWORD)
    assert again.sync().complete
    assert server.attachments[name] == PHOTO
    assert server.parts == 3
    assert parts in (1, 2)


def test_one_that_is_damaged_or_refused_does_not_hold_the_others(
    tablet: Tablet, server: FakeServer, tmp_path: Path
) -> None:
    draft = begun(tablet)
    bad, good = draft.paper.attach(b"damaged", "image/png"), draft.paper.attach(PHOTO, "image/jpeg")
    draft.finish()
    file = tmp_path / "tablet" / "attachments" / f"{bad}.sealed"
    sealed = file.read_bytes()
    file.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    report = tablet.sync()
    assert (report.attachments, report.attachments_left) == (0, 1) or good in server.attachments
    assert report.problem is not None
    assert report.problem.code == "attachment-held"
    assert good in server.attachments
    assert bad not in server.attachments
    held = len(list(tablet.journal.facts(kind="attachment.held")))
    tablet.sync()
    assert len(list(tablet.journal.facts(kind="attachment.held"))) == held == 1
    file.write_bytes(sealed)
    assert tablet.sync().complete


def test_a_picture_shows_a_seal_until_it_is_struck_out_with_a_reason(
    tablet: Tablet, refusal: Refusal
) -> None:
    draft = begun(tablet)
    photo, other = draft.paper.attach(b"1", "image/jpeg", "seal"), draft.paper.attach(b"2", "image/jpeg")
    seal = tablet.seals("lead_seal")[0].number
    assert refusal(lambda: draft.seals.affix(seal, "Bộ đo", photo="a" * 64)) == "attachment-unknown"
    draft.seals.affix(seal, "Bộ đo", photo=photo)
    draft.seals.remove("BN25-000410", "Bộ đo")
    draft.seals.show("BN25-000410", "lead_seal", other)
    draft.paper.note_mismatch("seal_broken", "Chì cũ đứt")
    draft.paper.show_mismatch(0, other)
    assert refusal(lambda: draft.seals.show("BN25-000411", "lead_seal", other)) == "seal-not-here"
    assert refusal(lambda: draft.paper.show_mismatch(1, other)) == "mismatch-missing"
    assert refusal(lambda: draft.paper.strike(photo, "  ")) == "text-needed"
    draft.paper.strike(photo, "Ảnh mờ")
    assert refusal(lambda: draft.paper.strike(photo, "Ảnh mờ")) == "attachment-unknown"
    [fact] = tablet.journal.facts(kind="attachment.dropped")
    assert fact.payload["reason"] == "Ảnh mờ"
    body = draft.finish().record["body"]
    assert "photo" not in body["seals_affixed"][0]
    assert body["seals_removed"][0]["photo"] == body["mismatches"][0]["photo"] == other
    assert [each["sha256"] for each in body["attachments"]] == [other]
    assert refusal(lambda: draft.paper.strike(other, "Muộn")) == "draft-finished"


def test_who_signed_signs_anew_when_a_picture_goes(tablet: Tablet) -> None:
    draft = begun(tablet)
    photo = draft.paper.attach(b"1", "image/jpeg")
    draft.paper.sign("representative", "Nguyễn Thị Hạnh", [[(1, 1), (2, 3)]])
    draft.paper.strike(photo, "Chụp nhầm máy")
    assert not draft.sheet.signatures


def test_a_correction_begins_with_the_pictures_of_its_mismatches(tablet: Tablet) -> None:
    draft = begun(tablet)
    draft.paper.note_mismatch("serial", "TS-9")
    draft.paper.show_mismatch(0, draft.paper.attach(b"1", "image/jpeg"))
    item = draft.finish()
    again = tablet.correct(item.id, "Ghi sai số")
    assert again.sheet.mismatches == draft.sheet.mismatches
    assert again.sheet.attachments == draft.sheet.attachments


def test_the_outbox_tells_of_each_picture_how_far_it_has_come(tablet: Tablet, server: FakeServer) -> None:
    draft = begun(tablet)
    name = draft.paper.attach(PHOTO, "image/jpeg")
    item = draft.finish()
    server.faults = iter(["fine"] * 4 + ["away"])
    tablet.sync()
    [photo] = tablet.outbox_attachments()
    assert (photo.state, photo.here, photo.size) == ("on_tablet", 256 * 1024, len(PHOTO))
    tablet.sync()
    [photo] = tablet.outbox_attachments()
    assert (photo.state, photo.here, photo.words("vi")) == ("received", len(PHOTO), "đã nhận")
    server.publish(results=[{"record_id": item.id, "status": "accepted", "verification_id": item.id}])
    tablet.sync()
    assert [each.words("en") for each in tablet.outbox_attachments()] == ["published"]
    assert photo.sha256 == name


def test_one_that_is_asked_for_goes_before_the_others(tablet: Tablet, server: FakeServer) -> None:
    draft = begun(tablet)
    small, large = draft.paper.attach(b"1", "image/jpeg"), draft.paper.attach(PHOTO, "image/jpeg")
    draft.finish()
    assert [due.sha256 for due in tablet.attachments.not_received()] == sorted([small, large])
    tablet.send_first(large)
    tablet.sync()
    assert list(server.attachments) == [large, small]


def test_what_is_no_picture_is_refused(tablet: Tablet, refusal: Refusal) -> None:
    draft = begun(tablet)
    for content, kind, purpose in (
        (b"", "image/png", "photo"),
        (b"x", "text/html", "photo"),
        (b"x", "image/png", "?"),
    ):
        assert refusal(lambda c=content, k=kind, p=purpose: draft.paper.attach(c, k, p)) == "attachment-unfit"  # type: ignore[misc]
    tablet.session.sign_out()
    assert refusal(lambda: draft.paper.attach(b"x", "image/png")) == "signed-out"
