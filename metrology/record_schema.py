"""The JSON Schema of a record of a verification, for those who write records by other means than ours."""

from __future__ import annotations

from typing import Any

from .procedure_shape import REGIMES
from .quantity import DECIMAL_PATTERN
from .record import KEYS, NEEDED
from .shelf import Shelf

Json = dict[str, Any]


def schema(shelf: Shelf | None = None) -> Json:
    """The JSON Schema (2020-12) of what `evaluate` takes."""
    types = sorted({code for p in (shelf or Shelf.shipped()) for code in p.types})
    quantity = {"$ref": "#/$defs/quantity"}
    value = {"oneOf": [quantity, {"type": "string"}, {"type": "null"}]}  # null: not entered yet
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Record of a verification",
        "type": "object",
        "additionalProperties": False,
        "required": list(NEEDED),
        "properties": dict(zip(KEYS, (
            {"enum": types, "description": "catalogue code of the instrument type"},
            {"enum": list(REGIMES)},
            {"type": ["object", "null"], "additionalProperties": False, "required": ["id", "version"],
             "properties": {k: {"type": "string"} for k in ("id", "version", "hash")},
             "description": "absent: the newest in force on verified_on"},
            {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
            {"type": "object", "additionalProperties": value},
            {"type": "object", "additionalProperties": value},
            {"type": "object", "additionalProperties": {"type": ["boolean", "null"]}},
            {"type": "object", "additionalProperties": {
                "type": "object", "additionalProperties": False, "required": ["uncertainty"],
                "properties": {"uncertainty": quantity}}},
            {"type": "array", "items": {
                "type": "object", "required": ["point"],
                "properties": {
                    "point": {"type": "string"}, "run": {"type": "integer", "minimum": 1, "default": 1},
                    "uncertainty": {"type": ["object", "null"], "required": ["value", "unit"], "properties": {
                        "value": {"$ref": "#/$defs/number"}, "unit": {"type": "string"}, "k": {"$ref": "#/$defs/number"}}}},
                "additionalProperties": value}},
        ), strict=True)),
        "$defs": {
            "number": {"type": "string", "pattern": DECIMAL_PATTERN, "description": "at most 18 digits"},
            "quantity": {"type": "object", "additionalProperties": False, "required": ["value", "unit"],
                         "properties": {"value": {"$ref": "#/$defs/number"}, "unit": {"type": "string"}}},
        },
    }  # fmt: skip
