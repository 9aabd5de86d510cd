"""Producer and reader mean the same: one sample of each event, looked at from both sides."""

import typing
from typing import Any

import pytest

from docs.generator.contract import published, services
from docs.generator.schema import Schema, data_schema
from services.kernel.model import Envelope, Event, Itself
from tests.contract.samples import sample, sampled

PUBLISHED = {each.type: each for each in published()}
READ = [
    pytest.param(service.name, event, id=f"{service.name} reads {event.type}")
    for service in services()
    for event in service.handlers
]


def test_every_event_has_a_sample_and_every_sample_an_event() -> None:
    assert set(sampled()) == set(PUBLISHED), "put one into tests/contract/samples/<type>.json"


@pytest.mark.parametrize("type", sampled())
def test_the_producer_sends_what_the_sample_shows(type: str) -> None:
    shown = Envelope.model_validate(sample(type))
    origin = Itself(actor=shown.actor, traceparent=shown.traceparent)
    event = PUBLISHED[type].event.model_validate(shown.data)
    sent = Envelope.wrap(event, shown.subject, shown.sequence, origin, shown.time)
    assert sent.model_dump(mode="json") | {"causationid": shown.causationid} == sample(type)


@pytest.mark.parametrize(("service", "event"), READ)
def test_the_reader_understands_the_sample(service: str, event: type[Event]) -> None:
    assert type(Envelope.model_validate(sample(event.type)).event()) is event


@pytest.mark.parametrize(("service", "event"), READ)
def test_the_handler_is_written_for_the_event_that_it_is_given(service: str, event: type[Event]) -> None:
    handler = next(each.handlers[event] for each in services() if each.name == service)
    hints = typing.get_type_hints(handler)
    first = next(hint for name, hint in hints.items() if name != "return")
    accepted = typing.get_args(first) or (first,)
    assert any(issubclass(event, each) for each in accepted), f"{handler} expects {first}"


@pytest.mark.parametrize("type", sampled())
def test_fields_of_a_later_release_are_ignored_at_any_depth(type: str) -> None:
    later = sample(type) | {"thêm": 1}
    later["data"] = _with_new_fields(later["data"], data_schema(PUBLISHED[type].event))
    assert Envelope.model_validate(later).event() == Envelope.model_validate(sample(type)).event()


@pytest.mark.parametrize("type", sampled())
def test_an_event_of_an_earlier_release_still_parses(type: str) -> None:
    """An earlier release had only what is required now: whatever came later has a default."""
    earlier = sample(type)
    earlier["data"] = _only_required(earlier["data"], data_schema(PUBLISHED[type].event))
    assert isinstance(Envelope.model_validate(earlier).event(), PUBLISHED[type].event)


def _with_new_fields(node: Any, schema: Schema) -> Any:
    """A map whose names are data gets none; everything else that has fields does."""
    if isinstance(node, list):
        return [_with_new_fields(each, schema.get("items", {})) for each in node]
    if isinstance(node, dict) and "properties" in schema:
        parts = schema["properties"]
        grown = {name: _with_new_fields(value, parts.get(name, {})) for name, value in node.items()}
        return grown | {"thêm": {"x": [1]}}
    return node


def _only_required(node: Any, schema: Schema) -> Any:
    if isinstance(node, list):
        return [_only_required(each, schema.get("items", {})) for each in node]
    if isinstance(node, dict) and "properties" in schema:
        return {
            name: _only_required(value, schema["properties"].get(name, {}))
            for name, value in node.items()
            if name in schema.get("required", ())
        }
    return node
