"""The AsyncAPI 3.0 document: one channel per topic, one message per event, who sends and who receives."""

from typing import Any

from deploy.local.ports import DEFAULTS, HOST
from docs.generator.contract import Published
from docs.generator.schema import data_schema
from services.kernel.model import Envelope
from services.kernel.settings import settings
from services.kernel.topics import SERVICES

DESCRIPTION = """Events of a platform for legal metrology. Every message is a CloudEvent 1.0 in structured JSON; its key \
is the id of its subject, so events of one subject arrive in order, and those of different subjects in any order. \
Delivery is at least once: a repeated event has the same id. A reader ignores fields and types that it does not know."""


def asyncapi(events: list[Published]) -> dict[str, Any]:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Vernier", "version": "1", "description": DESCRIPTION},
        "defaultContentType": "application/cloudevents+json",
        "servers": {
            "local": {
                "host": f"{HOST}:{DEFAULTS['broker']}",
                "protocol": "kafka",
                "description": "The embedded broker of `make run`. VERNIER_KAFKA names another one.",
            }
        },
        "channels": {service: _channel(service, events) for service in SERVICES},
        "operations": _operations(events),
        "components": {
            "messages": {each.short: _message(each) for each in events},
            "schemas": {
                "envelope": data_schema(Envelope),
                **{each.short: data_schema(each.event) for each in events},
            },
        },
    }


def _channel(service: str, events: list[Published]) -> dict[str, Any]:
    return {
        "address": f"vernier.{service}",
        "title": f"What {service} publishes",
        "servers": [{"$ref": "#/servers/local"}],
        "messages": {
            each.short: {"$ref": f"#/components/messages/{each.short}"}
            for each in events
            if each.producer == service
        },
        "bindings": {"kafka": {"partitions": settings().partitions, "bindingVersion": "0.5.0"}},
    }


def _operations(events: list[Published]) -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for producer in SERVICES:
        told = [each for each in events if each.producer == producer]
        operations[f"{producer}.publish"] = _operation("send", producer, producer, told)
        for reader in SERVICES:
            heard = [each for each in told if reader in each.readers]
            if heard:
                operations[f"{reader}.read.{producer}"] = _operation("receive", reader, producer, heard)
    return operations


def _operation(action: str, service: str, channel: str, events: list[Published]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "tags": [{"name": service}],
        "summary": f"{service} {'publishes' if action == 'send' else f'reads what {channel} publishes'}",
        "messages": [{"$ref": f"#/channels/{channel}/messages/{each.short}"} for each in events],
    }


def _message(each: Published) -> dict[str, Any]:
    return {
        "name": each.type,
        "title": each.event.__name__,
        "summary": each.says,
        "contentType": "application/cloudevents+json",
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/envelope"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": each.type},
                        "data": {"$ref": f"#/components/schemas/{each.short}"},
                    },
                },
            ]
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "the id of the subject"},
                "bindingVersion": "0.5.0",
            }
        },
    }
