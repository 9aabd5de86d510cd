"""Where seals go: every name comes from a procedure or the register, whatever is drawn."""

import pytest

from metrology import Shelf
from mobile_inspector.screens.drawings import DRAWINGS, Drawing
from mobile_inspector.screens.seal_places import KINDS, Place, places

PROCEDURES = {f"{p.reference()['id']}-{p.reference()['version']}": p for p in Shelf.shipped()}
DRAWN = (
    "fuel-dispenser-2013", "fuel-dispenser-2017", "lpg-dispenser-2007", "nawi-2006", "weighbridge-2019",
    "electricity-meter-2019", "water-meter-2017", "taximeter-2020", "pressure-gauge-2011", "spring-scale-2019",
)  # fmt: skip


def plan(name: str) -> dict[str, object]:
    return {"marks": [{"kind": mark.kind, "place": mark.place} for mark in PROCEDURES[name].marks]}


@pytest.mark.parametrize("name", list(PROCEDURES))
def test_no_place_is_invented(name: str) -> None:
    marks = [mark for mark in PROCEDURES[name].marks if mark.kind in KINDS]
    drawing, found = places(plan(name), {})
    for place in found:
        assert any(
            KINDS[mark.kind] == place.kind
            and place.vi.casefold() in mark.place["vi"].casefold()
            and place.en.casefold() in mark.place["en"].casefold()
            for mark in marks
        ), place
    assert {place.kind for place in found} == {KINDS[mark.kind] for mark in marks}
    assert all(place.at is not None for place in found) or drawing is None


@pytest.mark.parametrize("name", DRAWN)
def test_the_common_instruments_are_drawn(name: str) -> None:
    drawing, found = places(plan(name), {})
    assert drawing is not None
    assert len(found) == len(drawing.spots)


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_every_spot_lies_on_the_drawing_and_no_two_on_each_other(drawing: Drawing) -> None:
    points = [at for *_, at in drawing.spots]
    assert all(0 <= part <= 1 for point in points for part in point)
    for n, (x, y) in enumerate(points):
        assert all(abs(x - a) + abs(y - b) > 0.05 for a, b in points[n + 1 :])
    for shape, numbers in drawing.shapes:
        assert shape in ("box", "round", "line")
        assert all(0 <= part <= 1 for part in numbers)


def test_a_procedure_that_names_other_parts_has_the_list_in_its_own_words() -> None:
    marks = [{"kind": "seal", "place": {"vi": "Bộ phận đo và bảng mạch", "en": "Meter and board"}},
             {"kind": "certificate", "place": {"vi": "Giấy", "en": "Paper"}}]  # fmt: skip
    assert places({"marks": marks}, {}) == (
        None, [Place("lead_seal", "Bộ phận đo và bảng mạch", "Meter and board")]
    )  # fmt: skip


def test_where_the_register_and_the_last_status_record_have_seals_can_bear_one_again() -> None:
    instrument = {
        "seals": [
            {"number": "1", "kind": "lead_seal", "place": "bộ phận đo"},
            {"number": "2", "kind": "stamp", "place": "Cửa tủ"},
        ],
        "status_record": {"seals_left": [{"place": "Hộp nối dây", "number": "3"}]},
    }
    _, found = places(plan("fuel-dispenser-2013"), instrument)
    assert [place for place in found if place.at is None] == [
        Place("stamp", "Cửa tủ", "Cửa tủ"),
        Place("lead_seal", "Hộp nối dây", "Hộp nối dây"),
    ]
