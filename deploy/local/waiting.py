"""Waiting for a condition with a limit: what the demo, the benchmarks and the end-to-end tests do instead of sleeping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE_SECONDS = 0.05


class NeverCame(AssertionError):
    """What was waited for did not come true in time; the text says what that was and what was seen instead."""


def until(
    condition: Callable[[], T | None], what: str, seconds: float = 30, pause: float = PAUSE_SECONDS
) -> T:
    """The first true answer of a condition.

    Args:
        what: the end of the sentence "waited … for …".

    Raises:
        NeverCame: it was still false when the time was up.
    """
    limit = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > limit:
            raise NeverCame(f"waited {seconds:.0f} s for {what}; the last answer was {found!r}")
        time.sleep(pause)
    return found
