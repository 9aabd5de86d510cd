"""Whether a changed event is still the same event for those who read it and for the histories that are kept."""

import json
from collections.abc import Iterator

from docs.generator.schema import Schema

SAYS_NOTHING = ("description", "examples", "default")


def breaks(old: Schema, new: Schema, at: str = "data") -> Iterator[str]:
    """What the new schema asks or gives otherwise than the old one, one sentence for each.

    Allowed: a new field with a default, another value of an enumeration (deploy the readers first), other words.
    """
    if "properties" in old and "properties" in new:
        yield from _fields(old, new, at)
    elif "enum" in old and "enum" in new:
        for value in old["enum"]:
            if value not in new["enum"]:
                yield f"{at}: the value {value!r} is no longer allowed, but histories hold it"
        old = {name: value for name, value in old.items() if name != "enum"}
        new = {name: value for name, value in new.items() if name != "enum"}
    elif len(old.get("anyOf", ())) == len(new.get("anyOf", ())) > 0:
        for before, after in zip(_sorted(old["anyOf"]), _sorted(new["anyOf"]), strict=True):
            yield from breaks(before, after, at)
    for inner in ("items", "additionalProperties"):
        if isinstance(old.get(inner), dict) and isinstance(new.get(inner), dict):
            yield from breaks(old[inner], new[inner], f"{at}[]")
    before, after = _own(old), _own(new)
    for word in sorted(before.keys() | after.keys()):
        if before.get(word) != after.get(word):
            yield f"{at}: {word} was {before.get(word)!r} and is {after.get(word)!r}"


def _fields(old: Schema, new: Schema, at: str) -> Iterator[str]:
    asked, promised = set(new.get("required", ())), set(old.get("required", ()))
    for name, schema in old["properties"].items():
        if name not in new["properties"]:
            yield f"{at}.{name}: removed, but readers may rely on it"
        else:
            yield from breaks(schema, new["properties"][name], f"{at}.{name}")
    for name in sorted(asked - promised):
        yield f"{at}.{name}: required now, but the events in the histories need not have it; give it a default"
    for name in sorted(promised - asked):
        if name in new["properties"]:
            yield f"{at}.{name}: no longer required, but readers may rely on it"


def _own(schema: Schema) -> Schema:
    """What a schema says itself; of its parts, which are compared one by one, only that they are there."""
    own: Schema = {}
    for name, value in schema.items():
        if name in ("properties", "items", "additionalProperties") and isinstance(value, dict):
            own[name] = "given"
        elif name == "anyOf":
            own[name] = f"{len(value)} alternatives"
        elif name not in SAYS_NOTHING and name != "required":
            own[name] = value
    return own


def _sorted(alternatives: list[Schema]) -> list[Schema]:
    return sorted(alternatives, key=lambda each: (str(each.get("type")), json.dumps(each, sort_keys=True)))
