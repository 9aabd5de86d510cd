"""docs/events.md: every event in words, for somebody who sees the system for the first time."""

from collections.abc import Iterator

from pydantic import TypeAdapter

from docs.generator.contract import Published
from docs.generator.schema import Schema, data_schema
from docs.generator.words import MEANINGS
from services.kernel.model import Id, Number, Quantity
from services.kernel.topics import SERVICES

ID = TypeAdapter(Id).json_schema()["pattern"]
DECIMAL = TypeAdapter(Number).json_schema()["pattern"]

HEAD = """<!-- Written by `make docs` from services/*/events.py and services/*/worker.py. Do not edit. -->
# Events

The services talk to each other by events and by nothing else. An event is a fact in the past tense about one subject
(`instrument/0192…`), wrapped as a [CloudEvent 1.0](https://cloudevents.io) in JSON. It is kept for ever in the history
of its subject and sent to the topic of the service that publishes it; the message key is the subject's id, so the
events of one subject arrive in order, and those of different subjects in any order. An event may arrive twice, with
the same `id`. A reader ignores fields that it does not know: events change only by addition, and a breaking change is
a new type. The same contract for programs: [asyncapi.json](asyncapi.json), [schemas/](schemas).

| attribute of the envelope | meaning |
|---|---|
| `specversion` | `1.0` |
| `id` | subject and sequence, `instrument/0192…@3`: the same event has the same id, always |
| `type` | what happened, `vernier.<service>.<noun>.<verb>.v<version>` |
| `source` | who says so, `/vernier/<service>` |
| `subject` | about what: kind and id |
| `time` | when it was written down, RFC 3339, UTC, milliseconds |
| `datacontenttype`, `dataschema` | `application/json` and the name of the schema of `data` |
| `sequence` | the number of the event in its subject's history; rises, not always by one |
| `traceparent` | the chain of calls and events that it belongs to, W3C Trace Context |
| `actor` | on whose behalf: `account/…`, or `service/…` for a loop of the service itself |
| `causationid` | the id of the event that it follows from, or null |
| `data` | the fields that stand below |

Types of fields: *id* is 1 to 64 letters, digits, `_` or `-`; *instant* is `2026-03-05T02:00:00.000Z`; *day* is
`2026-03-05`; *decimal* is text such as `"20.05"`, never a binary float; *quantity* is `{"value": decimal, "unit": text}`.
"""


def events_page(events: list[Published]) -> str:
    """The whole page, in Markdown."""
    lines = [HEAD, *_overview(events), *_matrix(events)]
    for service in SERVICES:
        lines += ["", f"## {service}", "", f"Topic `vernier.{service}`."]
        for each in events:
            if each.producer == service:
                lines += _event(each)
    return "\n".join(lines).rstrip() + "\n"


def _overview(events: list[Published]) -> Iterator[str]:
    yield "## Who tells whom"
    yield ""
    yield "How many types of event each service publishes, and how many of them each of the others reads."
    yield ""
    yield f"| publishes ↓ reads → | | {' | '.join(SERVICES)} |"
    yield f"|---|{'---:|' * (len(SERVICES) + 1)}"
    for producer in SERVICES:
        told = [each for each in events if each.producer == producer]
        counts = [sum(reader in each.readers for each in told) for reader in SERVICES]
        yield f"| **{producer}** | {len(told)} | {' | '.join(str(count or '') for count in counts)} |"


def _matrix(events: list[Published]) -> Iterator[str]:
    yield ""
    yield f"| event | {' | '.join(SERVICES)} |"
    yield f"|---|{':-:|' * len(SERVICES)}"
    for producer in SERVICES:
        for each in (each for each in events if each.producer == producer):
            marks = [
                "publishes" if service == producer else "reads" if service in each.readers else ""
                for service in SERVICES
            ]
            yield f"| [`{each.short}`](#{_anchor(each)}) | {' | '.join(marks)} |"


def _event(each: Published) -> Iterator[str]:
    yield ""
    yield f"### {each.short}"
    yield ""
    yield each.says
    yield ""
    readers = ", ".join(each.readers) or "nobody at present; it is in the history"
    sample = f"[a sample](../tests/contract/samples/{each.type}.json)"
    yield f"Type `{each.type}` · class `{each.event.__name__}` · read by {readers} · {sample}"
    yield ""
    yield "| field | type | meaning |"
    yield "|---|---|---|"
    for name, schema, required in fields(data_schema(each.event)):
        optional = "" if required else f"; {_default(schema)} if left out"
        yield f"| `{name}` | {_type(schema)} | {meaning(name, schema)}{optional} |"


def meaning(name: str, schema: Schema) -> str:
    """What a field says; empty when neither its class nor the vocabulary knows."""
    own = " ".join(schema.get("description", "").split())
    return own or MEANINGS.get(name.split(".")[-1], "")


def fields(schema: Schema, before: str = "") -> Iterator[tuple[str, Schema, bool]]:
    """Every field with its dotted name; those of a part follow the part."""
    for name, field in schema["properties"].items():
        yield before + name, field, name in schema.get("required", ())
        for part, mark in (
            (field, ""),
            (field.get("items", {}), "[]"),
            *((each, "") for each in _some(field)),
        ):
            if "properties" in part and not _is_quantity(part):
                yield from fields(part, f"{before}{name}{mark}.")


def _type(schema: Schema) -> str:
    if some := _some(schema):
        return " or ".join(_type(each) for each in some)
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if _is_quantity(schema):
        return "quantity"
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if schema.get("type") == "object":
        if isinstance(schema.get("additionalProperties"), dict):
            return f"{_type(schema['additionalProperties'])}, by name"
        return "object"
    if schema.get("pattern") == ID:
        return "id"
    if schema.get("pattern") == DECIMAL:
        return "decimal"
    if schema.get("type") == "string":
        return {"date": "day", "date-time": "instant"}.get(schema.get("format", ""), "text")
    return str(schema.get("type", "anything"))


def _some(schema: Schema) -> list[Schema]:
    alternatives: list[Schema] = schema.get("anyOf", [])
    return alternatives


def _is_quantity(schema: Schema) -> bool:
    return set(schema.get("properties", ())) == set(Quantity.model_fields)


def _default(schema: Schema) -> str:
    value = schema.get("default")
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else f"`{value}`"


def _anchor(each: Published) -> str:
    return each.short.replace(".", "").lower()
