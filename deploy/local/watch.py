"""Brings back what dies, later and later if it keeps dying."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from deploy.local.platform import LocalPlatform
from deploy.local.processes import Process

FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
# Who lives this long has recovered; its next death is a first one again.
RECOVERED_SECONDS = 60.0


@dataclass
class Patient:
    """A process and what is known of its deaths."""

    process: Process
    delay: float = FIRST_DELAY
    started: float = 0.0
    again_at: float | None = None

    def treat(self, now: float) -> str | None:
        """Notices a death, or starts it again when its time has come; says what it did."""
        if self.process.alive:
            return None
        if self.again_at is None:
            if now - self.started > RECOVERED_SECONDS:
                self.delay = FIRST_DELAY
            self.again_at = now + self.delay
            return f"ended with code {self.process.exit_code}; starting it again in {self.delay:g} s"
        if now < self.again_at:
            return None
        self.again_at, self.started, self.delay = None, now, min(self.delay * 2, LONGEST_DELAY)
        self.process.launch()
        return "started again"


def watch(platform: LocalPlatform) -> Iterator[tuple[Process, str]]:
    """Endless: what happened to which process, as it happens."""
    patients = [Patient(process) for process in platform.processes]
    while True:
        for patient in patients:
            if (event := patient.treat(time.monotonic())) is not None:
                yield patient.process, event
                if patient.process is platform.broker and patient.process.alive:
                    platform.refill_broker()
        time.sleep(0.2)
