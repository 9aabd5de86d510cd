"""Formulas of procedure files: read once, computed in Decimal, written out with the numbers filled in.

    formula     = choice
    choice      = or [ "if" or "else" choice ]
    or, and     = … "or" …, … "and" …          not = [ "not" ] comparison
    comparison  = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ]
    sum, term   = … ("+" | "-") …, … ("*" | "/") …
    factor      = "-" factor | number | name | 'text' | "(" formula ")" | evaluator "(" formula, … ")"
                | table(name, key…, at) | interpolate(name, key…, at) | has(name)

Numbers are decimal (0.3, never 3e-1); nothing is ever evaluated as program code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from . import term
from .table import Table
from .term import BadFormula, Term

NUMBER, NAME, TEXT, SIGN = (
    r"([0-9]+(?:\.[0-9]+)?)(?![\w.])",
    r"([A-Za-z_]\w*)",
    r"'([^']*)'",
    r"(<=|>=|==|!=|[-+*/<>(),])",
)
TOKEN = re.compile(rf"\s*(?:{NUMBER}|{NAME}|{TEXT}|{SIGN})", re.ASCII)
WORDS = ("if", "else", "or", "and", "not")


class Formula:
    """One formula.  `compute(values)` raises Undefined if a name has no value, and OffTheTable; `write` fills it in.

    `rests(values)` lists the names and the table rows its value came from; `tables` are all it may look into.
    """

    __slots__ = ("compute", "names", "rests", "source", "tables", "write")

    def __init__(self, source: str, tables: Mapping[str, Table] | None = None) -> None:
        """Reads a formula; raises BadFormula with the reason.  `tables` are those that table() may name."""
        parser = _Parser(source, tables or {})
        whole = parser.choice()
        parser.expect("")
        self.source = source
        self.compute = whole.compute
        self.write = whole.write
        self.rests = whole.rests
        self.names = frozenset(parser.names)
        self.tables = tuple(parser.used)


class _Parser:
    """Reads tokens from left to right; one method for each level of the grammar."""

    def __init__(self, source: str, tables: Mapping[str, Table]) -> None:
        self.tokens = _tokens(source)
        self.tables = tables
        self.names: set[str] = set()
        self.used: list[Table] = []

    def choice(self) -> Term:
        body = self.either()
        if not self.take("if"):
            return body
        test = self.either()
        self.expect("else")
        return term.conditional(body, test, self.choice())

    def either(self) -> Term:
        left = self.both()
        while self.take("or"):
            left = term.disjunction(left, self.both())
        return left

    def both(self) -> Term:
        left = self.negated()
        while self.take("and"):
            left = term.conjunction(left, self.negated())
        return left

    def negated(self) -> Term:
        return term.negation(self.negated()) if self.take("not") else self.comparison()

    def comparison(self) -> Term:
        left = self.sum()
        sign = self.take(*term.COMPARISONS)
        return term.comparison(left, sign, self.sum()) if sign else left

    def sum(self) -> Term:
        left = self.product()
        while sign := self.take("+", "-"):
            left = term.arithmetic(left, sign, self.product())
        return left

    def product(self) -> Term:
        left = self.factor()
        while sign := self.take("*", "/"):
            left = term.arithmetic(left, sign, self.factor())
        return left

    def factor(self) -> Term:
        if self.take("-"):
            return term.negative(self.factor())
        if self.take("("):
            inside = self.choice()
            self.expect(")")
            return inside
        kind, text = self.tokens.pop(0)
        if kind == "number":
            return term.constant(Decimal(text))
        if kind == "text":
            return term.constant(text)
        if kind != "name":
            raise BadFormula(f"expected a value, found {text or 'the end'!r}")
        if self.take("("):
            return self.call(text)
        self.names.add(text)
        return term.name(text)

    def call(self, function: str) -> Term:
        if function == "has":
            kind, text = self.tokens.pop(0)
            if kind != "name":
                raise BadFormula("has takes one name")
            self.names.add(text)
            self.expect(")")
            return term.has(text)
        table = self.table() if function in ("table", "interpolate") else None
        parts = [self.choice()]
        while self.take(","):
            parts.append(self.choice())
        self.expect(")")
        if table is None:
            return term.call(function, parts)
        if len(parts) != table.columns + 1:
            raise BadFormula(
                f"table {table.name} takes {table.columns} key(s) and an argument, not {len(parts)} value(s)"
            )
        self.used.append(table)
        return (term.table_value if function == "table" else term.interpolated)(table, parts[:-1], parts[-1])

    def table(self) -> Table:
        kind, text = self.tokens.pop(0)
        if kind != "name" or text not in self.tables:
            raise BadFormula(f"{text!r} is not a table of this file")
        self.expect(",")
        return self.tables[text]

    def take(self, *wanted: str) -> str:
        """The next token if it is one of these signs or words, else an empty string."""
        kind, text = self.tokens[0]
        if kind == "sign" and text in wanted:
            self.tokens.pop(0)
            return text
        return ""

    def expect(self, wanted: str) -> None:
        kind, text = self.tokens.pop(0)
        if text != wanted or kind not in ("sign", "end"):
            raise BadFormula(f"expected {wanted or 'the end'!r}, found {text or 'the end'!r}")


def _tokens(source: str) -> list[tuple[str, str]]:
    found, at, source = [], 0, source.rstrip()
    while at < len(source):
        match = TOKEN.match(source, at)
        if not match:
            raise BadFormula(f"cannot read {source[at:].strip()[:12]!r}")
        kind = ("number", "name", "text", "sign")[(match.lastindex or 1) - 1]
        text = match[match.lastindex or 1]
        found.append(("sign" if text in WORDS and kind == "name" else kind, text))
        at = match.end()
    return [*found, ("end", ""), ("end", "")]
