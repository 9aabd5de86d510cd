"""The one worker thread that syncs by itself: soon after new work, patiently while the network is away."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

from .network import Unreachable
from .refusal import Refused
from .sync import Report

FIRST, LONGEST = 5.0, 900.0  # seconds between tries while they fail
EVERY = 300.0  # seconds between rounds while all is well


def pause(failures: int, asked: float, chance: Callable[[], float] = random.random) -> float:
    """Seconds to the next round: 5 min after a good one, else doubling from 5 s to 15 min with full jitter.

    Never less than the server asked for (Retry-After), up to an hour.
    """
    if failures == 0:
        return EVERY
    longest = min(LONGEST, FIRST * 2.0 ** min(failures - 1, 16))
    return max(longest * (0.5 + chance() / 2), min(asked, 3600.0))


class Courier:
    """Runs rounds of a sync until stopped.  `heard` is called after each, in the courier's thread."""

    def __init__(
        self, once: Callable[[], Report], heard: Callable[[Report], None] = lambda report: None
    ) -> None:
        self._once, self._heard = once, heard
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def kick(self) -> None:
        """There is something to send, or the network is back: do not wait."""
        self._wake.set()

    def stop(self, timeout: float = 10.0) -> None:
        """Ends after the round under way.  A round cut off by the end of the program is safe too."""
        self._stopping = True
        self._wake.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        failures = 0
        while not self._stopping:
            report = self._round()
            self._heard(report)
            failures = failures + 1 if report.problem else 0
            asked = report.problem.wait if isinstance(report.problem, Unreachable) else 0.0
            self._wake.wait(pause(failures, asked))
            self._wake.clear()

    def _round(self) -> Report:
        try:
            return self._once()
        except (
            Exception
        ) as error:  # a fault of ours must be seen on the screen, never end the thread in silence
            return Report(problem=Refused("sync-failed", detail=f"{type(error).__name__}: {error}"))
