"""Every service takes in the whole story that the samples tell, with its own handlers and a real database."""

import json

import pytest

from docs.generator.contract import services
from tests.contract.samples import in_order
from tests.service.conftest import mongo, world
from tests.world import MakeWorld

__all__ = ["mongo", "world"]


@pytest.mark.parametrize("name", [service.name for service in services() if service.handlers])
def test_a_service_handles_everything_that_the_others_say(name: str, world: MakeWorld) -> None:
    """Its own events, which some read too, presuppose its own aggregates; service tests tell those stories."""
    inbox = world(name).inboxes[name]
    told = [each for each in in_order() if each["source"] != f"/vernier/{name}"]
    outcomes = {each["type"]: inbox.receive(json.dumps(each).encode()) for each in told}
    letters = [f"{letter['type']}: {letter['error']}\n{letter['trace']}" for letter in inbox.open_letters()]
    assert letters == []
    assert {type for type, outcome in outcomes.items() if outcome == "handled"} == {
        event.type for event in inbox.handlers if event.service() != name
    }
