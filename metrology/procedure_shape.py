"""The schema of procedure files, as data, and the check that names the field of every fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from .unit import UNITS

Path = tuple[str | int, ...]
Fault = tuple[Path, str]
REGIMES = ("initial", "periodic", "after_repair", "in_service")
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Shape:
    """What a value must be: `kind` names the test; `of` what it holds; a record's keys ending in "?" may be absent."""

    kind: str
    of: Any = None
    extra: Shape | None = field(default=None)


TEXT, FLAG, DAY, WHOLE = Shape("text"), Shape("flag"), Shape("date"), Shape("whole number")
NUMBER, FORMULA, NAME, ID, UNIT = (Shape(k) for k in ("number", "formula", "identifier", "id", "unit"))
TRUST = Shape("one of", ("F", "F2", "G", "A"))
LABEL = Shape("record", {"vi": TEXT, "en": TEXT})


def many(of: Shape) -> Shape:
    """A list of things of one shape."""
    return Shape("list", of)


def named(of: Shape) -> Shape:
    """A table from identifiers to things of one shape."""
    return Shape("table", of)


FIELD = Shape("record", {
    "vi": TEXT, "en": TEXT, "unit?": UNIT, "choices?": many(TEXT), "required?": FLAG, "default?": FORMULA,
    "sign?": Shape("one of", ("positive", "not negative", "any")), "min?": FORMULA, "max?": FORMULA,
    "nominal?": FORMULA, "near?": FORMULA, "trust?": TRUST, "source?": TEXT,
})  # fmt: skip
RESULT = {
    "id?": ID, "vi?": TEXT, "en?": TEXT, "symbol": NAME, "unit": UNIT, "decimals?": WHOLE, "error": FORMULA,
    "symmetric?": FORMULA, "lower?": FORMULA, "upper?": FORMULA, "indication?": NAME, "reference?": NAME,
    "when?": FORMULA, "required?": FLAG, "judges?": Shape("one of", ("instrument", "measurement")),
}  # fmt: skip
CASE = Shape("record", {"id": ID, "vi": TEXT, "en": TEXT, "when?": FORMULA}, extra=FORMULA)
POINT = Shape("record", {
    "id": ID, "step": ID, "vi": TEXT, "en": TEXT, "required?": FLAG, "when?": FORMULA, "repeat?": FORMULA,
    "count?": FORMULA, "each?": many(CASE), "order?": NAME, "fields": named(FIELD), "let?": named(FORMULA),
    "results?": many(Shape("record", RESULT)), "series?": many(Shape("record", RESULT)), "export?": many(NAME),
})  # fmt: skip
PROCEDURE = Shape("record", {
    "id": ID, "version": TEXT, "vi": TEXT, "en": TEXT, "types": many(TEXT),
    "purpose?": Shape("one of", ("verification", "control")), "source": TEXT, "trust": TRUST,
    "effective_from": DAY, "effective_to?": DAY, "on_failure": Shape("one of", ("stop", "record all")),
    "regimes": Shape("record", {f"{regime}?": NUMBER for regime in REGIMES}),
    "decision?": Shape("record", {
        "rule": Shape("one of", ("simple", "guarded_acceptance", "guarded_rejection")), "r?": NUMBER, "source": TEXT}),
    "parameters?": named(Shape("record", {"value": NUMBER, "unit": UNIT, "trust": TRUST, "source": TEXT})),
    "characteristics": named(FIELD), "let?": named(FORMULA),
    "tables?": named(Shape("record", {
        "vi": TEXT, "en": TEXT, "bound?": Shape("one of", ("upto", "below")), "keys?": many(TEXT),
        "rows": many(many(FORMULA)), "trust": TRUST, "source": TEXT})),
    "requirements?": many(Shape("record", {"field": NAME, "holds": FORMULA, "vi": TEXT, "en": TEXT})),
    "conditions?": named(FIELD),
    "standards?": many(Shape("record", {
        "id": ID, "vi": TEXT, "en": TEXT, "unit": UNIT, "largest_uncertainty?": FORMULA, "trust?": TRUST, "source?": TEXT})),
    "marks?": many(Shape("record", {
        "kind": Shape("one of", ("mark", "stamp", "seal", "certificate")), "vi": TEXT, "en": TEXT})),
    "evidence?": many(Shape("one of", ("photo", "seal", "status", "signature"))),
    "steps": many(Shape("record", {
        "id": ID, "vi": TEXT, "en": TEXT,
        "checks?": many(Shape("record", {"id": ID, "vi": TEXT, "en": TEXT, "required?": FLAG}))})),
    "points": many(POINT), "series?": many(Shape("record", {**RESULT, "over": many(ID)})),
})  # fmt: skip


def faults(value: object, shape: Shape = PROCEDURE, path: Path = ()) -> Iterator[Fault]:
    """Every place where `value` departs from `shape`, as (path, what is wrong)."""
    if shape.kind == "record":
        yield from _record(value, shape, path)
    elif shape.kind == "table":
        if not isinstance(value, dict):
            yield path, "expected a table"
            return
        for key, part in value.items():
            if not IDENTIFIER.fullmatch(key):
                yield (*path, key), "a name is letters, digits and _, and begins with a letter"
            yield from faults(part, shape.of, (*path, key))
    elif shape.kind == "list":
        if not isinstance(value, list):
            yield path, "expected a list"
            return
        for index, part in enumerate(value):
            yield from faults(part, shape.of, (*path, index))
    elif shape.kind == "one of":
        if value not in shape.of:
            yield path, f"expected one of {', '.join(shape.of)}"
    elif not SCALARS[shape.kind](value):
        yield path, f"expected a {shape.kind}, not {value!r}"


def _record(value: object, shape: Shape, path: Path) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield path, "expected a table"
        return
    known: Mapping[str, Shape] = {key.rstrip("?"): part for key, part in shape.of.items()}
    for key in shape.of:
        if not key.endswith("?") and key not in value:
            yield (*path, key), "is missing"
    for key, part in value.items():
        if key in known:
            yield from faults(part, known[key], (*path, key))
        elif shape.extra and IDENTIFIER.fullmatch(key):
            yield from faults(part, shape.extra, (*path, key))
        else:
            yield (*path, key), f"is not known here; known are {', '.join(known)}"


def _whole(value: object) -> bool:
    return type(value) is int and value >= 0


SCALARS: dict[str, Callable[[Any], bool]] = {
    "text": lambda v: isinstance(v, str) and bool(v.strip()),
    "flag": lambda v: isinstance(v, bool),
    "date": lambda v: type(v) is date,
    "whole number": _whole,
    "number": lambda v: type(v) is int or (type(v) is Decimal and v.is_finite()),
    "formula": lambda v: SCALARS["number"](v) or (isinstance(v, str) and bool(v.strip())),
    "identifier": lambda v: isinstance(v, str) and bool(IDENTIFIER.fullmatch(v)),
    "id": lambda v: isinstance(v, str) and bool(SLUG.fullmatch(v)),
    "unit": lambda v: v in UNITS,
}
