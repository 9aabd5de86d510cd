"""Serial numbers for instruments that bear none: kept on the tablet, each on one instrument, asked for in time."""

import itertools
from collections.abc import Callable

import pytest

from mobile_inspector.core import Tablet
from tests.mobile import day
from tests.mobile.fake_inspection import PASSWORD, USER, FakeServer

Refusal = Callable[[Callable[[], object]], str]
CHARACTERISTICS = day.scale()["characteristics"]


def found(tablet: Tablet, **changed: object) -> str:
    told = {"assign_serial": True, "maker": "Nhơn Hòa", "model": "NHS-30", **changed}
    return tablet.visit_book.add_found(day.VISIT, "7", CHARACTERISTICS, **told)  # type: ignore[arg-type]


def test_each_is_put_on_one_instrument_and_the_record_says_so(tablet: Tablet, server: FakeServer) -> None:
    tablet.network.away = True
    ids = [found(tablet) for _ in range(3)]
    visit = tablet.work.visit(day.VISIT)
    assert visit is not None
    told = [visit.instrument(id) or {} for id in ids]
    assert [each["serial"] for each in told] == ["BN-S000001", "BN-S000002", "BN-S000003"]
    assert all(each["serial_assigned"] for each in told)
    draft = tablet.start(day.VISIT, ids[1])
    draft.set_note("Chưa kiểm định xong")
    body = draft.finish().record["body"]
    assert (body["found_on_site"]["serial"], body["found_on_site"]["serial_assigned"]) == ("BN-S000002", True)


def test_none_is_given_twice_after_a_restart(
    open_tablet: Callable[..., Tablet], tablet: Tablet, server: FakeServer
) -> None:
    found(tablet)
    tablet.close()
    again = open_tablet()
    again.sign_in(USER, PASSWORD)
    again.sync()
    id = found(again)
    assert again.serials.free()[0] == "BN-S000003"
    again.journal.rebuild()
    assert again.serials.free()[0] == "BN-S000003"
    assert id


def test_more_are_asked_for_before_they_run_out_and_without_any_it_says_so(
    tablet: Tablet, server: FakeServer, refusal: Refusal
) -> None:
    assert len(tablet.serials.free()) == 20
    for _ in range(16):
        found(tablet)
    assert len(tablet.serials.free()) == 4
    assert tablet.sync().complete
    assert len(tablet.serials.free()) == 20
    tablet.network.away = True
    for _ in range(20):
        found(tablet)
    assert refusal(lambda: found(tablet)) == "serials-lacking"


def test_a_lost_answer_costs_no_second_range(tablet: Tablet, server: FakeServer) -> None:
    for _ in range(16):
        found(tablet)
    server.publish(gone=[])
    server.faults = itertools.chain(["fine"] * 2, ["lost"])
    tablet.sync()
    for _ in range(3):
        tablet.sync()
    assert len(server.serials) == 2
    assert len(tablet.serials.free()) == 20


@pytest.mark.parametrize("year", ["24", "hai nghìn", "20245"])
def test_a_year_that_is_none_is_refused(tablet: Tablet, refusal: Refusal, year: str) -> None:
    assert refusal(lambda: found(tablet, year=year)) == "year-bad"


def test_the_types_are_those_that_a_procedure_covers(tablet: Tablet) -> None:
    types = {each["code"]: each for each in tablet.visit_book.types()}
    assert {"7", "19", "21a", "43a"} <= set(types)
    assert types["21a"]["name"]["vi"].startswith("Đồng hồ đo nước")
    assert "Q3" in [field["id"] for field in types["21a"]["characteristics"]]
