"""The lanes of a worker: order within a subject, company at the database, and no lane that holds up another."""

import random
import threading
from collections.abc import Callable, Sequence

import pytest

from services.kernel.documents import Documents, Row
from services.kernel.inbox import Inbox, Stopped
from services.kernel.lanes import Lanes, pause
from services.kernel.model import Envelope, NotYet
from services.kernel.together import Together
from tests.service.test_kernel import BY, Jug, Poured, database, jug, jugs, raw, sent_by_relay

__all__ = ["database"]


def run(
    handle: Callable[[bytes], object], messages: Sequence[tuple[str, bytes]], lanes: int = 16
) -> list[bytes]:
    """Handles (key, message) pairs that are all there at once; returns them in the order in which they were done."""
    done: list[bytes] = []

    def note(over: list[bytes]) -> None:
        done.extend(over)
        if len(done) == len(messages):
            made.end()

    made: Lanes[bytes] = Lanes(lanes, handle, note)
    for key, message in messages:
        made.put(key.encode(), message)
    made.run()
    return done


@pytest.mark.parametrize("seed", range(4))
def test_every_event_counts_once_and_in_order(seed: int) -> None:
    """Forty jugs are poured into three times; each passes that on to one of three others. Some events come twice."""
    for number in range(40):
        made = jug(f"j{number}")
        for _ in range(2):
            made = jugs.commit(made, made.pour(1), by=BY)
    waiting: dict[str, list[bytes]] = {}
    for each in sent_by_relay():
        waiting.setdefault(each.subject, []).append(raw(each))
    chance, messages = random.Random(seed), list[tuple[str, bytes]]()
    while waiting:
        subject = chance.choice(sorted(waiting))
        messages += [(subject, waiting[subject].pop(0))] * chance.choice((1, 1, 2))
        if not waiting[subject]:
            del waiting[subject]
    seen: dict[str, list[int]] = {}

    def pass_on(event: Poured, envelope: Envelope) -> None:
        seen.setdefault(envelope.subject, []).append(envelope.sequence)
        id = f"k{int(event.jug_id[1:]) % 3}"
        jugs.on(envelope, id, lambda each: each.pour(1), lambda: Jug(id=id, label=id))

    inbox = Inbox("kernel", {Poured: pass_on})
    assert sorted(run(inbox.receive, messages)) == sorted(message for _, message in messages)
    assert list(inbox.open_letters()) == []
    assert all(told == sorted(told) for told in seen.values())
    for rest in range(3):
        count = 3 * len(range(rest, 40, 3))
        assert jugs.get(f"k{rest}").litres == count
        assert [each.sequence for each in jugs.history(f"k{rest}")] == list(range(1, count + 1))


def test_what_lanes_ask_at_once_is_asked_as_one() -> None:
    groups: list[list[bytes]] = []
    heard: dict[bytes, list[bytes]] = {}

    def answer(questions: list[bytes]) -> list[bytes | Exception]:
        groups.append(questions)
        return [ValueError("odd") if each == b"7" else each * 2 for each in questions]

    first, second = Together(answer), Together(answer)

    def handle(message: bytes) -> None:
        try:
            heard[message] = [first(message), second(message)]
        except ValueError:
            heard[message] = []

    numbers = [str(number).encode() for number in range(64)]
    run(handle, [(each.decode(), each) for each in numbers], lanes=512)
    assert heard == {each: [] if each == b"7" else [each * 2, each * 2] for each in numbers}
    # Two keys may share a lane, and then the second of them comes a round later.
    assert len(groups) <= 6
    assert len(groups[0]) > 50


def test_who_waits_holds_up_only_what_comes_behind_it() -> None:
    stop = threading.Event()

    def handle(message: bytes) -> None:
        if message == b"a1":
            assert not pause(0.05, stop)

    messages = [("a", b"a1"), ("a", b"a2"), ("b", b"b1"), ("c", b"c1"), ("b", b"b2")]
    done = run(handle, messages, lanes=64)
    assert sorted(done[:3]) == [b"b1", b"b2", b"c1"]
    assert done[3:] == [b"a1", b"a2"]


def test_a_fact_that_another_lane_brings_is_waited_for() -> None:
    """The second jug's event needs what the first one's brings; it comes first."""
    jug("j1", 1)
    jug("j2", 2)
    messages = {each.data["jug_id"]: raw(each) for each in sent_by_relay()}

    def handler(event: Poured, envelope: Envelope) -> None:
        if event.jug_id == "j2" and jugs.find("k1") is None:
            raise NotYet("k1")
        jugs.on(envelope, "k1", lambda each: each.pour(event.litres), lambda: Jug(id="k1", label="k1"))

    inbox = Inbox("kernel", {Poured: handler}, delays=(0.01,) * 5)
    assert run(inbox.receive, [("j2", messages["j2"]), ("j1", messages["j1"])], lanes=64) == [
        messages["j1"],
        messages["j2"],
    ]
    assert jugs.get("k1").litres == 3


def test_what_many_lanes_wait_for_finds_a_lane_though_it_comes_last() -> None:
    """Twice as many wait as may set out together."""
    there: list[bytes] = []
    stop = threading.Event()

    def handle(message: bytes) -> None:
        while message != b"last" and not there:
            assert not pause(0.01, stop)
        there.append(message)

    messages = [(f"{number}", f"{number}".encode()) for number in range(32)] + [("last", b"last")]
    assert run(handle, messages, lanes=16)[0] == b"last"
    assert sorted(there) == sorted(message for _, message in messages)


def test_told_to_stop_while_it_waits_the_message_is_not_done() -> None:
    jug("j1", 1)
    [envelope] = sent_by_relay()
    inbox = Inbox("kernel", {}, delays=(0.01, 0.01))

    def handler(event: Poured, envelope: Envelope) -> None:
        inbox.stop.set()
        raise NotYet("never")

    inbox.handlers = {Poured: handler}
    done: list[bytes] = []
    lanes: Lanes[bytes] = Lanes(4, inbox.receive, done.extend)
    lanes.put(b"j1", raw(envelope))
    with pytest.raises(Stopped):
        lanes.run()
    assert done == []


def test_what_must_not_leave_the_inbox_ends_the_run() -> None:
    def handle(message: bytes) -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        run(handle, [("a", b"a1")])


def test_many_that_change_the_same_thing_do_not_wear_each_other_out() -> None:
    """More than would be tried again for one event; none may become a letter."""
    for number in range(60):
        jug(f"j{number}")

    def pass_on(event: Poured, envelope: Envelope) -> None:
        jugs.on(envelope, "k1", lambda each: each.pour(1), lambda: Jug(id="k1", label="k1"))

    messages = [(each.subject, raw(each)) for each in sent_by_relay()]
    inbox = Inbox("kernel", {Poured: pass_on}, delays=())
    run(inbox.receive, messages, lanes=512)
    assert list(inbox.open_letters()) == []
    assert jugs.get("k1").litres == 60


def test_what_a_key_refuses_hinders_no_other_of_its_group() -> None:
    """Twenty are changed at once, each to another label; one of these is taken. A label is a text, whatever it says."""
    labels = {f"j{number}": f"$label{number}" for number in range(20)} | {"j3": "$$ROOT", "j7": "bình j20"}
    for number in range(21):
        jug(f"j{number}")

    def rename(event: Poured, envelope: Envelope) -> None:
        def change(each: Jug) -> Poured:
            each.label = labels[each.id]
            return each.pour(1)

        if event.jug_id in labels:
            jugs.on(envelope, event.jug_id, change)

    messages = [(each.subject, raw(each)) for each in sent_by_relay()]
    inbox = Inbox("kernel", {Poured: rename}, delays=())
    run(inbox.receive, messages, lanes=64)
    assert [letter["subject"] for letter in inbox.open_letters()] == ["jug/j7"]
    for id, label in labels.items():
        expected = ("bình j7", 1) if id == "j7" else (label, 2)
        assert (jugs.get(id).label, jugs.get(id).litres) == expected
        assert len(jugs.history(id)) == expected[1]


def test_what_lanes_want_of_one_aggregate_is_one_change_unless_one_of_them_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Twenty pour into one jug at once, ten of them twice; the second time one of them cannot."""
    changes: list[int] = []
    change = Documents._change

    def count(documents: Documents, asked: list[tuple[str, int, Row]]) -> int:
        changes.append(len(asked))
        return change(documents, asked)

    monkeypatch.setattr(Documents, "_change", count)
    made = [jug(f"j{number}") for number in range(20)]
    jug("k1")
    spills: set[str] = set()

    def pass_on(event: Poured, envelope: Envelope) -> None:
        def pour(each: Jug) -> Poured:
            poured = each.pour(event.litres)
            if event.jug_id in spills:
                raise ValueError("spilt")
            return poured

        if event.jug_id != "k1":
            jugs.on(envelope, "k1", pour)

    inbox = Inbox("kernel", {Poured: pass_on}, delays=())
    first = [(each.subject, raw(each)) for each in sent_by_relay()]
    run(inbox.receive, first, lanes=64)
    assert (jugs.get("k1").litres, jugs.get("k1").version) == (21, 21)
    assert sum(changes) == 1
    spills.add("j3")
    for each in made[:10]:
        jugs.commit(each, each.pour(1), by=BY)
    second = [(each.subject, raw(each)) for each in sent_by_relay() if not each.subject.endswith("k1")]
    run(inbox.receive, [*first, *second], lanes=64)
    assert (jugs.get("k1").litres, jugs.get("k1").version) == (30, 30)
    assert [letter["subject"] for letter in inbox.open_letters()] == ["jug/j3"]
    assert [each.sequence for each in jugs.history("k1")] == list(range(1, 31))
    causes = [each.causationid for each in jugs.history("k1")][1:21]
    assert sorted(map(str, causes)) == sorted(f"jug/j{number}@1" for number in range(20))
