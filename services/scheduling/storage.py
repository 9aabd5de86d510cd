"""Scheduling's collections: their indexes, and the questions that are asked of them."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from services.kernel.model import instant_text
from services.kernel.store import Aggregate, Projection, Store
from services.scheduling.inspector import Inspector
from services.scheduling.obligation import Obligation
from services.scheduling.register import Enterprise, InstrumentType, Site
from services.scheduling.visit import Visit
from services.scheduling.window import Window


def _meta(collection: str, *indexes: dict[str, Any]) -> dict[str, Any]:
    return {
        "collection": collection,
        "db_alias": "scheduling",
        "auto_create_index": False,
        "indexes": list(indexes),
    }


class EnterpriseDocument(Projection):
    meta = _meta("enterprises")


class SiteDocument(Projection):
    meta = _meta("sites", {"fields": ["ward_code"]})


class InspectorDocument(Projection):
    meta = _meta("inspectors")


class InstrumentTypeDocument(Projection):
    meta = _meta("instrument_types")


class ObligationDocument(Aggregate):
    meta = _meta(
        "obligations",
        {"fields": ["next_lead_on"]},
        {"fields": ["listed_on", "id"]},
        {"fields": ["site_id", "listed_on"]},
        {"fields": ["enterprise_id", "listed_on", "id"]},
    )


class VisitDocument(Aggregate):
    meta = _meta(
        "visits",
        {"fields": ["turns"], "unique": True},
        {"fields": ["items.instrument_id"]},
        {"fields": ["starts_at", "id"]},
        {"fields": ["inspector_id", "starts_at", "id"]},
        {"fields": ["enterprise_id", "starts_at", "id"]},
        {"fields": ["site_id", "starts_at", "id"]},
    )


enterprises = Store(EnterpriseDocument, Enterprise)
sites = Store(SiteDocument, Site)
inspectors = Store(InspectorDocument, Inspector)
instrument_types = Store(InstrumentTypeDocument, InstrumentType)
obligations = Store(ObligationDocument, Obligation)
visits = Store(VisitDocument, Visit)

STORES: list[Store[Any]] = [enterprises, sites, inspectors, instrument_types, obligations, visits]


def leads_to_say(today: date, limit: int) -> Iterator[Obligation]:
    """Obligations of which the day of the next lead has come, longest waiting first."""
    return obligations.query(order="next_lead_on", limit=limit, next_lead_on__lte=today.isoformat())


def due_at_site(site_id: str, before: date, limit: int) -> list[Obligation]:
    """What falls due at a site before a day, earliest first."""
    return list(
        obligations.query(
            order="listed_on id",
            limit=limit,
            site_id=site_id,
            listed_on__lt=before.isoformat(),
            status="open",
        )
    )


def visits_of(instrument_ids: list[str]) -> list[Visit]:
    """Every visit, open or over, on which one of these instruments is or was."""
    return list(visits.query(__raw__={"items.instrument_id": {"$in": instrument_ids}}))


def clashing(inspector_id: str, window: Window, but: str) -> Visit | None:
    """An open visit of the inspector in the same time, other than the visit `but`."""
    meanwhile = {
        "inspector_id": inspector_id,
        "open": True,
        "_id": {"$ne": but},
        "starts_at": {"$lt": instant_text(window.ends_at)},
        "ends_at": {"$gt": instant_text(window.starts_at)},
    }
    return next(visits.query(limit=1, __raw__=meanwhile), None)


def count_by_due_day(where: dict[str, Any]) -> Counter[tuple[str, str, str]]:
    """How many obligations have this (type, status, day by which they are listed)."""
    group = {"_id": {"type": "$type_code", "status": "$status", "on": "$listed_on"}, "count": {"$sum": 1}}
    rows = obligations.collection.aggregate([{"$match": where}, {"$group": group}])
    return Counter(
        {(row["_id"]["type"], row["_id"]["status"], row["_id"]["on"]): row["count"] for row in rows}
    )


def page(store: Store[Any], by: str, where: dict[str, Any], after: str | None, limit: int) -> Iterator[Any]:
    """The entities that fit, ordered by a field and then by id, from behind the one with the id `after`."""
    if after is not None:
        last = store.get(after).state()[by]
        behind = {"$or": [{by: {"$gt": last}}, {by: last, "_id": {"$gt": after}}]}
        where = {"$and": [where, behind]}
    return store.query(order=f"{by} id", limit=limit, __raw__=where)
