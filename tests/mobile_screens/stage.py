"""The tablet and the server in memory on which the screens are tried, and the steps that most stories share."""

from pathlib import Path

from mobile_inspector.core import Tablet, vault
from mobile_inspector.screens.choose_file import ChooseFile
from tests.mobile import day
from tests.mobile.fake_inspection import CODE, PASSWORD, USER, FakeServer
from tests.mobile.pictures import photograph
from tests.mobile_screens.finger import WIDE, Finger

PIN = "274913"
LOT = "visit-dong-ho"
ENROLMENT = Path(__file__).with_name("enrolment.png")
"""The QR image that the office shows for CODE, as `segno` draws it."""
vault.COST = 2**10  # what scrypt costs is for thieves, not for tests


class Stage:
    """One tablet's directory, one server; `finger()` starts the app on it, again and again."""

    def __init__(self, directory: Path) -> None:
        self.clock = day.ClockOfTheDay()
        self.server = FakeServer(lambda: self.clock.shows)
        self.server.inspector, self.server.seals = day.card(), day.seals()
        self.server.publish(visits=[day.visit()], standards=day.standards())
        self.directory = directory

    def many_meters(self, count: int) -> None:
        """A visit with so many identical water meters, what is needed for them, and seals enough."""
        meters = [day.water_meter(n) for n in range(count)]
        lot = day.visit(
            LOT, *meters, starts_at="2026-03-05T05:00:00.000Z", ends_at="2026-03-05T09:00:00.000Z"
        )
        lot["site"] = {**lot["site"], "id": "kho-nuoc", "name": "Kho đồng hồ Cấp nước Sao Mai"}
        self.server.publish(visits=[lot], standards=[day.rig()])
        self.server.inspector = day.card(type_codes=["19", "7", "21a"])
        self.server.seals[0]["last"] = 399
        self.server.seals[1]["last"] = 199

    def past(self) -> None:
        """The dispenser was verified before, and a status record of it was drawn up."""
        status = {
            "parts": [
                {"name": "Bộ đo lưu lượng", "maker": "Tatsuno", "model": "FM-1007", "serial": "778812"},
                {"name": "Bo mạch tính toán", "maker": "Tatsuno", "model": "EB-30", "serial": "IC-99"},
            ],
            "program": {"name": "ROM", "version": "3.12", "checksum": "A41F"},
            "seals_found": [],
            "seals_left": [{"place": "Bộ đo", "number": "BN25-000410"}],
            "note": "",
        }
        history = [
            {"id": "kd-2", "verified_on": "2025-03-05", "regime": "periodic", "verdict": "pass", "note": ""},
            {"id": "kd-1", "verified_on": "2024-03-07", "regime": "after_repair", "verdict": "fail",
             "note": "Sai số vượt giới hạn ở lưu lượng lớn nhất"},
        ]  # fmt: skip
        self.server.publish(instruments=[day.dispenser(status_record=status, history=history)])

    def open(self) -> Tablet:
        return Tablet.open(
            self.directory / "tablet",
            registry_url="https://registry.example.vn",
            inspection_url="https://inspection.example.vn",
            transport=self.server.transport,
            clock=self.clock,
        )

    def finger(self, size: tuple[int, int] = WIDE) -> Finger:
        finger = Finger(self.open, size)
        finger.wait(lambda: finger.sees("Đăng nhập"), "the sign-in")
        return finger

    def working(self, size: tuple[int, int] = WIDE, *, scan: bool = False) -> Finger:
        """Signed in, enrolled by the code as it is typed or as a picture of it, with a PIN and the day's work."""
        finger = self.finger(size)
        finger.type_into("Tên đăng nhập", USER)
        finger.type_into("Mật khẩu", PASSWORD)
        finger.tap("Đăng nhập")
        if scan:
            finger.tap("Quét mã QR")
            choose(finger, ENROLMENT)
            assert finger.page.code.text == CODE
        else:
            finger.type_into("Mã đăng ký dùng một lần", CODE)
        return enrol(finger)


def enrol(finger: Finger) -> Finger:
    """With the code in its place: enrolled, a PIN set, the recovery code written down, the day's work in sight."""
    finger.tap("Đăng ký")
    finger.type_into("PIN mới, 6 đến 12 chữ số", PIN)
    finger.type_into("Nhập lại PIN", PIN)
    finger.tap("Lưu PIN")
    finger.tap("Đã chép")
    finger.wait(lambda: finger.sees("Trạm xăng số 3"), "the day's work")
    return finger


def choose(finger: Finger, picture: Path) -> None:
    """In the list of files that a desktop shows where a tablet opens its camera."""
    ChooseFile.folder = picture.parent
    files = finger.widgets()[0]
    assert isinstance(files, ChooseFile)
    files.go(picture.parent)
    finger.rest()
    finger.tap(picture.name)


def snap(finger: Finger, button: str, picture: Path, *, seed: int = 7) -> None:
    """Takes a photograph by a button of the screen: 12 megapixels, held upright."""
    picture.write_bytes(photograph(seed=seed))
    finger.tap(button)
    choose(finger, picture)


def begin(finger: Finger, instrument: str) -> None:
    """From the day to the first field of an instrument."""
    finger.tap("08:30")
    finger.tap(instrument)
    finger.tap("Bắt đầu kiểm định")


def answer_checks(finger: Finger) -> None:
    """Every required check of the procedure is good."""
    while (field := finger.page._field()) and field.kind == "check":
        finger.tap("Đạt")


def read_dispenser(finger: Finger, reference: str = "20,05") -> None:
    """Three runs at each flow rate, by the pad."""
    while (field := finger.page._field()) and field.kind == "reading":
        finger.keys("20,00" if field.names[2] == "indication" else reference)
        finger.tap("Tiếp")
    assert finger.page.at == "standards"


def sign_and_seal(finger: Finger) -> None:
    """The representative's finger, the inspector's PIN."""
    finger.draw(finger.page.pad, (20, 20), (60, 120), (100, 30), (160, 110), (220, 40))
    finger.tap("Ký")
    assert finger.sees("Đã ký: Nguyễn Thị Hạnh"), (finger.text(), finger.app.message.text)
    finger.tap("Kiểm định viên ký")
    finger.type_into("", PIN)
    finger.tap("Đồng ý")
