"""What the demo tells the person who runs it: each step with its counts and times, and the first effect that is missing."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Missing(Exception):
    """An effect that a step must have is not there; the text says which."""


class Report:
    """Prints as it goes; `check` stops the demo at the first thing that is not as promised."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._number = 0
        self.checks = 0
        self._bold, self._plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step of the chain; its time is printed when all its checks held."""
        self._number += 1
        print(f"\n{self._bold}{self._number}. {title}{self._plain}", flush=True)
        began, before = time.monotonic(), self.checks
        yield
        print(
            f"   {self.checks - before} effects checked, {time.monotonic() - began:.1f} s",
            flush=True,
        )

    def say(self, name: str, value: object) -> None:
        print(f"   {name:<34}{value}", flush=True)

    def line(self, text: str) -> None:
        print(f"   {text}", flush=True)

    def check(self, holds: bool, promise: str) -> None:
        """Raises Missing unless the promise holds."""
        if not holds:
            raise Missing(f"step {self._number}: {promise}: this does not hold")
        self.checks += 1

    def same(self, found: object, expected: object, what: str) -> None:
        """Raises Missing unless both are equal."""
        if found != expected:
            raise Missing(f"step {self._number}: {what} is {found!r}, expected {expected!r}")
        self.checks += 1

    def end(self) -> None:
        seconds = time.monotonic() - self._began
        print(
            f"\n{self._bold}The chain holds: {self.checks} effects checked in {seconds:.0f} s.{self._plain}"
        )
