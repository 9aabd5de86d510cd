"""Photographs wait for Wi-Fi or for tomorrow's budget, records never; and nothing goes before its receipt and its time."""

import random
from collections.abc import Callable
from pathlib import Path

from mobile_inspector.core import Tablet
from mobile_inspector.core.uploads import PART_BYTES
from tests.mobile import day
from tests.mobile.day import ClockOfTheDay
from tests.mobile.fake_inspection import CODE, PASSWORD, USER, FakeServer

Open = Callable[..., Tablet]
PHOTO = random.Random(11).randbytes(PART_BYTES * 3)


def finish(tablet: Tablet, photo: bytes = PHOTO, instrument: str = day.SCALE) -> str:
    draft = tablet.start(day.VISIT, instrument)
    draft.set_note("Cửa hàng đóng cửa")
    name = draft.paper.attach(photo, "image/jpeg")
    draft.finish()
    return name


def test_on_a_metered_network_photographs_wait_for_wifi_and_records_do_not(
    tablet: Tablet, server: FakeServer
) -> None:
    finish(tablet)
    tablet.network.metered = True
    report = tablet.sync()
    assert (report.problem, report.received, report.attachments, report.held_back) == (None, 1, 0, 1)
    assert not report.complete
    assert "chờ Wi-Fi" in report.words("vi")
    assert server.uploads == {}
    tablet.network.metered = False
    assert tablet.sync().complete
    assert list(server.attachments.values()) == [PHOTO]


def test_the_budget_of_a_day_is_not_passed_and_the_next_day_goes_on(
    tablet: Tablet, server: FakeServer, clock: ClockOfTheDay, open_tablet: Open
) -> None:
    name = finish(tablet)
    tablet.network.metered, tablet.budget.wifi_only = True, False
    tablet.budget.daily_bytes = PART_BYTES * 2
    report = tablet.sync()
    assert (report.held_back, len(server.uploads[name])) == (1, PART_BYTES)
    spent = tablet.budget.spent_today
    assert PART_BYTES < spent <= PART_BYTES * 2
    tablet.close()
    again = open_tablet()
    again.sign_in(USER, PASSWORD)
    again.network.metered = True
    assert (again.budget.wifi_only, again.budget.spent_today) == (False, spent), (
        "the settings outlive the program"
    )
    assert again.sync().held_back == 1
    clock.pass_by(days=1)
    assert again.budget.spent_today == 0
    again.budget.daily_bytes = None
    assert again.sync().complete
    assert server.attachments[name] == PHOTO


def test_an_order_to_erase_does_not_wait_for_wifi(tablet: Tablet, server: FakeServer) -> None:
    finish(tablet, b"\xff\xd8 small")
    tablet.network.metered = True
    server.standing = "wipe"
    tablet.sync()
    tablet.sync()
    assert tablet.erased
    assert len(server.attachments) == 1


def test_a_photograph_goes_when_its_receipt_is_old_enough_and_never_before(
    tablet: Tablet, server: FakeServer, clock: ClockOfTheDay, tmp_path: Path
) -> None:
    early = finish(tablet)
    assert tablet.sync().complete
    clock.pass_by(days=20)
    late = finish(tablet, b"\xff\xd8 late", day.DISPENSER)
    clock.pass_by(days=300)
    folder = tmp_path / "tablet" / "attachments"
    file, other = (folder / f"{name}.sealed" for name in (early, late))
    tablet.network.away = True
    assert tablet.attachments.expire(tablet.retention_days) == 1
    assert (file.exists(), other.exists()) == (False, True), "without a receipt age does not matter"
    tablet.network.away = False
    assert tablet.sync().complete
    assert other.exists()
    clock.pass_by(days=31)
    assert tablet.sync().complete
    assert not other.exists()
    assert [item.state for item in tablet.outbox_attachments()] == ["received", "received"]
    assert len(tablet.outbox()) == 2


def test_a_photograph_that_a_record_still_waiting_names_stays(
    tablet: Tablet, server: FakeServer, clock: ClockOfTheDay
) -> None:
    name = finish(tablet)
    tablet.sync()
    record = tablet.outbox()[0].id
    correction = tablet.correct(record, "Nhầm số chế tạo")
    correction.set_note("Đã sửa")
    correction.finish()
    clock.pass_by(days=60)
    assert tablet.attachments.expire(30) == 0
    assert tablet.attachments.is_sound(name)
    assert tablet.sync().problem is None
    assert not tablet.attachments.is_sound(name)


def test_the_outbox_tells_of_each_photograph(tablet: Tablet) -> None:
    name = finish(tablet)
    (item,) = tablet.outbox_attachments()
    assert (item.sha256, item.words("en"), item.error(), len(item.records)) == (
        name,
        "on this tablet",
        None,
        1,
    )
    (tablet.directory / "attachments" / f"{name}.sealed").write_bytes(b"spoiled")
    tablet.sync()
    (item,) = tablet.outbox_attachments()
    assert "damaged" in (item.error("en") or "")


def test_the_first_load_counts_too(open_tablet: Open, server: FakeServer) -> None:
    tablet = open_tablet()
    tablet.sign_in(USER, PASSWORD)
    tablet.enrol(CODE)
    tablet.network.metered = True
    server.publish(
        instruments=[
            day.scale(id=f"can-{n}", serial=random.Random(n).randbytes(60).hex()) for n in range(200)
        ]
    )
    tablet.sync()
    assert tablet.budget.spent_today > 200 * 60, "random serials do not pack"
