"""Brings committed events to Kafka: a loop over what is pending, never a callback after a commit. At least once."""

import json
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError
from pymongo import UpdateOne, WriteConcern
from pymongo.errors import PyMongoError

from services.kernel.heartbeat import loop
from services.kernel.settings import settings
from services.kernel.store import Aggregate, Store

log = logging.getLogger(__name__)

BATCH = 500
IDLE_SECONDS = 0.2
TICK_SECONDS = 0.05
GATHER_SECONDS = 0.01
"""What comes within it goes out together, and is marked together."""
RETRY_SECONDS = 1.0
FLUSH_SECONDS = 30
TAIL = 1000

# Losing the mark only sends an event twice, with the same id; so it need not wait for the disk.
MARK = WriteConcern(w=1, j=False)

Publish = Callable[[list[tuple[str, bytes]]], list[bool]]
"""Sends (key, message) pairs in order and says of each whether the broker has it."""


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
                {
                    "$limit": BATCH
                },  # in the order of the outbox index; the embedded engine would sort all that is pending
                {"$project": {"version": 1, "relayed": 1, "tail": tail}},
            ]
        )
    )
    if not rows:
        return 0
    unsent = _send_in_waves(rows, publish)
    sent = [row for row in rows if row["_id"] not in unsent]
    if sent:
        # One by one in one call: the embedded engine finds each by its index, and for a list would look at everything.
        collection.bulk_write([_mark(row) for row in sent], ordered=False)
    return sum(len(row["tail"]) for row in sent)


def _mark(row: dict[str, Any]) -> UpdateOne:
    """An aggregate that moved on meanwhile does not match and stays pending; so does one being replayed."""
    count = len(row["tail"])
    advanced: dict[str, Any] = {"$set": {"relayed": row["relayed"] + count}}
    if count < TAIL:
        advanced["$unset"] = {"pending": ""}
    return UpdateOne({"_id": row["_id"], "version": row["version"], "relayed": row["relayed"]}, advanced)


def _send_in_waves(rows: list[dict[str, Any]], publish: Publish) -> set[str]:
    """The first pending event of every aggregate, then the second of each …: an event is sent only when the broker
    has the one before it. A later event that overtook a lost one would make readers take the lost one for handled."""
    unsent: set[str] = set()
    for number in range(max(len(row["tail"]) for row in rows)):
        wave = [row for row in rows if number < len(row["tail"]) and row["_id"] not in unsent]
        answers = publish([(row["_id"], _encode(row["tail"][number])) for row in wave])
        unsent |= {row["_id"] for row, answer in zip(wave, answers, strict=True) if not answer}
    return unsent


def _encode(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


class KafkaSender:
    """A producer that is thrown away as soon as it fails once.

    An idempotent producer that met a new broker, or lost its place with the old one, refuses everything from then on;
    what it could not send stays pending, and its successor sends it. The state is `away` while nothing gets through.
    """

    def __init__(self, topic: str) -> None:
        self.topic, self.away = topic, False
        self._producer: KafkaProducer | None = None

    def __call__(self, messages: list[tuple[str, bytes]]) -> list[bool]:
        """Sends in order; says of each whether the broker has it. Never raises."""
        try:
            producer = self._open()
            futures = [producer.send(self.topic, key=key.encode(), value=value) for key, value in messages]
            producer.flush(timeout=FLUSH_SECONDS)
            answers = [future.succeeded() for future in futures]
            failure = next((future.exception for future in futures if not future.succeeded()), None)
        except KafkaError as error:
            answers, failure = [False] * len(messages), error
        if not all(answers):
            self.close(timeout=0)
        self._tell(failure if not any(answers) else None)
        return answers

    def close(self, timeout: float = 5) -> None:
        if self._producer is not None:
            self._producer.close(timeout=timeout)
            self._producer = None

    def _open(self) -> KafkaProducer:
        if self._producer is None:
            self._producer = KafkaProducer(
                bootstrap_servers=settings().kafka,
                acks="all",
                enable_idempotence=True,
                linger_ms=2,
                max_block_ms=10_000,
                delivery_timeout_ms=30_000,
                request_timeout_ms=10_000,
            )
        return self._producer

    def _tell(self, failure: Exception | None) -> None:
        """One line when the broker goes and one when it is back."""
        if failure is not None and not self.away:
            log.warning("the broker is away, events wait in the database: %s", failure)
        if failure is None and self.away:
            log.warning("the broker is back, the events that waited are sent")
        self.away = failure is not None


def replay(stores: Iterable[Store[Any]]) -> int:
    """Marks the whole history of a service as not yet sent; its relay does the rest. Returns the aggregates marked."""
    marked = 0
    for store in stores:
        if issubclass(store.document, Aggregate):
            everything = {"history.0": {"$exists": True}}
            result = store.collection.update_many(everything, {"$set": {"relayed": 0, "pending": True}})
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
