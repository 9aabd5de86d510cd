"""Examples of what scheduling hears: an enterprise in Bắc Ninh, its site, instruments, an inspector, results."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.inspection.events import CertificateIssued, CertificateRevoked, VerificationRecorded
from services.kernel.model import VIETNAM, today
from services.registry.events import (
    CatalogueRow,
    EnterpriseRegistered,
    InspectorRegistered,
    InstrumentRegistered,
    InstrumentRetired,
    InstrumentTypeDefined,
    InstrumentUpdated,
    SiteRegistered,
)

ENTERPRISE, OTHER_ENTERPRISE = "dn-kinh-bac", "dn-bac-giang"
SITE, OTHER_SITE = "cua-hang-so-7", "cua-hang-so-9"
INSPECTOR, OTHER_INSPECTOR = "kdv-minh", "kdv-lan"
DISPENSER, SCALE = "19", "5b"


def enterprise(id: str = ENTERPRISE) -> EnterpriseRegistered:
    return EnterpriseRegistered(
        enterprise_id=id,
        tax_code="2300983884",
        name="Công ty Xăng dầu Kinh Bắc",
        address="Đường Trần Hưng Đạo, phường Kinh Bắc, Bắc Ninh",
        language="vi",
        contact_name="Nguyễn Thị Hạnh",
        contact_email="hanh@kinhbac.example",
        contact_phone="0222 3821 234",
    )


def site(id: str = SITE, enterprise_id: str = ENTERPRISE, ward_code: str = "09163") -> SiteRegistered:
    return SiteRegistered(
        site_id=id,
        enterprise_id=enterprise_id,
        name="Cửa hàng xăng dầu số 7",
        address="Quốc lộ 18, phường Vũ Ninh",
        ward_code=ward_code,
        ward_name="Phường Vũ Ninh",
        latitude=21.19,
        longitude=106.07,
    )


def inspector(id: str = INSPECTOR, **changes: Any) -> InspectorRegistered:
    facts: dict[str, Any] = {
        "inspector_id": id,
        "name": "Trần Văn Minh",
        "card_number": f"KĐV-{id}",
        "card_valid_until": today() + timedelta(days=700),
        "type_codes": [DISPENSER, SCALE],
        "suspended": False,
    }
    return InspectorRegistered(**facts | changes)


def instrument_type(code: str = DISPENSER, **changes: Any) -> InstrumentTypeDefined:
    row: dict[str, Any] = {
        "code": code,
        "name_vi": "Cột đo xăng dầu",
        "name_en": "Fuel dispenser",
        "type_approval": True,
        "initial": True,
        "periodic": True,
        "after_repair": True,
        "interval_months": 12,
        "effective_from": date(2020, 1, 1),
        "effective_to": None,
        "in_force": True,
        "trust": "F",
        "source": "TT 23/2013/TT-BKHCN Art. 4(1)",
    }
    return InstrumentTypeDefined(code=code, rows=[CatalogueRow(**row | changes)])


def _instrument(id: str, changes: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "instrument_id": id,
        "type_code": DISPENSER,
        "enterprise_id": ENTERPRISE,
        "site_id": SITE,
        "maker": "Tatsuno",
        "country": "JP",
        "model": "Sunny-XE",
        "serial": f"TS-{id}",
        "serial_assigned": False,
        "year": 2021,
        "characteristics": {},
        "status": "registered",
        "registered_on": today(),
        "last_verified_on": None,
        "valid_until": None,
        "certificate_number": None,
    }
    return facts | changes


def registered(id: str = "cot-1", **changes: Any) -> InstrumentRegistered:
    return InstrumentRegistered(**_instrument(id, changes))


def certified(id: str = "cot-1", until: date | None = None, **changes: Any) -> InstrumentRegistered:
    """Registered with an earlier certificate."""
    earlier = {
        "status": "in_service",
        "last_verified_on": today() - timedelta(days=300),
        "valid_until": until,
    }
    return registered(id, **earlier | changes)


def updated(id: str = "cot-1", **changes: Any) -> InstrumentUpdated:
    return InstrumentUpdated(**_instrument(id, changes))


def retired(id: str = "cot-1", **changes: Any) -> InstrumentRetired:
    return InstrumentRetired(**_instrument(id, {"status": "retired", "reason": "Thanh lý"} | changes))


def verified(id: str = "cot-1", verdict: str = "pass", **changes: Any) -> VerificationRecorded:
    on = changes.get("verified_on", today())
    facts: dict[str, Any] = {
        "verification_id": f"kd-{id}",
        "visit_id": None,
        "instrument_id": id,
        "enterprise_id": ENTERPRISE,
        "site_id": SITE,
        "type_code": DISPENSER,
        "serial": f"TS-{id}",
        "inspector_id": INSPECTOR,
        "regime": "periodic",
        "verified_at": midnight(on),
        "verified_on": on,
        "verdict": verdict,
        "tablet_verdict": verdict,
        "points": [],
        "procedure": {"id": "DLVN-10", "version": "1", "hash": "0"},
        "standard_ids": [],
        "seals_affixed": [],
        "seals_removed": [],
        "seals_voided": [],
        "withheld": [],
    }
    return VerificationRecorded(**facts | changes)


def certificate(id: str = "cot-1", until: date | None = None, **changes: Any) -> CertificateIssued:
    on = changes.get("verified_on", today())
    facts: dict[str, Any] = {
        "certificate_id": f"gcn-{id}",
        "number": "00017-26",
        "verification_id": f"kd-{id}",
        "instrument_id": id,
        "enterprise_id": ENTERPRISE,
        "inspector_id": INSPECTOR,
        "type_code": DISPENSER,
        "serial": f"TS-{id}",
        "verified_at": midnight(on),
        "verified_on": on,
        "valid_until": until,
    }
    return CertificateIssued(**facts | changes)


def revoked(reason: str, id: str = "cot-1", **changes: Any) -> CertificateRevoked:
    return CertificateRevoked(**certificate(id).model_dump(), reason=reason, **changes)


def midnight(day: date) -> datetime:
    """The first instant of a day in Vietnam: today's lies in the past at whatever hour the tests run."""
    return datetime.combine(day, time(), VIETNAM)


def morning(day: date, hour: int = 1) -> datetime:
    """08:00 in Vietnam, or another hour of UTC."""
    return datetime.combine(day, time(hour), UTC)
