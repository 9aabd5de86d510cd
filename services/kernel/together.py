"""What is asked of the database at the same moment is asked as one: by threads of an API, or by the lanes of a worker.

A round trip, and the database's wait for the disk, costs about the same for one document as for ten (group commit).
Nobody waits for company: who comes alone goes alone, at once.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import greenlet
from pymongo.errors import PyMongoError

Q = TypeVar("Q")
A = TypeVar("A")

MOST = 64


class Lane(greenlet.greenlet):
    """One of several functions that run side by side in one thread; see `services.kernel.lanes`.

    Where it would wait, it goes back to that thread and says for what; the thread goes on with another one meanwhile.
    """

    ready: "deque[tuple[Lane, Any]]"
    """Lanes that can go on, each with what it waited for."""

    @staticmethod
    def here() -> "Lane | None":
        """The lane that is running, if this is one."""
        current = greenlet.getcurrent()
        return current if isinstance(current, Lane) else None

    def wait(self, reason: Any) -> Any:
        """Comes back with what was waited for, or raises it."""
        assert self.parent is not None
        return self.parent.switch(reason)


@dataclass(frozen=True)
class Asked:
    """Why a lane waits: for this question to be answered together with those of other lanes."""

    together: "Together[Any, Any]"
    question: Any


@dataclass(frozen=True)
class Turn:
    """Why a lane waits: until another one has changed the same thing."""


class Turns(Generic[Q]):
    """Lanes that change the same thing do it one after the other: all at once, all but one would do it in vain.

    Whose turn it is may do what those behind it want along with its own. Threads, and other processes, are left to meet at
    the thing itself.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, deque[tuple[Lane, Q]]] = {}

    @contextmanager
    def __call__(self, id: str, wish: Q) -> Iterator[bool]:
        """False when another lane has fulfilled the wish."""
        lane = Lane.here()
        if lane is None:
            yield True
            return
        if id in self._waiting:
            self._waiting[id].append((lane, wish))
            if lane.wait(Turn()):
                yield False
                return
        else:
            self._waiting[id] = deque()
        try:
            yield True
        finally:
            if self._waiting[id]:
                self._wake(id, fulfilled=False)
            else:
                del self._waiting[id]

    def behind(self, id: str) -> list[Q]:
        """What those want who wait for the turn that the caller has; a thread has none."""
        return [wish for _, wish in self._waiting.get(id, ())] if Lane.here() else []

    def fulfilled(self, id: str, count: int) -> None:
        """The first of these wishes came true: their lanes go on."""
        for _ in range(count):
            self._wake(id, fulfilled=True)

    def _wake(self, id: str, *, fulfilled: bool) -> None:
        lane, _ = self._waiting[id].popleft()
        lane.ready.append((lane, fulfilled))


class _Thread(Generic[Q, A]):
    """One thread's question. Its lock opens when it is answered, or when its thread is to lead the next group."""

    def __init__(self, question: Q) -> None:
        self.question = question
        self.answer: A | Exception | None = None
        self.group: list[_Thread[Q, A]] | None = None
        self.opened = threading.Lock()
        self.opened.acquire()


class Together(Generic[Q, A]):
    """Calls `act` with one or more questions; it answers each, in order, or with what to raise there."""

    def __init__(self, act: Callable[[list[Q]], Sequence[A | Exception]]) -> None:
        self._act = act
        self._lock = threading.Lock()
        self._waiting: list[_Thread[Q, A]] = []
        self._on_its_way = False

    def __call__(self, question: Q) -> A:
        """Raises what `act` raised for this question, or for all of them."""
        lane = Lane.here()
        if lane is not None:
            return cast(A, lane.wait(Asked(self, question)))
        mine: _Thread[Q, A] = _Thread(question)
        with self._lock:
            if self._on_its_way:
                self._waiting.append(mine)
            else:
                self._on_its_way = True
                mine.group = [mine]
        if mine.group is None:
            mine.opened.acquire()
        if mine.group is not None:
            try:
                self._lead(mine.group)
            finally:
                self._pass_on()
        if isinstance(mine.answer, Exception):
            raise mine.answer
        return cast(A, mine.answer)

    def ask(self, questions: list[Q]) -> Sequence[A | Exception]:
        """A question that cannot even be put must not spoil its neighbours': then each is asked alone."""
        try:
            return self._act(questions)
        except PyMongoError as away:
            return [away] * len(questions)
        except Exception as error:
            if len(questions) == 1:
                return [error]
            return [answer for each in questions for answer in self.ask([each])]

    def _lead(self, group: list[_Thread[Q, A]]) -> None:
        try:
            answers = self.ask([each.question for each in group])
            for each, answer in zip(group, answers, strict=True):
                each.answer = answer
        except BaseException:  # this thread is told to end; the others must not wait for it
            for each in group[1:]:
                each.answer = RuntimeError("The thread that asked for all was ended.")
            raise
        finally:
            for each in group[1:]:
                each.opened.release()

    def _pass_on(self) -> None:
        with self._lock:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if not group:
                self._on_its_way = False
                return
        group[0].group = group
        group[0].opened.release()
