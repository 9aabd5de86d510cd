"""What to measure: the points of a procedure worked out for one instrument."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .procedure import Field, Label, Point, Procedure
from .refusal import BadInput
from .table import OffTheTable, Undefined, Values

MOST_POSITIONS = 20
MOST_RUNS = 100


@dataclass(frozen=True, slots=True)
class Place:
    """One place to measure: a point of the procedure in one of its cases, with the values bound there."""

    id: str
    label: Label
    point: Point
    bound: Values
    runs: int


def base_values(procedure: Procedure, characteristics: Values, regime: str) -> Values:
    """The values every formula of the procedure may use: parameters, characteristics, `let`, regime and its factor.

    Raises BadInput for a regime the procedure does not know and for characteristics that break one of its requirements.
    """
    if regime not in procedure.regimes:
        known = ", ".join(procedure.regimes)
        raise BadInput("regime", "regime of the procedure", f"{regime!r} is not one of {known}")
    values: Values = {key: parameter.value for key, parameter in procedure.parameters.items()}
    values.update(characteristics, factor=procedure.regimes[regime], regime=regime)
    for field in procedure.characteristics:
        if field.id not in values and field.default:
            values[field.id] = field.default.compute(values)
    for key, formula in procedure.let.items():
        try:
            values[key] = formula.compute(values)
        except (Undefined, OffTheTable):
            continue
    for requirement in procedure.requirements:
        try:
            holds = requirement.holds.compute(values)
        except Undefined:
            continue
        except OffTheTable:
            holds = False
        if not holds:
            field_path = f"characteristics.{requirement.field}"
            raise BadInput(
                field_path, requirement.holds.source, f"{requirement.text['en']} / {requirement.text['vi']}"
            )
    return values


def places(procedure: Procedure, values: Values) -> list[Place]:
    """The places to measure, in the order of the file; each id once (a second case at the same id is left out)."""
    found: dict[str, Place] = {}
    for point in procedure.points:
        if point.when and not _true(point.when.compute, values):
            continue
        for place in _of(point, values):
            found.setdefault(place.id, place)
    return list(found.values())


def _of(point: Point, values: Values) -> list[Place]:
    runs = whole(point.repeat.compute(values), 1, MOST_RUNS, point.id)
    if point.count:
        number = whole(point.count.compute(values), 1, MOST_POSITIONS, point.id)
        return [
            Place(
                f"{point.id}-{i}",
                {k: f"{text} {i}" for k, text in point.label.items()},
                point,
                {"i": Decimal(i)},
                runs,
            )
            for i in range(1, number + 1)
        ]
    if not point.cases:
        return [Place(point.id, point.label, point, {}, runs)]
    found = []
    for case in point.cases:
        bound: Values = dict(values)
        try:
            for name, formula in case.bind.items():
                bound[name] = formula.compute(bound)
            if case.when and not case.when.compute(bound):
                continue
        except Undefined:
            continue
        found.append(Place(case.id, case.label, point, {name: bound[name] for name in case.bind}, runs))
    return found


def bounds(field: Field, values: Values) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most a field may hold, inclusive; None where the procedure sets no bound or cannot say yet."""
    least, most = (_maybe(formula and formula.compute, values) for formula in (field.least, field.most))
    if field.near and field.nominal:
        nominal, near = _maybe(field.nominal.compute, values), _maybe(field.near.compute, values)
        if nominal is not None and near is not None:
            least = nominal - near if least is None else max(least, nominal - near)
            most = nominal + near if most is None else min(most, nominal + near)
    return least, most


def whole(value: Any, least: int, most: int, name: str) -> int:
    """A whole number of runs or positions.  Raises BadInput outside least…most."""
    if value != int(value) or not least <= value <= most:
        raise BadInput(
            f"characteristics.{name}",
            f"{least} to {most}",
            f"{value} is not such a whole number",
        )
    return int(value)


def _maybe(compute: Any, values: Values) -> Decimal | None:
    if compute is None:
        return None
    try:
        return Decimal(compute(values))
    except Undefined:
        return None


def _true(compute: Any, values: Values) -> bool:
    try:
        return bool(compute(values))
    except Undefined:
        return False
