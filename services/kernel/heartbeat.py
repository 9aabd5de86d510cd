"""The sign of life of a process without an HTTP door: a file it touches. Launcher and Kubernetes probe its age."""

import signal
import threading
from collections.abc import Callable

from services.kernel.settings import settings


def beat() -> None:
    """Says: ready, and alive just now."""
    if (path := settings().heartbeat) is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def stop_on_signal() -> threading.Event:
    """An event that SIGTERM or SIGINT sets, so that a loop ends between two rounds, not inside one."""
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    return stop


def loop(once: Callable[[], int], idle_seconds: float) -> None:
    """Repeats `once` until told to stop. It returns how much it did: at nothing the loop waits, longer and longer."""
    stop, wait = stop_on_signal(), 0.01
    while not stop.is_set():
        done = once()
        beat()
        wait = 0.01 if done else min(wait * 2, idle_seconds)
        if not done:
            stop.wait(wait)
