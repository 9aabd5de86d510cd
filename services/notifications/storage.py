"""Notifications' collections: their indexes, and the questions that are asked of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, WriteConcern

from services.kernel.model import instant_text
from services.kernel.store import Aggregate, Projection, Store
from services.notifications.heard import Heard
from services.notifications.notice import Notice
from services.notifications.register import Enterprise, Inspector, Instrument, InstrumentType, Site


def _meta(collection: str, *indexes: dict[str, Any]) -> dict[str, Any]:
    return {
        "collection": collection,
        "db_alias": "notifications",
        "auto_create_index": False,
        "indexes": list(indexes),
    }


class EnterpriseDocument(Projection):
    meta = _meta("enterprises")


class SiteDocument(Projection):
    meta = _meta("sites")


class InstrumentDocument(Projection):
    meta = _meta("instruments")


class InstrumentTypeDocument(Projection):
    meta = _meta("instrument_types")


class InspectorDocument(Projection):
    meta = _meta("inspectors")


class HeardDocument(Projection):
    meta = _meta("heard", {"fields": ["since"]}, {"fields": ["group", "since"]})


class NoticeDocument(Aggregate):
    meta = _meta(
        "notices",
        {"fields": ["matters.event_id"], "unique": True},
        {"fields": ["next_try_at"]},
        {"fields": ["created_at", "id"]},
        {"fields": ["enterprise_id", "created_at", "id"]},
    )


enterprises = Store(EnterpriseDocument, Enterprise)
sites = Store(SiteDocument, Site)
instruments = Store(InstrumentDocument, Instrument)
instrument_types = Store(InstrumentTypeDocument, InstrumentType)
inspectors = Store(InspectorDocument, Inspector)
heard = Store(HeardDocument, Heard)
notices = Store(NoticeDocument, Notice)

STORES: list[Store[Any]] = [enterprises, sites, instruments, instrument_types, inspectors, heard, notices]

# Losing the mark only gathers an event again, which no second notice takes; so it need not wait for the disk.
MARK = WriteConcern(w=1, j=False)


def waiting(at: datetime, limit: int) -> dict[str, list[datetime]]:
    """Since when they wait, of each group, longest waiting first; of none while nobody has waited since `at`."""
    groups: dict[str, list[datetime]] = {}
    if heard.collection.find_one({"since": {"$gt": "", "$lte": instant_text(at)}}, {"since": 1}) is None:
        return groups
    rows = heard.collection.find({"since": {"$gt": ""}}, {"group": 1, "since": 1})
    for row in rows.sort("since", ASCENDING).limit(limit):
        groups.setdefault(row["group"], []).append(datetime.fromisoformat(row["since"]))
    return groups


def waiting_in(group: str, limit: int) -> list[Heard]:
    """What waits in one group, longest waiting first."""
    return list(heard.query(order="since", limit=limit, group=group))


def is_told(event_id: str) -> bool:
    """Whether a notice has this event."""
    return notices.collection.find_one({"matters.event_id": event_id}, {"_id": 1}) is not None


def mark_taken(told: list[Heard]) -> None:
    """They lose group and content: what is left says that they were heard."""
    taken = {"$set": {"group": None, "since": None, "matter": None}}
    ids = [each.id for each in told]
    if ids:
        heard.collection.with_options(write_concern=MARK).update_many({"_id": {"$in": ids}}, taken)


def to_be_sent(at: datetime, limit: int) -> Iterator[Notice]:
    """Pending notices of which the time has come, longest waiting first."""
    return notices.query(order="next_try_at", limit=limit, next_try_at__lte=instant_text(at))


def newest_first(where: dict[str, Any], after: str | None, limit: int) -> Iterator[Notice]:
    """The notices that fit, from behind the one with the id `after`. Raises NotFound when there is no such one."""
    if after is not None:
        last = instant_text(notices.get(after).created_at)
        behind = {"$or": [{"created_at": {"$lt": last}}, {"created_at": last, "_id": {"$lt": after}}]}
        where = {"$and": [where, behind]}
    return notices.query(order="-created_at -id", limit=limit, __raw__=where)
