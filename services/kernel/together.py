"""What several threads ask at the same moment is asked as one: those who come while one is on its way go together next.

Nobody waits for company: who comes alone goes alone, at once. A round trip to the database, and its wait for the disk,
costs about the same for one document as for ten (group commit).
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from pymongo.errors import PyMongoError

Q = TypeVar("Q")
A = TypeVar("A")

MOST = 64


class _Asked(Generic[Q, A]):
    """One thread's question. Its lock opens when it is answered, or when its thread is to lead the next group."""

    def __init__(self, question: Q) -> None:
        self.question = question
        self.answer: A | Exception | None = None
        self.group: list[_Asked[Q, A]] | None = None
        self.opened = threading.Lock()
        self.opened.acquire()


class Together(Generic[Q, A]):
    """Calls `act` with the questions of one or more threads; it answers each, in order, or with what to raise there."""

    def __init__(self, act: Callable[[list[Q]], Sequence[A | Exception]]) -> None:
        self._act = act
        self._lock = threading.Lock()
        self._waiting: list[_Asked[Q, A]] = []
        self._on_its_way = False

    def __call__(self, question: Q) -> A:
        """Raises what `act` raised for this question, or for all of them."""
        mine: _Asked[Q, A] = _Asked(question)
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
        return mine.answer  # type: ignore[return-value]

    def _lead(self, group: list[_Asked[Q, A]]) -> None:
        try:
            answers = self._ask([each.question for each in group])
            for each, answer in zip(group, answers, strict=True):
                each.answer = answer
        except BaseException:  # this thread is told to end; the others must not wait for it
            for each in group[1:]:
                each.answer = RuntimeError("The thread that asked for all was ended.")
            raise
        finally:
            for each in group[1:]:
                each.opened.release()

    def _ask(self, questions: list[Q]) -> Sequence[A | Exception]:
        """A question that cannot even be put must not spoil its neighbours': then each is asked alone."""
        try:
            return self._act(questions)
        except PyMongoError as away:
            return [away] * len(questions)
        except Exception as error:
            if len(questions) == 1:
                return [error]
            return [answer for each in questions for answer in self._ask([each])]

    def _pass_on(self) -> None:
        with self._lock:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if not group:
                self._on_its_way = False
                return
        group[0].group = group
        group[0].opened.release()
