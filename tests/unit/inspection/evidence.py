"""A tablet for tests, with a real Ed25519 key and chain, and the facts around the verification of a fuel dispenser."""

import base64
import hashlib
import json
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import metrology
from services.kernel.model import instant_text, new_id, now
from tests.unit.metrology.records import fuel_dispenser

Json = dict[str, Any]

DAY = "2026-03-05"
FINISHED = "2026-03-05T02:40:00.000Z"
ROWS = [entry.row() for entry in metrology.Catalogue.shipped().entries if entry.code == "19"]


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class FieldTablet:
    """Signs and chains records as the real one does."""

    def __init__(self) -> None:
        self.id = new_id()
        self.key = Ed25519PrivateKey.generate()
        self.sequence = 0
        self.last_hash = "0" * 64

    @property
    def public_key(self) -> str:
        return base64.b64encode(self.key.public_key().public_bytes_raw()).decode()

    def seal(self, record: Json) -> Json:
        """The record with its hash and signature."""
        bare = {name: value for name, value in record.items() if name not in ("hash", "signature")}
        digest = hashlib.sha256(canonical(bare))
        signature = base64.b64encode(self.key.sign(digest.digest())).decode()
        return {**bare, "hash": digest.hexdigest(), "signature": signature}

    def record(self, body: Json | None = None, **changed: Any) -> Json:
        """The next record of the chain."""
        self.sequence += 1
        made = self.seal(
            {
                "id": new_id(),
                "tablet_id": self.id,
                "sequence": self.sequence,
                "previous_hash": self.last_hash,
                "kind": "verification",
                "recorded_at": FINISHED,
                "monotonic_ms": 1000 * self.sequence,
                "clock_offset_ms": -840,
                "body": verification() if body is None else body,
                **changed,
            }
        )
        self.last_hash = made["hash"]
        return made

    def batch(self, *records: Json | str, sent_at: str | None = None) -> bytes:
        """The body of a push; a text stands for a record that is not what it should be."""
        texts = [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in records]
        head = f'{{"tablet_id":"{self.id}","sent_at":"{sent_at or instant_text(now())}"'
        return (head + ',"records":[' + ",".join(texts) + "]}").encode()


def verification(indication: str = "20.00", **changed: Any) -> Json:
    """The body of a verification; an indication of 20.00 L passes, one of 20.20 L fails."""
    evaluation = fuel_dispenser(indication, "20.00", verified_on=DAY)
    evaluation["procedure"] = metrology.procedure_for("19", date.fromisoformat(DAY)).reference()
    return {
        "visit_id": "v1",
        "instrument_id": "i1",
        "type_code": "19",
        "regime": "periodic",
        "after_repair_reason": None,
        "started_at": "2026-03-05T02:00:00.000Z",
        "finished_at": FINISHED,
        "evaluation": evaluation,
        "verdict": "pass" if indication == "20.00" else "fail",
        "procedure": evaluation["procedure"],
        "standard_ids": ["s1"],
        "seals_affixed": [],
        "seals_removed": [],
        "seals_voided": [],
        "note": "",
        **changed,
    }


def repaired(body: Json) -> Json:
    """The same verification, after repair."""
    evaluation = {**body["evaluation"], "regime": "after_repair"}
    return {**body, "regime": "after_repair", "after_repair_reason": "repaired", "evaluation": evaluation}


def instrument(**changed: Any) -> Json:
    return {
        "instrument_id": "i1",
        "type_code": "19",
        "enterprise_id": "e1",
        "site_id": "p1",
        "maker": "Tatsuno",
        "country": "JP",
        "model": "Sunny XE",
        "serial": "TS-2024-00817",
        "serial_assigned": False,
        "year": 2024,
        "characteristics": {"Qmax": {"value": "50", "unit": "L/min"}},
        "status": "in_service",
        "registered_on": "2024-01-05",
        "last_verified_on": None,
        "valid_until": None,
        "certificate_number": None,
        **changed,
    }


def standard(**changed: Any) -> Json:
    return {
        "standard_id": "s1",
        "code": "B-20",
        "name": "Bình chuẩn kim loại 20 L",
        "maker": "Viện Đo lường Việt Nam",
        "serial": "BC20-07",
        "certificate_number": "V07.CN5.0312.26",
        "valid_from": "2026-03-01",
        "valid_until": "2027-03-31",
        "type_codes": ["19"],
        "expanded_uncertainty": {"value": "0.005", "unit": "L"},
        **changed,
    }


def inspector(**changed: Any) -> Json:
    return {
        "inspector_id": "k1",
        "name": "Trần Văn Bình",
        "card_number": "KĐV-0186-01",
        "card_valid_until": "2031-03-31",
        "type_codes": ["19", "8b"],
        "suspended": False,
        **changed,
    }


def visit(**changed: Any) -> Json:
    return {
        "visit_id": "v1",
        "site_id": "p1",
        "enterprise_id": "e1",
        "inspector_id": "k1",
        "starts_at": "2026-03-05T01:30:00.000Z",
        "ends_at": "2026-03-05T04:00:00.000Z",
        "items": [{"instrument_id": "i1", "regime": "periodic"}],
        **changed,
    }


def enterprise(**changed: Any) -> Json:
    return {
        "enterprise_id": "e1",
        "tax_code": "0100233488",
        "name": "Công ty TNHH Xăng dầu Hoàng Long",
        "address": "Số 12 đường Lý Thái Tổ, phường Bắc Giang",
        "language": "vi",
        "contact_name": "Nguyễn Thị Hạnh",
        "contact_email": "hanh@hoanglong.example.vn",
        "contact_phone": "+84 912 345 678",
        **changed,
    }


def site(**changed: Any) -> Json:
    return {
        "site_id": "p1",
        "enterprise_id": "e1",
        "name": "Trạm xăng số 3",
        "address": "Quốc lộ 1A, phường Bắc Giang",
        "ward_code": "07210",
        "ward_name": "Bắc Giang",
        "latitude": 21.28801,
        "longitude": 106.22067,
        **changed,
    }
