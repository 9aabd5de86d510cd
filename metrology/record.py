"""Reads the record of a verification: everything in it is converted to the procedure's units or refused by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .plan import Place, Plan, bounds, plan
from .procedure import Field, Procedure
from .quantity import calendar_date, number, plain, quantity, short
from .refusal import BadInput
from .shelf import Shelf
from .table import Values

KEYS = (
    "type",
    "regime",
    "procedure",
    "verified_on",
    "characteristics",
    "conditions",
    "checks",
    "standards",
    "readings",
)
NEEDED = ("type", "regime", "verified_on", "characteristics")
COVERAGE, ZERO = Decimal(2), Decimal(0)
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """The expanded uncertainty stated with a reading, as written, and its coverage factor k."""

    raw: object
    k: Decimal
    field: str

    def expanded(self, unit: str) -> Decimal:
        """The expanded uncertainty for k = 2, in a unit.  Raises BadInput for a unit of another kind."""
        value = quantity(self.raw, unit, self.field)
        if value < 0:
            raise BadInput(f"{self.field}.value", "not negative", "an uncertainty is not negative")
        return value if self.k == COVERAGE else value * COVERAGE / self.k


@dataclass(frozen=True, slots=True)
class Reading:
    """The values of one run at one place, in the procedure's units, and where they stand in the record."""

    values: Values
    field: str
    uncertainty: Uncertainty | None


@dataclass(frozen=True, slots=True)
class Record:
    """A record that has passed every refusal."""

    plan: Plan
    readings: dict[tuple[str, int], Reading]
    conditions: Values
    checks: dict[str, bool]
    standards: dict[str, Decimal]


def read_record(raw: object, shelf: Shelf) -> Record:
    """The record in the procedure's units.  Raises BadInput (UnknownType for the type) naming field and rule."""
    record = _mapping(raw, "record")
    for key in record:
        if key not in KEYS:
            raise BadInput(str(key), "known field", f"is not known; known are {', '.join(KEYS)}")
    for key in NEEDED:
        if key not in record:
            raise BadInput(key, "required", "is missing")
    if not isinstance(record["regime"], str):
        raise BadInput("regime", "regime of the procedure", "must be a string")
    procedure = _procedure(record, shelf)
    planned = plan(procedure, read_characteristics(procedure, record["characteristics"]), record["regime"])
    conditions = {field.id: field for field in procedure.conditions}
    return Record(
        plan=planned,
        readings=_readings(record.get("readings", ()), planned.places),
        conditions=_fields(conditions, record.get("conditions", NOTHING), "conditions"),
        checks=_checks(record.get("checks", NOTHING), procedure),
        standards=_standards(record.get("standards", NOTHING), procedure),
    )


def read_characteristics(procedure: Procedure, raw: object) -> Values:
    """The characteristics in the procedure's units.  Raises BadInput for a missing, unknown, wrong or impossible one."""
    known = {field.id: field for field in procedure.characteristics}
    found = _fields(known, raw, "characteristics")
    for field in procedure.characteristics:
        if field.required and field.id not in found:
            raise BadInput(f"characteristics.{field.id}", "required", "is missing")
    _ranges(procedure.characteristics, {**procedure.constants, **found}, found, "characteristics")
    return found


def _fields(known: dict[str, Field], raw: object, path: str) -> Values:
    """The fields that are given; null means not entered yet."""
    found: Values = {}
    for key, value in _mapping(raw, path).items():
        field = known.get(key)
        if field is None:
            raise BadInput(
                f"{path}.{key}", "known field", f"is not known here; known are {', '.join(known) or 'none'}"
            )
        if value is not None:
            found[key] = _value(field, value, f"{path}.{key}")
    return found


def _ranges(fields: Iterable[Field], scope: Values, found: Values, path: str) -> None:
    for field in fields:
        if field.id in found and (field.least or field.most or field.near):
            least, most = bounds(field, scope)
            _range(field, found[field.id], least, most, path)


def _range(field: Field, value: Any, least: Decimal | None, most: Decimal | None, path: str) -> None:
    if isinstance(value, Decimal):
        if least is not None and value < least:
            raise BadInput(
                f"{path}.{field.id}", f"at least {short(least)} {field.unit}", f"{plain(value)} is too small"
            )
        if most is not None and value > most:
            raise BadInput(
                f"{path}.{field.id}", f"at most {short(most)} {field.unit}", f"{plain(value)} is too large"
            )


def _value(field: Field, raw: object, path: str) -> Any:
    if field.unit is None:
        if not isinstance(raw, str) or raw not in field.choices:
            raise BadInput(path, "choice", f"expected one of {', '.join(field.choices)}")
        return raw
    value = quantity(raw, field.unit, path)
    if value <= ZERO and field.sign != "any" and (value < ZERO or field.sign == "positive"):
        raise BadInput(path, field.sign, f"{plain(value)} must be {field.sign}")
    return value


def _procedure(record: Mapping[str, Any], shelf: Shelf) -> Procedure:
    on = calendar_date(record["verified_on"], "verified_on")
    code = record["type"]
    if not isinstance(code, str):
        raise BadInput("type", "known type", "must be a string")
    if record.get("procedure") is None:
        return shelf.in_force(code, on)
    wanted = _mapping(record["procedure"], "procedure")
    if not {"id", "version"} <= set(wanted) <= {"id", "version", "hash"}:
        raise BadInput("procedure", "id and version", "expected id, version and, if known, hash")
    if not (isinstance(wanted["id"], str) and isinstance(wanted["version"], str)):
        raise BadInput("procedure", "id and version", "id and version must be strings")
    procedure = shelf.version(wanted["id"], wanted["version"])
    if code not in procedure.types:
        raise BadInput(
            "type", "type of the procedure", f"{procedure.id} is for types {', '.join(procedure.types)}"
        )
    if wanted.get("hash", procedure.hash) != procedure.hash:
        raise BadInput(
            "procedure.hash", "same content", f"{procedure.id} {procedure.version} has another content here"
        )
    return procedure


def _readings(raw: object, places: dict[str, Place]) -> dict[tuple[str, int], Reading]:
    if not isinstance(raw, (list, tuple)):
        raise BadInput("readings", "list", "expected a list")
    found: dict[tuple[str, int], Reading] = {}
    for index, item in enumerate(raw):
        path = f"readings[{index}]"
        entry = dict(_mapping(item, path))
        point, run = entry.pop("point", None), entry.pop("run", 1)
        if not isinstance(point, str) or point not in places:
            raise BadInput(
                f"{path}.point", "point to measure", f"{point!r} is not one of {', '.join(places)}"
            )
        place = places[point]
        if type(run) is not int or not 1 <= run <= place.runs:
            raise BadInput(f"{path}.run", f"1 to {place.runs}", f"{run!r} is not a run of {point}")
        if (point, run) in found:
            raise BadInput(path, "each run once", f"{point} run {run} is given twice")
        uncertainty = _uncertainty(entry.pop("uncertainty", None), path)
        values = _fields(place.fields, entry, path)
        for key, (least, most) in place.ranges.items():
            _range(place.fields[key], values.get(key), least, most, path)
        if place.ranged:
            _ranges(place.ranged, {**place.values, **values}, values, path)
        found[point, run] = Reading(values, path, uncertainty)
    return found


def _uncertainty(raw: object, path: str) -> Uncertainty | None:
    if raw is None:
        return None
    stated = dict(_mapping(raw, f"{path}.uncertainty"))
    k = number(stated.pop("k", "2"), f"{path}.uncertainty.k")
    if k <= 0:
        raise BadInput(f"{path}.uncertainty.k", "positive", "the coverage factor must be positive")
    return Uncertainty(stated, k, f"{path}.uncertainty")


def _checks(raw: object, procedure: Procedure) -> dict[str, bool]:
    found = {}
    for key, value in _mapping(raw, "checks").items():
        if key not in procedure.checks:
            raise BadInput(
                f"checks.{key}", "known check", f"is not known; known are {', '.join(procedure.checks)}"
            )
        if value is not None and not isinstance(value, bool):
            raise BadInput(f"checks.{key}", "yes or no", "expected true or false")
        if value is not None:
            found[key] = value
    return found


def _standards(raw: object, procedure: Procedure) -> dict[str, Decimal]:
    known = {standard.id: standard for standard in procedure.standards}
    found = {}
    for key, value in _mapping(raw, "standards").items():
        path = f"standards.{key}"
        if key not in known:
            raise BadInput(path, "known standard", f"is not known; known are {', '.join(known)}")
        stated = _mapping(value, path)
        if set(stated) != {"uncertainty"}:
            raise BadInput(path, "uncertainty", "expected the field uncertainty, and only it")
        found[key] = quantity(stated["uncertainty"], known[key].unit, f"{path}.uncertainty")
        if found[key] < 0:
            raise BadInput(f"{path}.uncertainty", "not negative", "an uncertainty is not negative")
    return found


def _mapping(raw: object, path: str) -> Mapping[str, Any]:
    if isinstance(raw, (dict, Mapping)):
        return raw
    raise BadInput(path, "object", "expected an object")
