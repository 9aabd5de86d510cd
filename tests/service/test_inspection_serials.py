"""Assigned serial numbers: a tablet numbers what it finds offline, nobody else gives that number, all are accounted for."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.inspection import assigning
from services.inspection.domain.assigned_serial import SerialRange
from services.inspection.events import AttentionRaised, SerialAssigned, SerialsCancelled, SerialsReserved
from services.kernel.model import Itself, new_id
from services.registry.events import InstrumentRegistered
from tests.unit.inspection import evidence
from tests.unit.inspection.evidence import FieldTablet
from tests.unit.inspection.province import Province
from tests.world import MakeWorld

BY = Itself(actor="test")
Json = dict[str, Any]


@pytest.fixture
def province(world: MakeWorld) -> Province:
    return Province(world("inspection"))


def reserve(province: Province, count: int = 3, **changed: Any) -> list[str]:
    body = {"id": new_id(), "tablet_id": province.tablet.id, "count": count, **changed}
    answer = province.inspector.post("/assigned-serials/reserve", json=body)
    assert answer.status_code == 201, answer.text
    found: list[str] = answer.json()["numbers"]
    return found


def find(province: Province, serial: str, id: str | None = None, *, register: bool = True) -> str:
    """An instrument without a number is found, numbered on the spot, verified, and then registered by the office."""
    id = id or new_id()
    found = {**evidence.instrument(id=id, serial=serial, serial_assigned=True), "status": "found_on_site"}
    body = evidence.verification(instrument_id=id, visit_id=None, found_on_site=found)
    province.push(province.tablet.record(body))
    if register:
        told = evidence.instrument(instrument_id=id, serial=serial, serial_assigned=True)
        province.tell(InstrumentRegistered.model_validate(told), f"instrument/{id}")
    province.world.drain()
    return id


def balance(province: Province) -> Json:
    found: Json = province.office.get("/assigned-serials/balance").json()
    return found


def raised(province: Province) -> set[str]:
    found = {event.reason for event in province.world.events(AttentionRaised)}
    return found - {"visit-unplanned", "instrument-unknown", "characteristics-differ"}


def test_a_tablet_gets_numbers_that_nobody_else_gets(province: Province) -> None:
    assert reserve(province, 3) == ["BN-S000001", "BN-S000002", "BN-S000003"]
    assert reserve(province, 2) == ["BN-S000004", "BN-S000005"]
    told = [(each.first, each.last) for each in province.world.drain().events(SerialsReserved)]
    assert told == [("BN-S000001", "BN-S000003"), ("BN-S000004", "BN-S000005")]


def test_a_repeated_reservation_finds_the_same_numbers(province: Province) -> None:
    id = new_id()
    assert reserve(province, 3, id=id) == reserve(province, 3, id=id)
    assert balance(province)["reserved"] == 3
    other = FieldTablet()
    code = province.code()
    province.inspector.put(f"/tablets/{other.id}", json={"public_key": other.public_key, "code": code})
    body = {"id": id, "tablet_id": other.id, "count": 3}
    answer = province.inspector.post("/assigned-serials/reserve", json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:vernier:problem:already-exists")


def test_the_pull_shows_what_is_in_hand(province: Province) -> None:
    before = province.pull()
    assert before is not None
    assert before["assigned_serials"] == []
    kept = reserve(province, 2)
    after = province.pull(before["cursor"])
    assert after is not None
    assert after["assigned_serials"] == [{"tablet_id": province.tablet.id, "numbers": kept}]
    find(province, kept[0])
    last = province.pull(after["cursor"])
    assert last is not None
    assert last["assigned_serials"] == [{"tablet_id": province.tablet.id, "numbers": kept[1:]}]


def test_the_number_on_the_instrument_stands_on_its_certificate_and_is_used(
    province: Province,
) -> None:
    kept = reserve(province, 3)
    id = find(province, kept[1])
    [certificate] = province.office.get("/certificates").json()
    assert (certificate["instrument_id"], certificate["serial"]) == (id, kept[1])
    assert raised(province) == set()
    [told] = province.world.events(SerialAssigned)
    assert (told.serial, told.instrument_id) == (kept[1], id)
    number = province.office.get(f"/assigned-serials/{kept[1]}").json()
    assert (number["status"], number["tablet_id"]) == ("used", province.tablet.id)
    assert [each["instrument_id"] for each in number["uses"]] == [id]
    sums = balance(province)
    assert (sums["used"], sums["reserved"], sums["missing"], sums["twice"]) == (1, 2, [], [])


def test_everything_twice_and_the_record_again_use_one_number_once(province: Province) -> None:
    [serial] = reserve(province, 1)
    id = find(province, serial)
    corrected = evidence.verification(
        instrument_id=id,
        visit_id=None,
        found_on_site=evidence.instrument(id=id, serial=serial, serial_assigned=True),
        corrects=province.office.get("/certificates").json()[0]["verification_id"],
        correction_reason="Ghi thiếu.",
    )
    province.push(province.tablet.record(corrected, kind="correction"))
    province.world.drain(twice=True)
    assert len(province.world.events(SerialAssigned)) == 1
    assert balance(province)["used"] == 1


def test_a_number_on_two_instruments_is_kept_on_both_and_told(province: Province) -> None:
    [serial] = reserve(province, 1)
    first, second = find(province, serial), find(province, serial)
    assert raised(province) == {"serial-taken"}
    uses = province.office.get(f"/assigned-serials/{serial}").json()["uses"]
    assert [each["instrument_id"] for each in uses] == [first, second]
    assert balance(province)["twice"] == [serial]


@pytest.mark.parametrize("serial", ["BN-S000777", "BN-0123456789", "số tôi tự đặt"])
def test_a_number_that_nobody_reserved_is_told(province: Province, serial: str) -> None:
    find(province, serial)
    assert raised(province) == {"serial-not-reserved"}


def test_a_number_of_another_tablet_is_used_up_and_told(province: Province) -> None:
    other, owner = FieldTablet(), province.tablet
    [serial] = reserve(province, 1)
    code = province.code()
    province.inspector.put(f"/tablets/{other.id}", json={"public_key": other.public_key, "code": code})
    province.tablet = other
    find(province, serial)
    assert raised(province) == {"serial-not-reserved"}
    province.tablet = owner
    page = province.pull()
    assert page is not None
    assert page["assigned_serials"] == []


def test_a_number_is_cancelled_and_turns_up_after_all(province: Province) -> None:
    kept = reserve(province, 3)
    find(province, kept[0])
    body = {"tablet_id": province.tablet.id, "reason": "Mất máy."}
    answer = province.office.post("/assigned-serials/withdraw", json=body)
    assert answer.json() == {"cancelled": kept[1:]}
    assert province.office.post("/assigned-serials/withdraw", json=body).json() == {"cancelled": []}
    [told] = province.world.drain().events(SerialsCancelled)
    assert told.serials == kept[1:]
    page = province.pull()
    assert page is not None
    assert page["assigned_serials"] == []
    find(province, kept[2])
    assert raised(province) == {"serial-was-cancelled"}
    sums = balance(province)
    assert (sums["used"], sums["reserved"], sums["cancelled"]) == (2, 0, 1)
    assert reserve(province, 1) == ["BN-S000004"]


def test_the_register_has_another_number_than_the_instrument(province: Province) -> None:
    [serial] = reserve(province, 1)
    id = new_id()
    told = evidence.instrument(instrument_id=id, serial="BN-0123456789", serial_assigned=True)
    province.tell(InstrumentRegistered.model_validate(told), f"instrument/{id}")
    province.world.drain()
    find(province, serial, id, register=False)
    assert raised(province) == {"serial-differs"}


def test_many_at_once_get_ranges_that_do_not_meet(province: Province) -> None:
    def one(index: int) -> SerialRange:
        return assigning.reserve(new_id(), f"t{index}", "k1", 5, BY)

    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(one, range(12)))
    numbers = [number for each in kept for number in each.numbers("reserved")]
    assert len(set(numbers)) == 5 * 12
    assert (balance(province)["last"], balance(province)["missing"]) == (5 * 12, [])


def test_one_reservation_asked_for_by_many_at_once_is_one_range(province: Province) -> None:
    id = new_id()
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda _: assigning.reserve(id, "t0", "k1", 5, BY), range(8)))
    assert {each.id for each in kept} == {"BN-S000001"}
    assert balance(province)["last"] == 5


def test_who_may_do_what(province: Province) -> None:
    body = {"id": new_id(), "tablet_id": province.tablet.id, "count": 1}
    other = province.world.door("inspection", "inspector", account="khac", inspector="k2")
    assert other.post("/assigned-serials/reserve", json=body).status_code == 403
    released = {"tablet_id": province.tablet.id, "reason": "x"}
    assert other.post("/assigned-serials/release", json=released).status_code == 403
    assert province.office.post("/assigned-serials/reserve", json=body).status_code == 403
    for path in ("", "/balance", "/BN-S000001", "/BN-S000001/history"):
        assert province.inspector.get(f"/assigned-serials{path}").status_code == 403
    assert province.office.get("/assigned-serials/BN-S000001").status_code == 404
    province.administrator.post(f"/tablets/{province.tablet.id}/suspend", json={"reason": "Mất."})
    refused = province.inspector.post("/assigned-serials/reserve", json=body)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:vernier:problem:tablet-suspended")


def test_a_tablet_holds_only_so_many(province: Province) -> None:
    reserve(province, 100)
    body = {"id": new_id(), "tablet_id": province.tablet.id, "count": 1}
    answer = province.inspector.post("/assigned-serials/reserve", json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:vernier:problem:serials-in-hand")


def test_the_office_sees_range_by_range_and_each_history(province: Province) -> None:
    first, second = reserve(province, 2), reserve(province, 1)
    find(province, first[1])
    [one] = province.office.get("/assigned-serials", params={"limit": 1}).json()
    assert (one["id"], one["unused"], [each["sequence"] for each in one["used"]]) == (
        first[0],
        first[:1],
        [2],
    )
    [two] = province.office.get("/assigned-serials", params={"after": one["last"]}).json()
    assert two["unused"] == second
    history = province.office.get(f"/assigned-serials/{one['id']}/history").json()
    assert [each["type"].split(".")[-2] for each in history] == ["reserved", "assigned"]
