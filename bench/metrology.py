"""How fast verdicts are given: fuel-dispenser records a second on one core, and one keystroke on a slow tablet.

CPU time of this process, so that other work on the machine counts little.  Beside the verdicts stands bare arithmetic:
the same numbers parsed and the same errors computed in Decimal by hand, with no checks, no limits and no sentences.

    python -m bench.metrology [--records 2000] [--runs 5]
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import metrology

RECORDS = 10_000  # a second, the aim
KEYSTROKE_MS, TABLET = 20.0, 10  # the aim, and how many times slower than this CPU the tablet may be
BATCH = 100
GOLDEN = Path(__file__).parents[1] / "tests" / "unit" / "metrology" / "golden"
Json = dict[str, Any]


def fuel_dispenser(chance: random.Random) -> Json:
    """Two flow rates, three runs each, every one read differently."""

    def volume(spread: int) -> Json:
        return {"value": str(Decimal(2000 + chance.randint(-spread, spread)) / 100), "unit": "L"}

    return {
        "type": "19",
        "regime": "periodic",
        "verified_on": "2026-03-05",
        "characteristics": {
            "Qmax": {"value": "50", "unit": "L/min"},
            "Qmin": {"value": "5", "unit": "L/min"},
            "MMQ": {"value": "2", "unit": "L"},
        },
        "conditions": {"temperature": {"value": "27", "unit": "°C"}},
        "checks": dict.fromkeys(
            ("nameplate", "as_approved", "tightness", "zero_return", "price_indication"), True
        ),
        "readings": [
            {"point": point, "run": run, "indication": volume(4), "reference": volume(1)}
            for point in ("qmax", "qmin")
            for run in (1, 2, 3)
        ],
    }


def bare(record: Json) -> list[Decimal]:
    """What any program must do at the least: read twelve numbers, divide six times, look at the spread twice."""
    errors = []
    for reading in record["readings"]:
        reference = Decimal(reading["reference"]["value"])
        errors.append(100 * (Decimal(reading["indication"]["value"]) - reference) / reference)
    return [max(errors[:3]) - min(errors[:3]), max(errors[3:]) - min(errors[3:])]


def per_record(call: Callable[[Json], object], records: Sequence[Json], runs: int) -> float:
    """Microseconds of CPU for each record: the best of many batches, the one that other work disturbed least."""
    found = []
    for _ in range(runs):
        for start in range(0, len(records), BATCH):
            batch = records[start : start + BATCH]
            started = time.process_time_ns()
            for record in batch:
                call(record)
            found.append((time.process_time_ns() - started) / len(batch) / 1000)
    return min(found)


def keystrokes(record: Json, runs: int) -> list[float]:
    """Milliseconds of CPU for the verdict after each reading of a record, sentences included, as the tablet asks for it."""
    found = []
    for count in range(len(record["readings"]) + 1):
        partial = {**record, "readings": record["readings"][:count]}
        times = []
        for _ in range(runs):
            started = time.process_time_ns()
            metrology.evaluate(partial)
            times.append((time.process_time_ns() - started) / 1e6)
        found.append(statistics.median(times))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.metrology", description=__doc__)
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    chance = random.Random(1)
    records = [fuel_dispenser(chance) for _ in range(options.records)]
    started = time.process_time_ns()
    metrology.Shelf.shipped()
    opening = (time.process_time_ns() - started) / 1e6
    gc.freeze()

    ways: list[tuple[str, Callable[[Json], object]]] = [
        ("bare Decimal arithmetic", bare),
        ("verdict", lambda record: metrology.evaluate(record, explain=False)),
        ("verdict and sentences in two languages", metrology.evaluate),
    ]
    print(f"fuel dispenser, {options.records} records of 6 readings, one core (aim: {RECORDS:,} a second)")
    print(f"{'':<42}{'a second':>10}{'CPU µs':>10}{'times bare':>12}")
    least = 0.0
    for name, call in ways:
        cost = per_record(call, records, options.runs)
        least = least or cost
        print(f"{name:<42}{1e6 / cost:>10,.0f}{cost:>10,.1f}{cost / least:>12.1f}")

    print(
        f"\nverdict after each reading, CPU ms on a tablet {TABLET} times slower (aim: under {KEYSTROKE_MS:.0f} ms)"
    )
    print(f"{'':<42}{'median':>10}{'worst':>10}")
    for path in [*sorted(GOLDEN.glob("*-pass.json")), GOLDEN / "volume-measure-batch.json"]:
        record = json.loads(path.read_text(encoding="utf-8"))["record"]
        metrology.evaluate(record)
        times = [TABLET * each for each in keystrokes(record, options.runs)]
        print(f"{path.stem.removesuffix('-pass'):<42}{statistics.median(times):>10.1f}{max(times):>10.1f}")
    print(
        f"\nreading all procedures, once at the start: {opening:.0f} ms here, {TABLET * opening:.0f} ms there"
    )


if __name__ == "__main__":
    main()
