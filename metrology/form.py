"""What a tablet needs to build its form: steps, checks, conditions and the points to measure, as JSON-able data."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Any

from .limit import limits
from .plan import Place, bounds, plan
from .procedure import Field, Procedure, Result
from .quantity import ARITHMETIC, calendar_date, short
from .record import read_characteristics
from .shelf import Shelf
from .table import OffTheTable, Undefined, Values

Json = dict[str, Any]
SHOWN_DIGITS = 12


def procedure_for(type: str, on: date, shelf: Shelf | None = None) -> Procedure:
    """The newest verification procedure in force for a type on a date.  Raises UnknownType if there is none."""
    return (shelf or Shelf.shipped()).in_force(type, on)


def procedures(shelf: Shelf | None = None) -> list[Json]:
    """Every known procedure version: identity, hash, types, dates, source, and the characteristics it asks for."""
    return [
        {
            **p.reference(),
            "title": p.title,
            "types": list(p.types),
            "purpose": p.purpose,
            "effective_from": p.effective_from.isoformat(),
            "effective_to": None if p.effective_to is None else p.effective_to.isoformat(),
            "source": p.source,
            "trust": p.trust,
            "regimes": list(p.regimes),
            "characteristics": [_field(f, {}) for f in p.characteristics],
        }
        for p in (shelf or Shelf.shipped())
    ]


def points(
    type: str, characteristics: Mapping[str, Any], regime: str, on: date | str, shelf: Shelf | None = None,
    procedure: Mapping[str, str] | None = None,
) -> Json:  # fmt: skip
    """What to measure on one instrument, in the order to do it.

    `steps` hold the yes/no checks and the points; a reading is put back into a record as
    {"point": point id, "run": 1…repetitions, field id: {"value", "unit"}, …}.  Raises BadInput, UnknownType.
    """
    with localcontext(ARITHMETIC):
        stock = shelf or Shelf.shipped()
        day = calendar_date(on, "on")
        chosen = (
            stock.version(procedure["id"], procedure["version"]) if procedure else stock.in_force(type, day)
        )
        planned = plan(chosen, read_characteristics(chosen, characteristics), regime)
        values = planned.values
        return {
            "procedure": {**chosen.reference(), "title": chosen.title, "source": chosen.source, "trust": chosen.trust},
            "type": type,
            "regime": regime,
            "on_failure": chosen.on_failure,
            "characteristics": [_field(f, values) for f in chosen.characteristics],
            "conditions": [_field(f, values) for f in chosen.conditions],
            "standards": [
                {"id": s.id, "label": s.label, "unit": s.unit,
                 "largest_uncertainty": s.largest_uncertainty
                 and short(_entered(s.largest_uncertainty.compute(values), ROUND_FLOOR))}
                for s in chosen.standards],
            "marks": [{"kind": m.kind, "place": m.place} for m in chosen.marks],
            "evidence": list(chosen.evidence),
            "steps": [
                {"id": step.id, "label": step.label,
                 "checks": [{"id": c.id, "label": c.label, "required": c.required} for c in step.checks],
                 "points": [_place(place, chosen) for place in planned.places.values() if place.point.step == step.id]}
                for step in chosen.steps],
        }  # fmt: skip


def _place(place: Place, procedure: Procedure) -> Json:
    scope = dict(place.values)
    for f in place.point.fields:
        for formula in (
            f.default,
            f.nominal,
        ):  # what it holds if nothing is entered; better, what it should hold
            if formula:
                with contextlib.suppress(Undefined, OffTheTable):
                    scope[f.id] = formula.compute(scope)
    found: Json = {
        "id": place.id,
        "label": place.label,
        "repetitions": place.runs,
        "required": place.point.required,
        "fields": [_field(f, place.values) for f in place.point.fields],
    }
    for name, formula in place.point.let.items():
        with contextlib.suppress(Undefined, OffTheTable):
            scope[name] = formula.compute(scope)
    alike = {
        name: [value] for name, value in scope.items() if name in place.point.measured
    }  # one run, as a list
    found["limits"] = [
        limit
        for results, values in ((place.point.results, scope), (place.point.series, {**scope, **alike}))
        for limit in (_limit(result, values, procedure) for result in results)
        if limit
    ]
    return found


def _limit(result: Result, scope: Values, procedure: Procedure) -> Json | None:
    """The limits at the nominal value, where they can be told before anything is read."""
    try:
        if result.when and not result.when.compute(scope):
            return None
        found = limits(result, scope, procedure)
    except (Undefined, OffTheTable):
        return None
    return {"id": result.id, "symbol": result.symbol, "unit": result.unit,
             "lower": found.lower_text, "upper": found.upper_text}  # fmt: skip


def _field(field: Field, values: Values) -> Json:
    found: Json = {
        "id": field.id,
        "label": field.label,
        "required": field.required,
        "unit": field.unit,
        "sign": field.sign,
    }
    if field.choices:
        found["choices"] = list(field.choices)
    least, most = bounds(field, values)
    if least is not None:
        found["min"] = short(_entered(least, ROUND_CEILING))
    if most is not None:
        found["max"] = short(_entered(most, ROUND_FLOOR))
    for key, formula in (("default", field.default), ("nominal", field.nominal)):
        try:
            value = formula and formula.compute(values)
        except Undefined:
            continue
        if isinstance(value, Decimal):
            found[key] = {"value": short(_entered(value)), "unit": field.unit}
        elif value is not None:
            found[key] = value
    return found


def _entered(value: Decimal, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """The value in at most twelve digits, so that it can be entered as it is shown: a third of Max has no end."""
    return Context(SHOWN_DIGITS, rounding).plus(value)
