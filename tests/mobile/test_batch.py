"""Fifty identical meters side by side: entered once, judged one by one, each with its own record, seal and number."""

import sqlite3
from collections.abc import Callable

import pytest

from mobile_inspector.core import Tablet
from mobile_inspector.core.batch import Batch, kinds
from tests.mobile import day
from tests.mobile.fake_inspection import PASSWORD, USER, FakeServer

MANY = 50
LOT = "lo-dong-ho"
CASE = "Vỏ và bộ phận điều chỉnh"
Refusal = Callable[[Callable[[], object]], str]


@pytest.fixture
def meters(server: FakeServer, tablet: Tablet) -> list[str]:
    made = [day.water_meter(n) for n in range(MANY)]
    server.publish(visits=[day.visit(LOT, *made, day.dispenser(id="cot-le"))], standards=[day.rig()])
    server.inspector = day.card(type_codes=["21a", "19"])
    server.seals = [{"batch_id": "lo-9", "kind": "lead_seal", "series": "BN26", "first": 501, "last": 600}]
    tablet.sync()
    tablet.sync()
    return [meter["id"] for meter in made]


@pytest.fixture
def batch(tablet: Tablet, meters: list[str]) -> Batch:
    return tablet.batches.start(LOT, meters)


def test_the_largest_group_of_one_kind_comes_first(tablet: Tablet, meters: list[str]) -> None:
    visit = tablet.work.visit(LOT)
    assert visit is not None
    groups = kinds(visit, done=meters[:2])
    assert [len(group) for group in groups] == [MANY - 2, 1]
    assert groups[1][0]["instrument"]["id"] == "cot-le"


def test_each_is_a_record_of_its_own_with_its_seal_and_its_number(tablet: Tablet, batch: Batch) -> None:
    day.pass_water_meters(batch)
    assert batch.verdicts() == {"pass": MANY}
    assert batch.fit_next_seals("lead_seal", CASE).done == MANY
    assert batch.sign("representative", "Nguyễn Thị Hạnh", [[(1, 1), (5, 5)]]).done == MANY
    tablet.set_pin("274913")
    assert tablet.seal_batch(batch, "274913").done == MANY
    items = tablet.outbox()
    bodies = [item.record["body"] for item in items]
    assert [item.sequence for item in items] == list(range(1, MANY + 1))
    assert [body["instrument_id"] for body in bodies] == [f"dong-ho-{n:02d}" for n in range(MANY)]
    assert [body["seals_affixed"][0]["number"] for body in bodies] == [
        f"BN26-{501 + n:06d}" for n in range(MANY)
    ]
    assert [body["certificate_number"] for body in bodies] == [
        f"{n:05d}/2026/BN-KĐ" for n in range(1, MANY + 1)
    ]
    for body in bodies:
        assert [each["role"] for each in body["signatures"]] == ["representative", "inspector"]
    assert batch.open == []
    assert list(tablet.batches.open()) == []


def test_one_that_fails_and_one_without_a_conclusion_do_not_hold_up_the_others(
    tablet: Tablet, batch: Batch
) -> None:
    day.pass_water_meters(batch)
    failing, unread = batch.open[3], batch.open[7]
    batch.set(failing.id, "readings/q3/1/V2", "103,00")
    batch.set(unread.id, "readings/q1/1/V2", None)
    assert batch.verdicts() == {"pass": MANY - 2, "fail": 1, "incomplete": 1}
    assert batch.fit_next_seals("lead_seal", CASE).done == MANY - 2
    found = batch.finish(tablet.sign_and_finish)
    assert (found.done, {id: no.code for id, no in found.refused.items()}) == (
        MANY - 1,
        {unread.id: "note-needed"},
    )
    assert [item.record["body"]["verdict"] for item in tablet.outbox()].count("fail") == 1
    assert batch.leave_out("Mất điện").done == 1
    assert [each.sheet.state for each in batch.members] == ["finished"] * (MANY - 1)


def test_what_stands_in_a_field_is_copied_to_the_empty_ones_after_it(tablet: Tablet, batch: Batch) -> None:
    members = batch.open
    at = "readings/q3/1/Vc2"
    batch.set(members[0].id, at, "99")
    batch.set(members[10].id, at, "100,4")
    batch.set(members[30].id, at, "101")
    assert batch.copy_down(members[10].id, at).done == MANY - 12
    values = [each.sheet.readings.get(("q3", 1), {}).get("Vc2", {}).get("value") for each in members]
    assert values == ["99", *[None] * 9, *["100.4"] * 20, "101", *["100.4"] * 19]
    assert batch.copy_down(members[1].id, at).done == 0, "nothing stands there"


def test_a_value_that_cannot_be_is_refused_for_each_and_changes_nothing(batch: Batch) -> None:
    found = batch.set_all("readings/q3/1/V2", "NaN")
    assert (found.done, {no.code for no in found.refused.values()}) == (0, {"number-unreadable"})
    assert {no.code for no in batch.take_standard(day.EXPIRED).refused.values()} == {"standard-of-other-type"}
    assert all(not each.sheet.readings and not each.sheet.standards for each in batch.open)


def test_when_the_seals_run_out_those_without_one_are_named(
    tablet: Tablet, server: FakeServer, batch: Batch
) -> None:
    server.seals[0]["last"] = 503
    server.publish(gone=[])
    tablet.sync()
    day.pass_water_meters(batch)
    found = batch.fit_next_seals("lead_seal", CASE)
    assert (found.done, len(found.refused)) == (3, MANY - 3)
    assert batch.take_back_seals("lead_seal", CASE).done == 3
    assert [seal.number for seal in tablet.seals("lead_seal")] == [
        "BN26-000501",
        "BN26-000502",
        "BN26-000503",
    ]


def test_it_reopens_where_it_was_left(
    open_tablet: Callable[..., Tablet], tablet: Tablet, batch: Batch
) -> None:
    batch.set_all("readings/q3/1/flow", "2,5")
    eleventh = batch.open[10].id
    batch.enter(eleventh, "readings/q3/1/V2")
    batch.set(eleventh, "readings/q3/1/V2", "10")
    tablet.close()
    again = open_tablet()
    again.network.away = True
    again.sign_in(USER, PASSWORD)
    (found,) = again.batches.open()
    assert (found.id, found.at) == (batch.id, (eleventh, "readings/q3/1/V2"))
    assert [each.instrument["id"] for each in found.open] == [f"dong-ho-{n:02d}" for n in range(MANY)]
    assert found.members[10].sheet.readings["q3", 1]["V2"] == {"value": "10", "unit": "L"}
    assert again.batches.of(eleventh) is not None


def test_a_full_disk_in_the_middle_leaves_every_sheet_as_it_was(
    tablet: Tablet, batch: Batch, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    append, count = tablet.journal.append, iter(range(1000))

    def full(*arguments: object) -> object:
        if next(count) == 20:
            raise sqlite3.OperationalError("database or disk is full")
        return append(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(tablet.journal, "append", full)
    with pytest.raises(Exception, match=r"full|storage"):
        batch.set_all("readings/q3/1/flow", "2,5")
    monkeypatch.undo()
    assert all(not each.sheet.readings for each in batch.open)
    assert not list(tablet.journal.facts(kind="reading.set"))


def test_what_is_not_of_one_kind_is_no_batch(tablet: Tablet, meters: list[str], refusal: Refusal) -> None:
    start = tablet.batches.start
    assert refusal(lambda: start(LOT, [])) == "batch-empty"
    assert refusal(lambda: start(LOT, [meters[0], "cot-le"])) == "batch-mixed"
    assert tablet.resume() == [], "nothing was begun"
    assert refusal(lambda: start(LOT, [*meters, *meters, "x"])) == "batch-too-large"
    single = tablet.start(LOT, meters[3])
    single.set_reading("q3", "V1", "12,5")
    batch = start(LOT, meters)
    assert batch.members[3].id == single.id, "what is under way is gone on with"
