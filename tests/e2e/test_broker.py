"""Kafka is disposable: it may be away, forget everything, say everything twice, or say nonsense."""

import json
import uuid

import pytest

from tests.e2e.town import Town

pytestmark = pytest.mark.e2e


def test_the_api_writes_while_the_broker_is_away(town: Town) -> None:
    broker = town.platform.broker
    assert broker
    broker.kill()
    ids = [each.result() for each in town.register(40)]
    assert (
        town.collection("registry", "instruments").count_documents({"_id": {"$in": ids}, "pending": True})
        == 40
    )
    broker.start()
    town.platform.refill_broker()
    town.wait(lambda: town.known_to_scheduling(ids) == len(ids), "what was written meanwhile to arrive")


def test_every_event_sent_twice_changes_nothing(town: Town) -> None:
    [first, *_] = [each.result() for each in town.register(20)]
    town.wait(lambda: town.known_to_scheduling([first]), "the instruments to be known")
    town.wait_quiet()
    before, mails = town.everything(), town.mails()
    town.platform.run_all("replay")
    town.wait_quiet()
    after = town.everything()
    changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    assert changed == []
    assert town.mails() == mails


def test_a_reader_rebuilt_from_nothing_is_the_same(town: Town) -> None:
    """Its copies of other services' facts are dropped; it reads every topic from the beginning, in a new group."""
    ids = [each.result() for each in town.register(5)]
    town.wait(lambda: town.known_to_scheduling(ids) == len(ids), "the instruments to be known")
    town.wait_quiet()
    before = town.everything()
    worker = town.platform.process("scheduling", "worker")
    worker.stop()
    said = town.platform.run("scheduling", "rebuild")
    assert "start its worker again" in said
    assert town.collection("scheduling", "sites").count_documents({}) == 0
    worker.start()
    town.wait_quiet()
    after = town.everything()
    same = {name for name in before if before[name] == after.get(name)}
    assert before.keys() - same <= {"scheduling.reader/generation"}
    assert after.keys() == before.keys() | {"scheduling.reader/generation"}


def test_an_event_larger_than_the_broker_takes_closes_one_way_and_the_others_go_on(town: Town) -> None:
    [first] = [each.result() for each in town.register(1)]
    town.wait(lambda: town.known_to_scheduling([first]), "the instrument to be known")
    instruments, id = town.collection("registry", "instruments"), str(uuid.uuid4())
    huge = instruments.find_one({"_id": first})
    [event] = huge["history"][:1]
    event |= {"id": f"instrument/{id}@1", "subject": f"instrument/{id}"}
    event["data"] |= {"instrument_id": id, "model": "x" * 1_200_000}
    alone = {"_id": id, "identity": id, "history": [event], "version": 1, "relayed": 0, "pending": True}
    instruments.insert_one(huge | alone)
    ids = [each.result() for each in town.register(20)]
    town.wait(lambda: town.known_to_scheduling(ids) == len(ids), "the others to arrive")
    town.wait_quiet()
    listed = town.platform.run("registry", "dead-letters", "list")
    assert f"instrument/{id}@1" in listed
    assert "not sent: MessageSizeTooLargeError" in listed
    assert not town.known_to_scheduling([id])
    instruments.update_one({"_id": id}, {"$set": {"model": "Sunny", "history.0.data.model": "Sunny"}})
    assert "1 given to the relay again" in town.platform.run("registry", "dead-letters", "replay")
    town.wait(lambda: town.known_to_scheduling([id]), "what was mended to arrive")
    assert "not sent" not in town.platform.run("registry", "dead-letters", "list")


def test_nonsense_is_set_aside_and_the_partition_goes_on(town: Town) -> None:
    """One key, so one partition: broken bytes, a type nobody knows, an event of an aggregate nobody knows, a good one."""
    stranger = {
        "specversion": "1.0", "id": "visit/khong-co@1", "type": "vernier.inspection.verification.recorded.v1",
        "source": "/vernier/inspection", "subject": "verification/khong-co", "time": "2026-11-24T02:00:00.000Z",
        "dataschema": "x", "sequence": 1, "traceparent": "00-x", "actor": "test", "data": {"verdict": "pass"},
    }  # fmt: skip
    unknown = {
        **stranger,
        "id": "thing/1@1",
        "subject": "thing/1",
        "type": "vernier.registry.thing.happened.v9",
    }
    town.send_raw("registry", "same-key", b"\xff\x00 kh\xc3\xb4ng ph\xe1\xba\xa3i JSON")
    town.send_raw("registry", "same-key", json.dumps(unknown).encode())
    town.send_raw("registry", "same-key", json.dumps(stranger).encode())
    ids = [each.result() for each in town.register(20)]
    town.wait(lambda: town.known_to_scheduling(ids) == len(ids), "the good ones behind them to be handled")
    town.wait(lambda: town.letters(), "the broken ones to be set aside")
    town.wait_quiet()
    listed = town.platform.run("scheduling", "dead-letters", "list")
    assert "ValidationError" in listed
    assert "vernier.registry.thing.happened.v9" not in listed, "a type that nobody listens to is no fault"
    replayed = town.platform.run("scheduling", "dead-letters", "replay")
    assert "0 handled" in replayed
    for service in ("registry", "inspection", "scheduling", "notifications"):
        town.collection(service, "dead_letters").delete_many({})
