"""The verdict: evaluates a record of a verification by the procedure in force, to one JSON-able result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from typing import Any

from . import explain as say
from .limit import guard_band, limits, nearest, rounded, within
from .plan import Place, bounds
from .procedure import Result
from .quantity import ARITHMETIC, plain, quantity
from .record import Reading, Record, read_record
from .refusal import BadInput
from .shelf import Shelf
from .table import OffTheTable, Undefined, Values

Json = dict[str, Any]


def evaluate(record: Mapping[str, Any], shelf: Shelf | None = None, explain: bool = True) -> Json:
    """The verdict on a record: {"verdict": "pass" | "fail" | "incomplete", "points", "checks", "missing", "procedure", …}.

    `record` is what `schema()` describes; numbers in and out are decimal strings.  With `explain` false the sentences
    are left out.  Raises BadInput (with `.field` and `.rule`) for anything that must not be judged.
    """
    with localcontext(ARITHMETIC):
        return _Evaluation(read_record(record, shelf or Shelf.shipped()), explain).result()


@dataclass
class _Evaluation:
    """One evaluation in progress: outcomes and what is missing, by step."""

    record: Record
    explain: bool
    points: list[Json] = field(default_factory=list)
    missing: list[Json] = field(default_factory=list)
    exported: Values = field(default_factory=dict)
    runs: dict[str, list[Values]] = field(default_factory=dict)

    def result(self) -> Json:
        procedure = self.record.procedure
        checks = self._checks()
        self._conditions()
        self._standards()
        for place in self.record.places:
            self._place(place)
        for series in procedure.series:
            self._overall(series)
        verdict = self._verdict(checks)
        found: Json = {
            "verdict": verdict,
            "procedure": procedure.reference(),
            "regime": self.record.regime,
            "points": self.points,
            "checks": checks,
            "missing": self.missing,
        }
        if self.explain:
            found["explanation"] = say.overall(verdict, self.points, checks, self.missing)
        return found

    def _checks(self) -> list[Json]:
        found = []
        for step in self.record.procedure.steps:
            for check in step.checks:
                answer = self.record.checks.get(check.id)
                if answer is None:
                    if check.required:
                        self._miss(f"checks.{check.id}", step.id, check.label, say.NOT_ANSWERED)
                    continue
                outcome: Json = {"id": check.id, "step": step.id, "verdict": "pass" if answer else "fail"}
                if self.explain:
                    outcome["explanation"] = say.check(check.label, answer)
                found.append(outcome)
        return found

    def _conditions(self) -> None:
        step = self._measuring_step()
        for condition in self.record.procedure.conditions:
            value = self.record.conditions.get(condition.id)
            if value is None:
                if condition.required:
                    self._miss(f"conditions.{condition.id}", step, condition.label, say.NOT_GIVEN)
            elif isinstance(value, Decimal):
                least, most = bounds(condition, {**self.record.values, **self.record.conditions})
                if not within(value, least, most):
                    reason = say.out_of_range(value, least, most, condition.unit or "")
                    self._miss(f"conditions.{condition.id}", step, condition.label, reason)

    def _standards(self) -> None:
        for standard in self.record.procedure.standards:
            given = self.record.standards.get(standard.id)
            if given is not None and standard.largest_uncertainty:
                most = standard.largest_uncertainty.compute(self.record.values)
                if given > most:
                    reason = say.out_of_range(given, None, most, standard.unit)
                    self._miss(f"standards.{standard.id}", self._measuring_step(), standard.label, reason)

    def _place(self, place: Place) -> None:
        runs = []
        for run in range(1, place.runs + 1):
            reading = self.record.readings.get((place.id, run))
            if reading is None:
                if place.point.required:
                    self._miss(f"{place.id}.{run}", place.point.step, place.label, say.NOT_READ, run)
                continue
            absent = [f for f in place.point.fields if f.required and f.id not in reading.values]
            for f in absent:
                self._miss(
                    f"{place.id}.{run}.{f.id}", place.point.step, place.label, say.without(f.label), run
                )
            if not absent:
                runs.append(self._run(place, run, reading))
        self.runs.setdefault(place.point.id, []).extend(runs)
        if len(runs) == place.runs:
            for name in place.point.export:
                if name in runs[0]:
                    self.exported[name] = runs[0][name]
            for series in place.point.series:
                values = {**self.record.values, **self.exported, **_lists(runs), **place.bound}
                self._judge(series, values, place.id, place.point.step, place.label, None, None)

    def _run(self, place: Place, run: int, reading: Reading) -> Values:
        values = {**self.record.values, **self.exported, **place.bound, **reading.values}
        own: Values = dict(reading.values)
        for f in place.point.fields:
            if f.default and f.id not in values:
                _define(own, values, f.id, f.default.compute, reading.field)
        for name, formula in place.point.let.items():
            _define(own, values, name, formula.compute, reading.field)
        for result in place.point.results:
            shown = run if place.runs > 1 else None
            error = self._judge(
                result, values, f"{place.id}.{run}", place.point.step, place.label, shown, reading
            )
            if error is not None:
                own[result.symbol] = values[result.symbol] = error
        return own

    def _overall(self, series: Result) -> None:
        places = [place for place in self.record.places if place.point.id in series.over]
        runs = [run for point in series.over for run in self.runs.get(point, [])]
        if places and len(runs) == sum(place.runs for place in places):
            values = {**self.record.values, **self.exported, **_lists(runs)}
            self._judge(series, values, "", places[0].point.step, series.label or {}, None, None)

    def _judge(
        self, result: Result, values: Values, prefix: str, step: str, label: dict[str, str], run: int | None,
        reading: Reading | None,
    ) -> Decimal | None:  # fmt: skip
        """Adds the outcome of one result; returns the error, or None if it does not apply or cannot be computed yet."""
        id = ".".join(part for part in (prefix, result.id) if part)
        where = reading.field if reading else "readings"
        try:
            if result.when and not result.when.compute(values):
                return None
            error = result.error.compute(values)
            lower, upper = limits(result, values)
        except Undefined as lacking:
            if result.required:
                self._miss(id, step, label, say.needs(lacking.name), run)
            return None
        except OffTheTable as off:
            raise BadInput(where, "range of the table", str(off)) from None
        except (DivisionByZero, InvalidOperation, Overflow):
            raise BadInput(
                where, "defined error", f"{result.error.source} cannot be computed from these values"
            ) from None
        guard, stated = Decimal(0), reading.uncertainty if reading else None
        if self.record.procedure.decision.rule != "simple" and reading:
            if stated is None:
                self._miss(f"{id}.uncertainty", step, label, say.NO_UNCERTAINTY, run)
                return Decimal(error)
            expanded = quantity(stated.raw, result.unit, stated.field)
            guard = guard_band(self.record.procedure.decision, expanded, stated.k)
        verdict = "pass" if within(error, lower, upper, guard) else "fail"
        outcome: Json = {
            "id": id,
            "step": step,
            "indication": _text(values, result.indication),
            "reference": _text(values, result.reference),
            "error": rounded(error, result.decimals, lower, upper),
            "limit": plain(nearest(error, lower, upper)),
            "lower": None if lower is None else plain(lower),
            "upper": None if upper is None else plain(upper),
            "unit": result.unit,
            "verdict": verdict,
        }
        if guard:
            outcome["guard"] = plain(guard)
        if self.explain:
            outcome.update(say.point(result, values, outcome, label, run, self.record.procedure))
        self.points.append(outcome)
        return Decimal(error)

    def _verdict(self, checks: list[Json]) -> str:
        failed = {item["step"] for item in (*self.points, *checks) if item["verdict"] == "fail"}
        lacking = {item["step"] for item in self.missing}
        blocked = {m["step"] for m in self.missing if m["id"].startswith(("conditions.", "standards."))}
        if self.record.procedure.on_failure == "record all":
            return "incomplete" if lacking or not self.points else "fail" if failed else "pass"
        for step in self.record.procedure.steps:
            if step.id in failed and step.id not in blocked:
                return "fail"
            if step.id in lacking:
                return "incomplete"
        return "pass" if self.points else "incomplete"

    def _measuring_step(self) -> str:
        return self.record.procedure.points[0].step

    def _miss(
        self, id: str, step: str, label: dict[str, str], reason: dict[str, str], run: int | None = None
    ) -> None:
        self.missing.append({"id": id, "step": step, "explanation": say.missing(label, run, reason)})


def _define(own: Values, values: Values, name: str, compute: Any, where: str) -> None:
    try:
        own[name] = values[name] = compute(values)
    except Undefined:
        return
    except OffTheTable as off:
        raise BadInput(where, "range of the table", str(off)) from None
    except (DivisionByZero, InvalidOperation, Overflow):
        raise BadInput(where, "defined error", f"{name} cannot be computed from these values") from None


def _lists(runs: list[Values]) -> Values:
    """Each name that every run has, with the list of its values."""
    names = set(runs[0]).intersection(*runs[1:]) if runs else set()
    return {name: [run[name] for run in runs] for name in names}


def _text(values: Values, name: str | None) -> str | None:
    value = values.get(name) if name else None
    return plain(value) if isinstance(value, Decimal) else None
