"""One inspector's day as examples: a visit to a petrol station with a dispenser and a scale, standards, seals, a card."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mobile_inspector.core import Verification
from mobile_inspector.core.batch import Batch
from mobile_inspector.core.clock import Clock

VISIT = "visit-01"
DISPENSER, SCALE = "cot-do-01", "can-01"
STANDARD, EXPIRED, WEIGHTS, RIG = "binh-chuan-20l", "binh-chuan-cu", "qua-can-f1", "ban-thu-nuoc"


MORNING = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)


class ClockOfTheDay(Clock):
    """Stands still at 9 o'clock of 5 March 2026 in Vietnam, until a test moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.shows = MORNING

    def now(self) -> datetime:
        return self.shows

    def pass_by(self, **time: float) -> None:
        self.shows += timedelta(**time)


def liters(value: str) -> dict[str, str]:
    return {"value": value, "unit": "L/min"}


def grams(value: str) -> dict[str, str]:
    return {"value": value, "unit": "g"}


def instrument(id: str, type_code: str, characteristics: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "id": id,
        "type_code": type_code,
        "maker": "Tatsuno",
        "model": "Sunny XE",
        "serial": f"TS-{id}",
        "serial_assigned": False,
        "country": "JP",
        "year": 2024,
        "characteristics": characteristics,
        "status": "in_service",
        "last_verified_on": "2025-03-05",
        "valid_until": "2026-03-31",
        "certificate_number": "BN-2025-000017",
        "seals": [{"number": "BN25-000410", "kind": "lead_seal", "place": "Bộ đo"}],
        **changed,
    }


def dispenser(**changed: Any) -> dict[str, Any]:
    return {**instrument(DISPENSER, "19", {"Qmax": liters("50"), "Qmin": liters("5")}), **changed}


def scale(**changed: Any) -> dict[str, Any]:
    made = {"class": "III", "Max": grams("15000"), "Min": grams("100"), "e": grams("5")}
    return {**instrument(SCALE, "7", made, maker="Nhơn Hòa", country="VN", seals=[]), **changed}


def water_meter(n: int, **changed: Any) -> dict[str, Any]:
    """One of many: a household meter of class 2, Q3 = 2.5 m³/h, R 80."""
    made = {
        "class": "2",
        "Q3": {"value": "2.5", "unit": "m³/h"},
        "R": {"value": "80", "unit": "1"},
        "d": {"value": "0.05", "unit": "L"},
    }
    meter = instrument(
        f"dong-ho-{n:02d}",
        "21a",
        made,
        maker="Zenner",
        model="MNK-15",
        serial=f"ZN-{260000 + n}",
        country="VN",
    )
    return {**meter, "seals": [], **changed}


def visit(id: str = VISIT, *instruments: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "id": id,
        "status": "confirmed",
        "starts_at": "2026-03-05T01:30:00.000Z",
        "ends_at": "2026-03-05T04:00:00.000Z",
        "site": {
            "id": "tram-3",
            "name": "Trạm xăng số 3",
            "address": "Quốc lộ 1A, phường Bắc Giang",
            "ward_name": "Phường Bắc Giang",
            "latitude": 21.28801,
            "longitude": 106.22067,
        },
        "enterprise": {
            "id": "hoang-long",
            "name": "Công ty TNHH Xăng dầu Hoàng Long",
            "tax_code": "0100233488",
            "contact_name": "Nguyễn Thị Hạnh",
            "contact_phone": "+84 912 345 678",
        },
        "items": [
            {"regime": "periodic", "instrument": each, "verification": None}
            for each in instruments or (dispenser(), scale())
        ],
        **changed,
    }


def standard(id: str = STANDARD, **changed: Any) -> dict[str, Any]:
    return {
        "id": id,
        "code": f"CĐ-{id}",
        "name": "Bình chuẩn kim loại 20 L",
        "serial": "BC-07",
        "certificate_number": "VMI-2026-118",
        "valid_from": "2025-06-01",
        "valid_until": "2027-06-30",
        "type_codes": ["19"],
        "expanded_uncertainty": {"value": "0.05", "unit": "%"},
        **changed,
    }


def standards() -> list[dict[str, Any]]:
    return [
        standard(),
        standard(EXPIRED, valid_until="2026-03-04"),
        standard(WEIGHTS, name="Bộ quả cân F1", type_codes=["7"], expanded_uncertainty=None),
    ]


def rig(**changed: Any) -> dict[str, Any]:
    """The standard of a test bench for water meters."""
    return standard(RIG, name="Bình chuẩn bàn thử đồng hồ nước", type_codes=["21a"], **changed)


def card(**changed: Any) -> dict[str, Any]:
    return {
        "id": "nam",
        "name": "Nguyễn Văn Nam",
        "card_number": "KĐV-0123",
        "card_valid_until": "2028-12-31",
        "type_codes": ["19", "7"],
        "suspended": False,
        **changed,
    }


def seals() -> list[dict[str, Any]]:
    return [
        {"batch_id": "lo-1", "kind": "lead_seal", "series": "BN26", "first": 120, "last": 139},
        {"batch_id": "lo-2", "kind": "stamp", "series": "TEM26", "first": 1, "last": 10},
    ]


def answer_checks(draft: Verification) -> None:
    for step in draft.form.plan["steps"]:
        for check in step["checks"]:
            draft.set_check(check["id"], True)


def read_dispenser(draft: Verification, reference: str = "20,05") -> None:
    """Three runs at each flow rate.  20.00 L against 20.05 L is −0.25 %: inside 0.3 %; against 20.10 L it is outside."""
    for point in ("qmax", "qmin"):
        for run in (1, 2, 3):
            draft.set_reading(point, "indication", "20,00", run)
            draft.set_reading(point, "reference", reference, run)


def pass_dispenser(draft: Verification) -> None:
    answer_checks(draft)
    read_dispenser(draft)
    draft.take_standard(STANDARD)


def pass_water_meters(batch: Batch) -> None:
    """Common answers for all; at each flow rate 100 L by the standard, 100.5 L by each meter: +0.5 %."""
    first = batch.open[0]
    for step in first.form.plan["steps"]:
        for check in step["checks"]:
            batch.set_all(f"checks/{check['id']}", True)
        for point in step["points"]:
            at = f"readings/{point['id']}/1"
            flow = next(field for field in point["fields"] if field["id"] == "flow")["nominal"]["value"]
            for field, typed in (
                ("flow", flow.replace(".", ",")),
                ("V1", "0"),
                ("Vc2", "100"),
                ("V2", "100,50"),
            ):
                batch.set_all(f"{at}/{field}", typed)
    batch.take_standard(RIG)
