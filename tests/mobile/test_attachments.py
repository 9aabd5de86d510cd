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
    (tmp_path / "tablet" / "attachments" / bad).write_bytes(b"changed")
    report = tablet.sync()
    assert (report.attachments, report.attachments_left) == (0, 1) or good in server.attachments
    assert report.problem is not None
    assert report.problem.code == "attachment-held"
    assert good in server.attachments
    assert bad not in server.attachments
    held = len(list(tablet.journal.facts(kind="attachment.held")))
    tablet.sync()
    assert len(list(tablet.journal.facts(kind="attachment.held"))) == held == 1
    (tmp_path / "tablet" / "attachments" / bad).write_bytes(b"damaged")
    assert tablet.sync().complete


def test_a_picture_shows_a_seal_and_cannot_leave_it(tablet: Tablet, refusal: Refusal) -> None:
    draft = begun(tablet)
    photo, other = draft.paper.attach(b"1", "image/jpeg", "seal"), draft.paper.attach(b"2", "image/jpeg")
    seal = tablet.seals("lead_seal")[0].number
    assert refusal(lambda: draft.seals.affix(seal, "Bộ đo", photo="a" * 64)) == "attachment-unknown"
    draft.seals.affix(seal, "Bộ đo", photo=photo)
    draft.seals.remove("BN25-000410", "Bộ đo", photo=photo)
    assert refusal(lambda: draft.paper.detach(photo)) == "attachment-shown"
    draft.paper.detach(other)
    body = draft.finish().record["body"]
    assert body["seals_affixed"][0]["photo"] == body["seals_removed"][0]["photo"] == photo
    assert [each["sha256"] for each in body["attachments"]] == [photo]


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
