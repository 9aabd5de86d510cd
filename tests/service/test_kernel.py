"""The mechanics under every service: one write per command, relay, inbox, dead letters, replay, rebuild."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mongoengine.connection import get_connection

from services.kernel import cli, unsent
from services.kernel.cli import Service
from services.kernel.inbox import Inbox, Stopped
from services.kernel.model import (
    AlreadyDone,
    Entity,
    Envelope,
    Event,
    Id,
    Itself,
    NotFound,
    NotYet,
    Stale,
    now,
)
from services.kernel.producer import Answer
from services.kernel.relay import IDLE_SECONDS, Outbox, relay_once, replay
from services.kernel.settings import settings
from services.kernel.store import Aggregate, Projection, Store, make_indexes, open_database
from services.kernel.unsent import Refused
from tests.world import MakeWorld

BY = Itself(actor="account/test")


class Poured(Event, type="vernier.kernel.jug.poured.v1"):
    """Water was poured into a jug."""

    jug_id: Id
    litres: int


class Jug(Entity, kind="jug"):
    label: str
    litres: int = 0

    def pour(self, litres: int) -> Poured:
        self.litres += litres
        return Poured(jug_id=self.id, litres=litres)


class Shelf(Entity, kind="shelf"):
    litres: int = 0


class JugDocument(Aggregate):
    meta = {
        "collection": "jugs",
        "db_alias": "kernel",
        "auto_create_index": False,
        "indexes": [{"fields": ["label"], "unique": True}],
    }


class ShelfDocument(Projection):
    meta = {"collection": "shelves", "db_alias": "kernel", "auto_create_index": False}


jugs, shelves = Store(JugDocument, Jug), Store(ShelfDocument, Shelf)


@pytest.fixture(autouse=True)
def database(world: MakeWorld) -> Iterator[None]:
    open_database("kernel")
    make_indexes([jugs, shelves])
    yield
    get_connection("kernel").drop_database(settings().database("kernel"))


def jug(id: str = "j1", litres: int = 1) -> Jug:
    made = Jug(id=id, label=f"bình {id}")
    return jugs.add(made, made.pour(litres), by=BY)


def sent_by_relay(answer: Callable[[str, int], Answer] = lambda key, number: True) -> list[Envelope]:
    """One round of the relay; `answer` says of a key and the event's sequence whether the broker takes it."""
    taken: list[Envelope] = []

    def publish(messages: list[tuple[str, bytes]]) -> list[Answer]:
        answers = []
        for key, raw in messages:
            envelope = Envelope.model_validate_json(raw)
            answers.append(answer(key, envelope.sequence))
            if answers[-1] is True:
                taken.append(envelope)
        return answers

    relay_once([jugs, shelves], publish)
    return taken


def test_state_history_and_version_are_one_write() -> None:
    made = jug()
    poured = jugs.commit(made, made.pour(2), by=BY)
    assert jugs.get("j1") == poured
    assert (poured.litres, poured.version) == (3, 2)
    assert [e.id for e in jugs.history("j1")] == ["jug/j1@1", "jug/j1@2"]


def test_who_read_before_somebody_else_wrote_is_stale() -> None:
    made = jug()
    first, second = jugs.get(made.id), jugs.get(made.id)
    jugs.commit(first, first.pour(1), by=BY)
    with pytest.raises(Stale):
        jugs.commit(second, second.pour(1), by=BY)
    assert jugs.get(made.id).litres == 2
    with pytest.raises(NotFound):
        jugs.get("j2")


def test_a_taken_id_or_key_is_refused_and_nothing_written() -> None:
    jug()
    with pytest.raises(AlreadyDone):
        jug()
    other = Jug(id="j2", label="bình j1")
    with pytest.raises(AlreadyDone) as refusal:
        jugs.add(other, other.pour(1), by=BY)
    assert refusal.value.key == {"label": "bình j1"}
    assert jugs.find("j2") is None


def test_many_writers_of_one_aggregate_lose_nothing() -> None:
    jug(litres=0)

    def work() -> None:
        for _ in range(10):
            while True:
                read = jugs.get("j1")
                try:
                    jugs.commit(read, read.pour(1), by=BY)
                    break
                except Stale:
                    continue

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert jugs.get("j1").litres == 40
    assert [e.sequence for e in jugs.history("j1")] == list(range(1, 42))


def test_the_relay_sends_each_event_once_in_order_and_then_rests() -> None:
    made = jug()
    for litres in (2, 3):
        made = jugs.commit(made, made.pour(litres), by=BY)
    assert [e.id for e in sent_by_relay()] == ["jug/j1@1", "jug/j1@2", "jug/j1@3"]
    assert sent_by_relay() == []


def test_a_collection_from_which_nothing_comes_is_looked_at_more_rarely() -> None:
    outbox = Outbox(jugs)

    def look(at: float) -> int:
        return outbox.relay(lambda messages: [True] * len(messages), at)

    jug("j1")
    assert look(100.0) == 1
    assert look(100.5) == 0  # nothing; the next look is a tenth of the quiet time later
    jug("j2")
    assert look(100.54) == 0
    assert look(100.56) == 1
    assert look(500.0) == 0
    jug("j3")
    assert look(500.0 + IDLE_SECONDS) == 1, "never longer than this"


def test_an_event_is_not_sent_before_the_broker_has_the_one_before_it() -> None:
    made = jug()
    jugs.commit(made, made.pour(2), by=BY)
    jug("j2")
    assert [e.id for e in sent_by_relay(lambda key, number: key != "j1")] == ["jug/j2@1"]
    assert [e.id for e in sent_by_relay(lambda key, number: number == 1)] == ["jug/j1@1"]
    assert [e.id for e in sent_by_relay()] == ["jug/j1@1", "jug/j1@2"], "sent again, with the same ids"


@pytest.mark.parametrize("wave", [1, 2, 3])
def test_a_second_relay_sends_again_but_never_out_of_turn(wave: int) -> None:
    made = jug()
    for litres in (2, 3):
        made = jugs.commit(made, made.pour(litres), by=BY)
    sent: list[int] = []

    def beside_another(key: str, number: int) -> bool:
        if number == wave:
            sent.extend(envelope.sequence for envelope in sent_by_relay())
        sent.append(number)
        return True

    sent_by_relay(beside_another)
    assert list(dict.fromkeys(sent)) == [1, 2, 3], "whoever sent it, an event came after the one before it"
    assert sorted(sent) == [1, 1, 2, 2, 3, 3]
    assert sent_by_relay() == []


def test_what_is_committed_while_the_relay_sends_is_not_forgotten() -> None:
    made = jug()

    def meanwhile(key: str, number: int) -> bool:
        if number == 1:
            read = jugs.get("j1")
            jugs.commit(read, read.pour(5), by=BY)
        return True

    assert [e.sequence for e in sent_by_relay(meanwhile)] == [1]
    assert 2 in [e.sequence for e in sent_by_relay()]
    assert sent_by_relay() == []
    assert made.version == 1


def test_replay_sends_the_whole_history_again() -> None:
    made = jug()
    jugs.commit(made, made.pour(2), by=BY)
    assert len(sent_by_relay()) == 2
    assert replay([jugs, shelves]) == 1
    assert [e.id for e in sent_by_relay()] == ["jug/j1@1", "jug/j1@2"]
    assert sent_by_relay() == []


def too_large(id: str, sequence: int) -> Callable[[str, int], Answer]:
    """A broker that takes everything but one event of one aggregate."""
    return lambda key, number: Refused("quá lớn") if (key, number) == (id, sequence) else True


def closed_ways() -> list[tuple[str, str]]:
    return [(each["_id"], each["reason"]) for each in unsent.listed("kernel")]


def test_an_event_that_the_broker_refuses_closes_the_way_of_its_aggregate_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = jug()
    for litres in (2, 3):
        made = jugs.commit(made, made.pour(litres), by=BY)
    jug("j2")
    assert [e.id for e in sent_by_relay(too_large("j1", 2))] == ["jug/j1@1", "jug/j2@1"]
    assert closed_ways() == [("jug/j1@2", "quá lớn")]
    assert "jug/j1@2" in caplog.text
    assert sent_by_relay() == [], "it is not tried again and again"
    jugs.commit(jugs.get("j1"), jugs.get("j1").pour(4), by=BY)
    jug("j3")
    assert [e.id for e in sent_by_relay()] == ["jug/j3@1"], "what is committed later waits behind it"
    assert sent_by_relay() == []


def test_a_closed_way_is_opened_again_and_nothing_is_skipped() -> None:
    made = jug()
    jugs.commit(made, made.pour(2), by=BY)
    sent_by_relay(too_large("j1", 2))
    assert unsent.send_again([jugs, shelves]) == 1
    assert sent_by_relay(too_large("j1", 2)) == [], "the first one was sent before"
    assert closed_ways() == [("jug/j1@2", "quá lớn")], "refused again, it is on the list again"
    jugs.commit(jugs.get("j1"), jugs.get("j1").pour(3), by=BY)
    assert unsent.send_again([jugs, shelves]) == 1
    assert [e.id for e in sent_by_relay()] == ["jug/j1@2", "jug/j1@3"]
    assert closed_ways() == []
    assert unsent.send_again([jugs, shelves]) == 0


def test_a_replay_tries_what_was_refused_too() -> None:
    made = jug()
    jugs.commit(made, made.pour(2), by=BY)
    sent_by_relay(too_large("j1", 2))
    replay([jugs, shelves])
    assert closed_ways() == []
    assert [e.id for e in sent_by_relay(too_large("j1", 2))] == ["jug/j1@1"]
    assert closed_ways() == [("jug/j1@2", "quá lớn")]
    replay([jugs, shelves])
    assert [e.id for e in sent_by_relay()] == ["jug/j1@1", "jug/j1@2"]


def test_what_is_committed_while_an_event_is_refused_is_not_sent_before_it() -> None:
    jug()

    def meanwhile(key: str, number: int) -> Answer:
        if number == 1 and jugs.get("j1").version == 1:
            jugs.commit(jugs.get("j1"), jugs.get("j1").pour(2), by=BY)
        return Refused("quá lớn") if number == 1 else True

    assert sent_by_relay(meanwhile) == []
    assert sent_by_relay(meanwhile) == []
    assert [each for each, _ in closed_ways()] == ["jug/j1@1"]
    assert sent_by_relay() == []


def on_poured(event: Poured, envelope: Envelope) -> None:
    def change(shelf: Shelf) -> None:
        shelf.litres += event.litres

    shelves.on(envelope, "s1", change, lambda: Shelf(id="s1"))


def test_an_event_counts_once_however_often_it_comes() -> None:
    inbox = Inbox("kernel", {Poured: on_poured}, delays=())
    for number in range(1, 4):
        jug(f"j{number}", number)
    messages = [raw(envelope) for envelope in sent_by_relay()]
    for message in [*messages, *messages, *reversed(messages)]:
        assert inbox.receive(message) == "handled"
    assert shelves.get("s1").litres == 6


def raw(envelope: Envelope) -> bytes:
    return json.dumps(envelope.model_dump(mode="json")).encode()


def poured(sequence: int, litres: int = 1, subject: str = "jug/j9") -> bytes:
    return raw(Envelope.wrap(Poured(jug_id="j9", litres=litres), subject, sequence, BY, now()))


class Sulky:
    """A handler that fails on some events until it is reconciled."""

    def __init__(self, *failing: int) -> None:
        self.failing, self.handled = set(failing), list[int]()

    def __call__(self, event: Poured, envelope: Envelope) -> None:
        if event.litres in self.failing:
            raise RuntimeError("chưa được")
        self.handled.append(event.litres)


def test_a_failing_event_closes_the_way_for_later_ones_of_its_subject_only() -> None:
    handler = Sulky(2)
    inbox = Inbox("kernel", {Poured: handler}, delays=(0.0, 0.0))
    outcomes = [inbox.receive(poured(number, number)) for number in (1, 2, 3)]
    other = inbox.receive(poured(1, 9, "jug/j8"))
    assert [*outcomes, other] == ["handled", "dead", "dead", "handled"]
    assert handler.handled == [1, 9]
    letters = list(inbox.open_letters())
    assert [letter["_id"] for letter in letters] == ["jug/j9@2", "jug/j9@3"]
    assert "chưa được" in letters[0]["error"]

    assert inbox.replay() == (0, 2), "nothing goes through while the cause is there"
    handler.failing.clear()
    assert inbox.replay() == (2, 0)
    assert handler.handled == [1, 9, 2, 3]
    assert inbox.receive(poured(4, 4)) == "handled", "the way is free again"


def test_a_letter_that_was_handled_and_fails_again_later_is_open_again() -> None:
    handler = Sulky(1)
    inbox = Inbox("kernel", {Poured: handler}, delays=())
    assert inbox.receive(poured(1)) == "dead"
    handler.failing.clear()
    assert inbox.replay() == (1, 0)
    handler.failing.add(1)
    assert [inbox.receive(poured(1)), inbox.receive(poured(1))] == ["dead", "dead"]
    [letter] = inbox.open_letters()
    assert "chưa được" in letter["error"], "the second arrival did not overwrite what the first one said"


def test_a_letter_that_comes_again_is_kept_once() -> None:
    inbox = Inbox("kernel", {Poured: Sulky(1)}, delays=())
    for _ in range(3):
        assert inbox.receive(poured(1, 1)) == "dead"
    assert len(list(inbox.open_letters())) == 1


@pytest.mark.parametrize("message", [b"", b"{}", b"\xff\xfe", b"[1]", b'{"id": 3}', b"not json"])
def test_a_malformed_message_is_set_aside_and_the_partition_goes_on(message: bytes) -> None:
    handler = Sulky()
    inbox = Inbox("kernel", {Poured: handler}, delays=())
    assert inbox.receive(message) == "dead"
    assert inbox.receive(poured(1)) == "handled"
    assert len(list(inbox.open_letters())) == 1


def test_an_event_whose_data_do_not_fit_is_set_aside_at_once() -> None:
    inbox = Inbox("kernel", {Poured: Sulky()}, delays=(5.0,))
    spoiled = json.loads(poured(1)) | {"data": {"jug_id": "j9"}}
    assert inbox.receive(json.dumps(spoiled).encode()) == "dead"


def test_an_unknown_type_is_nobodys_business() -> None:
    inbox = Inbox("kernel", {Poured: Sulky()}, delays=())
    strange = json.loads(poured(1)) | {"type": "vernier.kernel.jug.broken.v9"}
    assert inbox.receive(json.dumps(strange).encode()) == "ignored"
    assert list(inbox.open_letters()) == []


def test_what_is_passed_over_by_its_head_is_what_would_be_ignored() -> None:
    """Every known event, with and without a handler for it; and what only looks like one."""
    for type, event in Event.known.items():
        of_it = json.loads(poured(1)) | {"type": type}
        for handled in (Poured, event):
            inbox = Inbox("kernel", {handled: Sulky()}, delays=())
            assert inbox.ignores(json.dumps(of_it, separators=(",", ":")).encode()) is (event is not handled)
    inbox = Inbox("kernel", {}, delays=())
    pretty = json.dumps(json.loads(poured(1)), indent=1).encode()
    quoted = json.dumps({"specversion": "1.0", "id": 'x","type":"vernier.kernel.jug.poured.v1'}).encode()
    for message in (b"", b"{}", b"not json", pretty, quoted):
        assert not inbox.ignores(message)


def test_a_fact_that_is_not_there_yet_is_waited_for() -> None:
    tries: list[int] = []

    def handler(event: Poured, envelope: Envelope) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise NotYet("the shelf")

    inbox = Inbox("kernel", {Poured: handler}, delays=(0.0, 0.0, 0.0))
    assert inbox.receive(poured(1)) == "handled"
    assert len(tries) == 3


def test_who_is_told_to_stop_while_waiting_leaves_the_message_for_the_next() -> None:
    inbox = Inbox("kernel", {Poured: Sulky(1)}, delays=(60.0,))
    inbox.stop.set()
    with pytest.raises(Stopped):
        inbox.receive(poured(1, 1))
    assert list(inbox.open_letters()) == []


def test_a_rebuilt_reader_drops_its_copies_and_reads_from_the_beginning(capsys: Any) -> None:
    inbox = Inbox("kernel", {Poured: on_poured}, delays=())
    jug(litres=7)
    messages = [raw(envelope) for envelope in sent_by_relay()]
    [inbox.receive(message) for message in messages]
    group = cli.group_of("kernel")
    service = Service("kernel", lambda: None, [jugs, shelves], {Poured: on_poured})  # type: ignore[arg-type, return-value]
    cli.rebuild(service)
    assert shelves.find("s1") is None
    assert cli.group_of("kernel") != group
    assert jugs.get("j1").litres == 7, "what the service owns stays"
    [inbox.receive(message) for message in messages]
    assert shelves.get("s1").litres == 7
    assert cli.group_of("kernel") in capsys.readouterr().out
