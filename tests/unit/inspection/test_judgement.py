"""Whatever stands in whatever place of an evaluation: it is judged, or refused in words, and nothing else happens."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.inspection.domain import judgement
from services.inspection.domain.body import VerificationBody
from tests.unit.inspection.evidence import verification

ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    10**30,
    "",
    "x",
    "NaN",
    "1e999",
    "2026-02-30",
    [],
    [1],
    [[]],
    {},
    {"$gt": ""},
]


def places(value: Any, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if here:
        yield here
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*here, key))


def put(value: Any, place: tuple[str | int, ...], new: Any) -> Any:
    if not place:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = put(value[place[0]], place[1:], new)
    return copy


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_value_in_any_place_is_judged_or_named(odd: Any) -> None:
    whole = verification()["evaluation"]
    for place in places(whole):
        changed = put(whole, place, odd)
        body = VerificationBody.model_validate(verification() | {"evaluation": changed, "as_found": changed})
        found = judgement._evaluate(body)
        assert found.verdict in ("pass", "fail", "incomplete")
        assert found.procedure or found.concerns, place
        assert judgement._as_found(body) is not None
