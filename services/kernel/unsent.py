"""Events that the broker refuses for what they are: set aside with the reason, the way of their aggregate closed."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mongoengine.connection import get_db
from pymongo.collection import Collection

from services.kernel.model import instant_text, now
from services.kernel.store import DURABLE, Aggregate, Store

log = logging.getLogger(__name__)

Row = dict[str, Any]


@dataclass(frozen=True)
class Refused:
    """The broker will never take this very event, however often it is sent: it is too large, for example."""

    reason: str


def set_aside(store: Store[Any], row: Row, number: int, refused: Refused) -> None:
    """Closes the way of an aggregate at one of its pending events. Those before it are sent; later ones stay behind it,
    for a reader that met them first would take this one for handled.

    A crash in between finds the event pending, and it is refused again. So does one that moved on meanwhile.
    """
    event = row["tail"][number]
    letter = {
        "open": True,
        "collection": store.collection.name,
        "aggregate": row["_id"],
        "type": event["type"],
        "reason": refused.reason,
        "at": instant_text(now()),
    }
    _unsent(store).update_one({"_id": event["id"]}, {"$set": letter}, upsert=True)
    store.collection.update_one(
        {"_id": row["_id"], "version": row["version"], "relayed": row["relayed"]},
        {
            "$set": {"relayed": row["relayed"] + number, "stuck": event["sequence"]},
            "$unset": {"pending": ""},
        },
    )
    log.error(
        "event %s (%s) can not be sent and is set aside, with all that follow it in its aggregate: %s",
        event["id"], event["type"], refused.reason,
    )  # fmt: skip


def keep_closed(store: Store[Any], row: Row) -> None:
    """Something was committed to an aggregate whose way is closed: it waits behind."""
    match = {"_id": row["_id"], "version": row["version"], "stuck": row["stuck"]}
    store.collection.update_one(match, {"$unset": {"pending": ""}})


def listed(service: str) -> Iterator[Row]:
    """What waits for somebody to look, oldest first."""
    yield from get_db(service)["unsent"].find({"open": True}).sort("at", 1)


def send_again(stores: Iterable[Store[Any]]) -> int:
    """Opens every way that is closed; returns how many. The relay sets aside anew what is refused again."""
    by_collection = {each.collection.name: each for each in stores if issubclass(each.document, Aggregate)}
    opened, started = 0, now()
    for store in by_collection.values():
        for letter in _unsent(store).find({"open": True, "collection": store.collection.name}):
            change = {"$set": {"pending": True}, "$unset": {"stuck": ""}}
            store.collection.update_one({"_id": letter["aggregate"], "stuck": {"$exists": True}}, change)
            opened += 1
        forget(store, started)
    return opened


def forget(store: Store[Any], before: datetime) -> None:
    """Their way is open now; what the relay has set aside since then stays on the list."""
    where = {"open": True, "collection": store.collection.name, "at": {"$lte": instant_text(before)}}
    _unsent(store).update_many(where, {"$set": {"open": False}})


def _unsent(store: Store[Any]) -> Collection[Row]:
    return store.collection.database["unsent"].with_options(write_concern=DURABLE)
