"""A registry and an inspection service in memory, as docs/sync.md says; a test can make the network lie."""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

USER, PASSWORD = "nam.nv", "Trời xanh 2026"
CODE = "7K2M-9QXC-3VHT-A1BD"

# What may happen to one call.  "lost", "cut" and "failed" happen AFTER the server has done its work.
FAULTS = ("fine", "away", "slow", "down", "busy", "lost", "cut", "failed")


class FakeServer:
    """`transport` is what a tablet is given.  `faults` is consumed one per call; when it is empty all is well."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.clock = clock
        self.transport = httpx.MockTransport(self._handle)
        self.faults: Iterator[str] = iter(())
        self.password = PASSWORD
        self.clock_ahead = timedelta(0)
        self.most_records = 200
        self.calls: list[str] = []
        self.batches: list[list[dict[str, Any]]] = []
        self.tablets: dict[str, str] = {}
        self.codes = {CODE}
        self.standing = "active"
        self.wiped: list[str] = []
        self.uploads: dict[str, bytearray] = {}
        self.sizes: dict[str, int] = {}
        self.attachments: dict[str, bytes] = {}
        self.parts = 0
        self.procedures: dict[str, str] = {}
        self.snapshots = True
        self.reservations: dict[str, dict[str, Any]] = {}
        self.used_up: set[str] = set()  # numbers that are no longer reserved: issued or cancelled
        self.serials: dict[str, dict[str, Any]] = {}
        self.releases: list[dict[str, Any]] = []
        self.told_of: list[dict[str, Any]] = []  # the numbers in hand as the last page had them
        self.texts: dict[str, str] = {}
        self.sent: dict[str, set[str]] = {}
        self.receipts: dict[str, dict[str, Any]] = {}
        self.made_durable: list[str] = []
        self.refuse: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda record: None
        self.poison: set[str] = set()
        self.pages: list[dict[str, Any]] = []
        self.inspector: dict[str, Any] | None = None
        self.seals: list[dict[str, Any]] = []
        self.evidence: list[dict[str, str]] = []
        self.refresh_tokens: set[str] = set()
        self.access_tokens: set[str] = set()
        self._count = 0

    def now(self) -> str:
        return (self.clock() + self.clock_ahead).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def code(self) -> str:
        """One more one-time code."""
        self.codes.add(f"CODE-{len(self.tablets)}-{len(self.calls)}")
        return f"CODE-{len(self.tablets)}-{len(self.calls)}"

    def publish(self, **page: Any) -> None:
        """What changed for the inspector, as one page: visits, gone, standards, catalogue, results."""
        self.pages.append(page)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        fault = next(self.faults, "fine")
        self.calls.append(f"{request.method} {request.url.path}")
        if fault == "away":
            raise httpx.ConnectError("no route to host", request=request)
        if fault == "slow":
            raise httpx.ConnectTimeout("no answer", request=request)
        if fault in ("down", "busy"):
            return httpx.Response(503 if fault == "down" else 429, headers={"Retry-After": "7"})
        response = self._answer(request)
        response.headers["Vernier-Tablet"] = self.standing
        if fault == "lost":
            raise httpx.ReadTimeout("lost on the way back", request=request)
        if fault == "failed":
            return httpx.Response(502, text="<html>Bad Gateway</html>")
        if fault == "cut" and response.content:
            return httpx.Response(
                response.status_code, content=response.content[: len(response.content) // 2]
            )
        return response

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/token":
            return self._token(
                {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
            )
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.access_tokens:
            return problem(401, "token-expired")
        if path.endswith("/wiped"):
            self.wiped.append(path.split("/")[2])
            return httpx.Response(200, json={"status": "wiped"})
        if path.startswith("/tablets/"):
            return self._enrol(path.rpartition("/")[2], json.loads(request.content))
        if path in ("/sync/work", "/sync/snapshot") and request.url.params["tablet_id"] not in self.tablets:
            return problem(409, "tablet-unknown")
        if path in ("/sync/work", "/sync/snapshot") and self.standing != "active":
            return problem(403, f"tablet-{self.standing}")
        if path == "/sync/work":
            return self._work(request.url.params.get("cursor"))
        if path == "/sync/snapshot" and self.snapshots:
            return self._snapshot(request.headers)
        if path.startswith("/sync/procedures/"):
            text = self.procedures.get(path.rpartition("/")[2])
            return problem(404, "not-found") if text is None else httpx.Response(200, text=text)
        if path.startswith("/sync/attachments"):
            return self._attachment(request, path.rpartition("/")[2])
        if path == "/certificate-numbers/reserve":
            return self._reserve(json.loads(request.content))
        if path == "/assigned-serials/reserve":
            return self._reserve_serials(json.loads(request.content))
        if path == "/certificate-numbers/release":
            return self._release(json.loads(request.content))
        if path == "/sync/records":
            return self._records(json.loads(request.content))
        return problem(404, "not-found")

    def _token(self, form: dict[str, str]) -> httpx.Response:
        if form["grant_type"] == "password":
            if (form["username"], form["password"]) != (USER, self.password):
                return problem(401, "credentials-wrong")
        elif form["refresh_token"] in self.refresh_tokens:
            self.refresh_tokens.remove(form["refresh_token"])
        else:
            return problem(401, "session-closed")
        self._count += 1
        self.access_tokens.add(f"access-{self._count}")
        self.refresh_tokens.add(f"refresh-{self._count}")
        tokens = {"access_token": f"access-{self._count}", "refresh_token": f"refresh-{self._count}"}
        return httpx.Response(200, json={**tokens, "token_type": "Bearer", "expires_in": 900})

    def _enrol(self, tablet_id: str, told: dict[str, str]) -> httpx.Response:
        key = told["public_key"]
        assert len(base64.b64decode(key, validate=True)) == 32
        if tablet_id not in self.tablets:
            if "code" not in told:
                return problem(403, "code-needed")
            if told["code"] not in self.codes:
                return problem(403, "code-wrong")
            self.codes.remove(told["code"])
            self.tablets[tablet_id] = key
        if self.tablets[tablet_id] != key:
            return problem(409, "tablet-taken")
        return httpx.Response(200, json={"server_time": self.now(), "status": self.standing})

    def _snapshot(self, headers: httpx.Headers) -> httpx.Response:
        page = self._work(None).content
        packed = gzip.compress(page, mtime=0)
        tag = f'"{hashlib.sha256(packed).hexdigest()}"'
        if "Range" in headers and headers.get("If-Range") == tag:
            begin = int(headers["Range"].removeprefix("bytes=").rstrip("-"))
            if begin >= len(packed):
                return httpx.Response(416)
            return httpx.Response(206, content=packed[begin:], headers={"ETag": tag})
        return httpx.Response(200, content=packed, headers={"ETag": tag})

    def _attachment(self, request: httpx.Request, sha256: str) -> httpx.Response:
        assert request.headers["Tus-Resumable"] == "1.0.0"
        if request.method == "POST":
            pairs = dict(pair.split(" ") for pair in request.headers["Upload-Metadata"].split(","))
            sha256 = base64.b64decode(pairs["sha256"]).decode()
            self.uploads.setdefault(sha256, bytearray())
            self.sizes[sha256] = int(request.headers["Upload-Length"])
            return httpx.Response(201, headers={"Location": f"/sync/attachments/{sha256}"})
        if sha256 not in self.uploads:
            return httpx.Response(404)
        here = self.uploads[sha256]
        if request.method == "PATCH":
            self.parts += 1
            checksum = base64.b64encode(hashlib.sha256(request.content).digest()).decode()
            assert request.headers["Upload-Checksum"] == f"sha256 {checksum}"
            if int(request.headers["Upload-Offset"]) != len(here):
                return problem(409, "offset-differs")
            here.extend(request.content)
            if len(here) == self.sizes[sha256]:
                assert hashlib.sha256(here).hexdigest() == sha256
                self.attachments[sha256] = bytes(here)
        told = {"Upload-Offset": str(len(here)), "Upload-Length": str(self.sizes[sha256])}
        return httpx.Response(200 if request.method == "HEAD" else 204, headers=told)

    def _work(self, cursor: str | None) -> httpx.Response:
        known = int(cursor or 0)
        if cursor and known == len(self.pages) and self.told_of == self._numbers_in_hand():
            return httpx.Response(304)
        self.told_of = self._numbers_in_hand()
        merged: dict[str, list[Any]] = {}
        for page in self.pages[known:]:
            for name, values in page.items():
                merged.setdefault(name, []).extend(values)
        always = {
            "server_time": self.now(),
            "inspector": self.inspector,
            "seals_in_hand": self.seals,
            "certificate_numbers": self._numbers_in_hand(),
            "assigned_serials": list(self.serials.values()),
            "evidence": self.evidence,
        }
        sections = ("visits", "instruments", "gone", "standards", "catalogue", "results", "procedures")
        lists = {name: merged.get(name, []) for name in sections}
        return httpx.Response(200, json={"cursor": str(len(self.pages)), **always, **lists})

    def _reserve(self, told: dict[str, Any]) -> httpx.Response:
        if told["id"] not in self.reservations:
            count = sum(
                len(each["numbers"]) for each in self.reservations.values() if each["year"] == told["year"]
            )
            first = count + 1
            numbers = [f"{n:05d}/{told['year']}/BN-KĐ" for n in range(first, first + told["count"])]
            self.reservations[told["id"]] = {**told, "numbers": numbers}
        return httpx.Response(201, json=self.reservations[told["id"]])

    def _reserve_serials(self, told: dict[str, Any]) -> httpx.Response:
        if told["id"] not in self.serials:
            first = 1 + sum(len(each["numbers"]) for each in self.serials.values())
            numbers = [f"BN-S{n:06d}" for n in range(first, first + told["count"])]
            self.serials[told["id"]] = {**told, "numbers": numbers}
        return httpx.Response(201, json=self.serials[told["id"]])

    def _release(self, told: dict[str, Any]) -> httpx.Response:
        self.releases.append(told)
        gone = [
            number
            for held in self._numbers_in_hand()
            if held["tablet_id"] == told["tablet_id"] and told["year"] in (None, held["year"])
            for number in held["numbers"]
        ]
        self.used_up.update(gone)
        return httpx.Response(200, json={"cancelled": gone})

    def _numbers_in_hand(self) -> list[dict[str, Any]]:
        found: dict[tuple[str, int], list[str]] = {}
        for each in self.reservations.values():
            free = [number for number in each["numbers"] if number not in self.used_up]
            found.setdefault((each["tablet_id"], each["year"]), []).extend(free)
        return [
            {"tablet_id": tablet_id, "year": year, "numbers": sorted(numbers)}
            for (tablet_id, year), numbers in found.items()
            if numbers
        ]

    def _records(self, batch: dict[str, Any]) -> httpx.Response:
        records = batch["records"]
        self.batches.append(records)
        if len(records) > self.most_records:
            return problem(413, "too-large")
        if any(record["id"] in self.poison for record in records):
            return problem(422, "invalid-input")
        assert batch["tablet_id"] in self.tablets
        answers = [self._take(record) for record in records]
        return httpx.Response(200, json={"server_time": self.now(), "answers": answers})

    def _take(self, record: dict[str, Any]) -> dict[str, Any]:
        text = canonical(record)
        self.sent.setdefault(record["id"], set()).add(text)
        answer = {"id": record["id"], "code": None, "field": None, "detail": None, "receipt": None}
        refused = self.refuse(record)
        if refused:
            return {**answer, **refused}
        if record["id"] in self.texts:
            if self.texts[record["id"]] != text:
                return {**answer, "status": "conflict", "detail": "another record has this id"}
            return {**answer, "status": "duplicate", "receipt": self.receipts[record["id"]]}
        self.texts[record["id"]] = text
        self.made_durable.append(record["id"])
        receipt = {"sequence": record["sequence"], "hash": hash_of(record), "received_at": self.now()}
        self.receipts[record["id"]] = receipt
        return {**answer, "status": "accepted", "receipt": receipt}

    def chain(self, tablet_id: str) -> list[dict[str, Any]]:
        """The tablet's records as received, each link and signature checked here, not by the tablet's own code."""
        records = sorted((json.loads(text) for text in self.texts.values()), key=lambda r: r["sequence"])
        records = [record for record in records if record["tablet_id"] == tablet_id]
        verify_chain(records, self.tablets[tablet_id])
        return records


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_of(record: dict[str, Any]) -> str:
    content = {name: value for name, value in record.items() if name not in ("hash", "signature")}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def verify_chain(records: list[dict[str, Any]], public_key: str) -> None:
    """Raises AssertionError where the chain is forked, gapped, altered or not signed by the key."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
    before = "0" * 64
    for sequence, record in enumerate(records, 1):
        assert record["sequence"] == sequence
        assert record["previous_hash"] == before
        assert record["hash"] == hash_of(record)
        try:
            key.verify(base64.b64decode(record["signature"]), bytes.fromhex(record["hash"]))
        except InvalidSignature as error:
            raise AssertionError(f"record {sequence} is not signed by the tablet") from error
        before = record["hash"]


def problem(status: int, name: str) -> httpx.Response:
    return httpx.Response(
        status, json={"type": f"urn:vernier:problem:{name}", "status": status, "detail": name}
    )
