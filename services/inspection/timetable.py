"""An inspector's visits with their sites, enterprises, instruments and seals, as far as anything of them was touched."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from services.inspection.domain.known import OPEN, Instrument, Visit
from services.inspection.domain.verification import Verification
from services.inspection.storage import enterprises, instruments, seals, sites, verifications, visits
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


def visits_since(inspector_id: str, since: str) -> Iterator[tuple[str, Json]]:
    """Each open visit of which any part was touched after an instant: when, and the visit as the tablet is given it."""
    mine = list(visits.query(order="starts_at id", inspector_id=inspector_id, status__in=list(OPEN)))
    touched = _touched_parts(mine, since)
    due = [visit for visit in mine if any(part in touched for part in _parts(visit))]
    shown = _Shown(due)
    for visit in due:
        yield max(touched[part] for part in _parts(visit) if part in touched), shown.visit(visit)


def gone_since(inspector_id: str, since: str) -> Iterator[tuple[str, str]]:
    """Visits that were this inspector's and are no longer to be made: when that became known, and their ids.

    A tablet that begins anew without a cursor may still show old work, so it hears of the last ninety days.
    """
    since = since or instant_text(now() - KEPT)
    theirs = {"$or": [{"inspector_id": inspector_id}, {"past_inspectors": inspector_id}]}
    for visit in visits.query(touched_at__gt=since, __raw__=theirs):
        if not visit.is_work_of(inspector_id):
            yield instant_text(visit.touched_at), visit.id


def _parts(visit: Visit) -> list[tuple[str, str]]:
    return [
        ("visit", visit.id),
        ("site", visit.site_id),
        ("enterprise", visit.enterprise_id),
        *(("instrument", id) for id in visit.instrument_ids),
    ]


def _touched_parts(mine: list[Visit], since: str) -> dict[tuple[str, str], str]:
    """Of everything that these visits show: what was touched after an instant, and when."""
    instrument_ids = {id for visit in mine for id in visit.instrument_ids}
    asked: list[tuple[str, Store[Any], str, Iterable[str]]] = [
        ("visit", visits, "_id", [visit.id for visit in mine]),
        ("site", sites, "_id", {visit.site_id for visit in mine}),
        ("enterprise", enterprises, "_id", {visit.enterprise_id for visit in mine}),
        ("instrument", instruments, "_id", instrument_ids),
        ("instrument", seals, "instrument_id", instrument_ids),
        ("visit", verifications, "visit_id", [visit.id for visit in mine]),
    ]
    found: dict[tuple[str, str], str] = {}
    for kind, store, key, ids in asked:
        where = {key: {"$in": list(ids)}, "touched_at": {"$gt": since}}
        for row in store.collection.find(where, {key: 1, "touched_at": 1}):
            part = (kind, row[key])
            found[part] = max(found.get(part, ""), row["touched_at"])
    return found


class _Shown:
    """Everything that some visits show, read at once."""

    def __init__(self, due: list[Visit]) -> None:
        instrument_ids = {id for visit in due for id in visit.instrument_ids}
        self.sites = _by_id(sites, {visit.site_id for visit in due})
        self.enterprises = _by_id(enterprises, {visit.enterprise_id for visit in due})
        self.instruments: dict[str, Instrument] = _by_id(instruments, instrument_ids)
        self.seals: dict[str, list[Json]] = {}
        if due:
            for seal in seals.query(order="number", instrument_id__in=list(instrument_ids), status="affixed"):
                shown = {"number": seal.number, "kind": seal.of_kind, "place": seal.place}
                self.seals.setdefault(str(seal.instrument_id), []).append(shown)
        self.done: dict[tuple[str, str], Verification] = {}
        if due:
            for each in verifications.query(order="verified_at id", visit_id__in=[visit.id for visit in due]):
                self.done[str(each.visit_id), each.instrument_id] = each

    def visit(self, visit: Visit) -> Json:
        site, enterprise = self.sites.get(visit.site_id), self.enterprises.get(visit.enterprise_id)
        return {
            **visit.model_dump(mode="json", include={"id", "status", "starts_at", "ends_at"}),
            "site": site.model_dump(mode="json", include=FIELDS_OF_SITE) if site else None,
            "enterprise": enterprise.model_dump(mode="json", include=FIELDS_OF_ENTERPRISE)
            if enterprise
            else None,
            "items": [
                self._item(visit, id, regime)
                for id, regime in zip(visit.instrument_ids, visit.regimes, strict=True)
                if id in self.instruments
            ],
        }

    def _item(self, visit: Visit, instrument_id: str, regime: str) -> Json:
        instrument = self.instruments[instrument_id].model_dump(mode="json", include=FIELDS_OF_INSTRUMENT)
        done = self.done.get((visit.id, instrument_id))
        shown = {"id", "verdict", "verified_at"}
        return {
            "regime": regime,
            "instrument": {**instrument, "seals": self.seals.get(instrument_id, [])},
            "verification": done.model_dump(mode="json", include=shown) if done else None,
        }


def _by_id(store: Store[Any], ids: Iterable[str]) -> dict[str, Any]:
    wanted = list(ids)
    return {each.id: each for each in store.query(id__in=wanted)} if wanted else {}
