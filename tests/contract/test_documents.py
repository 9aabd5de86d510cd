"""The generated documents say what the code says, hang together, and leave no field without words."""

from typing import Any

import pytest
import yaml

from docs.generator.asyncapi import asyncapi
from docs.generator.contract import Published, published, services
from docs.generator.events_page import events_page, fields, meaning
from docs.generator.openapi import openapi
from docs.generator.schema import data_schema
from services.kernel.topics import SERVICES

EVENTS = published()
DOCUMENT = asyncapi(EVENTS)


@pytest.mark.parametrize("each", EVENTS, ids=lambda each: each.type)
def test_every_event_and_every_field_is_explained(each: Published) -> None:
    assert each.says.endswith("."), f"{each.event.__name__} needs a docstring: a sentence for a stranger"
    silent = [name for name, field, _ in fields(data_schema(each.event)) if not meaning(name, field)]
    assert silent == [], "give the field a docstring, or its name a meaning in docs/generator/words.py"


def test_the_page_names_every_event_with_its_readers() -> None:
    page = events_page(EVENTS)
    for each in EVENTS:
        section = page.split(f"### {each.short}\n")[1].split("\n### ")[0]
        assert all(reader in section for reader in each.readers)


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    references = list(_references(DOCUMENT))
    assert references
    for reference in references:
        node: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            assert step in node, reference
            node = node[step]


def test_the_asyncapi_document_has_the_shape_of_version_3() -> None:
    assert DOCUMENT["asyncapi"].startswith("3.0.")
    assert DOCUMENT["info"].keys() >= {"title", "version"}
    assert all(server.keys() >= {"host", "protocol"} for server in DOCUMENT["servers"].values())
    assert all(server["host"].startswith("127.0.0.1:") for server in DOCUMENT["servers"].values())
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
        messages = [message["$ref"] for message in operation["messages"]]
        assert messages
        assert all(message.startswith(f"{operation['channel']['$ref']}/messages/") for message in messages)


def test_a_channel_is_a_topic_and_each_event_is_in_one() -> None:
    assert {each["address"] for each in DOCUMENT["channels"].values()} == {
        f"vernier.{name}" for name in SERVICES
    }
    told = [name for channel in DOCUMENT["channels"].values() for name in channel["messages"]]
    assert sorted(told) == sorted(each.short for each in EVENTS)


def test_a_service_receives_exactly_what_it_handles() -> None:
    for service in services():
        received = {
            message["$ref"].split("/")[-1]
            for name, operation in DOCUMENT["operations"].items()
            if name.startswith(f"{service.name}.read.")
            for message in operation["messages"]
        }
        assert received == {event.type.removeprefix("vernier.") for event in service.handlers}


def test_yaml_readers_read_the_asyncapi_document_too() -> None:
    assert yaml.safe_load(yaml.safe_dump(DOCUMENT, allow_unicode=True)) == DOCUMENT


def test_every_endpoint_says_who_may_call_it() -> None:
    for service, document in openapi().items():
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                assert operation.get("description"), f"{service} {method.upper()} {path} has no docstring"


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for each in node for found in _references(each)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
    return own + [found for each in node.values() for found in _references(each)]
