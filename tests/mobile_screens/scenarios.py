"""The stories told to the real app, each in a process: `python -m tests.mobile_screens.scenarios NAME DIRECTORY`."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from kivy.metrics import dp

from mobile_inspector.core import Refused
from mobile_inspector.screens.listing import LineView
from mobile_inspector.screens.photos import Thumb
from mobile_inspector.screens.widgets import Entry, Push
from tests.mobile.fake_inspection import CODE, PASSWORD, USER
from tests.mobile.pictures import photograph
from tests.mobile_screens.finger import HIGH, WIDE, Finger
from tests.mobile_screens.stage import (
    ENROLMENT,
    PIN,
    Stage,
    answer_checks,
    begin,
    choose,
    enrol,
    read_dispenser,
    sign_and_seal,
    snap,
)


def the_whole_day(stage: Stage) -> None:
    """Enrol, verify a dispenser while the tablet is turned, sign, hand in, and see it published."""
    finger = stage.working(scan=True)
    assert finger.sees("Có thể làm việc ngoại tuyến: 1 cuộc kiểm định, 2 phương tiện đo")
    begin(finger, "Tatsuno")
    answer_checks(finger)
    finger.keys("20,00")
    assert finger.sees("Chưa đủ số để tính")
    finger.tap("Tiếp")
    finger.keys("20,1")
    assert finger.sees("KHÔNG ĐẠT   E = −0,4975 %"), finger.text()
    assert finger.sees("Giới hạn −0,3 … 0,3 %")
    finger.turn(HIGH)
    assert finger.sees("20,1 L")
    finger.tap("Xóa")
    assert finger.sees("ĐẠT   E = 0"), finger.text()
    finger.keys("05")
    assert finger.sees("ĐẠT   E = −0,2494 %")
    finger.tap("Tiếp")
    read_dispenser(finger)
    assert finger.sees("đã hết hạn"), "an expired standard says why"
    expired = next(w for w in finger.widgets() if isinstance(w, Push) and w.text == "Không được dùng")
    assert expired.disabled
    finger.tap("Chọn")
    assert finger.sees("Đang dùng")
    finger.tap("Niêm phong")
    finger.tap("Bộ phận đo")
    finger.type_into("Những số cuối", "125")
    finger.tap("BN26-000125")
    assert finger.sees("Còn trong tay: 19")
    snap(finger, "Chụp ảnh", stage.directory / "niem-phong.jpg")
    assert finger.sees("Chụp lại")
    finger.tap("Tháo ra")
    assert finger.sees("Đã tháo")
    finger.tap("Quay lại")
    finger.tap("Kết thúc")
    assert finger.sees("ĐẠT")
    sign_and_seal(finger)
    finger.wait(lambda: finger.sees("Đã nhận 1"), "the record to be received")
    [record] = stage.server.texts
    body = finger.app.tablet.outbox()[0].record["body"]
    assert (body["verdict"], body["seals_affixed"][0]["number"]) == ("pass", "BN26-000125")
    assert body["seals_affixed"][0]["place"] == "Bộ phận đo"
    [photo] = body["attachments"]
    assert (photo["purpose"], photo["sha256"]) == ("seal", body["seals_affixed"][0]["photo"])
    finger.wait(lambda: photo["sha256"] in stage.server.attachments, "the photograph to arrive")
    assert body["seals_removed"][0]["number"] == "BN25-000410"
    assert {signed["role"] for signed in body["signatures"]} == {"representative", "inspector"}
    told = {"record_id": record, "status": "accepted", "verification_id": record, "verdict": "pass"}
    more = {
        "certificate_number": body["certificate_number"],
        "valid_until": "2027-03-31",
        "withheld": [],
        "attention": [],
    }
    stage.server.publish(results=[{**told, **more}])
    finger.app.kick()
    finger.wait(lambda: finger.sees("Đã công bố 1"), "the certificate")
    finger.tap("Trên máy")
    finger.tap("Biên bản 1")
    assert finger.sees("Giấy chứng nhận số 00001/2026/BN-KĐ, đã công bố."), finger.text()
    finger.tap("    Ảnh: BN26-000125")
    assert finger.sees("Ảnh còn phải gửi: 0 (0 kB)")
    finger.leave()


def typing_until_killed(stage: Stage) -> None:
    """Ends by kill -9 in the middle of a number."""
    finger = stage.working()
    begin(finger, "Tatsuno")
    answer_checks(finger)
    finger.keys("20,00")
    finger.tap("Tiếp")
    finger.keys("20,0")
    os.kill(os.getpid(), signal.SIGKILL)


def opened_after_the_kill(stage: Stage) -> None:
    """Without a network, by PIN, at the same field with the same digits."""
    stage.server.faults = iter(["away"] * 1000)
    finger = stage.finger(HIGH)
    finger.type_into("PIN", PIN)
    finger.tap("Mở máy bằng PIN")
    assert finger.page.name == "verify", finger.text()
    assert finger.page.at == "readings/qmax/1/reference"
    assert finger.sees("20,0 L")
    finger.keys("5")
    assert finger.sees("ĐẠT   E = −0,2494 %")
    finger.leave()


def what_is_refused(stage: Stage) -> None:
    """Each refusal is a sentence on the screen, and the work goes on."""
    finger = stage.finger()
    stage.server.faults = iter(["away"])
    finger.type_into("Tên đăng nhập", USER)
    finger.type_into("Mật khẩu", PASSWORD)
    finger.tap("Đăng nhập")
    assert "Lần đăng nhập đầu tiên cần có mạng" in finger.app.message.text
    finger.type_into("Mật khẩu", "sai")
    finger.tap("Đăng nhập")
    assert "không đúng" in finger.app.message.text
    finger.tap("English")
    finger.type_into("User name", USER)
    finger.type_into("Password", PASSWORD)
    finger.tap("Sign in")
    finger.type_into("One-time enrolment code", "0000")
    finger.tap("Enrol")
    assert "enrolment code is wrong" in finger.app.message.text
    finger.type_into("One-time enrolment code", CODE)
    finger.tap("Enrol")
    for first, second, said in (("111111", "111111", "PIN"), ("274913", "274914", "differ")):
        finger.type_into("New PIN, 6 to 12 digits", first)
        finger.type_into("The PIN once more", second)
        finger.tap("Keep the PIN")
        assert said in finger.app.message.text
    finger.type_into("New PIN, 6 to 12 digits", PIN)
    finger.type_into("The PIN once more", PIN)
    finger.tap("Keep the PIN")
    finger.tap("I wrote it down")
    finger.wait(lambda: finger.sees("08:30"), "the day's work")
    finger.tap("Tiếng Việt")
    begin(finger, "Nhơn Hòa")
    answer_checks(finger)
    finger.tap("Tải Min (100 g)")
    finger.keys("5")
    assert finger.sees("Giá trị quá nhỏ"), finger.text()
    finger.tap("Niêm phong")
    finger.tap("BN26-000120")
    finger.tap("Hủy")
    finger.type_into("", "Đứt dây")
    finger.find("Hủy")
    finger.tap("Hủy")
    assert finger.sees("BN26-000120: đã hủy, Đứt dây")
    finger.tap("Quay lại")
    finger.tap("Kết thúc")
    assert finger.sees("CHƯA KẾT LUẬN")
    finger.tap("Từ chối ký")
    finger.type_into("", "Không đồng ý với kết quả")
    finger.tap("Đồng ý")
    assert finger.sees("Không ký: Không đồng ý với kết quả")
    for pin, said in (("999999", "PIN"), (PIN, "Hãy ghi lý do vào phần ghi chú")):
        finger.tap("Kiểm định viên ký")
        finger.type_into("", pin)
        finger.tap("Đồng ý")
        assert said in finger.app.message.text, finger.app.message.text
    finger.type_into("Ghi chú", "Khách hàng dừng kiểm định")
    finger.tap("Lưu ghi chú")
    finger.tap("Từ chối ký")
    finger.type_into("", "Vắng mặt")
    finger.tap("Đồng ý")
    finger.tap("Kiểm định viên ký")
    finger.type_into("", PIN)
    finger.tap("Đồng ý")
    finger.wait(lambda: finger.sees("Đã khóa biên bản"), "the record to be sealed")
    finger.leave()


def found_without_diacritics(stage: Stage) -> None:
    """ "tram xang" finds "Trạm xăng"."""
    finger = stage.working()
    finger.tap("Tìm kiếm")
    finger.type_into("Số chế tạo, doanh nghiệp, địa chỉ …", "tram xang 3")
    finger.wait(lambda: finger.sees("Tìm thấy 2"), "the instruments to be found")
    finger.type_into("Số chế tạo, doanh nghiệp, địa chỉ …", "khong co gi")
    finger.wait(lambda: finger.sees("Không tìm thấy."), "nothing to be found")
    finger.type_into("Số chế tạo, doanh nghiệp, địa chỉ …", "cot-do")
    finger.wait(lambda: finger.sees("TS-cot-do-01"), "the dispenser")
    finger.tap("Tatsuno")
    assert finger.sees("BN25-000410")
    finger.leave()


def around_the_measurements(stage: Stage) -> None:
    """A mismatch, one more instrument found there, the same entered once for two, a rescue file, how the visit ended."""
    finger = stage.working()
    begin(finger, "Tatsuno")
    answer_checks(finger)
    finger.tap("Quay lại")
    finger.tap("Số chế tạo khác")
    finger.type_into("", "TS-99999")
    finger.tap("Đồng ý")
    assert finger.sees("Số chế tạo khác: TS-99999")
    finger.tap("Thấy thêm một máy")
    for serial in ("TS-MOI-7", "TS-MOI-8", "TS-MOI-8"):
        finger.type_into("Nhập rồi Enter, hoặc quét", serial)
        finger.tap("Thêm máy này")
        assert finger.sees(serial)
    assert "đã có trong cuộc kiểm định này" in finger.app.message.text, "scanned twice it is one instrument"
    finger.tap("Kiểm định 2 máy")
    assert finger.page.name == "batch", finger.app.message.text
    drafts = {draft.instrument["serial"]: draft for draft in finger.app.tablet.resume()}
    finger.app.go("verify", draft=drafts["TS-MOI-7"].id)
    finger.rest()
    answer_checks(finger)
    finger.tap("Chép cho 1 máy giống")
    assert "Đã chép" in finger.app.message.text, finger.app.message.text
    assert drafts["TS-MOI-8"].sheet.checks == drafts["TS-MOI-7"].sheet.checks != {}
    finger.app.start_at(("today", {}), ("visit", {"visit": "visit-01"}))
    finger.rest()
    assert finger.sees("TS-MOI-7")
    finger.tap("Đóng cửa")
    finger.type_into("", "Mất điện cả phường")
    finger.tap("Đồng ý")
    assert finger.sees("Mất điện cả phường")
    finger.wait(lambda: finger.sees("Đã nhận 1"), "the end of the visit to be received")
    finger.tap("Trên máy")
    assert finger.sees("cuộc kiểm định: Đóng cửa")
    finger.tap("Ghi tệp cứu dữ liệu")
    assert finger.app.message.text == Refused("nothing-to-rescue").text("vi")
    finger.leave()


def found_of_another_type(stage: Stage) -> None:
    """A scale without a serial number that nobody had announced: its type, its class, its identity, a number for it."""
    finger = stage.working()
    finger.tap("08:30")
    finger.tap("Thêm phương tiện đo tìm thấy")
    finger.type_into("Tên loại hoặc mã, ví dụ: cân, 21a", "can ban")
    finger.tap("Cân thông dụng")
    finger.tap("III")
    for hint, text in (("Mức cân lớn nhất, g", "150000"), ("Mức cân nhỏ nhất, g", "1000"),
                       ("Giá trị độ chia kiểm (của phạm vi cuối), g", "50"), ("Hãng sản xuất", "Nhơn Hòa"),
                       ("Kiểu", "NHS-150"), ("Năm sản xuất", "24")):  # fmt: skip
        finger.type_into(hint, text)
    finger.tap("Không có số chế tạo: cấp số (còn 20)")
    assert "bốn chữ số" in finger.app.message.text, finger.app.message.text
    finger.type_into("Năm sản xuất", "2024")
    finger.tap("Không có số chế tạo: cấp số (còn 20)")
    assert finger.sees("BN-S000001"), finger.app.message.text
    assert finger.sees("Không có số chế tạo: cấp số (còn 19)")
    finger.tap("Kiểm định 1 máy")
    assert finger.sees("NHS-150")
    finger.tap("Bắt đầu kiểm định")
    [draft] = finger.app.tablet.resume()
    told = draft.instrument
    assert (told["serial"], told["serial_assigned"], told["year"]) == ("BN-S000001", True, 2024)
    assert told["characteristics"]["Max"] == {"value": "150000", "unit": "g"}
    finger.leave()


def status_and_correction(stage: Stage) -> None:
    """The status record beside that of last time, the history, and a record corrected by another one with its reason."""
    stage.past()
    finger = stage.working()
    begin(finger, "Tatsuno")
    finger.tap("Hiện trạng")
    assert finger.sees("Lần trước: 778812")
    finger.tap("Như lần trước")
    finger.page.entries["program", "version"].text = "3.13"
    finger.rest()
    assert finger.sees("Bộ phận đo"), "the places that the seals screen shows"
    snap(finger, "Chụp: hiện trạng", stage.directory / "hien-trang.jpg")
    finger.tap("Xong")
    draft = finger.app.tablet.resume()[0]
    assert [each["purpose"] for each in draft.sheet.attachments.values()] == ["status"]
    told = draft.sheet.status_record
    assert told is not None
    assert (told["parts"][0]["serial"], told["program"]["version"]) == ("778812", "3.13")
    assert told["seals_found"] == [{"place": "Bộ đo", "number": "BN25-000410"}]
    answer_checks(finger)
    read_dispenser(finger)
    finger.tap("Chọn")
    finger.tap("Kết thúc")
    assert finger.sees("00001/2026/BN-KĐ")
    sign_and_seal(finger)
    finger.wait(lambda: finger.page.name == "visit", "the record to be sealed")
    finger.tap("Tatsuno")
    assert finger.sees("05/03/2025, định kỳ: ĐẠT")
    finger.tap("Đính chính biên bản này")
    finger.type_into("", "Nhập nhầm phiên bản chương trình")
    finger.tap("Đồng ý")
    assert finger.page.name == "verify", finger.app.message.text
    finger.tap("Hiện trạng")
    finger.page.entries["program", "version"].text = "3.12"
    finger.rest()
    finger.tap("Xong")
    finger.tap("Kết thúc")
    sign_and_seal(finger)
    finger.wait(lambda: len(finger.app.tablet.outbox()) == 2, "the correction to be sealed")
    record = finger.app.tablet.outbox()[1].record
    assert (record["kind"], record["body"]["correction_reason"]) == (
        "correction",
        "Nhập nhầm phiên bản chương trình",
    )
    assert record["body"]["status_record"]["program"]["version"] == "3.12"
    finger.leave()


def recovered_by_code(stage: Stage) -> None:
    """PIN and password are forgotten: the code on paper and the new password open the tablet, with all that is on it."""
    finger = stage.working()
    code = finger.app.tablet.recovery_code()
    begin(finger, "Tatsuno")
    finger.leave()
    stage.server.password = "Mật khẩu mới 2026"
    finger = stage.finger()
    finger.tap("Quên PIN hoặc mật khẩu")
    finger.type_into("Mật khẩu", "Mật khẩu mới 2026")
    finger.type_into("Mã khôi phục (20 chữ và số)", "SAI-MA")
    finger.tap("Mở máy và đặt PIN mới")
    assert "Mã khôi phục không đúng" in finger.app.message.text
    finger.type_into("Mã khôi phục (20 chữ và số)", code.lower())
    finger.tap("Mở máy và đặt PIN mới")
    finger.wait(lambda: finger.page.name == "pin", "the new PIN to be asked for")
    finger.type_into("PIN mới, 6 đến 12 chữ số", "850316")
    finger.type_into("Nhập lại PIN", "850316")
    finger.tap("Lưu PIN")
    finger.tap("Đã chép")
    assert finger.page.name == "verify", "the draft of before is gone on with"
    finger.leave()


def batch_until_killed(stage: Stage) -> None:
    """Ends by kill -9 in the middle of a number in the grid."""
    stage.many_meters(5)
    finger = stage.working()
    finger.tap("12:00")
    finger.tap("Nhiều máy giống nhau (5)")
    finger.tap("Kiểm định 5 máy")
    finger.tap("Sau")
    finger.keys("2,5")
    finger.tap("Chép xuống ô trống")
    finger.keys("11,2")
    finger.tap("Tiếp")
    finger.keys("12,")
    os.kill(os.getpid(), signal.SIGKILL)


def batch_after_the_kill(stage: Stage) -> None:
    """In the same cell of the same grid; what was typed is there."""
    stage.server.faults = iter(["away"] * 1000)
    finger = stage.finger(HIGH)
    finger.type_into("PIN", PIN)
    finger.tap("Mở máy bằng PIN")
    assert finger.page.name == "batch", finger.text()
    found = finger.page.found
    assert finger.page.chosen == (found.ids[1], "readings/q3/1/V1")
    readings = [dict(found.rows[id].readings) for id in found.ids]
    assert [each.get("readings/q3/1/flow") for each in readings] == ["2.5"] * 5
    assert [each.get("readings/q3/1/V1") for each in readings] == ["11.2", "12", None, None, None]
    finger.leave()


def many_alike(stage: Stage) -> None:
    """Fifty water meters from choosing to signed: killed in between, one out of limits, one PIN, fifty records."""
    stage.many_meters(50)
    finger = stage.working()
    finger.tap("12:00")
    begun = finger.touches
    finger.tap("Nhiều máy giống nhau (50)")
    finger.tap("Kiểm định 50 máy")
    finger.tap("Kiểm tra bên ngoài, kỹ thuật")
    finger.tap("Chọn")
    finger.tap("Sau")
    for point, flow in (("Q3", "2,5"), ("Q2", "0,05"), ("Q1", "0,03125")):
        assert finger.sees(f"Lưu lượng {point}"), finger.text()
        for typed in (flow, "0", "100,5", "100"):
            finger.keys(typed)
            finger.tap("Chép xuống ô trống")
    assert finger.sees("Niêm phong (5/6)"), finger.text()
    finger.tap("Gắn số kế tiếp cho 50 máy")
    finger.tap("Gắn số kế tiếp cho 50 máy")
    assert finger.sees("Đã gắn 50: BN26-000120 … BN26-000169"), finger.text()
    finger.tap("Sau")
    assert finger.sees("Đạt 50, không đạt 0, chưa kết luận 0"), finger.text()
    finger.draw(finger.page.signature, (20, 20), (60, 120), (100, 30))
    finger.tap("Ký cho mọi máy")
    assert finger.sees("Đã ký: Nguyễn Thị Hạnh"), finger.app.message.text
    finger.tap("Kiểm định viên ký 50 biên bản")
    finger.type_into("", PIN)
    finger.tap("Đồng ý")
    finger.wait(lambda: "Đã khóa 50 biên bản" in finger.app.message.text, "fifty records to be sealed")
    touches = finger.touches - begun
    print(f"fifty meters took {touches} touches", file=sys.stderr)
    assert touches < 80, touches
    bodies = [item.record["body"] for item in finger.app.tablet.outbox()]
    assert [body["verdict"] for body in bodies] == ["pass"] * 50
    assert len({body["certificate_number"] for body in bodies}) == 50
    assert len({seal["number"] for body in bodies for seal in body["seals_affixed"]}) == 100
    finger.wait(lambda: len(stage.server.texts) == 50, "the records on the server")
    finger.leave()


def codes_that_are_read(stage: Stage) -> None:
    """A foreign code, none at all, no picture: each a sentence; then the right one; a seal and a serial by their codes."""
    finger, pictures = stage.finger(), stage.directory
    finger.type_into("Tên đăng nhập", USER)
    finger.type_into("Mật khẩu", PASSWORD)
    finger.tap("Đăng nhập")
    printed("https://example.vn/khuyen-mai", pictures / "quang-cao.png")
    (pictures / "phong-canh.jpg").write_bytes(photograph((1200, 900)))
    (pictures / "hong.jpg").write_bytes(b"not a picture")
    for name, said in (
        ("quang-cao.png", "không phải mã đăng ký"),
        ("phong-canh.jpg", "Không thấy mã QR"),
        ("hong.jpg", "Không đọc được ảnh"),
    ):
        finger.tap("Quét mã QR")
        choose(finger, pictures / name)
        assert said in finger.app.message.text, (name, finger.app.message.text)
        assert finger.page.code.text == ""
    finger.tap("Quét mã QR")
    finger.tap("Thôi")
    finger.tap("Quét mã QR")
    choose(finger, ENROLMENT)
    enrol(finger)
    finger.tap("Tìm kiếm")
    printed("TS-cot-do-01", pictures / "nhan.png")
    finger.tap("Quét mã")
    choose(finger, pictures / "nhan.png")
    finger.wait(lambda: finger.sees("Tìm thấy 1"), "the instrument of the code")
    finger.tap("Quay lại")
    begin(finger, "Tatsuno")
    finger.tap("Niêm phong")
    printed("BN26-000131", pictures / "niem-chi.png")
    finger.tap("Quét mã")
    choose(finger, pictures / "niem-chi.png")
    assert finger.sees("Còn trong tay: 1"), finger.text()
    finger.tap("BN26-000131")
    assert finger.sees("BN26-000131 (niêm chì): Cơ cấu chỉ thị")
    finger.tap("Quét mã")
    choose(finger, pictures / "niem-chi.png")
    assert "không nằm trong số niêm phong" in finger.app.message.text, "it is fitted, not in hand"
    finger.leave()


def evidence_in_pictures(stage: Stage) -> None:
    """Of the plate, of a mismatch, of an old seal; looked at large, struck out with a reason, waiting for Wi-Fi, sent."""
    asked = {"vi": "Ảnh hiện trạng và bộ đếm", "en": "Photograph of the state and of the counter"}
    stage.server.evidence = [{"type_code": "19", "purpose": "status", "since": "2026-01-01", **asked}]
    finger, picture = stage.working(HIGH), stage.directory / "anh.jpg"
    begin(finger, "Tatsuno")
    finger.tap("Quay lại")
    snap(finger, "Chụp: phương tiện đo, nhãn", picture, seed=1)
    finger.tap("Niêm phong hỏng")
    finger.type_into("", "Chì bộ đo đứt")
    finger.tap("Đồng ý")
    snap(finger, "Chụp ảnh", picture, seed=2)
    snap(finger, "Chụp: phương tiện đo, nhãn", picture, seed=3)
    [draft] = finger.app.tablet.resume()
    assert [each["note"] for each in draft.sheet.attachments.values()] == ["", "Chì bộ đo đứt", ""]
    finger.find("phương tiện đo, nhãn").on_release()
    finger.rest()
    finger.tap("Gạch bỏ ảnh")
    finger.type_into("", "")
    finger.tap("Gạch bỏ ảnh")
    assert "ô này không được để trống" in finger.app.message.text
    finger.find("phương tiện đo, nhãn").on_release()
    finger.rest()
    finger.tap("Gạch bỏ ảnh")
    finger.type_into("", "Ảnh mờ")
    finger.tap("Gạch bỏ ảnh")
    assert [each["note"] for each in draft.sheet.attachments.values()] == ["Chì bộ đo đứt", ""]
    (stage.directory / "hong.jpg").write_bytes(b"not a picture")
    finger.tap("Chụp: phương tiện đo, nhãn")
    choose(finger, stage.directory / "hong.jpg")
    assert "Không đọc được ảnh này" in finger.app.message.text
    finger.tap("Làm tiếp kiểm định")
    finger.page.select("photos")
    finger.rest()
    assert len([w for w in finger.widgets() if isinstance(w, Thumb)]) == 2
    assert finger.sees("Phải chụp: Ảnh hiện trạng và bộ đếm")
    snap(finger, "Chụp: hiện trạng", picture, seed=5)
    assert not finger.sees("Phải chụp: Ảnh hiện trạng và bộ đếm")
    finger.tap("Niêm phong")
    finger.tap("Danh sách vị trí")
    assert finger.sees("Bộ điều chỉnh (niêm chì)")
    finger.tap("Sơ đồ vị trí")
    finger.tap("Tháo ra")
    snap(finger, "Chụp ảnh", picture, seed=4)
    finger.app.tablet.network.metered = True
    draft.set_note("Không đo được")
    finger.app.background.run(draft.finish)
    finger.rest()
    body = finger.app.tablet.outbox()[0].record["body"]
    assert {body["mismatches"][0]["photo"], body["seals_removed"][0]["photo"]} < {
        each["sha256"] for each in body["attachments"]
    }
    finger.app.kick()
    finger.tap("Trên máy")
    finger.wait(lambda: finger.sees("Đã nhận 1"), "the record to be received")
    finger.wait(lambda: finger.sees("Ảnh đang chờ Wi-Fi."), "the photographs to wait")
    assert stage.server.attachments == {}
    finger.tap("Dữ liệu và ảnh")
    finger.tap("Wi-Fi và di động")
    finger.tap("20 MB")
    finger.tap("Nhỏ")
    finger.tap("Đóng")
    budget = finger.app.tablet.budget
    assert (budget.wifi_only, budget.daily_bytes, budget.measure_name) == (False, 20_000_000, "small")
    finger.wait(lambda: len(stage.server.attachments) == 4, "the photographs to arrive")
    finger.wait(lambda: finger.sees("Ảnh còn phải gửi: 0 (0 kB)"), "the outbox to say so")
    assert finger.sees("trong 20 MB dữ liệu di động")
    finger.tap("    Ảnh: Chì bộ đo đứt")
    finger.tap("Xem lớn")
    assert not finger.sees("Gạch bỏ ảnh"), "the record is sealed"
    finger.tap("Đóng")
    finger.leave()


def taken_while_the_app_was_ended(stage: Stage) -> None:
    """Android ended the app while the camera was open: the picture goes to its draft at the next sign-in."""
    finger = stage.working()
    begin(finger, "Tatsuno")
    [draft] = finger.app.tablet.resume()
    finger.leave()
    again = stage.finger()
    left = [
        (f"seal.{draft.id}", photograph((1200, 900))),
        ("scan.", photograph((1200, 900))),
        ("photo.x", b""),
    ]
    again.app.camera = Ended(left)
    again.type_into("PIN", PIN)
    again.tap("Mở máy bằng PIN")
    again.wait(lambda: "1 ảnh" in again.app.message.text, "the picture to be told of")
    [told] = again.app.tablet.resume()[0].sheet.attachments.values()
    assert told["purpose"] == "seal"
    again.leave()


def printed(text: str, file: Path) -> None:
    """A QR code as a file.  The import is here because the whole day is told without `segno` too."""
    import segno

    segno.make_qr(text).save(str(file), scale=6)


class Ended:
    """A camera whose pictures came too late for the app that asked for them."""

    def __init__(self, pictures: list[tuple[str, bytes]]) -> None:
        self.pictures = pictures

    def take(self, purpose: str, taken: Callable[[bytes], object]) -> None:
        raise Refused("camera-missing")

    def left(self) -> Iterator[tuple[str, bytes]]:
        return iter(self.pictures)


def paused_and_resumed(stage: Stage) -> None:
    """Android may stop the app at any moment; coming back it is where it was, and syncs."""
    finger = stage.working()
    begin(finger, "Tatsuno")
    assert finger.app.on_pause() is True
    calls = len(stage.server.calls)
    finger.app.on_resume()
    finger.wait(lambda: len(stage.server.calls) > calls, "a sync after coming back")
    assert finger.page.name == "verify"
    finger.leave()


def every_target_is_large_enough(stage: Stage) -> None:
    """48 dp at least, in both orientations, languages and themes; and no text is wider than its place."""
    from tests.mobile_screens.tour import stops

    stage.many_meters(8)
    stage.past()
    finger = stage.working()
    for size in (WIDE, HIGH):
        for _ in range(2):
            for name in stops(finger):
                finger.turn(size)
                _check(finger, f"{name} {size}")
            finger.app.switch_language()
            finger.app.switch_theme()
            finger.rest()
    finger.leave()


def _check(finger: Finger, where: str) -> None:
    for widget in finger.widgets():
        if isinstance(widget, (Push, Entry, LineView)):
            assert widget.height >= dp(48), (where, widget, widget.height)
            assert widget.width >= dp(48), (where, widget, widget.width)
        if isinstance(widget, Push) and widget.text:
            assert widget.texture_size[0] <= widget.width + 1, (where, widget.text)
            assert widget.texture_size[1] <= widget.height + 1, (where, widget.text)


STORIES: dict[str, Callable[[Stage], None]] = {
    story.__name__: story
    for story in (
        the_whole_day, typing_until_killed, opened_after_the_kill, what_is_refused, found_without_diacritics,
        around_the_measurements, found_of_another_type, status_and_correction, recovered_by_code, many_alike,
        batch_until_killed, batch_after_the_kill, paused_and_resumed, every_target_is_large_enough,
        around_the_measurements, codes_that_are_read, evidence_in_pictures, taken_while_the_app_was_ended,
        paused_and_resumed, every_target_is_large_enough,
    )
}  # fmt: skip

if __name__ == "__main__":
    STORIES[sys.argv[1]](Stage(Path(sys.argv[2])))
