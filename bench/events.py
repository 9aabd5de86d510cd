"""How fast events travel: relay alone, worker alone, and from commit to the reader's commit, beside the raw clients."""

import argparse
import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer
from kafka import KafkaProducer
from pymongo import WriteConcern

from bench.stage import Run, Stage, cpu_seconds, median, own_cpu_seconds
from deploy.local.waiting import until
from services.kernel.model import Itself, new_id
from services.kernel.settings import settings
from services.kernel.store import open_database
from services.registry.events import InstrumentRegistered
from services.registry.instrument import Instrument, identity
from services.registry.storage import instruments

BY = Itself(actor="service/bench")
PARTITION_COUNT = 8
DURABLE = WriteConcern(w="majority", j=True)


@dataclass
class Series:
    """One measured thing over several runs."""

    name: str
    rates: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)

    def add(self, count: int, seconds: float, cpu: float) -> None:
        self.rates.append(count / seconds)
        self.cpu_us.append(cpu / count * 1e6)

    def row(self, raw: "Series | None" = None) -> str:
        ratio = f"{median(self.rates) / median(raw.rates):>6.2f}" if raw else "      "
        return f"{self.name:<46}{median(self.rates):>10,.0f}{median(self.cpu_us):>12,.0f}   {ratio}"


def soon(condition: Callable[[], bool], what: str) -> None:
    until(condition, what, seconds=120, pause=0.005)


def register(number: int) -> str:
    """Commits one instrument as the registry's API does; returns its id."""
    id = new_id()
    serial = f"SN-{number:06d}-{id[-6:]}"
    instrument = Instrument.model_validate(
        {
            "id": id,
            "type_code": "19",
            "enterprise_id": "bench",
            "site_id": "bench",
            "maker": "Tatsuno",
            "country": "JP",
            "model": "Sunny XE",
            "serial": serial,
            "serial_assigned": False,
            "identity": identity("19", "Tatsuno", serial),
            "year": 2024,
            "characteristics": {"nominal_flow": {"value": "50", "unit": "L/min"}},
            "status": "registered",
            "registered_on": "2026-11-02",
            "last_verified_on": None,
            "valid_until": None,
            "certificate_number": None,
        }
    )
    event = InstrumentRegistered.model_validate({"instrument_id": id, **instrument.state()})
    instruments.add(instrument, event, by=BY)
    return id


def commit_many(count: int) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(register, range(count)))


def raw_producer(run: Run, messages: list[tuple[bytes, bytes]], series: Series) -> None:
    """kafka-python with the relay's settings, the same messages, to a topic of its own."""
    producer = KafkaProducer(
        bootstrap_servers=run.stage.kafka, acks="all", enable_idempotence=True, linger_ms=2
    )
    producer.partitions_for(run.topic("notifications"))
    started, cpu = time.perf_counter(), own_cpu_seconds()
    futures = [producer.send(run.topic("notifications"), key=key, value=value) for key, value in messages]
    producer.flush(timeout=60)
    assert all(future.succeeded() for future in futures)
    series.add(len(messages), time.perf_counter() - started, own_cpu_seconds() - cpu)
    producer.close()


def relay_alone(run: Run, count: int, series: Series) -> None:
    pending = run.collection("registry", "instruments")
    with run.process("registry", "relay") as relay:
        # Ready means that it has begun; time runs from the first event that is marked as sent.
        soon(lambda: pending.count_documents({"pending": True}) < count, "the first event to be sent")
        left = pending.count_documents({"pending": True})
        started, cpu = time.perf_counter(), cpu_seconds(relay)
        soon(lambda: pending.find_one({"pending": True}, {"_id": 1}) is None, "all to be sent")
        series.add(left, time.perf_counter() - started, cpu_seconds(relay) - cpu)


def raw_consumer(run: Run, count: int, series: Series, write: bool) -> None:
    """aiokafka reading the same messages; with `write`, one durable write for each, one after the other."""
    asyncio.run(_raw_consumer(run, count, series, write))


async def _raw_consumer(run: Run, count: int, series: Series, write: bool) -> None:
    consumer = AIOKafkaConsumer(
        run.topic("registry"),
        bootstrap_servers=run.stage.kafka,
        group_id=f"{run.name}-raw-{write}",
        auto_offset_reset="earliest",
        session_timeout_ms=6000,
        heartbeat_interval_ms=1200,
    )
    kept = run.client[f"{run.name}_raw"]["kept"].with_options(write_concern=DURABLE)
    await consumer.start()
    try:
        seen, started, cpu = 0, 0.0, 0.0
        async for message in consumer:
            if seen == 0:
                started, cpu = time.perf_counter(), own_cpu_seconds()
            seen += 1
            if write:
                body = json.loads(message.value)
                document = {"_id": body["id"], "data": body["data"]}
                await asyncio.to_thread(kept.replace_one, {"_id": body["id"]}, document, upsert=True)
            if seen == count:
                break
        series.add(count - 1, time.perf_counter() - started, own_cpu_seconds() - cpu)
    finally:
        await consumer.stop()


def worker_alone(run: Run, count: int, series: Series) -> None:
    read = run.collection("scheduling", "obligations")
    with run.process("scheduling", "worker") as worker:
        soon(lambda: read.count_documents({}) > 0, "the first event to be handled")
        first = read.count_documents({})
        started, cpu = time.perf_counter(), cpu_seconds(worker)
        soon(lambda: read.count_documents({}) >= count, "all to be handled")
        series.add(count - first, time.perf_counter() - started, cpu_seconds(worker) - cpu)


def latencies(run: Run, rate: int, seconds: int) -> list[float]:
    """Milliseconds from the registry's commit to scheduling's commit, at a steady rate."""
    read = run.collection("scheduling", "obligations")
    waiting: dict[str, float] = {}
    found: list[float] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set() or waiting:
            ids = list(waiting)
            for row in read.find({"_id": {"$in": ids}}, {"_id": 1}):
                found.append((time.perf_counter() - waiting.pop(row["_id"])) * 1000)
            time.sleep(0.002)

    with run.process("registry", "relay"), run.process("scheduling", "worker"):
        watcher = threading.Thread(target=watch)
        watcher.start()
        started = time.perf_counter()
        for number in range(rate * seconds):
            time.sleep(max(0.0, started + number / rate - time.perf_counter()))
            id = register(number)
            waiting[id] = time.perf_counter()
        over.set()
        watcher.join(60)
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.events", description=__doc__)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=20, help="of the latency measurement, at 50 events/s")
    parser.add_argument("--kafka", action="store_true", help="on a real Apache Kafka (make kafka gets it)")
    given = parser.parse_args()
    produced, relayed = Series("raw kafka-python producer"), Series("relay: pending in the database to Kafka")
    consumed, stored = (
        Series("raw aiokafka consumer"),
        Series("raw aiokafka consumer, one durable write each"),
    )
    handled, delays = Series("worker: Kafka to the reader's commit"), list[list[float]]()
    with Stage(given.kafka) as stage:
        for number in range(given.runs):
            print(f"run {number + 1} of {given.runs} …", file=sys.stderr)
            run = stage.run()
            settings.cache_clear()
            run.migrate("registry", "scheduling")
            open_database("registry")
            run.collection("registry", "instrument_types").drop()
            commit_many(given.events)
            rows = list(run.collection("registry", "instruments").find({}, {"history": 1}))
            encoded = [
                (r["_id"].encode(), json.dumps(r["history"][0], ensure_ascii=False).encode()) for r in rows
            ]
            raw_producer(run, encoded, produced)
            relay_alone(run, given.events, relayed)
            raw_consumer(run, given.events, consumed, write=False)
            raw_consumer(run, given.events, stored, write=True)
            worker_alone(run, given.events, handled)
            delays.append(latencies(run, 50, given.seconds))
    size = len(encoded[0][1])
    broker = "Apache Kafka" if given.kafka else "embedded broker"
    print(
        f"\n{given.events} events of {size} bytes, {PARTITION_COUNT} partitions, {broker}, {given.runs} runs, medians"
    )
    print(f"{'':<46}{'events/s':>10}{'CPU µs each':>12}    to raw")
    for line in (
        produced.row(),
        relayed.row(produced),
        consumed.row(),
        stored.row(consumed),
        handled.row(stored),
    ):
        print(line)
    print("\ncommit to the reader's commit at 50 events/s, ms")
    for name, share in (("median", 0.5), ("p95", 0.95), ("p99", 0.99), ("worst", 1.0)):
        print(f"{name:<46}{median([d[min(len(d) - 1, int(len(d) * share))] for d in delays]):>10.0f}")


if __name__ == "__main__":
    main()
