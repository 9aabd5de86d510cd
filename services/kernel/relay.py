"""Brings committed events to Kafka: a loop over what is pending, never a callback after a commit. At least once."""

import json
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import WriteConcern
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from services.kernel.heartbeat import loop
from services.kernel.model import now
from services.kernel.producer import Answer, KafkaSender
from services.kernel.settings import settings
from services.kernel.store import Aggregate, Store
from services.kernel.unsent import Refused, forget, keep_closed, set_aside

log = logging.getLogger(__name__)

BATCH = 500
IDLE_SECONDS = 0.2
TICK_SECONDS = 0.05
GATHER_SECONDS = 0.1
"""What comes within it goes out together, and is marked together."""
RETRY_SECONDS = 1.0
TAIL = 1000

# Losing the mark only sends an event twice, with the same id; so it need not wait for the disk.
MARK = WriteConcern(w=1, j=False)

Publish = Callable[[list[tuple[str, bytes]]], Sequence[Answer]]
"""Sends (key, message) pairs in order and says of each whether the broker has it, or never will."""


def relay_once(stores: Iterable[Store[Any]], publish: Publish) -> int:
    """One round over every aggregate that has something pending; returns how many events were sent."""
    return sum(_relay(store, publish) for store in stores if issubclass(store.document, Aggregate))


def _relay(store: Store[Any], publish: Publish) -> int:
    collection = store.collection.with_options(write_concern=MARK)
    tail = {"$slice": ["$history", "$relayed", TAIL]}
    rows = list(
        collection.aggregate(
            [
                {"$match": {"pending": True}},
                # In the order of the outbox index; the embedded engine would sort all that is pending.
                {"$limit": BATCH},
                {"$project": {"version": 1, "relayed": 1, "stuck": 1, "tail": tail}},
            ]
        )
    )
    for row in [row for row in rows if "stuck" in row]:
        keep_closed(store, row)
        rows.remove(row)
    if not rows:
        return 0
    unsent, refused = _send_in_waves(rows, publish)
    for row in [row for row in rows if row["_id"] in refused]:
        set_aside(store, row, *refused[row["_id"]])
    alike: dict[tuple[int, int, int], list[str]] = defaultdict(list)
    for row in rows:
        if row["_id"] not in unsent:
            alike[row["version"], row["relayed"], len(row["tail"])].append(row["_id"])
    for (version, relayed, count), ids in alike.items():
        _mark(collection, ids, version, relayed, count)
    return sum(count * len(ids) for (_, _, count), ids in alike.items())


def _mark(
    collection: Collection[dict[str, Any]], ids: list[str], version: int, relayed: int, count: int
) -> None:
    """An aggregate that moved on meanwhile stays pending; one that is being replayed stays as it is.

    The conditions stand in the change, since the embedded engine finds a list of ids fast only when nothing else is
    asked; and one change of fifty documents is one write, for which a fifth of the work is done.
    """
    sent = {"$eq": ["$relayed", relayed]}
    whole = {"$and": [sent, {"$eq": ["$version", version]}, count < TAIL]}
    advanced = {
        "relayed": {"$cond": [sent, relayed + count, "$relayed"]},
        "pending": {"$cond": [whole, "$$REMOVE", "$pending"]},
    }
    collection.update_many({"_id": {"$in": ids}}, [{"$set": advanced}])


def _send_in_waves(
    rows: list[dict[str, Any]], publish: Publish
) -> tuple[set[str], dict[str, tuple[int, Refused]]]:
    """The first pending event of every aggregate, then the second of each …: an event is sent only when the broker
    has the one before it. A later event that overtook a lost one would make readers take the lost one for handled.

    Returns the aggregates of which not everything was sent, and of those at which event one is refused for good.
    """
    unsent: set[str] = set()
    refused: dict[str, tuple[int, Refused]] = {}
    for number in range(max(len(row["tail"]) for row in rows)):
        wave = [row for row in rows if number < len(row["tail"]) and row["_id"] not in unsent]
        answers = publish([(row["_id"], _encode(row["tail"][number])) for row in wave])
        for row, answer in zip(wave, answers, strict=True):
            if answer is not True:
                unsent.add(row["_id"])
            if isinstance(answer, Refused):
                refused[row["_id"]] = number, answer
    return unsent, refused


def _encode(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def replay(stores: Iterable[Store[Any]]) -> int:
    """Marks the whole history of a service as not yet sent; its relay does the rest. Returns the aggregates marked."""
    marked = 0
    for store in stores:
        if issubclass(store.document, Aggregate):
            everything = {"history.0": {"$exists": True}}
            anew = {"$set": {"relayed": 0, "pending": True}, "$unset": {"stuck": ""}}
            started = now()
            result = store.collection.update_many(everything, anew)
            forget(store, started)
            marked += result.matched_count
    return marked


@dataclass
class Outbox:
    """A collection that is looked at often while something comes out of it, and the more rarely the longer it is quiet.

    A service has a dozen of them, of which a burst fills two or three: looking at all of them each time would cost
    more than sending.
    """

    store: Store[Any]
    found_at: float = 0.0
    next_at: float = 0.0

    def relay(self, publish: Publish, at: float) -> int:
        """Sends what is pending, unless it is too early for a look; `at` is a monotonic clock's time in seconds."""
        if at < self.next_at:
            return 0
        sent = _relay(self.store, publish)
        if sent:
            self.found_at = at
        else:
            self.next_at = at + min((at - self.found_at) / 10, IDLE_SECONDS)
        return sent


def run_relay(service: str, stores: list[Store[Any]]) -> None:
    """The relay process. Broker or database away: it says so once and tries again until they are back."""
    send = KafkaSender(settings().topic(service))
    outboxes = [Outbox(store) for store in stores if issubclass(store.document, Aggregate)]

    def once() -> int:
        try:
            sent = sum(outbox.relay(send, time.monotonic()) for outbox in outboxes)
        except PyMongoError as error:
            log.warning("the database is away, trying again: %s", error)
            time.sleep(RETRY_SECONDS)
            return 0
        if send.away:
            time.sleep(RETRY_SECONDS)
        elif 0 < sent < BATCH:
            time.sleep(GATHER_SECONDS)
        return sent

    loop(once, TICK_SECONDS)
    send.close()
