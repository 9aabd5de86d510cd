"""The app without a display against the running platform: `python -m tests.e2e.tablet_screens morning|afternoon ORDERS`."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demo.tablet import dispenser_readings, scale_readings
from mobile_inspector.core import Tablet
from tests.mobile_screens.finger import Finger
from tests.mobile_screens.stage import PIN, choose, snap

Json = dict[str, Any]
PULL_SECONDS, RESULT_SECONDS = 400, 120


def start(orders: Json, *, away: bool) -> Finger:
    def open_tablet() -> Tablet:
        tablet = Tablet.open(
            orders["directory"], registry_url=orders["registry"], inspection_url=orders["inspection"]
        )
        tablet.network.away = away
        return tablet

    finger = Finger(open_tablet)
    finger.wait(lambda: finger.sees("Đăng nhập"), "the sign-in")
    return finger


def morning(orders: Json) -> None:
    """With the network: sign in, enrol, pull.  Without: a dispenser from beginning to end, half a scale, the kill."""
    finger = start(orders, away=False)
    finger.type_into("Tên đăng nhập", orders["user"])
    finger.type_into("Mật khẩu", orders["password"])
    finger.tap("Đăng nhập")
    finger.tap("Quét mã QR")
    choose(finger, Path(orders["qr"]))
    finger.tap("Đăng ký")
    finger.type_into("PIN mới, 6 đến 12 chữ số", PIN)
    finger.type_into("Nhập lại PIN", PIN)
    finger.tap("Lưu PIN")
    finger.tap("Đã chép")
    pulled(finger, orders)
    tablet = finger.app.tablet
    year = tablet.journal.clock.today().year
    finger.wait(lambda: tablet.numbers.free(year), "certificate numbers for the day")
    tablet.network.away = True

    begin(finger, orders, "passes")
    fill(finger, {(p, f, r): typed for p, f, r, typed in dispenser_readings()})
    finger.tap("Chọn")
    finger.tap("Niêm phong")
    finger.tap(finger.page.found["free"][0].number)
    snap(finger, "Chụp ảnh", Path(orders["qr"]).with_name("niem-phong.jpg"))
    finger.tap("Quay lại")
    finger.tap("Kết thúc")
    assert finger.sees("ĐẠT"), finger.text()
    sign(finger)
    sealed = finger.app.tablet.outbox()[0]
    photo = sealed.record["body"]["seals_affixed"][0]["photo"]
    tell("passed", record=sealed.id, photo=photo, number=sealed.certificate_number)

    finger.app.start_at(("today", {}))
    begin(finger, orders, "fails")
    draft = finger.app.tablet.resume()[0]
    readings = list(scale_readings(draft))
    fill(finger, {(p, f, r): typed for p, f, r, typed in readings[: len(readings) // 2]})
    tell("half-done", at=finger.page.at, entered=len(draft.sheet.evaluation()["readings"]))
    finger.wait(lambda: False, "the kill", 600)


def afternoon(orders: Json) -> None:
    """Opened by PIN without a network, at the same field; finished, signed; then the network, and the certificate."""
    finger = start(orders, away=True)
    finger.type_into("PIN", PIN)
    finger.tap("Mở máy bằng PIN")
    draft = finger.app.tablet.resume()[0]
    tell("resumed", at=finger.page.at, entered=len(draft.sheet.evaluation()["readings"]))
    fill(finger, {(p, f, r): typed for p, f, r, typed in scale_readings(draft)})
    if finger.page.at == "standards":
        finger.tap("Chọn")
    finger.tap("Kết thúc")
    assert finger.sees("KHÔNG ĐẠT"), finger.text()
    sign(finger)
    tell("failed", record=finger.app.tablet.outbox()[1].id)
    finger.app.start_at(("today", {}), ("visit", {"visit": orders["visit"]}))
    finger.rest()
    finger.tap("Xong")
    assert finger.sees("Kết quả cuộc kiểm định: Xong")
    finger.app.tablet.network.away = False
    finger.tap("Trên máy")

    def published() -> bool:
        finger.app.kick()
        finger.rest(30)
        certified = [
            item for item in finger.app.tablet.outbox() if (item.result or {}).get("certificate_number")
        ]
        [photo] = finger.app.tablet.outbox_attachments()
        return finger.sees("Đã công bố 3") and len(certified) == 1 and photo.state == "published"

    finger.wait(published, "the results", RESULT_SECONDS)
    finger.tap("Biên bản 1")
    assert finger.sees("Giấy chứng nhận"), finger.text()
    [result] = [
        item.result
        for item in finger.app.tablet.outbox()
        if item.result and item.result["certificate_number"]
    ]
    tell("published", certificate=result["certificate_number"])
    finger.leave()


def pulled(finger: Finger, orders: Json) -> None:
    """Until the day's work shows the site; a visit after midnight is of the next day."""

    def is_here() -> bool:
        finger.page.refresh()
        finger.rest(10)
        return finger.sees(orders["site"])

    finger.wait(is_here, "the day's work", PULL_SECONDS)


def begin(finger: Finger, orders: Json, which: str) -> None:
    """The instrument is met at its place in the visit."""
    finger.app.go("visit", visit=orders["visit"])
    finger.rest()
    finger.app.go("instrument", visit=orders["visit"], instrument=orders[which])
    finger.rest()
    finger.tap("Bắt đầu kiểm định")


def fill(finger: Finger, readings: dict[tuple[str, str, int], str]) -> None:
    """Every check is good; every reading that is known is typed on the pad."""
    while field := finger.page._field():
        if field.kind == "check":
            finger.tap("Đạt")
            continue
        point, run, name = field.names
        if (point, name, int(run)) not in readings:
            return
        if not field.typed:
            finger.keys(readings[point, name, int(run)])
        finger.tap("Tiếp")


def sign(finger: Finger) -> None:
    finger.draw(finger.page.pad, (20, 20), (60, 120), (100, 30), (160, 110))
    finger.tap("Ký")
    assert finger.sees("Đã ký"), finger.text()
    finger.tap("Kiểm định viên ký")
    finger.type_into("", PIN)
    finger.tap("Đồng ý")
    assert finger.sees("Đã khóa biên bản"), finger.text()


def tell(what: str, **more: Any) -> None:
    print(json.dumps({"what": what, **more}, ensure_ascii=False), flush=True)


MODES: dict[str, Callable[[Json], None]] = {"morning": morning, "afternoon": afternoon}

if __name__ == "__main__":
    MODES[sys.argv[1]](json.loads(sys.argv[2]))
