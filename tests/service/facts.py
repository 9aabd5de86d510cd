"""Events of services that are not in a test's world, about an instrument as the registry shows it."""

from typing import Any

from services.inspection.events import CertificateIssued, VerificationRecorded


def certificate_issued(instrument: dict[str, Any], **changed: Any) -> CertificateIssued:
    facts = {
        "certificate_id": "c1",
        "number": "00001/2026/BN-KĐ",
        "verification_id": "v1",
        "instrument_id": instrument["id"],
        "enterprise_id": instrument["enterprise_id"],
        "inspector_id": "i1",
        "type_code": instrument["type_code"],
        "serial": instrument["serial"],
        "verified_at": "2026-11-02T03:00:00Z",
        "verified_on": "2026-11-02",
        "valid_until": "2027-11-30",
    }
    return CertificateIssued.model_validate(facts | changed)


def verification_recorded(instrument: dict[str, Any], **changed: Any) -> VerificationRecorded:
    facts = {
        "verification_id": "v1",
        "visit_id": None,
        "instrument_id": instrument["id"],
        "enterprise_id": instrument["enterprise_id"],
        "site_id": instrument["site_id"],
        "type_code": instrument["type_code"],
        "serial": instrument["serial"],
        "inspector_id": "i1",
        "regime": "periodic",
        "verified_at": "2026-11-02T03:00:00Z",
        "verified_on": "2026-11-02",
        "verdict": "pass",
        "tablet_verdict": "pass",
        "points": [],
        "procedure": {"id": "fuel-dispenser", "version": "1"},
        "standard_ids": [],
        "seals_affixed": [],
        "seals_removed": [],
        "seals_voided": [],
        "withheld": [],
    }
    return VerificationRecorded.model_validate(facts | changed)
