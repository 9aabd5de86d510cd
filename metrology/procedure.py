"""What a verification procedure is, once read from its file: the nouns that points, verdicts and explanations use."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .formula import Formula

Label = dict[str, str]  # {"vi": …, "en": …}


@dataclass(frozen=True, slots=True)
class Field:
    """A value to enter: a characteristic of the instrument, a condition, or part of a reading."""

    id: str
    label: Label
    unit: str | None
    choices: tuple[str, ...]
    required: bool
    sign: str  # "positive", "not negative" or "any"
    least: Formula | None
    most: Formula | None
    default: Formula | None
    nominal: Formula | None
    near: Formula | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number the procedure rests on, with its source and how far that source can be trusted (F, F2, G or A)."""

    id: str
    value: Decimal
    unit: str
    trust: str
    source: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """A rule the characteristics must satisfy together; broken, the input is refused with the field and the text."""

    field: str
    holds: Formula
    text: Label


@dataclass(frozen=True, slots=True)
class Standard:
    """A reference standard the procedure requires, and the largest uncertainty (in `unit`) it may have."""

    id: str
    label: Label
    unit: str
    largest_uncertainty: Formula | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a mark, stamp, seal or certificate of a passing verification goes."""

    kind: str
    place: Label


@dataclass(frozen=True, slots=True)
class Check:
    """A visual or functional yes/no question; yes is good."""

    id: str
    label: Label
    required: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One operation (phép kiểm định): external check, technical check, metrological check."""

    id: str
    label: Label
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One error and its limits: computed from a reading, or from several (a series: lists instead of single values)."""

    id: str
    label: Label | None
    symbol: str
    unit: str
    decimals: int
    error: Formula
    symmetric: Formula | None
    lower: Formula | None
    upper: Formula | None
    indication: str
    reference: str
    when: Formula | None
    required: bool
    judges: (
        str  # "instrument", or "measurement": outside its limits the measurement is void, whatever it says
    )
    guarded: bool  # whether the guard band of the decision rule applies: it is about the instrument, in the unit U is in
    rests_on: dict[str, Formula]  # by name: the formulas of the values that the limits are computed from
    over: tuple[str, ...] = ()

    @property
    def limits(self) -> tuple[Formula, ...]:
        """The formulas of its limits."""
        return tuple(formula for formula in (self.symmetric, self.lower, self.upper) if formula)


@dataclass(frozen=True, slots=True)
class Case:
    """One of the places where a point is measured, with the values bound there (a load, a flow rate, a position)."""

    id: str
    label: Label
    when: Formula | None
    bind: dict[str, Formula]


@dataclass(frozen=True, eq=False)
class Point:
    """A kind of measurement: what to read, how often, in which cases, and what to compute from it."""

    id: str
    step: str
    label: Label
    required: bool
    when: Formula | None
    repeat: Formula
    count: Formula | None
    cases: tuple[Case, ...]
    order: str
    fields: tuple[Field, ...]
    let: dict[str, Formula]
    results: tuple[Result, ...]
    series: tuple[Result, ...]
    export: tuple[str, ...]

    @functools.cached_property
    def judges_measurement(self) -> bool:
        """Whether all its results are about the measurement as a whole, such as the mass of the weights at hand."""
        return all(result.judges == "measurement" for result in self.results)

    @functools.cached_property
    def measured(self) -> frozenset[str]:
        """The names that have a value only once something has been read here."""
        return frozenset(
            (*(f.id for f in self.fields), *self.let, *(r.symbol for r in (*self.results, *self.series)))
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision rule: "simple", "guarded_acceptance" or "guarded_rejection", guard band r · U (JCGM 106 8.3)."""

    rule: str
    r: Decimal
    source: str


@dataclass(frozen=True, eq=False)
class Procedure:
    """One version of one procedure.  `hash` is the SHA-256 of its content (comments and layout excluded)."""

    id: str
    version: str
    hash: str
    title: Label
    types: tuple[str, ...]
    purpose: str  # "verification", or "control" for checks that are only run when asked for by id
    source: str
    trust: str
    effective_from: date
    effective_to: date | None
    on_failure: str  # "stop" or "record all"
    regimes: dict[str, Decimal]
    decision: Decision
    parameters: dict[str, Parameter]
    characteristics: tuple[Field, ...]
    let: dict[str, Formula]
    requirements: tuple[Requirement, ...]
    conditions: tuple[Field, ...]
    standards: tuple[Standard, ...]
    marks: tuple[Mark, ...]
    steps: tuple[Step, ...]
    points: tuple[Point, ...]
    series: tuple[Result, ...]
    checks: dict[str, Check] = field(default_factory=dict)
    evidence: tuple[
        str, ...
    ] = ()  # the kinds of pictures without which no certificate is given: "photo", "seal" …

    @functools.cached_property
    def constants(self) -> dict[str, Decimal]:
        """The values of the parameters, by name."""
        return {key: parameter.value for key, parameter in self.parameters.items()}

    def reference(self) -> dict[str, str]:
        """What a record stores to be judged the same for ever: id, version, content hash."""
        return {"id": self.id, "version": self.version, "hash": self.hash}

    def in_force(self, on: date) -> bool:
        """Whether this version is the one to use on a date, as far as its own dates say (both inclusive)."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)
