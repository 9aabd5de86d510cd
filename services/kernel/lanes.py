"""The lanes of a worker: messages handled side by side in one thread, those of one subject one after the other.

A lane is a greenlet. It runs until it asks the database something; when all lanes have, what they ask is asked together,
and each goes on with its answer. So a burst of like events costs few round trips, and handlers stay plain functions.
"""

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar
from zlib import crc32

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

    What `handle` raises leaves `run`. `done` hears, in that thread, of messages whose handling is over.
    """

    def __init__(self, count: int, handle: Callable[[M], object], done: Callable[[list[M]], object]) -> None:
        self._count, self._handle, self._done = count, handle, done
        self._arriving: SimpleQueue[tuple[int, M] | None] = SimpleQueue()
        self._queues: list[deque[M]] = [deque() for _ in range(count)]
        self._idle: list[Lane | None] = [None] * count
        self._ready: deque[tuple[Lane, Any]] = deque()
        self._asked: dict[Together[Any, Any], list[tuple[Lane, Any]]] = {}
        self._pausing: list[tuple[float, int, Lane]] = []
        self._turn = itertools.count()
        self._over: list[M] = []

    def put(self, key: bytes, message: M) -> None:
        self._arriving.put((crc32(key) % self._count, message))

    def end(self) -> None:
        """`run` returns; what is in hand is given up."""
        self._arriving.put(None)

    def run(self) -> None:
        for number in range(self._count):
            lane = Lane(self._work)
            lane.ready = self._ready
            lane.switch(number)
        while self._take_in():
            while self._ready:
                self._go_on(*self._ready.popleft())
            if self._over:
                over, self._over = self._over, []
                self._done(over)
            asked, self._asked = self._asked, {}
            for together, waiting in asked.items():
                answers = together.ask([question for _, question in waiting])
                self._ready += [(lane, answer) for (lane, _), answer in zip(waiting, answers, strict=True)]

    def _work(self, number: int) -> None:
        queue = self._queues[number]
        while True:
            while queue:
                message = queue.popleft()
                self._handle(message)
                self._over.append(message)
            lane = Lane.here()
            assert lane is not None
            self._idle[number] = lane
            lane.wait(Idle())

    def _go_on(self, lane: Lane, answer: Any) -> None:
        reason = lane.throw(answer) if isinstance(answer, Exception) else lane.switch(answer)
        if isinstance(reason, Asked):
            self._asked.setdefault(reason.together, []).append((lane, reason.question))
        elif isinstance(reason, Pause):
            heappush(self._pausing, (reason.until, next(self._turn), lane))

    def _take_in(self) -> bool:
        """What has arrived, and who has paused long enough; waits for it when there is nothing else to do."""
        while self._pausing and self._pausing[0][0] <= time.monotonic():
            self._ready.append((heappop(self._pausing)[2], None))
        wait = not self._ready and not self._asked
        rest = max(0.0, self._pausing[0][0] - time.monotonic()) if self._pausing else None
        try:
            while True:
                arrived = self._arriving.get(wait, rest)
                if arrived is None:
                    return False
                wait = False
                number, message = arrived
                self._queues[number].append(message)
                lane = self._idle[number]
                if lane is not None:
                    self._idle[number] = None
                    self._ready.append((lane, None))
        except Empty:
            return True
