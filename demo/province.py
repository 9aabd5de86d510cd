"""The example province: enterprises, sites in real wards, 300 instruments, inspectors, standards; the same at every run.

Names, positions, serial numbers and days come from a seeded generator. Nothing here is a real enterprise or person.
"""

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from stdnum.vn import mst

Json = dict[str, Any]

SEED = 20260305
EPOCH = date(2026, 11, 1)
"""The day around which earlier certificates lie: some ended, some end soon, most have time left."""

FAMILIES = ("Hoàng Long", "Phúc Lộc", "Thành Đạt", "Kinh Bắc", "Sông Cầu", "Yên Thế", "Đại Phát", "Minh Khai",
            "Lạng Giang", "Thuận Thành", "An Bình", "Tiến Lộc")  # fmt: skip
PEOPLE = ("Nguyễn Thị Hạnh", "Trần Văn Đức", "Lê Thị Thu Hường", "Phạm Quốc Khánh", "Đỗ Thị Ánh Tuyết", "Vũ Hữu Nghĩa",
          "Nguyễn Đình Thưởng", "Hoàng Thị Mỹ Duyên")  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A sort of instrument that the province has many of."""

    code: str
    makers: tuple[tuple[str, str, str], ...]
    """Maker, country, model."""
    characteristics: tuple[Json, ...]
    months: int


def _q(value: str, unit: str) -> Json:
    return {"value": value, "unit": unit}


def _scale(accuracy: str, most: str, least: str, e: str) -> Json:
    return {"class": accuracy, "Max": _q(most, "kg"), "Min": _q(least, "kg"), "e": _q(e, "kg")}


DISPENSER = Kind("19", (("Tatsuno", "JP", "Sunny-XE"), ("Gilbarco", "US", "Horizon"), ("Tominaga", "JP", "Dream")),
                 ({"Qmax": _q("50", "L/min"), "Qmin": _q("5", "L/min"), "MMQ": _q("2", "L")},), 12)  # fmt: skip
BENCH_SCALE = Kind("8b", (("Nhơn Hòa", "VN", "NHHS-60"), ("Vibra", "JP", "HAW"), ("DIGI", "JP", "DS-673")),
                   (_scale("III", "60", "0.4", "0.02"), _scale("III", "30", "0.2", "0.01"),
                    _scale("IIII", "100", "1", "0.1")), 12)  # fmt: skip
SPRING_SCALE = Kind("8a", (("Nhơn Hòa", "VN", "CĐH-30"),),
                    ({"Max": _q("30", "kg"), "Min": _q("1", "kg"), "d": _q("0.1", "kg")},), 24)  # fmt: skip
WEIGHBRIDGE = Kind("10", (("Mettler Toledo", "CN", "IND231"), ("Keli", "CN", "D2008")),
                   (_scale("III", "60000", "400", "20"), _scale("III", "80000", "400", "20")), 12)  # fmt: skip
WATER_METER = Kind("21a", (("Itron", "FR", "Multimag"), ("Zenner", "DE", "MNK"), ("Phú Thịnh", "VN", "PT-15")),
                   ({"class": "2", "Q3": _q("2.5", "m³/h"), "R": _q("100", "1"), "d": _q("0.05", "L")},
                    {"class": "B", "Qn": _q("1.5", "m³/h"), "d": _q("0.1", "L")}), 60)  # fmt: skip
TAXIMETER = Kind("2", (("Việt Anh", "VN", "VA-08"), ("Adsun", "VN", "AD-T1")),
                 ({"mode": "vehicle", "constant": _q("1000", "imp/km")},), 18)  # fmt: skip
SPHYGMOMANOMETER = Kind("32", (("ALPK2", "JP", "V-500"), ("Omron", "JP", "HBP-1320")),
                        ({"kind": "aneroid", "upper": _q("300", "mmHg")},
                         {"kind": "electronic", "upper": _q("280", "mmHg")}), 12)  # fmt: skip
ELECTRICITY_METER = Kind("43b", (("EMIC", "VN", "CE-18G"), ("Gelex", "VN", "HHM-11")),
                         ({"class": "1", "Ib": _q("10", "A"), "Imax": _q("40", "A"), "Un": _q("220", "V")},
                          {"class": "B", "Imin": _q("0.25", "A"), "Itr": _q("0.5", "A"), "Imax": _q("60", "A"),
                           "Un": _q("220", "V")}), 72)  # fmt: skip
PRESSURE_GAUGE = Kind("31", (("Wika", "DE", "111.10"),),
                      ({"class": _q("1.6", "%"), "most": _q("10", "bar")},), 12)  # fmt: skip


@dataclass(frozen=True)
class Trade:
    """A line of business: how its enterprises and sites are called, and what stands at each site."""

    enterprise: str
    site: str
    enterprises: int
    sites: int
    """For each enterprise."""
    holds: tuple[tuple[Kind, int], ...]


TRADES = (
    # A filling station sells gas cylinders by weight too, so it has a scale.
    Trade("Công ty TNHH Xăng dầu {family}", "Cửa hàng xăng dầu {family} số {number}", 5, 4,
          ((DISPENSER, 4), (BENCH_SCALE, 1))),
    Trade("Ban quản lý chợ {family}", "Chợ {family}", 4, 1, ((SPRING_SCALE, 8), (BENCH_SCALE, 4))),
    Trade("Công ty Cổ phần Vật liệu xây dựng {family}", "Trạm cân {family}", 4, 1, ((WEIGHBRIDGE, 2),)),
    Trade("Công ty Cổ phần Cấp nước {family}", "Xưởng đồng hồ nước {family} {number}", 2, 2, ((WATER_METER, 19),)),
    Trade("Công ty TNHH Vận tải Taxi {family}", "Bãi đỗ xe {family}", 2, 1, ((TAXIMETER, 12),)),
    Trade("Bệnh viện Đa khoa {family}", "Khoa khám bệnh, Bệnh viện {family}", 3, 1,
          ((SPHYGMOMANOMETER, 8), (PRESSURE_GAUGE, 2))),
    Trade("Công ty TNHH Khu công nghiệp {family}", "Trạm điện khu công nghiệp {family}", 2, 1,
          ((ELECTRICITY_METER, 7),)),
)  # fmt: skip


@dataclass
class Province:
    """Bodies of requests, each with the id it will have."""

    enterprises: list[Json] = field(default_factory=list)
    sites: list[Json] = field(default_factory=list)
    instruments: list[Json] = field(default_factory=list)


def make_province(wards: list[Json]) -> Province:
    """The province in these wards (as GET /wards gives them)."""
    chance, province = random.Random(SEED), Province()
    places = sorted(wards, key=lambda ward: str(ward["code"]))
    for trade in TRADES:
        for family in chance.sample(FAMILIES, trade.enterprises):
            enterprise = _enterprise(trade.enterprise.format(family=family), chance)
            province.enterprises.append(enterprise)
            for number in range(1, trade.sites + 1):
                name = trade.site.format(family=family, number=number)
                site = _site(name, enterprise, chance.choice(places), chance)
                province.sites.append(site)
                province.instruments += [
                    _instrument(kind, site, chance) for kind, count in trade.holds for _ in range(count)
                ]
    return province


def example_id(*parts: str) -> str:
    """The same at every run, so that a second run meets what the first one made."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join(("vernier-demo", *parts))))


def _enterprise(name: str, chance: random.Random) -> Json:
    tax_code = _tax_code(chance)
    return {
        "id": example_id("enterprise", tax_code),
        "tax_code": tax_code,
        "name": name,
        "address": f"Số {chance.randrange(1, 200)} đường Lý Thái Tổ, tỉnh Bắc Ninh",
        "contact_name": chance.choice(PEOPLE),
        "contact_email": f"lien-he@{tax_code}.example.vn",
        "contact_phone": f"+84 2{chance.randrange(10**8):08d}",
        "language": "en" if "Khu công nghiệp" in name else "vi",
    }


def _tax_code(chance: random.Random) -> str:
    """Nine digits and the one that checks them. For some nine there is none: the rule gives 10."""
    while True:
        number = f"24{chance.randrange(10**7):07d}"
        check: str = mst.calc_check_digit(number)
        if len(check) == 1:
            return number + check


def _site(name: str, enterprise: Json, ward: Json, chance: random.Random) -> Json:
    return {
        "id": example_id("site", enterprise["id"], name),
        "enterprise_id": enterprise["id"],
        "name": name,
        "address": f"Thôn {chance.choice(FAMILIES)}, {ward['full_name']}",
        "ward_code": ward["code"],
        # Within half a kilometre of a point that is known to lie inside the ward.
        "latitude": round(ward["latitude"] + chance.uniform(-0.004, 0.004), 5),
        "longitude": round(ward["longitude"] + chance.uniform(-0.004, 0.004), 5),
    }


def _instrument(kind: Kind, site: Json, chance: random.Random) -> Json:
    maker, country, model = chance.choice(kind.makers)
    serial = f"{maker[:2].upper()}{kind.code.upper()}-{chance.randrange(10**7):07d}"
    body = {
        "id": example_id("instrument", kind.code, serial),
        "type_code": kind.code,
        "site_id": site["id"],
        "maker": maker,
        "country": country,
        "model": model,
        "serial": serial,
        "year": chance.randrange(2017, 2025),
        "characteristics": chance.choice(kind.characteristics),
    }
    if chance.random() < 0.04:  # new, never verified
        return body
    ago = timedelta(days=chance.randrange(10, kind.months * 30 + 60))
    if kind in (DISPENSER, BENCH_SCALE) and "xăng dầu" in site["name"]:
        ago = timedelta(days=chance.randrange(320, 400))
    certificate = {"number": f"{chance.randrange(1, 9999):05d}/CŨ", "verified_on": (EPOCH - ago).isoformat()}
    return body | {"earlier_certificate": certificate}


INSPECTORS: tuple[Json, ...] = (
    {"card_number": "KĐV-0186-01", "name": "Trần Văn Bình", "card_valid_until": "2031-03-31",
     "type_codes": ["19", "20", "8a", "8b", "10"]},
    {"card_number": "KĐV-0186-02", "name": "Nguyễn Thị Kim Ngân", "card_valid_until": "2031-03-31",
     "type_codes": ["21a", "21b", "43a", "43b"]},
    {"card_number": "KĐV-0186-03", "name": "Lê Quang Huy", "card_valid_until": "2031-03-31",
     "type_codes": ["2", "31", "32"]},
    {"card_number": "KĐV-0186-04", "name": "Phạm Ngọc Ánh", "card_valid_until": "2026-12-31",
     "type_codes": ["8a", "8b", "10"]},
)  # fmt: skip


def _standard(code: str, name: str, until: str, types: list[str], uncertainty: Json) -> Json:
    return {
        "code": code,
        "name": name,
        "maker": "Viện Đo lường Việt Nam",
        "serial": f"{code}-01",
        "certificate_number": f"V07.CN5.{code}.26",
        "valid_from": "2024-01-01",
        "valid_until": until,
        "type_codes": types,
        "expanded_uncertainty": uncertainty,
    }


STANDARDS: tuple[Json, ...] = (
    _standard("B-20", "Bình chuẩn kim loại 20 L", "2031-12-31", ["19"], _q("0.05", "%")),
    _standard("B-10", "Bình chuẩn kim loại 10 L (hết hạn)", "2025-12-31", ["19"], _q("0.05", "%")),
    _standard("M1-60", "Bộ quả cân M1, 60 kg", "2031-12-31", ["8a", "8b"], _q("2", "g")),
    _standard("M1-20T", "Quả cân M1 20 t trên xe", "2031-12-31", ["10"], _q("1", "kg")),
    _standard("LL-15", "Bàn kiểm đồng hồ nước DN15", "2031-12-31", ["21a", "21b"], _q("0.2", "%")),
    _standard("AS-40", "Chuẩn áp suất 40 kPa", "2031-12-31", ["32"], _q("0.1", "mmHg")),
)
