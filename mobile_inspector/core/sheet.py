"""What has been entered in one verification so far, folded from its facts; the same fold live and after a kill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .journal import Fact

Json = dict[str, Any]
SealKey = tuple[str, str]  # number and kind
State = Literal["open", "finished", "abandoned"]


@dataclass(slots=True)
class Sheet:
    """The sheet of one verification.  Values are JSON as `metrology.evaluate` takes them: decimal strings with a unit."""

    opening: Mapping[str, Any] = field(default_factory=dict)
    readings: dict[tuple[str, int], Json] = field(default_factory=dict)
    checks: dict[str, bool] = field(default_factory=dict)
    conditions: Json = field(default_factory=dict)
    standards: dict[str, Json] = field(default_factory=dict)
    affixed: dict[SealKey, Json] = field(default_factory=dict)
    removed: dict[SealKey, Json] = field(default_factory=dict)
    voided: dict[SealKey, Json] = field(default_factory=dict)
    as_found: Json | None = None
    status_record: Json | None = None
    attachments: dict[str, Json] = field(default_factory=dict)
    signatures: dict[str, Json] = field(default_factory=dict)
    refused_to_sign: Json | None = None
    mismatches: list[Json] = field(default_factory=list)
    note: str = ""
    verified_on: str = ""
    at: str | None = None
    state: State = "open"

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Sheet:
        sheet = cls()
        for fact in facts:
            sheet.apply(fact.kind, fact.payload)
        return sheet

    def apply(self, kind: str, payload: Mapping[str, Any]) -> None:
        """Takes one fact in.  A fact of a kind that this release does not know says nothing here."""
        change = FOLD.get(kind)
        if change:
            change(self, payload)
            self.at = payload.get("at", self.at)
            if kind in SIGNED_FOR:
                self.signatures.clear()
                self.refused_to_sign = None

    def evaluation(self) -> Json:
        """The input of `metrology.evaluate`, in the order in which the readings were begun."""
        pinned = self.opening["procedure"]
        stated = {
            entry["role"]: {"uncertainty": entry["standard"]["expanded_uncertainty"]}
            for entry in self.standards.values()
            if entry["role"] and entry["standard"].get("expanded_uncertainty")
        }
        return {
            "type": self.opening["instrument"]["type_code"],
            "regime": self.opening["regime"],
            "procedure": {"id": pinned["id"], "version": pinned["version"]},
            "verified_on": self.verified_on,
            "characteristics": self.opening["instrument"]["characteristics"],
            "conditions": dict(self.conditions),
            "checks": dict(self.checks),
            "standards": stated,
            "readings": [{"point": p, "run": run, **fields} for (p, run), fields in self._read()],
        }

    def path(self, point: str, run: int) -> str | None:
        """Where `metrology` finds a run in the evaluation, such as "readings[3]"; None if nothing of it was read."""
        keys = [key for key, _ in self._read()]
        return f"readings[{keys.index((point, run))}]" if (point, run) in keys else None

    def record_body(self, verdict: str, finished_at: str, certificate_number: str | None) -> Json:
        """The body of the record of this verification; docs/sync.md, Push."""
        opening = self.opening
        signed = self.signatures or self.refused_to_sign
        return {
            "visit_id": opening["visit_id"],
            "instrument_id": opening["instrument"]["id"],
            "type_code": opening["instrument"]["type_code"],
            "regime": opening["regime"],
            "after_repair_reason": opening["after_repair_reason"],
            "started_at": opening["started_at"],
            "finished_at": finished_at,
            "evaluation": self.evaluation(),
            "verdict": verdict,
            "procedure": opening["procedure"],
            "standard_ids": list(self.standards),
            "seals_affixed": list(self.affixed.values()),
            "seals_removed": list(self.removed.values()),
            "seals_voided": list(self.voided.values()),
            "certificate_number": certificate_number,
            "note": self.note,
            "as_found": self.as_found,
            "status_record": self.status_record,
            "attachments": list(self.attachments.values()),
            "signatures": list(self.signatures.values()) if signed else None,
            "refused_to_sign": self.refused_to_sign,
            "mismatches": self.mismatches,
            **({"found_on_site": opening["instrument"]} if _was_found(opening) else {}),
            **{name: opening[name] for name in ("corrects", "correction_reason") if name in opening},
        }

    def _read(self) -> list[tuple[tuple[str, int], Json]]:
        return [(key, fields) for key, fields in self.readings.items() if fields]


def _was_found(opening: Mapping[str, Any]) -> bool:
    return bool(opening["instrument"]["status"] == "found_on_site")


def _mismatch(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.mismatches = [*sheet.mismatches, {k: v for k, v in payload.items() if k != "at"}]


def _mismatch_struck(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.mismatches = [each for n, each in enumerate(sheet.mismatches) if n != payload["index"]]


def _started(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.opening, sheet.verified_on = payload, payload["verified_on"]


def _day(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.verified_on = payload["day"]


def _reading(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    _set(
        sheet.readings.setdefault((payload["point"], payload["run"]), {}), payload["field"], payload["value"]
    )


def _check(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    _set(sheet.checks, payload["check"], payload["value"])


def _condition(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    _set(sheet.conditions, payload["condition"], payload["value"])


def _set(values: dict[str, Any], key: str, value: Any) -> None:
    """A field cleared is a field without a value, never an old one that comes back."""
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value


def _standard(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.standards[payload["standard"]["id"]] = {"standard": payload["standard"], "role": payload["role"]}


def _standard_back(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.standards.pop(payload["id"], None)


def seal_key(payload: Mapping[str, Any]) -> SealKey:
    return payload["number"], payload["kind"]


def _seal(payload: Mapping[str, Any]) -> Json:
    return {name: payload[name] for name in ("number", "kind", "place", "reason", "photo") if name in payload}


def _affixed(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.affixed[seal_key(payload)] = _seal(payload)


def _taken_back(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.affixed.pop(seal_key(payload), None)


def _voided(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.affixed.pop(seal_key(payload), None)
    sheet.voided[seal_key(payload)] = _seal(payload)


def _removed(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.removed[seal_key(payload)] = _seal(payload)


def _removal_struck(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.removed.pop(seal_key(payload), None)


def _seal_shown(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    for seals in (sheet.affixed, sheet.removed):
        if seal_key(payload) in seals:
            seals[seal_key(payload)] = {**seals[seal_key(payload)], "photo": payload["photo"]}


def _mismatch_shown(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.mismatches = [
        {**each, "photo": payload["photo"]} if n == payload["index"] else each
        for n, each in enumerate(sheet.mismatches)
    ]


def _as_found(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    """What was read becomes what was found; what is read from now on is what is left."""
    sheet.as_found = payload["evaluation"]
    sheet.readings = {}


def _as_found_back(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    read = (sheet.as_found or {}).get("readings", ())
    sheet.readings = {
        (each["point"], each["run"]): {k: v for k, v in each.items() if k not in ("point", "run")}
        for each in read
    }
    sheet.as_found = None


def _status(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.status_record = payload["record"]


def _attached(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.attachments[payload["sha256"]] = {k: v for k, v in payload.items() if k != "at"}


def _detached(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    """What was struck out shows nothing any more, neither a seal nor a mismatch."""
    sheet.attachments.pop(payload["sha256"], None)
    for seals in (sheet.affixed, sheet.removed, sheet.voided):
        seals.update({key: _without(seal, payload["sha256"]) for key, seal in seals.items()})
    sheet.mismatches = [_without(each, payload["sha256"]) for each in sheet.mismatches]


def _without(told: Json, photo: str) -> Json:
    return {k: v for k, v in told.items() if (k, v) != ("photo", photo)}


def _signed(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.signatures[payload["role"]] = {k: v for k, v in payload.items() if k != "at"}
    if payload["role"] == "representative":
        sheet.refused_to_sign = None


def _refused(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.refused_to_sign = {"reason": payload["reason"], "name": payload["name"]}
    sheet.signatures.pop("representative", None)


def _note(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.note = payload["text"]


def _entered(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    """Only the place changes, and `apply` does that."""


def _finished(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.state = "finished"


def _abandoned(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    sheet.state = "abandoned"


FOLD: dict[str, Callable[[Sheet, Mapping[str, Any]], None]] = {
    "verification.started": _started,
    "day.set": _day,
    "reading.set": _reading,
    "check.set": _check,
    "condition.set": _condition,
    "standard.taken": _standard,
    "standard.put_back": _standard_back,
    "seal.affixed": _affixed,
    "seal.taken_back": _taken_back,
    "seal.voided": _voided,
    "seal.removed": _removed,
    "seal.removal_struck": _removal_struck,
    "seal.shown": _seal_shown,
    "as_found.kept": _as_found,
    "as_found.taken_back": _as_found_back,
    "status.set": _status,
    "attachment.added": _attached,
    "attachment.dropped": _detached,
    "mismatch.noted": _mismatch,
    "mismatch.struck": _mismatch_struck,
    "mismatch.shown": _mismatch_shown,
    "record.signed": _signed,
    "record.sign_refused": _refused,
    "note.set": _note,
    "field.entered": _entered,
    "verification.finished": _finished,
    "verification.abandoned": _abandoned,
}

SIGNED_FOR = frozenset(FOLD) - {
    "verification.started", "day.set", "field.entered", "record.signed", "record.sign_refused",
    "verification.finished", "verification.abandoned",
}  # fmt: skip
"""Who signed, signed what stood there: when that changes, they sign again."""
