"""What was published stays: event schemas that are written down may grow, and nothing else."""

import json
from datetime import date
from typing import Literal

import pytest
from pydantic import Field

from docs.generate import HERE, broken_promises
from docs.generator.compatibility import breaks
from docs.generator.contract import published
from docs.generator.schema import data_schema
from services.kernel.model import Event, Fact, Id, Number, Quantity

EVENTS = {each.type: each for each in published()}


@pytest.mark.parametrize("type", EVENTS)
def test_an_event_keeps_the_schema_that_is_written_down(type: str) -> None:
    file = HERE / "schemas" / f"{type}.json"
    assert file.exists(), "a new event: write its schema down with make docs"
    assert list(breaks(json.loads(file.read_text("utf-8")), data_schema(EVENTS[type].event))) == []


def test_no_event_that_is_written_down_has_gone() -> None:
    assert {file.name.removesuffix(".json") for file in (HERE / "schemas").glob("*.json")} <= EVENTS.keys()


def test_the_generator_refuses_to_write_a_broken_promise_down() -> None:
    type = next(iter(EVENTS))
    file = HERE / "schemas" / f"{type}.json"
    wanted = {f"schemas/{each.name}": each.read_text("utf-8") for each in file.parent.glob("*.json")}
    assert broken_promises(wanted) == []
    changed = json.loads(file.read_text("utf-8"))
    changed["required"] = [*changed["required"], "mới"]
    assert broken_promises(wanted | {f"schemas/{file.name}": json.dumps(changed)}) != []
    assert broken_promises({name: text for name, text in wanted.items() if type not in name}) == [
        f"{type}: no service publishes it any more"
    ]


class Item(Fact):
    place: str
    regime: Literal["initial", "periodic"]


class Before(Event):
    instrument_id: Id
    due_on: date
    lead: Literal["30", "overdue"]
    note: str | None = None
    limit: Number | None
    items: list[Item]
    characteristics: dict[str, Quantity | str]


class SameInOtherWords(Before):
    """Other words, another order, a description."""

    instrument_id: Id = Field(description="phương tiện đo")


class NewOptional(Before):
    reason: str | None = None


class WiderLead(Before):
    lead: Literal["30", "15", "overdue"]  # type: ignore[assignment]


@pytest.mark.parametrize("after", [Before, SameInOtherWords, NewOptional, WiderLead])
def test_growing_breaks_nothing(after: type[Event]) -> None:
    assert list(breaks(data_schema(Before), data_schema(after))) == []


class NewRequired(Before):
    reason: str


class NewRequiredNullable(Before):
    reason: str | None


class NarrowerLead(Before):
    lead: Literal["30"]


class Retyped(Before):
    due_on: str  # type: ignore[assignment]


class NowNullable(Before):
    due_on: date | None  # type: ignore[assignment]


class NoLongerNullable(Before):
    limit: Number


class Stricter(Before):
    note: str | None = Field(None, max_length=5)


class NoLongerRequired(Before):
    due_on: date = date(2026, 3, 31)


class OptionalNowRequired(Before):
    note: str | None


class WiderItem(Item):
    kind: str


class PartWithNewRequired(Before):
    items: list[WiderItem]  # type: ignore[assignment]


class ShorterItem(Fact):
    place: str


class PartWithout(Before):
    items: list[ShorterItem]  # type: ignore[assignment]


class MapOfText(Before):
    characteristics: dict[str, str]  # type: ignore[assignment]


class NoLead(Event):
    instrument_id: Id
    due_on: date
    note: str | None = None
    limit: Number | None
    items: list[Item]
    characteristics: dict[str, Quantity | str]


@pytest.mark.parametrize(
    ("after", "named"),
    [
        (NewRequired, "data.reason: required now"),
        (NewRequiredNullable, "data.reason: required now"),
        (NarrowerLead, "data.lead: the value 'overdue'"),
        (Retyped, "data.due_on: format"),
        (NowNullable, "data.due_on: anyOf"),
        (NoLongerNullable, "data.limit: anyOf"),
        (Stricter, "data.note: maxLength"),
        (NoLongerRequired, "data.due_on: no longer required"),
        (OptionalNowRequired, "data.note: required now"),
        (PartWithNewRequired, "data.items[].kind: required now"),
        (PartWithout, "data.items[].regime: removed"),
        (MapOfText, "data.characteristics[]: anyOf"),
        (NoLead, "data.lead: removed"),
    ],
)
def test_anything_else_is_a_break_that_names_the_field(after: type[Event], named: str) -> None:
    found = list(breaks(data_schema(Before), data_schema(after)))
    assert any(each.startswith(named) for each in found), found
