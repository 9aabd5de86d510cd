"""Received = in stock + in hand + affixed + void + lost + destroyed: at any time, for any range, whatever came when."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain.custody import Movement, partition
from services.inspection.domain.ledger import (
    Balance,
    HandBalance,
    Run,
    UseStatus,
    balance,
    hand_balance,
    runs,
    total,
)
from services.inspection.domain.seal import Seal, SealFact, write_number
from services.inspection.domain.seal_batch import SealBatch, Use
from services.kernel.model import Rejected

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FIRST, LAST = 5, 24
INSPECTORS = ("k1", "k2", "k3")


class Told(NamedTuple):
    """A fact about one seal, as a verification told it at some time after it happened."""

    serial: int
    fact: SealFact


def at(step: int) -> datetime:
    return START + timedelta(hours=5 * step)


class Wish(NamedTuple):
    """A movement that somebody tries: aimed at numbers that can be moved so, or blindly at any."""

    step: int
    action: Any
    aimed: bool
    pick: int
    length: int
    giver: str | None
    to: str | None
    late: int

    def movement(self, office: "Office") -> Movement:
        first = FIRST + self.pick % (LAST - FIRST + 1)
        last, giver = first + self.length, self.giver
        fit = [run for run in office.runs() if run.status in TAKES[self.action]]
        if self.aimed and fit:
            run = fit[self.pick % len(fit)]
            first = run.first + self.length * self.pick % run.length
            last, giver = min(first + self.length, run.last), run.inspector_id
        to = self.to if self.action in ("issued", "transferred", "found") else None
        if self.action == "found" and self.pick % 2:
            to = None
        return Movement(
            id=f"m{self.step}",
            action=self.action,
            first=first,
            last=last,
            from_inspector_id=giver if self.action not in ("issued", "found") else None,
            to_inspector_id=to,
            at=at(self.step - self.late),
            reason="theo biên bản",
        )


TAKES: dict[str, tuple[str, ...]] = {
    "issued": ("in_stock",),
    "returned": ("in_hand",),
    "transferred": ("in_hand",),
    "lost": ("in_hand", "in_stock"),
    "destroyed": ("in_hand", "in_stock"),
    "found": ("lost", "destroyed"),
}


def wish(step: int, chance: random.Random) -> Wish:
    """Any movement at all: those that cannot be must be refused without a trace."""
    giver, to = chance.choice(INSPECTORS), chance.choice(INSPECTORS)
    return Wish(
        step,
        chance.choice(["issued", *TAKES]),
        aimed=chance.random() < 0.8,
        pick=chance.randint(0, 100),
        length=chance.randint(0, 8),
        giver=chance.choice([giver, None]),
        to=to,
        late=chance.choice([0, 0, 0, 1, 4]),
    )


def use(step: int, chance: random.Random) -> Told:
    """A seal used, found or lost, at any time up to now: tablets come late, and in any order."""
    return Told(
        chance.randint(FIRST, LAST),
        SealFact(
            action=chance.choice(["affixed", "affixed", "affixed", "removed", "voided", "lost"]),
            verification_id=f"v{step}",
            instrument_id=chance.choice(["i1", "i2"]),
            inspector_id=chance.choice(INSPECTORS),
            place="bộ đếm",
            at=at(max(step - chance.randint(0, 8), 0)),
        ),
    )


def history_of(seed: int, length: int) -> tuple[Wish | Told, ...]:
    """A year in the office. Uniform chance, because the interesting histories are neither short nor simple."""
    chance = random.Random(seed)
    made = (wish if chance.random() < 0.7 else use for _ in range(length))
    return tuple(make(step, chance) for step, make in enumerate(made, start=1))


HISTORIES = st.builds(history_of, st.integers(0, 2**32), st.integers(1, 40))


class Office:
    """Batch and seals as the service keeps them, and beside them a plain list of who has each single number."""

    def __init__(self) -> None:
        self.batch = SealBatch(
            id="b1", of_kind="stamp", series="BN26", first=FIRST, last=LAST, received_at=START
        )
        self.seals: dict[int, Seal] = {}
        self.told: list[Told] = []
        self.carried_out: list[Movement] = []

    def take(self, each: Wish | Movement | Told) -> None:
        if isinstance(each, Wish):
            each = each.movement(self)
        if isinstance(each, Told):
            seal = self.seals.setdefault(
                each.serial, Seal.first_used(write_number("BN26", each.serial), START)
            )
            seal.tell(each.fact, START)
            self.told.append(each)
            return
        found = [
            Use(serial, seal.use().at, seal.use().inspector_id)
            for serial, seal in sorted(self.seals.items())
            if each.first <= serial <= each.last
        ]
        try:
            if self.batch.move(each, found) is not None:
                self.carried_out.append(each)
        except Rejected:
            return

    def used(self, instant: datetime | None = None) -> list[tuple[int, UseStatus]]:
        found = ((serial, seal.status_at(instant)) for serial, seal in sorted(self.seals.items()))
        return [(serial, status) for serial, status in found if status is not None]

    def runs(self, first: int = FIRST, last: int = LAST, instant: datetime | None = None) -> list[Run]:
        return list(runs(partition(self.batch.ranges(instant), first, last), self.used(instant)))

    def number_by_number(self, instant: datetime | None = None) -> dict[int, str]:
        """The same worked out the slow way, without ranges: one number, one word."""
        words = dict.fromkeys(range(FIRST, LAST + 1), "in_stock")
        for each in self.carried_out:
            if instant is not None and each.at > instant:
                continue
            for serial in range(each.first, each.last + 1):
                match each.action:
                    case "lost" | "destroyed":
                        words[serial] = each.action
                    case "returned":
                        words[serial] = "in_stock"
                    case _:
                        words[serial] = "in_hand" if each.to_inspector_id else "in_stock"
        ranks = {"affixed": 1, "lost": 2, "removed": 3, "voided": 3}
        names = {1: "affixed", 2: "lost", 3: "void"}
        best: dict[int, int] = {}
        for serial, fact in self.told:
            if instant is None or fact.at <= instant:
                best[serial] = max(best.get(serial, 0), ranks[fact.action])
        return words | {serial: names[rank] for serial, rank in best.items()}


def office(history: Iterable[Wish | Movement | Told]) -> Office:
    made = Office()
    for each in history:
        made.take(each)
    return made


def sum_of(found: Balance) -> int:
    return found.in_stock + found.in_hand + found.affixed + found.void + found.lost + found.destroyed


@given(HISTORIES, st.integers(FIRST, LAST), st.integers(FIRST, LAST), st.integers(-1, 41))
def test_the_ledger_balances_for_any_range_at_any_time(history: Any, one: int, other: int, step: int) -> None:
    made, first, last = office(history), min(one, other), max(one, other)
    for instant in (None, at(step)):
        if instant is not None and instant < START:
            assert made.batch.ranges(instant) == []
            continue
        found = balance(made.runs(first, last, instant))
        assert found.received == last - first + 1 == sum_of(found)
        words = made.number_by_number(instant)
        expected = Counter(words[serial] for serial in range(first, last + 1))
        assert {name: count for name, count in found if name != "received" and count} == expected


@given(HISTORIES)
def test_every_number_stands_in_exactly_one_run(history: Any) -> None:
    found = office(history).runs()
    assert [serial for run in found for serial in range(run.first, run.last + 1)] == list(
        range(FIRST, LAST + 1)
    )


@given(HISTORIES)
def test_everything_told_twice_changes_nothing(history: Any) -> None:
    once = office(history)
    repeated = [each for told in (once.carried_out, once.told) for each in told]
    before = once.batch.state(), once.runs()
    for each in repeated:
        once.take(each)
    assert (once.batch.state(), once.runs()) == before


@given(HISTORIES, st.randoms())
def test_the_order_in_which_records_arrive_changes_no_balance(history: Any, chance: Any) -> None:
    """The papers are written in the office, one after the other; the tablets' records come whenever they come."""
    papers = office(each for each in history if isinstance(each, Wish)).carried_out
    records = [each for each in history if isinstance(each, Told)]
    mixed = list(records)
    chance.shuffle(mixed)
    one, other = office((*papers, *records)), office((*papers, *mixed, *mixed))
    assert one.runs() == other.runs()


@given(HISTORIES, st.sampled_from(INSPECTORS), st.integers(FIRST, LAST), st.integers(FIRST, LAST))
def test_an_inspectors_hand_balances(history: Any, inspector: str, one: int, other: int) -> None:
    made, first, last = office(history), min(one, other), max(one, other)
    found = hand_balance(made.runs(first, last), made.batch.movements, first, last, inspector)
    left = found.in_hand + found.affixed + found.void + found.lost + found.destroyed
    assert found.received - found.returned - found.handed_over == left


@given(HISTORIES, st.integers(FIRST, LAST - 1))
def test_two_halves_make_the_whole(history: Any, middle: int) -> None:
    made = office(history)
    halves = [balance(made.runs(FIRST, middle)), balance(made.runs(middle + 1, LAST))]
    assert total(halves, Balance) == balance(made.runs()).model_dump()
    assert total([], HandBalance)["received"] == 0
