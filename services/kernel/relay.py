"""Brings committed events to Kafka: a loop over what is pending, never a callback after a commit. At least once."""

import json
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError
from pymongo import WriteConcern
from pymongo.errors import PyMongoError

from services.kernel.heartbeat import loop
from services.kernel.settings import settings
from services.kernel.store import Aggregate, Store

log = logging.getLogger(__name__)

BATCH = 500
IDLE_SECONDS = 0.2
RETRY_SECONDS = 2.0
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
                {"$sort": {"_id": 1}},
                {"$limit": BATCH},
                {"$project": {"version": 1, "relayed": 1, "tail": tail}},
            ]
        )
    )
    if not rows:
        return 0
    unsent = _send_in_waves(rows, publish)
    marks: dict[tuple[int, int, int], list[str]] = defaultdict(list)
    for row in rows:
        if row["_id"] not in unsent:
            marks[row["version"], row["relayed"], len(row["tail"])].append(row["_id"])
    for (version, relayed, count), ids in marks.items():
        # An aggregate that moved on meanwhile does not match and stays pending; so does one being replayed.
        match = {"_id": {"$in": ids}, "version": version, "relayed": relayed}
        advanced: dict[str, Any] = {"$set": {"relayed": relayed + count}}
        if count < TAIL:
            advanced["$unset"] = {"pending": ""}
        collection.update_many(match, advanced)
    return sum(count * len(ids) for (_, _, count), ids in marks.items())


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


def kafka_publish(producer: KafkaProducer, topic: str) -> Publish:
    def publish(messages: list[tuple[str, bytes]]) -> list[bool]:
        futures = [producer.send(topic, key=key.encode(), value=value) for key, value in messages]
        producer.flush(timeout=30)
        return [future.succeeded() for future in futures]

    return publish


def replay(stores: Iterable[Store[Any]]) -> int:
    """Marks the whole history of a service as not yet sent; its relay does the rest. Returns the aggregates marked."""
    marked = 0
    for store in stores:
        if issubclass(store.document, Aggregate):
            everything = {"history.0": {"$exists": True}}
            result = store.collection.update_many(everything, {"$set": {"relayed": 0, "pending": True}})
            marked += result.matched_count
    return marked


def run_relay(service: str, stores: list[Store[Any]]) -> None:
    """The relay process. Broker or database away: it says so once and tries again until they are back."""
    producer: KafkaProducer | None = None

    def once() -> int:
        nonlocal producer
        try:
            if producer is None:
                producer = KafkaProducer(
                    bootstrap_servers=settings().kafka,
                    acks="all",
                    enable_idempotence=True,
                    linger_ms=2,
                    max_block_ms=10_000,
                    delivery_timeout_ms=30_000,
                    request_timeout_ms=10_000,
                )
            return relay_once(stores, kafka_publish(producer, settings().topic(service)))
        except (KafkaError, PyMongoError) as error:
            log.warning("not sent, trying again: %s", error)
            if producer is not None and isinstance(error, KafkaError):
                producer.close(timeout=0)
                producer = None
            time.sleep(RETRY_SECONDS)
            return 0

    loop(once, IDLE_SECONDS)
    if producer is not None:
        producer.close(timeout=5)
