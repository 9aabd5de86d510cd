"""Search among the pulled instruments: without diacritics, in any part of a word, in step with what is pulled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_inspector.core import Tablet
from mobile_inspector.core.folding import folded
from tests.mobile import day
from tests.mobile.fake_inspection import FakeServer


def ids(tablet: Tablet, query: str, most: int = 50) -> list[str]:
    return [found.instrument["id"] for found in tablet.search(query, most)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tram xang", {day.DISPENSER, day.SCALE}),
        ("TRẠM XĂNG", {day.DISPENSER, day.SCALE}),
        ("xăng dầu hoàng", {day.DISPENSER, day.SCALE}),
        ("quoc lo 1a", {day.DISPENSER, day.SCALE}),
        ("0100233488", {day.DISPENSER, day.SCALE}),
        ("ts-cot", {day.DISPENSER}),
        ("t do 01 hoang", {day.DISPENSER}),
        ("nhon hoa", {day.SCALE}),
        ("hoang khong-co", set()),
        ("", set()),
        ("?!", set()),
    ],
)
def test_every_word_is_found_in_any_part_of_the_line(tablet: Tablet, query: str, found: set[str]) -> None:
    assert set(ids(tablet, query)) == found


def test_d_with_a_stroke_is_d() -> None:
    assert folded("Đường Điện Biên Phủ, số 3/A") == "duong dien bien phu so 3 a"
    assert folded("DƯỜNG") == folded("đường")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_found_says_on_which_open_visit_an_instrument_is(tablet: Tablet, server: FakeServer) -> None:
    assert {found.visit_id for found in tablet.search("hoang long")} == {day.VISIT}
    server.publish(gone=[day.VISIT], instruments=[day.dispenser(serial="MOI-9")])
    tablet.sync()
    assert tablet.search("hoang long") == []
    assert [found.visit_id for found in tablet.search("moi 9")] == [None]


def test_what_is_pulled_is_found_at_once_and_what_was_replaced_no_more(
    tablet: Tablet, server: FakeServer
) -> None:
    assert ids(tablet, f"ts {day.SCALE}") == [day.SCALE]
    own = {"site": {"name": "Kho Đình Bảng"}, "enterprise": {"name": "HTX Sao Mai"}}
    server.publish(instruments=[day.scale(serial="ĐỔI-1"), day.scale(id="can-99", serial="X99", **own)])
    tablet.sync()
    assert ids(tablet, f"ts {day.SCALE}") == []
    assert ids(tablet, "doi") == [day.SCALE]
    assert ids(tablet, "dinh bang sao mai") == ["can-99"]


def test_no_more_than_asked_for_and_those_of_visits_first(tablet: Tablet, server: FakeServer) -> None:
    others = [day.scale(id=f"a-{n:03d}", serial=f"CAN-{n:03d}") for n in range(200)]
    server.publish(instruments=others)
    tablet.sync()
    found = ids(tablet, "can", 20)
    assert len(found) == 20
    assert day.SCALE in found
    assert len(ids(tablet, "can", 500)) == 201


def test_signing_out_leaves_nothing_to_search_in(tablet: Tablet) -> None:
    assert tablet.search("hoang long")
    tablet.sign_out()
    assert "hoang" not in repr(vars(tablet.finder))


def test_prepared_in_parts_it_finds_the_same_and_what_came_in_between(
    tablet: Tablet, server: FakeServer
) -> None:
    """A part reads a few instruments by their ids; one that is pulled meanwhile, before or behind them, is not missed."""
    assert tablet.finder.prepare(most=1) is False
    early = day.dispenser(id="a-dau-tien", serial="MOI-VE-1")
    late = day.dispenser(id="z-cuoi-cung", serial="MOI-VE-2")
    server.publish(visits=[day.visit("visit-02", early, late)])
    assert tablet.sync().complete
    parts = 1
    while not tablet.finder.prepare(most=1):
        parts += 1
    assert parts == 3, "one was read before, one more is told of alone"
    assert tablet.finder.prepare() is True
    assert {found.instrument["serial"] for found in tablet.search("moi ve")} == {"MOI-VE-1", "MOI-VE-2"}
    assert len(tablet.search("tatsuno")) == 3
