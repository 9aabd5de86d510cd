"""Many threads at one store: what they ask goes to the database together, and nobody notices."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.kernel.inbox import Inbox
from services.kernel.model import AlreadyDone, Entity, Envelope
from services.kernel.store import Store
from tests.service.test_kernel import BY, Jug, Poured, database, jug, jugs, raw, sent_by_relay, shelves

__all__ = ["database"]

THREADS = 12


def in_threads(act: Callable[[int], object], count: int) -> list[object]:
    """All at the same moment, each with its number."""
    start = threading.Barrier(THREADS)

    def one(number: int) -> object:
        if number < THREADS:
            start.wait(30)
        return act(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(count)))


def pour_into(store: Store[Jug]) -> Callable[[Poured, Envelope], None]:
    """A handler that passes on each event to one of three jugs."""

    def handler(event: Poured, envelope: Envelope) -> None:
        id = f"k{event.litres % 3}"
        store.on(envelope, id, lambda each: each.pour(event.litres), lambda: Jug(id=id, label=id))

    return handler


@pytest.mark.parametrize("seed", range(3))
def test_every_event_counts_once_though_it_comes_to_several_threads(seed: int) -> None:
    for number in range(60):
        jug(f"j{number}", number)
    messages = [raw(envelope) for envelope in sent_by_relay()] * 2
    random.Random(seed).shuffle(messages)
    inbox = Inbox("kernel", {Poured: pour_into(jugs)}, delays=(0.01,) * 20)
    outcomes = in_threads(lambda number: inbox.receive(messages[number]), len(messages))
    assert set(outcomes) == {"handled"}
    for rest in range(3):
        assert jugs.get(f"k{rest}").litres == sum(range(rest, 60, 3))
        told = [each.data["litres"] for each in jugs.history(f"k{rest}")]
        assert sorted(told) == list(range(rest, 60, 3))
        assert [each.sequence for each in jugs.history(f"k{rest}")] == list(range(1, 21))


def test_of_those_that_want_one_key_one_gets_it_and_the_others_are_told() -> None:
    def add(number: int) -> str:
        made = Jug(id=f"j{number}", label=f"bình {number % 10}")
        try:
            jugs.add(made, made.pour(1), by=BY)
        except AlreadyDone as refusal:
            return str(refusal.key["label"])
        return made.id

    answers = in_threads(add, 100)
    there = {each.id for each in jugs.query()}
    assert len(there) == 10
    assert {each for each in answers if str(each).startswith("j")} == there
    assert sum(str(each).startswith("bình") for each in answers) == 90


def test_each_reader_has_its_own_entity() -> None:
    jug("j1", 5)

    def read(number: int) -> Entity:
        found = jugs.get("j1")
        found.litres += number
        return found

    found = in_threads(read, 100)
    assert [each.litres for each in found if isinstance(each, Jug)] == [5 + number for number in range(100)]
    assert jugs.get("j1").litres == 5


def test_what_was_read_a_moment_ago_is_forgotten_when_this_process_writes_it() -> None:
    jug("j1", 5)
    [envelope] = sent_by_relay()
    assert jugs.recent("j1") is jugs.recent("j1")
    assert shelves.recent("s1") is None
    jugs.on(envelope, "j1", lambda each: each.pour(2))
    assert getattr(jugs.recent("j1"), "litres", None) == 7
    read = jugs.get("j1")
    jugs.commit(read, read.pour(1), by=BY)
    assert getattr(jugs.recent("j1"), "litres", None) == 8
