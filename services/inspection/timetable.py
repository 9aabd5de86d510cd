"""An inspector's visits and their instruments, with seals and history, as far as anything of them was touched."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from services.inspection.cursor import overlap_before
from services.inspection.domain.known import OPEN, Instrument, Visit
from services.inspection.storage import enterprises, instruments, parts, seals, sites, verifications, visits
from services.kernel.model import instant_text, now
from services.kernel.store import Store

Json = dict[str, Any]
KEPT = timedelta(days=90)
FIELDS_OF_SITE = {"id", "name", "address", "ward_name", "latitude", "longitude"}
FIELDS_OF_ENTERPRISE = {"id", "name", "tax_code", "contact_name", "contact_phone"}
FIELDS_OF_INSTRUMENT = {
    "id", "type_code", "maker", "model", "serial", "serial_assigned", "country", "year", "characteristics", "status",
    "last_verified_on", "valid_until", "certificate_number",
}  # fmt: skip

MOST_PAST = 5
"""Of an instrument's verifications a tablet is given the last few."""

PAST = dict.fromkeys(
    ("instrument_id", "visit_id", "verified_at", "verified_on", "regime", "verdict", "note", "status_record"),
    1,
)


def visits_since(inspector_id: str, since: str) -> Iterator[tuple[str, Json]]:
    """Each open visit that was touched after an instant, itself or by its site, its enterprise or a verification on it.

    A visit brings its instruments whole; an instrument that changed alone comes alone, from `instruments_since`. One that
    was first heard of after its visit touches the visit: the tablet has that without it.
    """
    touched = _touched_visits(inspector_id, since)
    due = sorted(_by_id(visits, touched).values(), key=lambda visit: (visit.starts_at, visit.id))
    shown = _Shown(due, {id for visit in due for id in visit.instrument_ids})
    for visit in due:
        yield touched[visit.id], shown.visit(visit)


def instruments_since(inspector_id: str, since: str) -> Iterator[tuple[str, Json]]:
    """Each instrument of an open visit that was touched, itself, by a seal on it or by a verification of it."""
    touched: dict[str, str] = {}
    for store, key in ((instruments, "_id"), (seals, "instrument_id"), (verifications, "instrument_id")):
        _note(touched, store, key, since)
    if not touched:
        return
    mine: set[str] = set()
    for part in parts(touched):
        rows = _mine(inspector_id, {"instrument_ids": {"$in": part}}, "instrument_ids")
        mine.update(id for row in rows for id in row["instrument_ids"])
    shown = _Shown([], mine & touched.keys())
    for id in sorted(shown.instruments):
        yield touched[id], shown.instrument(id)


def gone_since(inspector_id: str, since: str) -> Iterator[tuple[str, str]]:
    """Visits that were this inspector's and are no longer to be made: when that became known, and their ids.

    A tablet that begins anew without a cursor may still show old work, so it hears of the last ninety days.
    """
    since = since or instant_text(now() - KEPT)
    for field in ("inspector_id", "past_inspectors"):
        asked: dict[str, Any] = {field: inspector_id, "touched_at__gt": since}
        for visit in visits.query(**asked):
            if not visit.is_work_of(inspector_id) and (
                field == "inspector_id" or visit.inspector_id != inspector_id
            ):
                yield instant_text(visit.touched_at), visit.id


def _mine(inspector_id: str, where: Json, *fields: str) -> Iterator[Json]:
    """Of the visits that a condition finds, those that are this inspector's open work."""
    asked = dict.fromkeys((*fields, "inspector_id", "status", "touched_at"), 1)
    for row in visits.collection.find(where, asked):
        if row["inspector_id"] == inspector_id and row["status"] in OPEN:
            yield row


def _touched_visits(inspector_id: str, since: str) -> dict[str, str]:
    """Begins with what was touched, which is little, and not with all that the inspector has.

    A first load asks of the others only what the next pull would look at again, so that it knows that it was given.
    """
    own = {"inspector_id": inspector_id, "touched_at": {"$gt": since}}
    found = {row["_id"]: str(row["touched_at"]) for row in _mine(inspector_id, own)}
    causes: list[tuple[Store[Any], str, str]] = [
        (sites, "_id", "site_id"), (enterprises, "_id", "enterprise_id"), (verifications, "visit_id", "_id"),
    ]  # fmt: skip
    for store, key, of_visit in causes:
        touched: dict[str, str] = {}
        _note(touched, store, key, since or overlap_before(now()))
        for part in parts(touched):
            for row in _mine(inspector_id, {of_visit: {"$in": part}}, of_visit):
                found[row["_id"]] = max(found.get(row["_id"], ""), touched[row[of_visit]])
    new = _new_instruments(since or overlap_before(now()))
    for part in parts(new):
        for row in _mine(inspector_id, {"instrument_ids": {"$in": part}}, "instrument_ids"):
            at = max(new[id] for id in row["instrument_ids"] if id in new)
            found[row["_id"]] = max(found.get(row["_id"], ""), at)
    return found


def _new_instruments(since: str) -> dict[str, str]:
    """What was first heard of after an instant, and when. Asked by what an index covers whole, and sifted."""
    rows = instruments.collection.find({"touched_at": {"$gt": since}}, {"known_at": 1})
    return {row["_id"]: row["known_at"] for row in rows if (row.get("known_at") or "") > since}


def _note(touched: dict[str, str], store: Store[Any], key: str, since: str) -> None:
    for row in store.collection.find({"touched_at": {"$gt": since}}, {key: 1, "touched_at": 1}):
        if row.get(key) is not None:
            touched[row[key]] = max(touched.get(row[key], ""), row["touched_at"])


class _Shown:
    """Everything that some visits and instruments show, read at once."""

    def __init__(self, due: list[Visit], instrument_ids: set[str]) -> None:
        self.sites = _by_id(sites, {visit.site_id for visit in due})
        self.enterprises = _by_id(enterprises, {visit.enterprise_id for visit in due})
        self.instruments: dict[str, Instrument] = _by_id(instruments, instrument_ids)
        self.seals: dict[str, list[Json]] = {}
        self.past: dict[str, list[Json]] = {}
        for part in parts(instrument_ids):
            for seal in sorted(seals.query(instrument_id__in=part), key=lambda seal: seal.number):
                if seal.status == "affixed":
                    shown = {"number": seal.number, "kind": seal.of_kind, "place": seal.place}
                    self.seals.setdefault(str(seal.instrument_id), []).append(shown)
            found = verifications.collection.find({"instrument_id": {"$in": part}}, PAST)
            for row in sorted(found, key=lambda row: (row["verified_at"], row["_id"]), reverse=True):
                self.past.setdefault(row["instrument_id"], []).append(row)

    def visit(self, visit: Visit) -> Json:
        site, enterprise = self.sites.get(visit.site_id), self.enterprises.get(visit.enterprise_id)
        return {
            **visit.model_dump(mode="json", include={"id", "status", "starts_at", "ends_at"}),
            "site": site.model_dump(mode="json", include=FIELDS_OF_SITE) if site else None,
            "enterprise": enterprise.model_dump(mode="json", include=FIELDS_OF_ENTERPRISE)
            if enterprise
            else None,
            "items": [
                {"regime": regime, "instrument": self.instrument(id), "verification": self._done(visit, id)}
                for id, regime in zip(visit.instrument_ids, visit.regimes, strict=True)
                if id in self.instruments
            ],
        }

    def instrument(self, id: str) -> Json:
        """With the seals on it, its last verifications, and the last status record, to be compared with on the spot."""
        past = self.past.get(id, [])
        status = next((row["status_record"] for row in past if row.get("status_record")), None)
        return {
            **self.instruments[id].model_dump(mode="json", include=FIELDS_OF_INSTRUMENT),
            "seals": self.seals.get(id, []),
            "history": [
                {
                    "id": row["_id"],
                    **{name: row[name] for name in ("verified_on", "regime", "verdict", "note")},
                }
                for row in past[:MOST_PAST]
            ],
            "status_record": status,
        }

    def _done(self, visit: Visit, instrument_id: str) -> Json | None:
        for row in self.past.get(instrument_id, []):
            if row["visit_id"] == visit.id:
                return {"id": row["_id"], "verdict": row["verdict"], "verified_at": row["verified_at"]}
        return None


def _by_id(store: Store[Any], ids: Iterable[str]) -> dict[str, Any]:
    return {each.id: each for part in parts(ids) for each in store.query(id__in=part)}
