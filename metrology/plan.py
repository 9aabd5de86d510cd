"""What to measure: the points of a procedure worked out for one instrument, once for as long as it is being verified."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .formula import Formula
from .limit import Limits, limits
from .procedure import Field, Label, Point, Procedure, Result
from .refusal import BadInput
from .table import OffTheTable, Undefined, Values

MOST_POSITIONS = 20
MOST_RUNS = 100
PLANS_KEPT = 256


@dataclass(frozen=True, slots=True)
class Place:
    """One place to measure: a point of the procedure in one of its cases, and all that is known there beforehand."""

    id: str
    label: Label
    point: Point
    values: Values
    runs: int
    fields: dict[str, Field]
    required: tuple[Field, ...]
    defaults: tuple[tuple[str, Formula], ...]
    ranges: dict[
        str, tuple[Decimal | None, Decimal | None]
    ]  # by field: the bounds that do not depend on a reading
    ranged: tuple[Field, ...]  # the fields whose bounds do
    known: dict[str, Limits]  # by symbol: the limits that do not depend on a reading
    wanted: tuple[str, ...]  # the measured values that series and later points need

    def shown(self, run: int) -> int | None:
        """The number of a run as people are told it: a place measured once has none."""
        return run if self.runs > 1 else None


@dataclass(frozen=True, slots=True)
class Plan:
    """The values every formula may use for one instrument in one regime, and the places to measure, in order."""

    procedure: Procedure
    regime: str
    values: Values
    places: dict[str, Place]


def plan(procedure: Procedure, characteristics: Values, regime: str) -> Plan:
    """The plan for an instrument.

    Raises BadInput for a regime the procedure does not know and for characteristics that break one of its requirements.
    """
    # The key holds the digits as written: 20 and 20.0 are equal, but must not answer for each other in a text.
    return _plan(
        procedure, regime, tuple((key, type(value), str(value)) for key, value in characteristics.items())
    )


@functools.lru_cache(PLANS_KEPT)
def _plan(procedure: Procedure, regime: str, given: tuple[tuple[str, type, str], ...]) -> Plan:
    values = _values(procedure, {key: kind(text) for key, kind, text in given}, regime)
    return Plan(procedure, regime, values, _places(procedure, values))


def _values(procedure: Procedure, characteristics: Values, regime: str) -> Values:
    if regime not in procedure.regimes:
        known = ", ".join(procedure.regimes)
        raise BadInput("regime", "regime of the procedure", f"{regime!r} is not one of {known}")
    values = {**procedure.constants, **characteristics, "factor": procedure.regimes[regime], "regime": regime}
    for field in procedure.characteristics:
        if field.id not in values and field.default:
            with contextlib.suppress(Undefined):
                values[field.id] = field.default.compute(values)
    for key, formula in procedure.let.items():
        with contextlib.suppress(Undefined, OffTheTable):
            values[key] = formula.compute(values)
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


def _places(procedure: Procedure, values: Values) -> dict[str, Place]:
    found: dict[str, Place] = {}
    measured = {"U"}.union(*(point.measured for point in procedure.points))
    overall = {name for series in procedure.series for name in _asked(series)}
    for point in procedure.points:
        wanted = overall.union(point.export, *(_asked(series) for series in point.series))
        if point.when is None or _true(point.when.compute, values):
            runs = whole(point.repeat.compute(values), 1, MOST_RUNS, point.id)
            for id, label, bound in _cases(point, values):
                scope = _with_defaults(point, {**values, **bound}, measured)
                place = Place(
                    id, label, point, scope, runs,
                    fields={field.id: field for field in point.fields},
                    required=tuple(field for field in point.fields if field.required),
                    defaults=tuple((f.id, f.default) for f in point.fields if f.default and f.id not in scope),
                    ranges={f.id: bounds(f, scope) for f in point.fields if _bounded(f) and not _bound_names(f) & measured},
                    ranged=tuple(f for f in point.fields if _bound_names(f) & measured),
                    known=_known((*point.results, *point.series), scope, procedure, measured),
                    wanted=tuple(sorted(wanted & point.measured)),
                )  # fmt: skip
                found.setdefault(id, place)
    return found


def _with_defaults(point: Point, scope: Values, measured: set[str]) -> Values:
    """The scope and, for the fields whose default does not depend on a reading, what they hold if nothing is entered."""
    for field in point.fields:
        if field.default and not field.default.names & measured:
            with contextlib.suppress(Undefined, OffTheTable):
                scope[field.id] = field.default.compute(scope)
    return scope


def _cases(point: Point, values: Values) -> list[tuple[str, Label, Values]]:
    if point.count:
        number = whole(point.count.compute(values), 1, MOST_POSITIONS, point.id)
        return [
            (f"{point.id}-{i}", {k: f"{text} {i}" for k, text in point.label.items()}, {"i": Decimal(i)})
            for i in range(1, number + 1)
        ]
    if not point.cases:
        return [(point.id, point.label, {})]
    found = []
    for case in point.cases:
        bound: Values = dict(values)
        with contextlib.suppress(Undefined):
            for name, formula in case.bind.items():
                bound[name] = formula.compute(bound)
            if case.when is None or case.when.compute(bound):
                found.append((case.id, case.label, {name: bound[name] for name in case.bind}))
    return _ordered(found, point.order) if point.order else found


def _ordered(cases: list[tuple[str, Label, Values]], name: str) -> list[tuple[str, Label, Values]]:
    """The cases by rising value of a name, as loads are put on; of those with all values alike only the first."""
    distinct: list[tuple[str, Label, Values]] = []
    for case in sorted(cases, key=lambda case: case[2][name]):
        if not any(case[2] == other[2] for other in distinct):
            distinct.append(case)
    return distinct


def _known(
    results: Iterable[Result], scope: Values, procedure: Procedure, measured: set[str]
) -> dict[str, Limits]:
    found = {}
    for result in results:
        if not _names(result) & measured:
            with contextlib.suppress(Undefined, OffTheTable):
                found[result.symbol] = limits(result, scope, procedure)
    return found


def _names(result: Result) -> frozenset[str]:
    return frozenset(
        name for formula in (*result.limits, *result.rests_on.values()) for name in formula.names
    )


def _asked(series: Result) -> frozenset[str]:
    """Every value of a reading that a series asks for: for its error, its limits, and whether it applies."""
    return series.error.names | _names(series) | (series.when.names if series.when else frozenset())


def _bounded(field: Field) -> bool:
    return bool(field.least or field.most or field.near)


def _bound_names(field: Field) -> frozenset[str]:
    formulas = (field.least, field.most, field.near and field.nominal, field.near)
    return frozenset(name for formula in formulas if formula for name in formula.names)


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
        raise BadInput(f"characteristics.{name}", f"{least} to {most}", f"{value} is not such a whole number")
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
