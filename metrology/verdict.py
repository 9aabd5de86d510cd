"""The verdict: evaluates a record of a verification by the procedure in force, to one JSON-able result."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Any

from . import explain as say
from .limit import within
from .outcome import Json, Lacking, Subject, judge, refusal
from .plan import Place, bounds
from .procedure import Label, Result
from .quantity import ARITHMETIC
from .record import Reading, Record, read_record
from .shelf import Shelf
from .table import OffTheTable, Undefined, Values


def evaluate(record: Mapping[str, Any], shelf: Shelf | None = None, explain: bool = True) -> Json:
    """The verdict on a record: {"verdict": "pass" | "fail" | "incomplete", "points", "checks", "missing", "procedure", …}.

    `record` is what `schema()` describes; numbers in and out are decimal strings.  With `explain` false the sentences
    are left out.  Raises BadInput (with `.field` and `.rule`) for anything that must not be judged.
    """
    with localcontext(ARITHMETIC):
        return _Evaluation(read_record(record, shelf or Shelf.shipped()), explain).result()


class _Void(Exception):
    """The measurement broke a rule of the procedure: what it says about the instrument does not count."""


class _Evaluation:
    """One evaluation in progress: the outcomes and what is missing, each with its step."""

    def __init__(self, record: Record, explained: bool) -> None:
        self.record = record
        self.procedure = record.plan.procedure
        self.explained = explained
        self.points: list[Json] = []
        self.missing: list[Json] = []
        self.exported: Values = {}
        self.runs: dict[str, list[Values]] = {}

    def result(self) -> Json:
        checks = self._checks()
        self._conditions()
        self._standards()
        for place in self.record.plan.places.values():
            self._place(place)
        for series in self.procedure.series:
            self._overall(series)
        verdict = self._verdict(checks)
        found: Json = {
            "verdict": verdict,
            "procedure": self.procedure.reference(),
            "regime": self.record.plan.regime,
            "points": self.points,
            "checks": checks,
            "missing": self.missing,
        }
        if self.explained:
            found["explanation"] = say.overall(verdict, self.points, checks, self.missing)
        return found

    def _checks(self) -> list[Json]:
        found = []
        for step in self.procedure.steps:
            for check in step.checks:
                answer = self.record.checks.get(check.id)
                if answer is not None:
                    outcome: Json = {"id": check.id, "step": step.id, "verdict": "pass" if answer else "fail"}
                    found.append(
                        {**outcome, "explanation": say.check(check.label, answer)}
                        if self.explained
                        else outcome
                    )
                elif check.required:
                    self._miss(f"checks.{check.id}", step.id, check.label, say.NOT_ANSWERED)
        return found

    def _conditions(self) -> None:
        for condition in self.procedure.conditions:
            value = self.record.conditions.get(condition.id)
            if isinstance(value, Decimal):
                least, most = bounds(condition, {**self.record.plan.values, **self.record.conditions})
                if not within(value, least, most):
                    reason = say.out_of_range(value, least, most, condition.unit or "")
                    self._miss(f"conditions.{condition.id}", None, condition.label, reason)
            elif value is None and condition.required:
                self._miss(f"conditions.{condition.id}", None, condition.label, say.NOT_GIVEN)

    def _standards(self) -> None:
        for standard in self.procedure.standards:
            given = self.record.standards.get(standard.id)
            if given is not None and standard.largest_uncertainty:
                most = standard.largest_uncertainty.compute(self.record.plan.values)
                if given > most:
                    reason = say.out_of_range(given, None, most, standard.unit)
                    self._miss(f"standards.{standard.id}", None, standard.label, reason)

    def _place(self, place: Place) -> None:
        step, runs, known = place.point.step, [], {**place.values, **self.exported}
        for run in range(1, place.runs + 1):
            reading = self.record.readings.get((place.id, run))
            if reading is None:
                if place.point.required:
                    self._miss(f"{place.id}.{run}", step, place.label, say.NOT_READ, place.shown(run))
                continue
            absent = [f for f in place.required if f.id not in reading.values]
            for f in absent:
                self._miss(
                    f"{place.id}.{run}.{f.id}", step, place.label, say.without(f.label), place.shown(run)
                )
            if not absent:
                judged = len(self.points)
                try:
                    runs.append(self._run(place, run, reading, known))
                except _Void:
                    del self.points[judged:]
                except (OffTheTable, ArithmeticError) as error:
                    raise refusal(error, reading) from None
        self.runs.setdefault(place.point.id, []).extend(runs)
        if len(runs) == place.runs:
            self._series(place, runs)

    def _run(self, place: Place, run: int, reading: Reading, known: Values) -> Values:
        values = {**known, **reading.values}
        if reading.uncertainty:
            values["U"] = reading.uncertainty.expanded(place.point.results[0].unit)
        for name, formula in place.defaults:
            if name not in values:
                _define(values, name, formula.compute)
        for name, formula in place.point.let.items():
            _define(values, name, formula.compute)
        for result in place.point.results:
            if result.required or result.error.names <= values.keys():
                id = f"{place.id}.{run}.{result.id}" if result.id else f"{place.id}.{run}"
                subject = Subject(
                    id,
                    place.point.step,
                    place.label,
                    place.shown(run),
                    reading,
                    place.known.get(result.symbol),
                )
                error = self._judge(result, values, subject, whole=place.point.judges_measurement)
                if error is not None:
                    values[result.symbol] = error
        return {name: values[name] for name in place.wanted if name in values}

    def _series(self, place: Place, runs: list[Values]) -> None:
        values = {**place.values, **self.exported, **_lists(runs)}
        for series in place.point.series:
            known = place.known.get(series.symbol)
            subject = Subject(f"{place.id}.{series.id}", place.point.step, place.label, known=known)
            with contextlib.suppress(_Void):
                error = self._judge(series, values, subject, whole=True)
                if error is not None:
                    values[series.symbol] = error
        for name in place.point.export:
            if name in values:
                value = values[name]
                self.exported[name] = value[0] if isinstance(value, list) else value

    def _overall(self, series: Result) -> None:
        places = [place for place in self.record.plan.places.values() if place.point.id in series.over]
        runs = [run for point in series.over for run in self.runs.get(point, [])]
        if places and len(runs) == sum(place.runs for place in places):
            values = {**self.record.plan.values, **self.exported, **_lists(runs)}
            with contextlib.suppress(_Void):
                self._judge(series, values, Subject(series.id, places[0].point.step, {}), whole=True)

    def _judge(self, result: Result, values: Values, subject: Subject, whole: bool) -> Decimal | None:
        """`whole`: if the measurement is not valid, all of it is void; else only this run, by raising _Void."""
        try:
            error, outcome = judge(result, values, subject, self.procedure, self.explained)
        except (OffTheTable, ArithmeticError) as unjudged:
            raise refusal(unjudged, subject.reading) from None
        if isinstance(outcome, Lacking):
            step = None if outcome.void and whole else subject.step
            self._miss(outcome.id, step, subject.label or result.label or {}, outcome.reason, subject.run)
            if outcome.void:
                raise _Void
        elif outcome is not None:
            self.points.append(outcome)
        return error

    def _verdict(self, checks: list[Json]) -> str:
        """Stops at the first failing step, as procedures do; a gap before it, or in the conditions, leaves it open."""
        failed = {item["step"] for item in (*self.points, *checks) if item["verdict"] == "fail"}
        lacking = {item["step"] for item in self.missing}
        measuring = {point.step for point in self.procedure.points}
        if not self.points and not failed:
            return "incomplete"
        if self.procedure.on_failure == "record all":
            return "incomplete" if lacking else "fail" if failed else "pass"
        for step in self.procedure.steps:
            if None in lacking and step.id in measuring:
                return "incomplete"
            if step.id in failed:
                return "fail"
            if step.id in lacking:
                return "incomplete"
        return "pass"

    def _miss(self, id: str, step: str | None, label: Label, reason: Label, run: int | None = None) -> None:
        """`step` None: a condition of the whole measurement."""
        self.missing.append({"id": id, "step": step, "explanation": say.missing(label, run, reason)})


def _define(values: Values, name: str, compute: Any) -> None:
    try:
        values[name] = compute(values)
    except Undefined:
        return


def _lists(runs: list[Values]) -> Values:
    """Each name that every run has, with the list of its values."""
    names = set(runs[0]).intersection(*runs[1:])
    return {name: [run[name] for run in runs] for name in names}
