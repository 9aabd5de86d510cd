"""The parts a formula is made of: each can be computed in Decimal and written out with the numbers filled in."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .evaluators import EVALUATORS
from .table import Table, Undefined, Values

Number = Callable[[Decimal], str]
Compute = Callable[[Values], Any]
Write = Callable[[Values, Number], str]
Quotation = tuple[Table, str]  # a table, and the row of it as people cite it
Rests = Callable[[Values], list["str | Quotation"]]

# sign in the file: how to compute it, how to write it, how tightly it binds
OPERATORS: dict[str, tuple[Callable[[Any, Any], Any], str, int]] = {
    "+": (operator.add, " + ", 1),
    "-": (operator.sub, " − ", 1),
    "*": (operator.mul, " × ", 2),
    "/": (operator.truediv, "/", 2),
}
COMPARISONS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "<": (operator.lt, "<"),
    "<=": (operator.le, "≤"),
    ">": (operator.gt, ">"),
    ">=": (operator.ge, "≥"),
    "==": (operator.eq, "="),
    "!=": (operator.ne, "≠"),
}


class BadFormula(ValueError):
    """A formula outside the grammar, or one that calls something unknown."""


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a formula: how to compute it, how to write it, what it rests on, how tightly its operator binds.

    What it rests on are the names and table rows that gave the value: only those of the branch that was taken.
    """

    compute: Compute
    write: Write
    rests: Rests
    binds: int = 3


def constant(value: Decimal | str) -> Term:
    """A number or a text written in the formula."""
    return Term(
        lambda values: value,
        lambda values, number: number(value) if isinstance(value, Decimal) else value,
        lambda values: [],
    )


def name(key: str) -> Term:
    """A named value; computing it raises Undefined if there is none."""

    def compute(values: Values) -> Any:
        try:
            return values[key]
        except KeyError:
            raise Undefined(key) from None

    return Term(compute, lambda values, number: _written(compute(values), number), lambda values: [key])


def has(key: str) -> Term:
    """Whether a name has a value."""
    return Term(lambda values: key in values, lambda values, number: key, lambda values: [])


def negative(part: Term) -> Term:
    """The value with the other sign."""
    write = bracket(part, 2)
    return Term(
        lambda values: -part.compute(values),
        lambda values, number: "−" + write(values, number),
        part.rests,
        2,
    )


def negation(part: Term) -> Term:
    """True if the part is not."""
    return Term(
        lambda values: not part.compute(values),
        lambda values, number: "¬" + bracket(part, 3)(values, number),
        part.rests,
    )


def arithmetic(left: Term, sign: str, right: Term) -> Term:
    """left + - * / right."""
    function, written, binds = OPERATORS[sign]
    a, b = left.compute, right.compute
    wa, wb = bracket(left, binds), bracket(right, binds + 1 if sign in "-/" else binds)
    return Term(
        lambda v: function(a(v), b(v)), lambda v, n: wa(v, n) + written + wb(v, n), _both(left, right), binds
    )


def comparison(left: Term, sign: str, right: Term) -> Term:
    """left < <= > >= == != right."""
    function, written = COMPARISONS[sign]
    a, b = left.compute, right.compute
    return Term(
        lambda v: function(a(v), b(v)),
        lambda v, n: f"{left.write(v, n)} {written} {right.write(v, n)}",
        _both(left, right),
        0,
    )


def conjunction(left: Term, right: Term) -> Term:
    """left and right; the right is not asked if the left is false."""
    return Term(
        lambda v: bool(left.compute(v) and right.compute(v)),
        lambda v, n: f"{left.write(v, n)} ∧ {right.write(v, n)}",
        _both(left, right),
        0,
    )


def disjunction(left: Term, right: Term) -> Term:
    """left or right; the right is not asked if the left is true."""
    return Term(
        lambda v: bool(left.compute(v) or right.compute(v)),
        lambda v, n: f"{left.write(v, n)} ∨ {right.write(v, n)}",
        _both(left, right),
        0,
    )


def conditional(body: Term, test: Term, otherwise: Term) -> Term:
    """body if test else otherwise; only the branch taken is computed and written."""

    def branch(values: Values) -> Term:
        return body if test.compute(values) else otherwise

    return Term(
        lambda v: branch(v).compute(v), lambda v, n: branch(v).write(v, n), lambda v: branch(v).rests(v), 0
    )


def call(function_name: str, parts: list[Term]) -> Term:
    """An evaluator with its arguments.  Raises BadFormula if it is unknown or takes another number of them."""
    if function_name not in EVALUATORS:
        raise BadFormula(f"unknown evaluator {function_name!r}; known are {', '.join(EVALUATORS)}")
    evaluator = EVALUATORS[function_name]
    if not parts or (evaluator.arguments is not None and len(parts) != evaluator.arguments):
        raise BadFormula(
            f"{function_name} takes {evaluator.arguments or 'at least 1'} argument(s), not {len(parts)}"
        )
    function, computes = evaluator.function, [part.compute for part in parts]
    written = evaluator.written or function_name + "(" + "; ".join("{}" for _ in parts) + ")"
    infix = "−" in written or "×" in written
    writers = [bracket(part, 2) if infix else part.write for part in parts]

    def write(values: Values, number: Number) -> str:
        return written.format(*[writer(values, number) for writer in writers])

    def rests(values: Values) -> list[str | Quotation]:
        return [basis for part in parts for basis in part.rests(values)]

    binds = 1 if infix else 3
    if len(parts) == 2:
        a, b = computes
        return Term(lambda v: function(a(v), b(v)), write, rests, binds)
    return Term(lambda v: function(*[compute(v) for compute in computes]), write, rests, binds)


def table_value(table: Table, keys: list[Term], at: Term) -> Term:
    """The value of the table's row for these keys and argument."""

    def row(values: Values) -> Any:
        return table.row([key.compute(values) for key in keys], at.compute(values), values)

    return Term(
        lambda v: row(v).value(v),
        lambda v, number: _written(row(v).value(v), number),
        lambda v: [(table, table.quote(row(v), v))],
    )


def interpolated(table: Table, keys: list[Term], at: Term) -> Term:
    """The value on the line between the table's neighbouring rows; what it rests on is the table as a whole.

    Raises BadFormula if a row has no bound: nothing can be interpolated there.
    """
    if any(row.bound is None for row in table.rows):
        raise BadFormula(f"table {table.name} has a row without a bound: it cannot be interpolated")

    def compute(values: Values) -> Decimal:
        return table.interpolate([key.compute(values) for key in keys], at.compute(values), values)

    return Term(compute, lambda v, number: _written(compute(v), number), lambda v: [(table, "")])


def _both(left: Term, right: Term) -> Rests:
    return lambda values: [*left.rests(values), *right.rests(values)]


def bracket(part: Term, binds: int) -> Write:
    """How to write a part inside an operator that binds so tightly."""
    if part.binds >= binds:
        return part.write
    return lambda values, number: f"({part.write(values, number)})"


def _written(value: Any, number: Number) -> str:
    if isinstance(value, Decimal):
        return f"({number(value)})" if value < 0 else number(value)
    return "; ".join(_written(v, number) for v in value) if isinstance(value, list) else str(value)
