"""A certificate for machines: the same words as on paper as JSON, with the signed statement and the digest of the PDF."""

import hashlib
from typing import Any

from services.inspection.documents import check_address, statement_of
from services.inspection.domain.certificate import RESULT, Certificate
from services.inspection.domain.particulars import Particulars
from services.inspection.office import office
from services.inspection.originals import find_original

SCHEMA = "urn:vernier:certificate:1"


def certificate_json(certificate: Certificate, particulars: Particulars) -> dict[str, Any]:
    """Raises NoKey. Fields are only ever added to this form; anything else gets another schema."""
    told, known = certificate.model_dump(mode="json"), particulars.model_dump(mode="json")
    statement, signed = statement_of(certificate), find_original(certificate.id)
    return {
        "schema": SCHEMA,
        "number": certificate.number,
        "edition": certificate.edition,
        "issued_at": told["issued_at"],
        "status": certificate.status,
        "superseded_by": certificate.superseded_by,
        "revoked_reason": certificate.revoked_reason,
        "issuer": {
            "name": {"vi": office().office_name, "en": office().office_name_en},
            "country": office().office_country,
        },
        "instrument": {
            "id": certificate.instrument_id,
            "type": {"code": certificate.type_code, "name": known["type_name"]},
            "maker": certificate.maker,
            "country": certificate.country,
            "model": certificate.model,
            "serial": certificate.serial,
            "year": particulars.year,
            "characteristics": known["characteristics"],
        },
        "user": {"name": particulars.enterprise_name, "address": particulars.enterprise_address},
        "place": {"name": particulars.site_name, "address": particulars.site_address},
        "verification": {
            "id": certificate.verification_id,
            "regime": certificate.regime,
            "verified_at": told["verified_at"],
            "verified_on": told["verified_on"],
            "procedure": {**certificate.procedure, **known["method"]},
            "inspector": {"name": particulars.inspector_name, "card_number": particulars.inspector_card},
            "standards": told["standards"],
            "record_sha256": certificate.record_hash,
        },
        "result": {"verdict": "pass", "text": RESULT, "valid_until": told["valid_until"]},
        "marks": told["seals_affixed"],
        "statement": statement,
        "check_address": check_address(statement),
        "pdf_sha256": hashlib.sha256(signed).hexdigest() if signed else None,
    }
