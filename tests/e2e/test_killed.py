"""kill -9 while they work: nothing acknowledged is lost, and nothing is done twice."""

import pytest

from tests.e2e.town import Town

pytestmark = pytest.mark.e2e

MANY = 150


def handled_once(town: Town, ids: list[str]) -> None:
    """Each instrument has one obligation, made by its first event; each lead was said once and is in one letter."""
    rows = list(town.collection("scheduling", "obligations").find({"_id": {"$in": ids}}))
    assert len(rows) == len(ids)
    assert {row["seen"][f"instrument/{row['_id']}"] for row in rows} == {1}
    said = [event["id"] for row in rows for event in row["history"]]
    leads = [(event["subject"], event["data"]["lead"]) for row in rows for event in row["history"]]
    assert len(leads) == len(set(leads)) == len(ids)
    told = [
        matter["event_id"]
        for notice in town.collection("notifications", "notices").find({})
        for matter in notice["matters"]
        if matter["event_id"] in set(said)
    ]
    assert sorted(told) == sorted(said)


@pytest.mark.parametrize("times", [3])
def test_a_worker_killed_in_the_middle_of_its_handlers(town: Town, times: int) -> None:
    worker = town.platform.process("scheduling", "worker")
    site, ids, met = town.site(), list[str](), 0
    for _ in range(10 * times):
        batch = town.register(MANY, site)
        # The API answers one after another, so the worker is in the middle of what it was given.
        first = [each.result() for each in batch[: MANY // 3]]
        _begun(town, [*ids, *first], but=len(first))
        worker.kill()
        ids += [each.result() for each in batch]
        # It may have been through with all of them before the blow: then that was none.
        met += town.known_to_scheduling(ids) < len(ids)
        worker.start()
        if met == times:
            break
    assert met == times
    town.wait(lambda: town.known_to_scheduling(ids) == len(ids), "every instrument to be known")
    town.wait_quiet()
    handled_once(town, ids)
    assert town.letters() == []


def test_a_relay_killed_while_it_sends(town: Town) -> None:
    relay = town.platform.process("registry", "relay")
    site, ids = town.site(), list[str]()
    for _ in range(3):
        relay.kill()
        ids += [each.result() for each in town.register(MANY, site)]
        waiting = town.collection("registry", "instruments")
        assert waiting.count_documents({"pending": True}) >= MANY
        relay.launch()
        _begun(town, ids, but=MANY)
    relay.start()
    town.wait(lambda: town.known_to_scheduling(ids) == len(ids), "every instrument to be known")
    town.wait_quiet()
    handled_once(town, ids)


def _begun(town: Town, ids: list[str], but: int) -> None:
    town.wait(lambda: town.known_to_scheduling(ids) > len(ids) - but, "the killed one to begin again")


def test_the_database_killed_while_instruments_are_registered(town: Town) -> None:
    """What the API acknowledged is there afterwards; what it did not, the client repeats with the same id."""
    database = town.platform.database
    assert database
    batch = town.register(MANY)
    acknowledged = [each.result() for each in batch[: MANY // 3]]
    database.kill()
    database.start()
    kept = town.collection("registry", "instruments").count_documents({"_id": {"$in": acknowledged}})
    assert kept == len(acknowledged)
    ids = [each.result() for each in batch]
    town.wait(lambda: town.known_to_scheduling(ids) == len(ids), "every instrument to be known")
    town.wait_quiet()
    handled_once(town, ids)
    assert town.letters() == []


def test_all_of_it_killed_at_once_and_started_again(town: Town) -> None:
    """As when the power fails. The launcher starts it again; the embedded broker is filled from the histories."""
    ids = [each.result() for each in town.register(MANY)]
    for process in town.platform.processes:
        process.kill()
    town.platform.start()
    town.wait(lambda: town.known_to_scheduling(ids) == len(ids), "every instrument to be known")
    town.wait_quiet()
    handled_once(town, ids)
