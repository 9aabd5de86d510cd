"""How fast evidence is taken: records a second in batches and singly, until they show in the register, and small pulls."""

import argparse
import gzip
import json
import os
import platform as machine
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.field import Field, FieldTablet, headers_of, verification
from bench.stage import cpu_seconds
from deploy.local.platform import LocalPlatform
from deploy.local.waiting import until
from services.inspection.cursor import OVERLAP
from services.kernel.model import instant_text, now

QUIET_SECONDS = 600.0
QUIET_CPU_SECONDS = 0.6
"""What sixteen processes use in two seconds by merely looking whether there is something to do."""
LOOK_SECONDS, LOOKED_AT = 0.05, 20
"""How often it is looked for the longest awaited instruments, and for how many: looking costs the database too."""
PARTS = ("batches", "singles", "register", "pull")
WORK_INSTRUMENTS, WORK_VISITS, CHANGED = 50_000, 1_000, 20


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sync", description=__doc__)
    parser.add_argument("--tablets", type=int, default=8)
    parser.add_argument("--instruments", type=int, default=8000)
    parser.add_argument("--batches", type=int, default=5, help="of 100 records, from each tablet")
    parser.add_argument("--singles", type=int, default=150, help="records one by one, from each tablet")
    parser.add_argument(
        "--rates",
        type=int,
        nargs="+",
        default=[25, 50, 100],
        help="records a second until the register shows them",
    )
    parser.add_argument("--seconds", type=int, default=10, help="of each of these")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what to measure")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vernier-bench-") as folder:
        say("starting the platform, registering the field …")
        with LocalPlatform(Path(folder), "free", environment={"VERNIER_ACCESS_MINUTES": "120"}) as platform:
            field = Field(platform, given.tablets, given.instruments)
            print(
                f"\n{description()}; {given.tablets} clients, all processes of the platform on the same machine"
            )
            if "batches" in given.parts:
                quiet(platform)
                in_batches(field, given.batches)
            if "singles" in given.parts:
                quiet(platform)
                singly(field, given.singles)
            if "register" in given.parts:
                for rate in given.rates:
                    quiet(platform)
                    until_registered(field, rate, given.seconds)
            if "pull" in given.parts:
                quiet(platform)
                # What the parts before touched would come once more with the first change.
                time.sleep(OVERLAP.total_seconds())
                pulls(field)


def quiet(platform: LocalPlatform) -> None:
    """Until what came before is worked off: notices, trails and due dates of what was registered, and their mail."""

    def used() -> float:
        return sum(cpu_seconds(each) for each in platform.processes)

    def rests() -> bool:
        before = used()
        time.sleep(2)
        return used() - before < QUIET_CPU_SECONDS

    until(rests, "the platform to have nothing to do", QUIET_SECONDS)


def in_batches(field: Field, batches: int) -> None:
    """Every client pushes batches of 100, one after the other."""
    made = {
        tablet.id: [batch(field, tablet, tablet.next(100)) for _ in range(batches)]
        for tablet in field.tablets
    }
    size = len(made[field.tablets[0].id][0]) / 100
    cpu = Cpu(field.platform)
    times, seconds = push(field, made)
    count = batches * 100 * len(field.tablets)
    row("in batches of 100, durable", count / seconds, "records/s", f"aim 1,000; {size:,.0f} bytes a record")
    row("  one batch, p95", percentile(times, 0.95) * 1000, "ms")
    cpu.rows(count)
    started = time.perf_counter()
    judged(field, count)
    row(
        "  judged and certified meanwhile and after",
        count / (seconds + time.perf_counter() - started),
        "records/s",
    )


def singly(field: Field, singles: int) -> None:
    made = {
        tablet.id: [batch(field, tablet, tablet.next(1)) for _ in range(singles)] for tablet in field.tablets
    }
    before = field.collection("inspection", "verifications").estimated_document_count()
    cpu = Cpu(field.platform)
    times, seconds = push(field, made)
    count = singles * len(field.tablets)
    row("singly, durable", count / seconds, "records/s", "aim 300")
    cpu.rows(count)
    row("  one record, median", percentile(times, 0.5) * 1000, "ms")
    row("  one record, p95", percentile(times, 0.95) * 1000, "ms", "aim 60")
    judged(field, before + count)
    paced(field, min(singles, 50))
    judged(field, before + count + min(singles, 50))


def paced(field: Field, count: int) -> None:
    """One client at a time, so that its wait is not for the other seven."""
    tablet = field.tablets[0]
    made = {tablet.id: [batch(field, tablet, tablet.next(1)) for _ in range(count)]}
    times, _ = push(field, made)
    row("  one record from one client, p95", percentile(times, 0.95) * 1000, "ms")


def until_registered(field: Field, rate: int, seconds: int) -> None:
    """From the answer to a push until the register shows the new certificate."""
    each = rate * seconds // len(field.tablets)
    made = {
        tablet.id: [(id, batch(field, tablet, [id])) for id in tablet.next(each)] for tablet in field.tablets
    }
    rows = field.collection("registry", "instruments").find({}, {"certificate_number": 1})
    old = {each["_id"]: each["certificate_number"] for each in rows}
    waiting: dict[str, float] = {}
    found: list[float] = []
    over = threading.Event()

    def watch() -> None:
        registered = field.collection("registry", "instruments")
        limit = time.monotonic() + QUIET_SECONDS
        while (not over.is_set() or waiting) and time.monotonic() < limit:
            ids = list(waiting)[:LOOKED_AT]
            for each in registered.find({"_id": {"$in": ids}}, {"certificate_number": 1}):
                if each["certificate_number"] != old[each["_id"]]:
                    found.append(time.perf_counter() - waiting.pop(each["_id"]))
            time.sleep(LOOK_SECONDS)

    def send(place: int, tablet: FieldTablet) -> None:
        line = Line(field, tablet)
        for number, (instrument_id, body) in enumerate(made[tablet.id]):
            due = started + (number * len(field.tablets) + place) / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            line.push(body)
            waiting[instrument_id] = time.perf_counter()

    watcher = threading.Thread(target=watch)
    watcher.start()
    started = time.perf_counter()
    with ThreadPoolExecutor(len(field.tablets)) as pool:
        list(pool.map(send, range(len(field.tablets)), field.tablets))
    took = time.perf_counter() - started
    over.set()
    watcher.join()
    count = sum(map(len, made.values()))
    row(
        f"accepted to visible in the register at {count / took:,.0f}/s, median",
        percentile(found, 0.5) * 1000,
        "ms",
    )
    row("  p95", percentile(found, 0.95) * 1000, "ms", f"aim 1,000; {len(found)} of {count} seen")


def pulls(field: Field) -> None:
    """One inspector with 50,000 instruments on 1,000 visits; then 20 of them change."""
    tablet = field.tablets[0]
    work_of_one(field, tablet)
    with field.client(tablet) as client:
        started = time.perf_counter()
        whole = client.get("/sync/snapshot", params={"tablet_id": tablet.id}).raise_for_status()
        row(f"first load of {WORK_INSTRUMENTS:,} instruments", time.perf_counter() - started, "s")
        row("  its file", len(whole.content) / 1000, "kB")
        cursor = json.loads(gzip.decompress(whole.content))["cursor"]
        times, size = [], 0
        for turn in range(10):
            touch_some(field, turn)
            asked = {"cursor": cursor, "tablet_id": tablet.id}
            started = time.perf_counter()
            with client.stream(
                "GET", "/sync/work", params=asked, headers={"Accept-Encoding": "gzip"}
            ) as answer:
                packed = b"".join(answer.iter_raw())
            times.append(time.perf_counter() - started)
            page = json.loads(gzip.decompress(packed))
            assert len(page["instruments"]) == CHANGED, len(page["instruments"])
            cursor, size = page["cursor"], max(size, len(packed))
            assert client.get("/sync/work", params={**asked, "cursor": cursor}).status_code == 304
        row(
            f"{CHANGED} of {WORK_INSTRUMENTS:,} changed, median",
            percentile(times, 0.5) * 1000,
            "ms",
            "aim 100",
        )
        row("  the largest answer", size / 1000, "kB", "aim 10")


def work_of_one(field: Field, tablet: FieldTablet) -> None:
    """Written straight into inspection's copies of what registry and scheduling tell: only the pull is measured."""
    example = field.collection("inspection", "instruments").find_one({})
    # One whose instruments were not verified: a completed visit is nobody's work any more.
    visit = field.collection("inspection", "visits").find_one({"_id": tablet.visits[tablet.instruments[-1]]})
    old = instant_text(now() - timedelta(hours=2))
    ids = [f"many-{number:05d}" for number in range(WORK_INSTRUMENTS)]
    rows = [{**example, "_id": id, "serial": f"SN-{id}", "touched_at": old, "seen": {}} for id in ids]
    field.collection("inspection", "instruments").insert_many(rows)
    each = WORK_INSTRUMENTS // WORK_VISITS
    visits = [
        {
            **visit,
            "_id": f"many-{number:04d}",
            "inspector_id": tablet.inspector_id,
            "instrument_ids": ids[number * each : (number + 1) * each],
            "regimes": ["periodic"] * each,
            "touched_at": old,
            "seen": {},
        }
        for number in range(WORK_VISITS)
    ]
    field.collection("inspection", "visits").insert_many(visits)


def touch_some(field: Field, turn: int) -> None:
    changed = [f"many-{(number * 2477 + turn) % WORK_INSTRUMENTS:05d}" for number in range(CHANGED)]
    new = {
        "status": "barred" if turn % 2 else "in_service",
        "year": 2000 + turn,
        "touched_at": instant_text(now()),
    }
    field.collection("inspection", "instruments").update_many({"_id": {"$in": changed}}, {"$set": new})


class Cpu:
    """What the API used for a record, and what the whole machine was busy with meanwhile: other work counts too."""

    def __init__(self, platform: LocalPlatform) -> None:
        self._api = platform.process("inspection", "api")
        self._began, self._used = time.perf_counter(), cpu_seconds(self._api)

    def rows(self, count: int) -> None:
        used = cpu_seconds(self._api) - self._used
        load = os.getloadavg()[0]
        row("  CPU of the API for a record", used / count * 1e6, "µs", f"load average {load:.1f}")


def batch(field: Field, tablet: FieldTablet, instrument_ids: Sequence[str]) -> bytes:
    return tablet.batch([tablet.record(verification(tablet, id, field.standard_id)) for id in instrument_ids])


def push(field: Field, made: dict[str, list[bytes]]) -> tuple[list[float], float]:
    """Sends what was made beforehand, each client in a thread of its own; seconds for each call, and for all."""
    times: list[float] = []
    start = threading.Barrier(len(made) + 1)

    def send(tablet: FieldTablet) -> None:
        line = Line(field, tablet)
        start.wait()
        for body in made[tablet.id]:
            began = time.perf_counter()
            answers = line.push(body)
            times.append(time.perf_counter() - began)
            assert {each["status"] for each in answers} == {"accepted"}

    threads = [threading.Thread(target=send, args=(t,)) for t in field.tablets if t.id in made]
    for each in threads:
        each.start()
    start.wait()
    began = time.perf_counter()
    for each in threads:
        each.join()
    return times, time.perf_counter() - began


class Line:
    """A tablet's connection. The plainest client there is: what it takes of the processors, the platform lacks."""

    def __init__(self, field: Field, tablet: FieldTablet) -> None:
        address = urlsplit(field.addresses.urls["inspection"])
        assert address.hostname
        self._connection = HTTPConnection(address.hostname, address.port, timeout=60)
        self._connection.connect()
        self._headers = {**headers_of(tablet.person), "Content-Type": "application/json"}

    def push(self, body: bytes) -> list[dict[str, Any]]:
        self._connection.request("POST", "/sync/records", body, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        found: list[dict[str, Any]] = json.loads(text)["answers"]
        return found


def judged(field: Field, count: int) -> None:
    """Until the worker has caught up, so that the next measurement does not pay for this one."""
    verified = field.collection("inspection", "verifications")
    until(
        lambda: verified.estimated_document_count() >= count,
        "the records to be judged",
        QUIET_SECONDS,
        pause=0.5,
    )

    def pending(name: str) -> int:
        return int(field.collection("inspection", name).count_documents({"pending": True}))

    names = ("records", "verifications", "certificates", "attentions")
    until(lambda: not any(map(pending, names)), "the events to be sent", QUIET_SECONDS, pause=0.5)


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def row(name: str, value: float, unit: str, note: str = "") -> None:
    print(f"{name:<66}{value:>10,.1f} {unit:<10}{note}", flush=True)


def description() -> str:
    """Which code on which machine."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return f"commit {commit.stdout.strip()}, {os.cpu_count()} CPUs, {machine.platform()}, Python {machine.python_version()}"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
