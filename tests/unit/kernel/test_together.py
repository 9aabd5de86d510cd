"""What threads ask at once is asked together, and each hears its own answer."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from pymongo.errors import AutoReconnect

from deploy.local.waiting import until
from services.kernel.together import MOST, Together


class Away:
    """An `act` that can be held up, and remembers who came together."""

    def __init__(self, answer: Callable[[int], int | Exception]) -> None:
        self.answer = answer
        self.groups: list[list[int]] = []
        self.begun = threading.Semaphore(0)
        self.may_go_on = threading.Semaphore(0)

    def __call__(self, questions: list[int]) -> list[int | Exception]:
        self.groups.append(questions)
        self.begun.release()
        assert self.may_go_on.acquire(timeout=30)
        return [self.answer(each) for each in questions]


def waiting(together: Together[int, int], count: int) -> None:
    """Until so many questions wait for the one on its way."""
    until(lambda: len(together._waiting) == count, "the others to wait", 30, pause=0.001)


def test_those_who_come_meanwhile_go_together_next() -> None:
    away = Away(lambda each: each * 10)
    together = Together(away)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(together, 1)
        assert away.begun.acquire(timeout=30)
        others = [pool.submit(together, each) for each in (2, 3, 4, 5)]
        waiting(together, 4)
        away.may_go_on.release(2)
        assert [each.result(30) for each in (first, *others)] == [10, 20, 30, 40, 50]
    assert (away.groups[0], sorted(away.groups[1]), len(away.groups)) == ([1], [2, 3, 4, 5], 2)


def test_who_comes_alone_waits_for_nobody() -> None:
    away = Away(lambda each: -each)
    away.may_go_on.release(2)
    together = Together(away)
    assert (together(1), together(2)) == (-1, -2)
    assert away.groups == [[1], [2]]


def test_a_refusal_is_heard_by_the_one_it_is_for() -> None:
    away = Away(lambda each: ValueError("odd") if each % 2 else each)
    together = Together(away)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(together, 0)
        assert away.begun.acquire(timeout=30)
        odd, even = pool.submit(together, 1), pool.submit(together, 2)
        waiting(together, 2)
        away.may_go_on.release(2)
        assert (first.result(30), even.result(30)) == (0, 2)
        with pytest.raises(ValueError, match="odd"):
            odd.result(30)


def test_one_that_cannot_be_put_does_not_spoil_its_neighbours() -> None:
    asked: list[list[int]] = []
    held = Away(lambda each: each)

    def act(questions: list[int]) -> list[int | Exception]:
        asked.append(questions)
        if questions == [0]:
            held.begun.release()
            assert held.may_go_on.acquire(timeout=30)
        if 7 in questions:
            raise OverflowError("7 is too large")
        return list(questions)

    together = Together(act)
    with ThreadPoolExecutor(4) as pool:
        pool.submit(together, 0)
        assert held.begun.acquire(timeout=30)
        bad, good = pool.submit(together, 7), [pool.submit(together, each) for each in (8, 9)]
        waiting(together, 3)
        held.may_go_on.release()
        assert [each.result(30) for each in good] == [8, 9]
        with pytest.raises(OverflowError):
            bad.result(30)


def test_a_database_that_is_away_is_away_for_all() -> None:
    """Asked alone again, a write that went through unheard would look like somebody else's."""
    calls: list[list[int]] = []
    held = Away(lambda each: each)

    def act(questions: list[int]) -> list[int | Exception]:
        calls.append(questions)
        if questions == [0]:
            held.begun.release()
            assert held.may_go_on.acquire(timeout=30)
            return [0]
        raise AutoReconnect("away")

    together = Together(act)
    with ThreadPoolExecutor(3) as pool:
        pool.submit(together, 0)
        assert held.begun.acquire(timeout=30)
        others = [pool.submit(together, each) for each in (1, 2)]
        waiting(together, 2)
        held.may_go_on.release()
        for each in others:
            with pytest.raises(AutoReconnect):
                each.result(30)
    assert len(calls) == 2


def test_many_threads_each_hear_their_own_answer() -> None:
    together: Together[int, int] = Together(lambda questions: [each + 1 for each in questions])
    with ThreadPoolExecutor(MOST + 8) as pool:
        assert list(pool.map(together, range(5000))) == list(range(1, 5001))
