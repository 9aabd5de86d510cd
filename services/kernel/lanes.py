"""The lanes of a worker: messages handled side by side in one thread, those of one subject one after the other.

A lane is a greenlet. It runs until it asks the database something; when all lanes have, what they ask is asked together,
and each goes on with its answer. They set out together too: what arrives meanwhile waits until all are home, so that
lanes with like events ask like questions at the same moments. So a burst costs few round trips, and handlers stay
plain functions.
"""

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from heapq import heappop, heappush
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from services.kernel.together import Asked, Lane, Together

M = TypeVar("M")


@dataclass(frozen=True)
class Pause:
    """Why a lane waits: until a moment of the monotonic clock."""

    until: float


@dataclass(frozen=True)
class Idle:
    """Why a lane waits: it has no message."""


def pause(seconds: float, stop: threading.Event) -> bool:
    """Waits, without holding up other lanes; True when the process was told to end."""
    lane = Lane.here()
    if lane is None:
        return stop.wait(seconds)
    lane.wait(Pause(time.monotonic() + seconds))
    return stop.is_set()


class Lanes(Generic[M]):
    """`put` is for any thread; `run` is the one in which `handle` is called for each message.

    At most `count` set out together. What `handle` raises leaves `run`. `done` hears, in that thread, of messages whose
    handling is over.
    """

    def __init__(self, count: int, handle: Callable[[M], object], done: Callable[[list[M]], object]) -> None:
        self._count, self._handle, self._done = count, handle, done
        self._arriving: SimpleQueue[tuple[bytes, M] | None] = SimpleQueue()
        self._waiting: dict[bytes, deque[M]] = {}
        self._in_hand: set[bytes] = set()
        self._home: list[Lane] = []
        self._ready: deque[tuple[Lane, Any]] = deque()
        self._asked: dict[Together[Any, Any], list[tuple[Lane, Any]]] = {}
        self._pausing: list[tuple[float, int, Lane]] = []
        self._turn = itertools.count()
        self._over: list[M] = []

    def put(self, key: bytes, message: M) -> None:
        self._arriving.put((key, message))

    def end(self) -> None:
        """`run` returns; what is in hand is given up."""
        self._arriving.put(None)

    def run(self) -> None:
        while self._ready or self._set_out():
            while self._ready:
                self._go_on(*self._ready.popleft())
            if self._over:
                over, self._over = self._over, []
                self._done(over)
            asked, self._asked = self._asked, {}
            for together, waiting in asked.items():
                answers = together.ask([question for _, question in waiting])
                self._ready += [(lane, answer) for (lane, _), answer in zip(waiting, answers, strict=True)]
            self._wake()

    def _new(self) -> Lane:
        lane = Lane(self._work)
        lane.ready = self._ready
        lane.switch(lane)
        return lane

    def _work(self, lane: Lane) -> None:
        while True:
            key, message = lane.wait(Idle())
            self._handle(message)
            self._in_hand.remove(key)
            self._over.append(message)
            self._home.append(lane)

    def _go_on(self, lane: Lane, answer: Any) -> None:
        reason = lane.throw(answer) if isinstance(answer, Exception) else lane.switch(answer)
        if isinstance(reason, Asked):
            self._asked.setdefault(reason.together, []).append((lane, reason.question))
        elif isinstance(reason, Pause):
            heappush(self._pausing, (reason.until, next(self._turn), lane))

    def _wake(self) -> None:
        while self._pausing and self._pausing[0][0] <= time.monotonic():
            self._ready.append((heappop(self._pausing)[2], None))

    def _set_out(self) -> bool:
        """Gives lanes the first message of each subject, when all are home or pause; waits for one when there is none.

        Lanes that pause may wait for what a message behind theirs brings: there are always others.
        False when told to end.
        """
        wait = False
        while not self._ready:
            if not self._take_in(wait):
                return False
            for key in [key for key in self._waiting if key not in self._in_hand][: self._count]:
                messages = self._waiting[key]
                lane = self._home.pop() if self._home else self._new()
                self._ready.append((lane, (key, messages.popleft())))
                self._in_hand.add(key)
                if not messages:
                    del self._waiting[key]
            self._wake()
            wait = True
        return True

    def _take_in(self, wait: bool) -> bool:
        rest = max(0.0, self._pausing[0][0] - time.monotonic()) if self._pausing else None
        with suppress(Empty):
            while True:
                arrived = self._arriving.get(wait, rest)
                if arrived is None:
                    return False
                wait = False
                key, message = arrived
                self._waiting.setdefault(key, deque()).append(message)
        return True
