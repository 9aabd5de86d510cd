"""The vocabulary of examples that all tests share: a province in small, in Vietnamese."""

from typing import Any

TAX_CODE = "0100233488"
OTHER_TAX_CODE = "0314409058"
BAC_GIANG = {"ward_code": "07210", "latitude": 21.28801, "longitude": 106.22067}


def enterprise(**changed: Any) -> dict[str, Any]:
    return {
        "tax_code": TAX_CODE,
        "name": "Công ty TNHH Xăng dầu Hoàng Long",
        "address": "Số 12 đường Lý Thái Tổ, phường Bắc Giang",
        "contact_name": "Nguyễn Thị Hạnh",
        "contact_email": "hanh@hoanglong.example.vn",
        "contact_phone": "+84 912 345 678",
        **changed,
    }


def site(enterprise_id: str, **changed: Any) -> dict[str, Any]:
    return {
        "enterprise_id": enterprise_id,
        "name": "Trạm xăng số 3",
        "address": "Quốc lộ 1A, phường Bắc Giang",
        **BAC_GIANG,
        **changed,
    }


def dispenser(site_id: str, **changed: Any) -> dict[str, Any]:
    """A fuel dispenser (cột đo xăng dầu), type 19 of the catalogue."""
    return {
        "type_code": "19",
        "site_id": site_id,
        "maker": "Tatsuno",
        "country": "JP",
        "model": "Sunny XE",
        "serial": "TS-2024-00817",
        "year": 2024,
        **changed,
    }


def standard(**changed: Any) -> dict[str, Any]:
    return {
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


def inspector(**changed: Any) -> dict[str, Any]:
    return {
        "card_number": "KĐV-0186-01",
        "name": "Trần Văn Bình",
        "card_valid_until": "2031-03-31",
        "type_codes": ["19", "8b", "10"],
        **changed,
    }
