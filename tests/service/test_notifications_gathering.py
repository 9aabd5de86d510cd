"""What is told together is one notice, and every event in exactly one, whoever gathers and dies at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from services.kernel.model import Envelope, now, today
from services.kernel.store import make_indexes
from services.notifications import gathering
from services.notifications.gathering import gather_once
from services.notifications.heard import MOST_MATTERS, Heard
from services.notifications.storage import heard as kept
from services.notifications.storage import mark_taken, notices
from services.notifications.worker import HANDLERS
from tests.unit.notifications import examples as n
from tests.unit.scheduling import examples as e
from tests.world import MakeWorld, World


@pytest.fixture
def notifications(world: MakeWorld) -> World:
    return world("notifications")


def later() -> datetime:
    return now() + timedelta(minutes=2)


def fall_due(here: World, *ids: str, **changes: Any) -> list[Envelope]:
    return [here.publish(n.due(id, **changes), f"obligation/{id}") for id in ids]


def certify(here: World, *ids: str, **changes: Any) -> list[Envelope]:
    return [here.publish(e.certificate(id, **changes), f"certificate/gcn-{id}") for id in ids]


def told() -> Counter[str]:
    return Counter(matter.event_id for notice in notices.query() for matter in notice.matters)


def waiting() -> int:
    return sum(each.group is not None for each in kept.query())


def test_more_than_one_letter_should_hold_are_several(notifications: World) -> None:
    heard = fall_due(notifications, *(f"cot-{i}" for i in range(2 * MOST_MATTERS + 50)))
    notifications.drain()
    gather_once(now())
    assert told() == {}, "a moment ago"
    gather_once(later())
    gather_once(later())
    assert sorted(len(each.matters) for each in notices.query()) == [50, MOST_MATTERS, MOST_MATTERS]
    assert told() == Counter(each.id for each in heard)
    assert waiting() == 0


def test_what_is_alike_is_one_notice_whatever_order_it_comes_in(notifications: World) -> None:
    yesterday = today() - timedelta(days=1)
    for number in (1, 2):
        fall_due(notifications, f"cot-{number}")
        certify(notifications, f"cot-{number}")
        certify(notifications, f"cot-{number + 2}", verified_on=yesterday)
        certify(notifications, f"cot-{number + 4}", enterprise_id=e.OTHER_ENTERPRISE)
        for id, changes in (
            (f"cot-{number + 6}", {"verdict": "fail"}),
            (f"cot-{number + 8}", {"withheld": ["card-expired"]}),
        ):
            notifications.publish(e.verified(id, **changes), f"verification/kd-{id}")
    notifications.drain(twice=True, shuffle=1)
    gather_once(later())
    found = [(each.topic, each.enterprise_id, sorted(each._instrument_ids())) for each in notices.query()]
    assert sorted(found) == [
        ("certificate_issued", e.OTHER_ENTERPRISE, ["cot-5", "cot-6"]),
        ("certificate_issued", e.ENTERPRISE, ["cot-1", "cot-2"]),
        ("certificate_issued", e.ENTERPRISE, ["cot-3", "cot-4"]),
        ("certificate_withheld", e.ENTERPRISE, ["cot-10", "cot-9"]),
        ("verification_due", e.ENTERPRISE, ["cot-1", "cot-2"]),
        ("verification_failed", e.ENTERPRISE, ["cot-7", "cot-8"]),
    ]


def test_what_comes_again_is_not_told_again(notifications: World) -> None:
    heard = fall_due(notifications, "cot-1", "cot-2") + certify(notifications, "cot-1", "cot-2")
    notifications.drain(twice=True)
    gather_once(later())
    for each in heard:
        notifications.deliver(each)
    notifications.drain(twice=True)
    gather_once(later())
    assert told() == Counter(each.id for each in heard)
    assert len(list(notices.query())) == 2


def test_what_is_read_anew_after_its_copies_were_dropped_is_not_told_again(notifications: World) -> None:
    """As `rebuild` does it: the marks are gone, the notices stay."""
    heard = certify(notifications, "cot-1", "cot-2")
    notifications.drain()
    gather_once(later())
    kept.collection.drop()
    make_indexes([kept])
    for each in (*heard, *certify(notifications, "cot-3")):
        notifications.deliver(each)
    notifications.drain()
    for _ in range(3):
        gather_once(later())
    assert sorted(len(each.matters) for each in notices.query()) == [1, 2]
    assert waiting() == 0


def test_of_two_words_on_one_instrument_the_letter_has_the_later(notifications: World) -> None:
    notifications.publish(e.enterprise(), f"enterprise/{e.ENTERPRISE}")
    fall_due(notifications, "cot-1")
    notifications.drain()
    fall_due(notifications, "cot-1", serial="TS-moi")
    notifications.drain()
    gather_once(later())
    (notice,) = notices.query()
    assert len(notice.matters) == 2
    letter = notifications.door("notifications", "dispatcher").get(f"/notices/{notice.id}").json()
    assert letter["instrument_ids"] == ["cot-1"]
    assert "TS-moi" in letter["text"]
    assert "TS-cot-1" not in letter["text"]


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Random:
    """Senders that are killed after a notice was made: before anything is marked as taken, or in the middle of it."""
    chance = Random()

    def mark_and_die(taken: list[Heard]) -> None:
        if chance.random() < 0.5:
            mark_taken(chance.sample(taken, chance.randint(0, len(taken))))
            raise SystemExit
        mark_taken(taken)

    monkeypatch.setattr(gathering, "mark_taken", mark_and_die)
    return chance


@pytest.mark.parametrize("seed", range(4))
def test_every_event_is_in_exactly_one_notice_while_many_hear_gather_and_die(
    notifications: World, dying: Random, seed: int
) -> None:
    dying.seed(seed)
    heard = fall_due(notifications, *(f"cot-{i}" for i in range(30)))
    heard += certify(notifications, *(f"cot-{i}" for i in range(30)))
    Random(seed).shuffle(heard)

    def hear(envelope: Envelope) -> None:
        HANDLERS[type(envelope.event())](envelope.event(), envelope)

    def gather() -> None:
        with suppress(SystemExit):
            gather_once(later())

    with ThreadPoolExecutor(6) as pool:
        for index in range(0, 60, 6):
            begun = [pool.submit(hear, each) for each in heard[index : index + 6] * 2]
            begun += [pool.submit(gather) for _ in range(3)]
            for each in begun:
                each.result()
    for _ in range(100):
        gather()
    assert waiting() == 0
    assert told() == Counter(each.id for each in heard)
    assert len(list(notices.query())) > 1
