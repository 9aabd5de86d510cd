"""The field of the sync benchmarks: inspectors with enrolled tablets, instruments on announced visits, signed records."""

import base64
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from stdnum.vn import mst

import metrology
from demo.doors import Addresses, Json, Person
from demo.registering import open_account
from deploy.local.platform import LocalPlatform
from deploy.local.topology import SERVICES
from deploy.local.waiting import until
from services.kernel.model import instant_text, new_id, now, today

READY_SECONDS = 300.0
STROKES = [[x, (x * 7) % 90, x + 2, (x * 5) % 90] for x in range(0, 240, 6)]
SERIES = "BM26"
ITEMS = 25
"""How many instruments a visit has: the dispensers of a large filling station."""


@dataclass
class FieldTablet:
    """Signs and chains records as the tablet's core does, ready to be sent."""

    inspector_id: str
    person: Person
    instruments: list[str] = field(default_factory=list)
    visits: dict[str, str] = field(default_factory=dict)
    id: str = field(default_factory=new_id)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    sequence: int = 0
    last_hash: str = "0" * 64
    turn: int = 0

    def next(self, count: int) -> list[str]:
        """The instruments whose turn it is: each once before one comes a second time."""
        begin, self.turn = self.turn, self.turn + count
        return [self.instruments[place % len(self.instruments)] for place in range(begin, self.turn)]

    @property
    def public_key(self) -> str:
        return base64.b64encode(self.key.public_key().public_bytes_raw()).decode()

    def record(self, body: Json) -> str:
        self.sequence += 1
        made = {
            "id": new_id(),
            "tablet_id": self.id,
            "sequence": self.sequence,
            "previous_hash": self.last_hash,
            "kind": "verification",
            "recorded_at": instant_text(now()),
            "monotonic_ms": 1000 * self.sequence,
            "clock_offset_ms": 0,
            "body": body,
        }
        digest = hashlib.sha256(canonical(made).encode())
        made["hash"] = self.last_hash = digest.hexdigest()
        made["signature"] = base64.b64encode(self.key.sign(digest.digest())).decode()
        return canonical(made)

    def batch(self, records: list[str]) -> bytes:
        head = f'{{"tablet_id":"{self.id}","sent_at":"{instant_text(now())}","records":['
        return (head + ",".join(records) + "]}").encode()


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def verification(tablet: FieldTablet, instrument_id: str, standard_id: str, seal: str | None = None) -> Json:
    """A whole record of a fuel dispenser that passes: six readings, status record, both signatures; about 5 kB."""
    at = now()
    liters = [("20.00", "20.02"), ("20.00", "20.01"), ("20.00", "19.99")]
    readings = [
        {
            "point": point,
            "run": run,
            "indication": {"value": shown, "unit": "L"},
            "reference": {"value": true, "unit": "L"},
        }
        for point in ("qmax", "qmin")
        for run, (shown, true) in enumerate(liters, start=1)
    ]
    characteristics = {"Qmax": {"value": "50", "unit": "L/min"}, "Qmin": {"value": "5", "unit": "L/min"}}
    plan = metrology.points("19", characteristics, "initial", today())
    checks = {check["id"]: True for step in plan["steps"] for check in step["checks"]}
    signed = {"signed_at": instant_text(at), "strokes": STROKES}
    fitted = [{"number": seal, "kind": "lead_seal", "place": "Bộ đo"}] if seal else []
    reference = {name: plan["procedure"][name] for name in ("id", "version", "hash")}
    return {
        "visit_id": tablet.visits.get(instrument_id),
        "instrument_id": instrument_id,
        "type_code": "19",
        "regime": "initial",
        "after_repair_reason": None,
        "started_at": instant_text(at - timedelta(minutes=25)),
        "finished_at": instant_text(at),
        "evaluation": {
            "type": "19",
            "regime": "initial",
            "procedure": reference,
            "verified_on": today().isoformat(),
            "characteristics": characteristics,
            "conditions": {},
            "checks": checks,
            "standards": {},
            "readings": readings,
        },
        "verdict": "pass",
        "procedure": reference,
        "standard_ids": [standard_id],
        "seals_affixed": fitted,
        "seals_removed": [],
        "seals_voided": [],
        "note": "",
        "status_record": {
            "parts": [
                {"name": "Bầu lường", "maker": "Tatsuno", "model": "FM-1007", "serial": instrument_id[:8]}
            ],
            "program": {"name": "ROM", "version": "3.12", "checksum": "A41F"},
            "seals_left": [{"place": each["place"], "number": each["number"]} for each in fitted],
        },
        "signatures": [
            {"role": "inspector", "name": "Trần Văn Bình", **signed},
            {"role": "representative", "name": "Nguyễn Thị Hạnh", "position": "Cửa hàng trưởng", **signed},
        ],
    }


class Field:
    """Everything registered over the real doors, and known to inspection before the first record is sent."""

    def __init__(self, platform: LocalPlatform, tablets: int, instruments: int) -> None:
        self.platform = platform
        self.addresses = Addresses(
            urls={service: platform.url(service) for service in SERVICES},
            admin_password=platform.secrets.admin_password,
            demo_password=platform.secrets.demo_password,
            mail_folder=platform.mail_folder,
        )
        self.admin = Person(self.addresses, "admin", platform.secrets.admin_password)
        self.standard_id = self._standard()
        self.tablets = [self._tablet(number) for number in range(tablets)]
        self._instruments(instruments)
        self._visits()
        self._seals(instruments)

    def records(self, tablet: FieldTablet, seals: Iterator[str] | None = None) -> Iterator[tuple[str, str]]:
        """(instrument id, record) for each instrument of a tablet, in order; each fifth one fits a seal."""
        for number, instrument_id in enumerate(tablet.instruments):
            seal = next(seals) if seals is not None and number % 5 == 0 else None
            yield instrument_id, tablet.record(verification(tablet, instrument_id, self.standard_id, seal))

    def numbers(self, place: int, count: int) -> Iterator[str]:
        """The seals that the tablet at a place holds."""
        return (f"{SERIES}-{n:06d}" for n in range(1 + place * count, 1 + (place + 1) * count))

    def client(self, tablet: FieldTablet) -> httpx.Client:
        """A client of inspection with the tablet's token."""
        return httpx.Client(
            base_url=self.addresses.urls["inspection"],
            headers={**headers_of(tablet.person), "Content-Type": "application/json"},
            timeout=60,
            trust_env=False,
        )

    def _standard(self) -> str:
        made = self.admin.post(
            "registry",
            "/standards",
            {
                "code": "B-20",
                "name": "Bình chuẩn kim loại 20 L",
                "maker": "Viện Đo lường Việt Nam",
                "serial": "BC20-07",
                "certificate_number": "V07.CN5.0312.26",
                "valid_from": (today() - timedelta(days=100)).isoformat(),
                "valid_until": (today() + timedelta(days=200)).isoformat(),
                "type_codes": ["19"],
                "expanded_uncertainty": {"value": "0.005", "unit": "L"},
            },
        )
        return str(made["id"])

    def _tablet(self, number: int) -> FieldTablet:
        card = {
            "card_number": f"KĐV-B{number:02d}",
            "name": f"Kiểm định viên {number}",
            "card_valid_until": (today() + timedelta(days=400)).isoformat(),
            "type_codes": ["19"],
        }
        inspector = self.admin.post("registry", "/inspectors", card)
        person = open_account(
            self.admin,
            self.addresses,
            f"bench-{number}",
            str(card["name"]),
            ["inspector"],
            inspector=inspector["id"],
        )
        tablet = FieldTablet(inspector["id"], person)
        wanted = {"inspector_id": inspector["id"]}
        until(lambda: self._issued(tablet, wanted), "the inspector to be known", READY_SECONDS)
        return tablet

    def _issued(self, tablet: FieldTablet, wanted: Json) -> bool:
        try:
            code = self.admin.post("inspection", "/enrolments", wanted)["code"]
        except Exception as refused:
            if getattr(refused, "type", "") != "inspector-unknown":
                raise
            return False
        tablet.person.put(
            "inspection", f"/tablets/{tablet.id}", {"public_key": tablet.public_key, "code": code}
        )
        return True

    def _instruments(self, count: int) -> None:
        code = next(
            n + d for n in (f"24{i:07d}" for i in range(1, 400)) if len(d := mst.calc_check_digit(n)) == 1
        )
        owner = self.admin.post(
            "registry",
            "/enterprises",
            {
                "tax_code": code,
                "name": "Công ty TNHH Xăng dầu Hoàng Long",
                "address": "Số 12 đường Lý Thái Tổ, phường Bắc Giang",
                "contact_name": "Nguyễn Thị Hạnh",
                "contact_email": "hanh@hoanglong.example.vn",
                "contact_phone": "+84 912 345 678",
            },
        )
        place = {"ward_code": "07210", "latitude": 21.28801, "longitude": 106.22067}
        self.sites = [
            self.admin.post(
                "registry",
                "/sites",
                {"enterprise_id": owner["id"], "name": f"Trạm {n}", "address": "Quốc lộ 1A", **place},
            )["id"]
            for n in range(len(self.tablets))
        ]
        for number in range(count):
            self.tablets[number % len(self.tablets)].instruments.append(str(uuid.uuid4()))
        todo = [
            (id, site)
            for tablet, site in zip(self.tablets, self.sites, strict=True)
            for id in tablet.instruments
        ]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self._register, todo))
        known = self.collection("inspection", "instruments")
        until(
            lambda: known.estimated_document_count() >= count,
            "the instruments to be known",
            READY_SECONDS,
            pause=0.5,
        )
        due = self.collection("scheduling", "obligations")
        until(
            lambda: due.estimated_document_count() >= count,
            "the obligations to be known",
            READY_SECONDS,
            pause=0.5,
        )

    def _register(self, what: tuple[str, str]) -> None:
        id, site_id = what
        body = {
            "id": id,
            "type_code": "19",
            "site_id": site_id,
            "maker": "Tatsuno",
            "country": "JP",
            "model": "Sunny XE",
            "serial": f"BM-{id[:18]}",
            "year": 2024,
        }
        self.admin.post("registry", "/instruments", body)

    def _visits(self) -> None:
        planned = 0
        for tablet, site in zip(self.tablets, self.sites, strict=True):
            for start in range(0, len(tablet.instruments), ITEMS):
                begins = datetime.now(UTC) + timedelta(minutes=1, hours=start // ITEMS)
                body = {
                    "site_id": site,
                    "inspector_id": tablet.inspector_id,
                    "starts_at": begins.isoformat(),
                    "ends_at": (begins + timedelta(minutes=50)).isoformat(),
                    "items": tablet.instruments[start : start + ITEMS],
                }
                made = self.admin.post("scheduling", "/visits", body)
                self.admin.post("scheduling", f"/visits/{made['id']}/announce")
                tablet.visits |= dict.fromkeys(body["items"], str(made["id"]))
                planned += 1
        known = self.collection("inspection", "visits")
        until(lambda: known.estimated_document_count() >= planned, "the visits to be known", READY_SECONDS)

    def _seals(self, instruments: int) -> None:
        each = instruments // len(self.tablets) + 1
        whole = {"kind": "lead_seal", "series": SERIES, "first": 1, "last": each * len(self.tablets)}
        batch = self.admin.post("inspection", "/seal-batches", whole)
        for place, tablet in enumerate(self.tablets):
            issue = {
                "first": 1 + place * each,
                "last": (place + 1) * each,
                "inspector_id": tablet.inspector_id,
            }
            self.admin.post("inspection", f"/seal-batches/{batch['id']}/issue", issue)

    def collection(self, service: str, name: str) -> Any:
        from pymongo import MongoClient

        if not hasattr(self, "_mongo"):
            self._mongo: MongoClient[Json] = MongoClient(self.platform.environment["VERNIER_MONGO"])
        return self._mongo[f"vernier_{service}"][name]


def headers_of(person: Person) -> Mapping[str, str]:
    """The head that carries a person's token."""
    return dict(person._headers)
