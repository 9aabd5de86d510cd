"""Reads the formulas of a procedure file: its names must be known, and it is tried out on an example of each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .formula import Formula
from .procedure_shape import Path
from .quantity import plain
from .table import OffTheTable, Table, Undefined, Values
from .term import BadFormula

ONE = Decimal(1)


class FormulaReader:
    """The tables that formulas may look into, and the faults found so far.

    The names given to its methods come with an example of their values, on which each formula is tried out.
    """

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.faults: list[tuple[Path, str]] = []

    def optional(
        self, raw: dict[str, Any], key: str, path: Path, names: Values, kind: type = Decimal
    ) -> Formula | None:
        return self.read(raw[key], (*path, key), names, kind) if key in raw else None

    def read(self, source: object, path: Path, names: Values, kind: type = Decimal) -> Formula:
        """Reads a formula and tries it out on the examples; `kind` is what its value must be."""
        try:
            formula = Formula(plain(source) if isinstance(source, Decimal) else str(source), self.tables)
        except (BadFormula, RecursionError) as error:
            self.faults.append((path, str(error)))
            return Formula("0")
        if unknown := sorted(formula.names - names.keys()):
            self.faults.append(
                (path, f"unknown name {', '.join(unknown)}; known are {', '.join(sorted(names))}")
            )
            return formula
        try:
            value = formula.compute(names)
        except (TypeError, AttributeError) as error:
            self.faults.append((path, f"cannot be computed: {error}"))
        except (Undefined, OffTheTable, ArithmeticError):
            pass
        else:
            if not isinstance(value, kind):
                self.faults.append((path, f"gives {_kind(type(value))}, not {_kind(kind)}"))
        return formula


def _kind(kind: type) -> str:
    return {Decimal: "a number", bool: "yes or no", str: "a text", list: "a list"}[kind]


def example(raw: dict[str, Any]) -> Any:
    return raw["choices"][0] if raw.get("choices") else ONE


def tried(formulas: dict[str, Formula], names: Values) -> Values:
    """The names and those of the formulas, each with an example: what the formula gives, or 1 if it gives nothing yet."""
    found = dict(names)
    for key, formula in formulas.items():
        try:
            found[key] = formula.compute(found)
        except (Undefined, OffTheTable, ArithmeticError, TypeError, AttributeError):
            found[key] = ONE
    return found


def measured(point: dict[str, Any]) -> set[str]:
    return {*point["fields"], *point.get("let", {}), *(r["symbol"] for r in point.get("results", []))}


def by_run(point: dict[str, Any], names: Values) -> Values:
    """What a series sees of the measured names: the list of their values, one for each run."""
    return {name: [names[name], names[name]] for name in measured(point)}
