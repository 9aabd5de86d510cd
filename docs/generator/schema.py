"""The JSON Schema of an event's data, as a reader must expect it: parts in place, no titles, new fields allowed."""

from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]


def data_schema(model: type[BaseModel]) -> Schema:
    """What `data` must hold. Readers ignore unknown fields everywhere, so nothing says that there are no others."""
    whole = model.model_json_schema()
    schema: Schema = _plain(whole, whole.get("$defs", {}))
    schema.pop("$defs", None)
    return schema


def _plain(node: Any, parts: dict[str, Schema]) -> Any:
    if isinstance(node, list):
        return [_plain(each, parts) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        part = parts[node["$ref"].removeprefix("#/$defs/")]
        return _plain({**part, **{name: value for name, value in node.items() if name != "$ref"}}, parts)
    schema: Schema = {}
    for name, value in node.items():
        if name == "properties":
            # Beneath this key stand field names, which may be words of JSON Schema too, such as `title`.
            schema[name] = {field: _plain(inner, parts) for field, inner in value.items()}
        elif name == "const":
            schema["enum"] = [value]
        elif not (name == "title" or (name == "additionalProperties" and value is False)):
            schema[name] = _plain(value, parts)
    return schema
