"""A record that a tablet handed in: the evidence, exactly as received, and what the server found when it took it."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pydantic import ValidationError

from services.inspection.domain.body import SentRecord, SentVisit
from services.inspection.domain.chain import canonical, hash_of
from services.inspection.domain.tablet import Tablet
from services.inspection.events import RecordReceived
from services.kernel.model import Entity, Instant, derived_id

Status = Literal["accepted", "rejected", "conflict"]
LONGEST_NUMBER = 16


@dataclass(frozen=True)
class Arrival:
    """Whose tablet sent it and when, by both clocks."""

    tablet: Tablet
    sent_at: Instant
    received_at: Instant

    @property
    def clock_offset_ms(self) -> int:
        """Server time minus tablet time as this very call shows it, the time of travel included."""
        return round((self.received_at - self.sent_at).total_seconds() * 1000)


class Record(Entity, kind="record"):
    """Its id is the tablet's, so that a repeat meets the first; a second body under one id lies beside it."""

    record_id: str
    tablet_id: str
    inspector_id: str
    of_kind: str = "unknown"
    raw: str
    hash: str
    claimed_hash: str | None = None
    fingerprint: str
    sequence: int | None = None
    previous_hash: str | None = None
    status: Status = "accepted"
    code: str | None = None
    field: str | None = None
    detail: str | None = None
    flags: list[str] = []
    recorded_at: Instant | None = None
    sent_at: Instant
    received_at: Instant
    touched_at: Instant
    monotonic_ms: int | None = None
    clock_offset_ms: int | None = None
    clock_offset_at_push_ms: int
    visit_id: str | None = None
    instrument_id: str | None = None
    attachments: list[str] = []

    @property
    def hashes(self) -> set[str]:
        return {self.hash} | ({self.claimed_hash} if self.claimed_hash else set())

    def received(self) -> RecordReceived:
        return RecordReceived(
            record_id=self.id,
            tablet_id=self.tablet_id,
            inspector_id=self.inspector_id,
            kind=self.of_kind,
            status=self.status,
            hash=self.hash,
            tablet_sequence=self.sequence or 0,
        )

    def beside(self) -> "Record":
        """This record as a second one under an id that is taken: kept, under an id of its own."""
        return self.model_copy(
            update={
                "id": derived_id("record", self.id, self.fingerprint),
                "status": "conflict",
                "code": "other-content",
                "detail": "Another record with this id was here first. Both are kept.",
            }
        )

    def receipt(self) -> dict[str, Any]:
        """What proves the receipt; the same at every repeat."""
        return self.model_dump(mode="json", include={"hash", "received_at"}) | {
            "sequence": self.sequence or 0
        }

    @cached_property
    def sent(self) -> SentRecord:
        """A verification or correction as its shape; only for an accepted one."""
        return SentRecord.model_validate(json.loads(self.raw))

    def sent_visit(self) -> SentVisit:
        """The end of a visit as its shape; only for an accepted one of that kind."""
        return SentVisit.model_validate(json.loads(self.raw))


class _Unfit(ValueError):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def read_record(raw: str, arrival: Arrival) -> Record:
    """The record in a text, whatever the text is: what cannot be read is kept as rejected, with the reason."""
    try:
        parsed, whole = _strict(raw)
    except _Unfit as unfit:
        return _kept(raw, _lenient(raw), b"", arrival, unfit.code, None, unfit.detail)
    record = _kept(raw, parsed, whole, arrival, None, None, None)
    if parsed.get("tablet_id") != arrival.tablet.id:
        detail = "It was recorded by another tablet. Hand it in from that one."
        return record.model_copy(
            update={
                "id": derived_id("record", arrival.tablet.id, record.fingerprint),
                "sequence": None,
                **_refusal("other-tablet", "tablet_id", detail),
            }
        )
    try:
        if parsed.get("kind") == "visit":
            visit = SentVisit.model_validate(parsed)
            return record.model_copy(update={**_header(visit), "visit_id": visit.body.visit_id})
        sent = SentRecord.model_validate(parsed)
    except ValidationError as error:
        first = error.errors()[0]
        code = "field-missing" if first["type"] == "missing" else "field-invalid"
        field = ".".join(str(part) for part in first["loc"])
        return record.model_copy(update=_refusal(code, field, f"{field}: {first['msg']}"))
    return record.model_copy(
        update={
            **_header(sent),
            "visit_id": sent.body.visit_id,
            "instrument_id": sent.body.instrument_id,
            "attachments": [each.sha256 for each in sent.body.attachments],
        }
    )


def _header(sent: SentRecord | SentVisit) -> dict[str, Any]:
    return {
        "of_kind": sent.kind,
        "previous_hash": sent.previous_hash,
        "recorded_at": sent.recorded_at,
        "monotonic_ms": sent.monotonic_ms,
        "clock_offset_ms": sent.clock_offset_ms,
    }


def _refusal(code: str, field: str | None, detail: str) -> dict[str, Any]:
    return {"status": "rejected", "code": code, "field": field, "detail": detail}


def _kept(
    raw: str,
    parsed: dict[str, Any],
    whole: bytes,
    arrival: Arrival,
    code: str | None,
    field: str | None,
    detail: str | None,
) -> Record:
    tablet, readable = arrival.tablet, code is None
    fingerprint = hashlib.sha256(whole if readable else raw.encode()).hexdigest()
    hash = hash_of(parsed) if readable else fingerprint
    sequence = parsed.get("sequence")
    own = derived_id("record", tablet.id, fingerprint)
    values: dict[str, Any] = {
        "record_id": parsed["id"][:64] if isinstance(parsed.get("id"), str) else own,
        "tablet_id": tablet.id,
        "inspector_id": tablet.inspector_id,
        "raw": raw,
        "hash": hash,
        "claimed_hash": _sha256(parsed.get("hash")),
        "previous_hash": _sha256(parsed.get("previous_hash")),
        "fingerprint": fingerprint,
        "sequence": sequence if type(sequence) is int and 1 <= sequence <= 2**53 else None,
        "sent_at": arrival.sent_at,
        "received_at": arrival.received_at,
        "touched_at": arrival.received_at,
        "clock_offset_at_push_ms": arrival.clock_offset_ms,
        "flags": _seals_broken(parsed, hash, tablet) if readable else [],
        "status": "accepted" if readable else "rejected",
        "code": code,
        "field": field,
        "detail": detail,
    }
    try:
        return Record.model_validate({"id": parsed.get("id"), **values})
    except ValidationError:
        return Record.model_validate({"id": own, **values})


def _sha256(told: object) -> str | None:
    """What a record says of the chain counts though the rest of it cannot be read: it has its place all the same."""
    return told if isinstance(told, str) and len(told) == 64 else None


def _seals_broken(parsed: dict[str, Any], hash: str, tablet: Tablet) -> list[str]:
    """Hash and signature that are there and do not fit. That one is missing is a refusal, and says so itself."""
    flags = []
    if parsed.get("hash", hash) != hash:
        flags.append("bad-hash")
    if "signature" in parsed and not tablet.signed(hash, str(parsed["signature"])):
        flags.append("bad-signature")
    return flags


def _strict(raw: str) -> tuple[dict[str, Any], bytes]:
    """The record and its canonical form. Raises _Unfit when it has none: no JSON, no object, a float, half a character."""
    try:
        parsed = json.loads(raw, parse_float=_no_float, parse_constant=_no_float, parse_int=_short)
        whole = canonical(parsed)
    except _Unfit:
        raise
    except UnicodeEncodeError as error:
        raise _Unfit("text-invalid", "A text holds half of a surrogate pair.") from error
    except (ValueError, RecursionError) as error:
        raise _Unfit("unreadable", f"It is no JSON text: {error}") from error
    if not isinstance(parsed, dict):
        raise _Unfit("unreadable", "It is no JSON object.")
    return parsed, whole


def _lenient(raw: str) -> dict[str, Any]:
    """As much as can be read of it, for the id and the place in the chain."""
    try:
        parsed = json.loads(raw, parse_float=str, parse_constant=str, parse_int=_number_or_text)
        canonical(parsed)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _no_float(text: str) -> Any:
    raise _Unfit("number-invalid", f"{text[:20]} is a binary float; measured values are decimal strings.")


def _short(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise _Unfit("number-invalid", f"The number {text[:20]}… is too long.")
    return int(text)


def _number_or_text(text: str) -> int | str:
    return int(text) if len(text) <= LONGEST_NUMBER else text
