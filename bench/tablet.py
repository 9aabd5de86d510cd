"""The tablet: cold start to the list on the screen, keystroke to journal, search, memory; a day's sync over a slow link.

    python -m bench.tablet [--instruments 50000] [--visits 200] [--throttle] [--only screen|work|sync]

The link carries 256 kbit/s and loses 5 % of the requests, half on the way there (part of the bytes had gone out) and half on
the way back (the server had done its work).  Its time is counted, or with --throttle really waited for.
"""

# ruff: noqa: E402
import time

STARTED = time.perf_counter()

import argparse
import json
import os
import platform as machine
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx

from mobile_inspector.core import Tablet, Unreachable
from mobile_inspector.core.courier import pause
from tests.mobile import day
from tests.mobile.fake_inspection import CODE, PASSWORD, USER, FakeServer

PIN = "270599"
KBIT, FAILING = 256, 0.05
RECORDS, PHOTOS, PHOTO_BYTES = 30, 60, 300_000
STREETS = ("Lý Thái Tổ", "Ngô Gia Tự", "Trần Hưng Đạo", "Nguyễn Đăng Đạo", "Hoàng Văn Thụ", "Đường tỉnh 295B")
NAMES = ("Xăng dầu Hoàng Long", "Cấp nước Sao Mai", "Cân Đại Phúc", "Điện lực Kinh Bắc", "Vàng bạc Phú Quý")
MAKERS = ("Tatsuno", "Gilbarco", "Tokheim", "Nhơn Hòa", "Asia", "Zenner")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.tablet", description=__doc__)
    parser.add_argument("--instruments", type=int, default=50_000)
    parser.add_argument("--visits", type=int, default=200)
    parser.add_argument("--throttle", action="store_true", help="wait for the link's time (ten minutes)")
    parser.add_argument("--only", choices=["screen", "work", "sync"])
    parser.add_argument("--opened", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--shown", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.opened:
        opened(given.opened)
        return
    if given.shown:
        shown(given.shown)
        return
    print(f"{machine.machine()}, Python {machine.python_version()}, load average {os.getloadavg()[0]:.0f}")
    with tempfile.TemporaryDirectory(prefix="vernier-bench-") as folder:
        if given.only != "sync":
            work(Path(folder) / "work", given.instruments, given.visits, given.only)
        if given.only in (None, "sync"):
            sync_of_a_day(Path(folder) / "day", given.throttle)


def work(folder: Path, instruments: int, visits: int, only: str | None) -> None:
    """A tablet with a province's work on it; each opening is a process of its own."""
    server = FakeServer()
    server.inspector, server.seals = day.card(), day.seals()
    server.publish(**province(instruments, visits), standards=day.standards())
    tablet = enrolled(folder, server)
    size = sum(path.stat().st_size for path in folder.iterdir())
    tablet.close()
    print(f"\n{instruments:,} instruments, {visits} visits; {size / 1e6:.0f} MB on the disk")
    if only != "work":
        on_the_screen(folder)
    if only == "screen":
        return
    command = [sys.executable, "-m", "bench.tablet", "--opened", str(folder)]
    runs = [json.loads(subprocess.check_output(command)) for _ in range(5)]
    for name, unit, aim in (
        ("imports", "s", ""),
        ("open, PIN, list of the day", "s", "aim 3 with the screen"),
        ("  of it the PIN (scrypt)", "s", ""),
        ("every visit with its instruments", "s", ""),
        ("first search (makes the index)", "s", ""),
        ("  of it the processor", "s", ""),
        ("search, p95", "ms", "aim 50"),
        ("  of it the processor, p95", "ms", ""),
        ("search, longest", "ms", ""),
        ("keystroke to journal, median", "ms", ""),
        ("keystroke to journal, p95", "ms", "aim 20"),
        ("error while typing, p95", "ms", ""),
        ("memory before the first search", "MB", ""),
        ("memory at most", "MB", ""),
    ):
        row(name, sorted(run[name] for run in runs)[2], unit, aim)


def on_the_screen(folder: Path) -> None:
    """The whole app, drawn by software without a display; the median of five starts, each a process of its own."""
    command = [sys.executable, "-m", "bench.tablet", "--shown", str(folder)]
    quiet = {**os.environ, "KIVY_HOME": str(folder.parent / "kivy"), "SDL_VIDEODRIVER": "offscreen"}
    runs = [
        json.loads(subprocess.check_output(command, env=quiet, stderr=subprocess.DEVNULL)) for _ in range(5)
    ]
    for name, aim in (
        ("cold start to the list on the screen", "aim 3"),
        ("  to the sign-in", ""),
        ("  from the PIN to the list", ""),
        ("  then, until search is ready", ""),
        ("keystroke to the strip meanwhile, longest", ""),
    ):
        row(name, sorted(run[name] for run in runs)[2], "s", aim)
    row("memory with the screen", sorted(run["memory"] for run in runs)[2], "MB")
    print(f"  load average {os.getloadavg()[0]:.0f}")


def shown(folder: Path) -> None:
    """In a new process, from the start of Python: the app's frames until the sign-in and then the list are drawn."""
    from tests.mobile_screens.finger import WIDE, Finger  # it sets Kivy up, so it comes first

    event_loop = import_module("kivy.base").EventLoop

    def frame() -> None:
        """Sixty in a second at most, as on a tablet: a loop that never rests would keep the other thread from working."""
        event_loop.idle()
        time.sleep(1 / 60)

    def open_it() -> Tablet:
        tablet = opened_tablet(folder, None)
        tablet.network.away = True
        return tablet

    found: dict[str, float] = {}
    finger = Finger(open_it, WIDE)
    finger.wait(lambda: finger.page is not None and hasattr(finger.page, "pin"), "the sign-in")
    found["  to the sign-in"] = time.perf_counter() - STARTED
    begin = time.perf_counter()
    finger.page.pin.text = PIN
    finger.page.by_pin()
    while not (finger.page.name == "today" and finger.sees("Cửa hàng")):
        frame()
    found["  from the PIN to the list"] = time.perf_counter() - begin
    found["cold start to the list on the screen"] = (
        found["  to the sign-in"] + found["  from the PIN to the list"]
    )
    begin, longest = time.perf_counter(), 0.0
    while finger.app.background.waiting:
        asked = time.perf_counter()
        answered: list[float] = []
        finger.app.background.run(lambda: None, lambda _: answered.append(time.perf_counter()))  # noqa: B023
        while not answered:
            frame()
        longest = max(longest, answered[0] - asked)
        if time.perf_counter() - begin > 60:
            raise SystemExit("the index is never made")
    found["  then, until search is ready"] = time.perf_counter() - begin
    found["keystroke to the strip meanwhile, longest"] = longest
    found["memory"] = memory()
    finger.leave()
    print(json.dumps(found))


def opened(folder: Path) -> None:
    """In a new process: what an inspector waits for, printed as JSON."""
    found: dict[str, float] = {"imports": time.perf_counter() - STARTED}
    begin = time.perf_counter()
    tablet = opened_tablet(folder, None)
    tablet.network.away = True
    at_pin = time.perf_counter()
    tablet.sign_in_by_pin(PIN)
    found["  of it the PIN (scrypt)"] = time.perf_counter() - at_pin
    stops = tablet.route()
    assert stops
    found["open, PIN, list of the day"] = time.perf_counter() - begin
    found["every visit with its instruments"] = timed(tablet.visits)
    found["memory before the first search"] = memory()
    busy = time.process_time()
    found["first search (makes the index)"] = timed(lambda: tablet.search("tram xang"))
    found["  of it the processor"] = time.process_time() - busy
    searches, busies = [], []
    for query in queries():
        busy = time.process_time()
        searches.append(timed(lambda: tablet.search(query)) * 1000)  # noqa: B023
        busies.append((time.process_time() - busy) * 1000)
    found["search, p95"], found["search, longest"] = percentile(searches, 0.95), max(searches)
    found["  of it the processor, p95"] = percentile(busies, 0.95)
    visit = stops[0].visit
    draft = tablet.start(visit.id, visit.items[0]["instrument"]["id"])
    keys, lives = [], []
    for n in range(1000):
        typed = f"20,{n % 100:02d}"
        point, field, run = ("qmax", "qmin")[n % 2], ("indication", "reference")[n // 2 % 2], 1 + n // 4 % 3
        lives.append(timed(lambda: draft.live(point, field, typed, run)) * 1000)  # noqa: B023
        keys.append(timed(lambda: draft.set_reading(point, field, typed, run)) * 1000)  # noqa: B023
    found["keystroke to journal, median"] = percentile(keys, 0.5)
    found["keystroke to journal, p95"] = percentile(keys, 0.95)
    found["error while typing, p95"] = percentile(lives, 0.95)
    found["memory at most"] = memory()
    draft.abandon("bench")
    tablet.close()
    print(json.dumps(found))


def sync_of_a_day(folder: Path, throttle: bool) -> None:
    """30 records and 60 photographs reach the server once each; what the link carried is weighed against what they weigh."""
    server = FakeServer(lambda: datetime.now(UTC))
    server.inspector, server.seals = day.card(), day.seals()
    meters = [day.dispenser(id=f"cot-{n:02d}") for n in range(RECORDS)]
    server.publish(visits=[day.visit(day.VISIT, *meters)], standards=[day.standard(valid_until="2099-12-31")])
    tablet = enrolled(folder, server)
    chance = random.Random(256)
    for n, meter in enumerate(meters):
        draft = tablet.start(day.VISIT, meter["id"])
        day.pass_dispenser(draft)
        for _ in range(PHOTOS // RECORDS):
            draft.paper.attach(chance.randbytes(PHOTO_BYTES), "image/jpeg")
        draft.paper.sign("inspector", "Nguyễn Văn Nam", [[(n, x) for x in range(100)]])
        draft.finish()
    payload = sum(len(text.encode()) for _, _, text in tablet._outbox.unsent()) + PHOTOS * PHOTO_BYTES
    link = Link(server.transport, chance, throttle)
    tablet.network._client = httpx.Client(transport=link)
    rounds, failures, waited = 0, 0, 0.0
    started = time.perf_counter()
    while True:
        report = tablet.sync()
        rounds += 1
        if report.complete:
            break
        failures += 1
        if report.problem is not None and not isinstance(report.problem, Unreachable):
            raise SystemExit(f"refused: {report.problem}")
        waited += pause(min(failures, 3), 0.0, chance.random)
        if rounds > 1000:
            raise SystemExit("the day never arrived")
    assert len(server.made_durable) == len(set(server.made_durable)) == RECORDS
    assert len(server.attachments) == PHOTOS
    server.chain(tablet.session.device.tablet_id)
    print(
        f"\na day: {RECORDS} records, {PHOTOS} photographs of {PHOTO_BYTES // 1000} KB, {KBIT} kbit/s,",
        end=" ",
    )
    print(f"{FAILING:.0%} of the requests failing; all arrived once")
    row("bytes sent, of the payload", link.sent / payload, "", "aim at most 1.15")
    row("  payload", payload / 1e6, "MB")
    row("requests, of them failed", link.requests, "", f"{link.failed} failed")
    row("rounds", rounds, "")
    row(
        "time on the link" + ("" if throttle else ", counted"),
        link.seconds,
        "s",
        f"payload alone {payload / link.rate:.0f} s",
    )
    row("  waited between rounds (back-off), counted", waited, "s")
    if throttle:
        row("  by the wall clock, without the waiting", time.perf_counter() - started, "s")
    tablet.close()


class Link(httpx.BaseTransport):
    """A slow link that loses requests, counting every byte that goes out, heads included."""

    def __init__(self, server: httpx.BaseTransport, chance: random.Random, throttle: bool) -> None:
        self._server, self._chance, self._throttle = server, chance, throttle
        self.rate = KBIT * 1000 / 8
        self.sent, self.requests, self.failed, self.seconds = 0, 0, 0, 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        weight = len(request.read()) + len(request.url.raw_path) + len(request.method) + 12
        weight += sum(len(name) + len(value) + 4 for name, value in request.headers.raw)
        fails = self._chance.random() < FAILING
        self.failed += fails
        if fails and self._chance.random() < 0.5:
            self._carry(round(weight * self._chance.random()))
            raise httpx.WriteError("the link broke", request=request)
        self._carry(weight)
        response = self._server.handle_request(request)
        if fails:
            raise httpx.ReadError("the answer was lost", request=request)
        return response

    def _carry(self, weight: int) -> None:
        self.sent += weight
        self.seconds += weight / self.rate
        if self._throttle:
            time.sleep(weight / self.rate)


def province(instruments: int, visits: int) -> dict[str, list[dict[str, Any]]]:
    """Twenty-five instruments on each visit, twenty visits a day from today on; the others without a visit."""
    chance = random.Random(27)
    today = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    made = [instrument(n, chance) for n in range(instruments)]
    each = min(25, instruments // visits)
    planned = []
    for n in range(visits):
        begins = today + timedelta(days=n // 20, minutes=n % 20)
        on_it = [
            {k: v for k, v in i.items() if k not in ("site", "enterprise")}
            for i in made[n * each : (n + 1) * each]
        ]
        where = {name: made[n * each][name] for name in ("site", "enterprise")}
        planned.append(
            day.visit(f"visit-{n:03d}", *on_it, starts_at=text(begins), ends_at=text(begins), **where)
        )
    return {"visits": planned, "instruments": made[visits * each :]}


def instrument(n: int, chance: random.Random) -> dict[str, Any]:
    street, name = chance.choice(STREETS), chance.choice(NAMES)
    site = {
        "id": f"site-{n // 5}",
        "name": f"Cửa hàng {name} số {n // 50}",
        "address": f"Số {chance.randrange(1, 400)} đường {street}",
        "ward_name": f"Phường {chance.choice(STREETS)}",
        "latitude": 21 + chance.random() / 2,
        "longitude": 106 + chance.random() / 2,
    }
    enterprise = {
        "id": f"e-{n // 50}",
        "name": f"Công ty TNHH {name} {n // 50}",
        "tax_code": f"23{n // 50:08d}",
        "contact_name": "Nguyễn Thị Hạnh",
        "contact_phone": "+84 912 345 678",
    }
    serial = f"{chance.choice('ABCDEFGH')}{chance.randrange(10**7):07d}"
    made = day.dispenser(id=f"pt-{n:05d}", serial=serial, maker=chance.choice(MAKERS))
    return {**made, "site": site, "enterprise": enterprise}


def queries() -> list[str]:
    """What people type, letter by letter: common words, rare ones, serials, and what is nowhere."""
    chance = random.Random(5)
    whole = [
        "cua hang xang dau",
        "Lý Thái Tổ 12",
        "hoang long 77 tatsuno",
        "khong co gi ca",
        "sao mai zzz",
        "23000004",
    ]
    whole += [f"{chance.choice('ABCDEFGH')}{chance.randrange(10**7):07d}" for _ in range(20)]
    return [query[:n] for query in whole for n in range(1, len(query) + 1)]


def enrolled(folder: Path, server: FakeServer) -> Tablet:
    tablet = opened_tablet(folder, server.transport)
    tablet.sign_in(USER, PASSWORD)
    tablet.set_pin(PIN)
    tablet.enrol(CODE)
    report = tablet.sync()
    if not report.complete:
        raise SystemExit(report.words("en"))
    return tablet


def opened_tablet(folder: Path, transport: httpx.BaseTransport | None) -> Tablet:
    return Tablet.open(
        folder,
        transport=transport,
        registry_url="https://registry.example.vn",
        inspection_url="https://inspection.example.vn",
    )


def timed(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def memory() -> float:
    """The most that this process has had in memory so far, in MB; `ru_maxrss` would hold that of the parent too."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def text(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def row(name: str, value: float, unit: str, aim: str = "") -> None:
    print(f"  {name:<46}{value:>10,.2f} {unit:<4}{aim}")


if __name__ == "__main__":
    main()
