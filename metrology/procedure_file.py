"""Reads a procedure file (TOML): checks it against the schema, compiles its formulas, or lists every fault by line."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from .formula import Formula
from .procedure import (
    Case,
    Check,
    Decision,
    Field,
    Mark,
    Parameter,
    Point,
    Procedure,
    Requirement,
    Result,
    Standard,
    Step,
)  # fmt: skip
from .procedure_shape import Path, faults
from .quantity import plain
from .refusal import FaultyProcedure
from .table import Row, Table, Undefined
from .term import BadFormula
from .toml_lines import line_of


def read_procedure(text: str, name: str = "procedure") -> Procedure:
    """The procedure written in `text`.  Raises FaultyProcedure with line, field and message of every fault found."""
    try:
        tree = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise FaultyProcedure(name, [(int(line[1]) if line else 1, "TOML", str(error))]) from None
    found = list(faults(tree))
    if not found:
        compiler = _Compiler(tree)
        procedure = compiler.procedure(content_hash(tree))
        found = compiler.faults
        if not found:
            return procedure
    lines = [(line_of(text, path), ".".join(map(str, path)), message) for path, message in found]
    raise FaultyProcedure(name, sorted(lines, key=lambda fault: fault[0]))


def content_hash(tree: dict[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON: comments, layout and line endings do not count, every value does."""
    text = json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


NOT_YET = Decimal("-Infinity")


class _Compiler:
    """Turns a tree of the right shape into a Procedure, collecting faults in formulas and names on the way."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self.tree = tree
        self.faults: list[tuple[Path, str]] = []
        self.tables: dict[str, Table] = {}
        self.names: set[str] = {"factor", "regime"}
        for part in ("parameters", "characteristics"):
            self._new_names(tree.get(part, {}), (part,), self.names)
            self.names |= set(tree.get(part, {}))
        self.let: dict[str, Formula] = {}
        self.tables = {key: self._table(key, raw) for key, raw in tree.get("tables", {}).items()}
        self.let = self._lets(tree.get("let", {}), ("let",), self.names)

    def procedure(self, digest: str) -> Procedure:
        tree = self.tree
        steps = tuple(self._step(raw) for raw in tree["steps"])
        points = tuple(self._point(index, raw) for index, raw in enumerate(tree["points"]))
        ids = [p.id for p in points]
        for kind, found in (
            ("points", ids),
            ("steps", [c.id for s in steps for c in s.checks] + [s.id for s in steps]),
        ):
            for repeated in {i for i in found if found.count(i) > 1}:
                self.faults.append(((kind,), f"id {repeated!r} is used twice"))
        decision = tree.get("decision", {"rule": "simple", "source": "OIML G 19:2017"})
        return Procedure(
            id=tree["id"], version=tree["version"], hash=digest, title=_label(tree), types=tuple(tree["types"]),
            purpose=tree.get("purpose", "verification"), source=tree["source"], trust=tree["trust"],
            effective_from=tree["effective_from"], effective_to=tree.get("effective_to"), on_failure=tree["on_failure"],
            regimes={key: Decimal(value) for key, value in tree["regimes"].items()},
            decision=Decision(decision["rule"], Decimal(decision.get("r", 1)), decision["source"]),
            parameters={key: Parameter(key, Decimal(raw["value"]), raw["unit"], raw["trust"], raw["source"])
                        for key, raw in tree.get("parameters", {}).items()},
            characteristics=self._fields(tree["characteristics"], ("characteristics",), set(self.names)),
            let=self.let,
            requirements=tuple(
                Requirement(raw["field"], self._formula(raw["holds"], ("requirements", i, "holds"), self.names), _label(raw))
                for i, raw in enumerate(tree.get("requirements", []))),
            conditions=self._fields(tree.get("conditions", {}), ("conditions",), set(self.names)),
            standards=tuple(
                Standard(raw["id"], _label(raw), raw["unit"],
                         self._optional(raw, "largest_uncertainty", ("standards", i), self.names))
                for i, raw in enumerate(tree.get("standards", []))),
            marks=tuple(Mark(raw["kind"], _label(raw)) for raw in tree.get("marks", [])),
            steps=steps, points=points,
            series=tuple(self._overall(i, raw, ids) for i, raw in enumerate(tree.get("series", []))),
            checks={check.id: check for step in steps for check in step.checks},
        )  # fmt: skip

    def _new_names(self, given: Iterable[str], path: Path, known: set[str]) -> None:
        """One name means one thing: a second meaning would hide the first."""
        self.faults += [
            ((*path, name), "this name already means something else") for name in given if name in known
        ]

    def _table(self, key: str, raw: dict[str, Any]) -> Table:
        rows, width = [], len(raw.get("keys", []))
        for index, cells in enumerate(raw["rows"]):
            path = ("tables", key, "rows", index)
            if len(cells) != width + 2:
                self.faults.append((path, f'expected {width} key(s), a bound (or "any") and a value'))
                continue
            bound = None if cells[-2] == "any" else self._formula(cells[-2], path, self.names)
            value = self._formula(cells[-1], path, self.names)
            rows.append(
                Row(
                    tuple(map(str, cells[:width])),
                    None if bound is None else bound.compute,
                    value.compute,
                    not value.names,
                )
            )
        self._rising(key, rows)
        return Table(key, tuple(rows), raw.get("bound", "upto") == "below", _label(raw), width, raw["trust"])

    def _rising(self, key: str, rows: list[Row]) -> None:
        """Rows of one key stand in rising order of their bounds, "any" last: a row out of place would never be found."""
        last: dict[tuple[str, ...], Decimal | None] = {}
        for index, row in enumerate(rows):
            try:
                bound = None if row.bound is None else Decimal(row.bound({}))
            except Undefined:
                continue
            before = last.get(row.keys, NOT_YET)
            if before is None or (bound is not None and bound <= before):
                path = ("tables", key, "rows", index)
                self.faults.append((path, "this row comes after one that covers its zone"))
            last[row.keys] = bound

    def _step(self, raw: dict[str, Any]) -> Step:
        checks = [
            Check(check["id"], _label(check), check.get("required", True)) for check in raw.get("checks", [])
        ]
        return Step(raw["id"], _label(raw), tuple(checks))

    def _point(self, index: int, raw: dict[str, Any]) -> Point:
        path: Path = ("points", index)
        if raw["step"] not in [step["id"] for step in self.tree["steps"]]:
            self.faults.append(((*path, "step"), f"no step has the id {raw['step']!r}"))
        before = set(self.names)
        names = before | ({"i"} if "count" in raw else set())
        bound = {key for case in raw.get("each", []) for key in case if key not in ("id", "vi", "en", "when")}
        if "order" in raw and not all(raw["order"] in case for case in raw.get("each", [{}])):
            self.faults.append(((*path, "order"), f"every case must say {raw['order']!r}"))
        self._new_names([*sorted(bound), *raw["fields"], *raw.get("let", {})], (*path, "fields"), names)
        cases = tuple(
            self._case(case, (*path, "each", i), names) for i, case in enumerate(raw.get("each", []))
        )
        names |= bound | {"U"}
        fields = self._fields(raw["fields"], (*path, "fields"), names)
        let = self._lets(raw.get("let", {}), (*path, "let"), names)
        results = tuple(
            self._result(r, (*path, "results", i), names, let, raw["results"][0]["unit"])
            for i, r in enumerate(raw.get("results", []))
        )
        series = tuple(
            self._result(r, (*path, "series", i), names, let) for i, r in enumerate(raw.get("series", []))
        )
        for name in raw.get("export", []):
            if name not in names:
                self.faults.append(((*path, "export"), f"unknown name {name!r}"))
        self.names |= set(raw.get("export", []))
        return Point(
            id=raw["id"], step=raw["step"], label=_label(raw), required=raw.get("required", True),
            when=self._optional(raw, "when", path, before),
            repeat=self._formula(raw.get("repeat", 1), (*path, "repeat"), before),
            count=self._optional(raw, "count", path, before), cases=cases, order=raw.get("order", ""), fields=fields,
            let=let, results=results, series=series, export=tuple(raw.get("export", [])),
        )  # fmt: skip

    def _case(self, raw: dict[str, Any], path: Path, names: set[str]) -> Case:
        bind = {
            key: self._formula(raw[key], (*path, key), names)
            for key in raw
            if key not in ("id", "vi", "en", "when")
        }
        return Case(raw["id"], _label(raw), self._optional(raw, "when", path, names | set(bind)), bind)

    def _fields(self, raw: dict[str, Any], path: Path, names: set[str]) -> tuple[Field, ...]:
        names |= set(raw)
        return tuple(self._field(key, part, (*path, key), names) for key, part in raw.items())

    def _field(self, key: str, raw: dict[str, Any], path: Path, names: set[str]) -> Field:
        if ("unit" in raw) == ("choices" in raw):
            self.faults.append((path, "give either a unit or choices"))
        return Field(
            id=key, label=_label(raw), unit=raw.get("unit"), choices=tuple(raw.get("choices", [])),
            required=raw.get("required", True) and "default" not in raw, sign=raw.get("sign", "not negative"),
            least=self._optional(raw, "min", path, names), most=self._optional(raw, "max", path, names),
            default=self._optional(raw, "default", path, names),
            nominal=self._optional(raw, "nominal", path, names), near=self._optional(raw, "near", path, names),
        )  # fmt: skip

    def _lets(self, raw: dict[str, Any], path: Path, names: set[str]) -> dict[str, Formula]:
        let = {}
        for key, source in raw.items():
            let[key] = self._formula(source, (*path, key), names)
            names.add(key)
        return let

    def _result(
        self,
        raw: dict[str, Any],
        path: Path,
        names: set[str],
        let: dict[str, Formula],
        unit_of_u: str | None = None,
    ) -> Result:
        if not {"symmetric", "lower", "upper"} & set(raw) or (
            "symmetric" in raw and {"lower", "upper"} & set(raw)
        ):
            self.faults.append((path, "give symmetric, or lower and/or upper"))
        limits = [self._optional(raw, key, path, names) for key in ("symmetric", "lower", "upper")]
        result = Result(
            id=raw.get("id", ""), label=_label(raw) if "vi" in raw and "en" in raw else None, symbol=raw["symbol"],
            unit=raw["unit"], decimals=raw.get("decimals", 4), error=self._formula(raw["error"], (*path, "error"), names),
            symmetric=limits[0], lower=limits[1], upper=limits[2],
            indication=raw.get("indication", "indication"), reference=raw.get("reference", "reference"),
            when=self._optional(raw, "when", path, names), required=raw.get("required", True),
            judges=raw.get("judges", "instrument"),
            rests_on=_closure([formula for formula in limits if formula], {**self.let, **let}),
            guarded=raw["unit"] == unit_of_u and raw.get("judges", "instrument") == "instrument",
            over=tuple(raw.get("over", [])),
        )  # fmt: skip
        names.add(raw["symbol"])
        return result

    def _overall(self, index: int, raw: dict[str, Any], ids: list[str]) -> Result:
        path: Path = ("series", index)
        points = [(i, p) for i, p in enumerate(self.tree["points"]) if p["id"] in raw["over"]]
        if len(points) != len(raw["over"]) or "id" not in raw:
            self.faults.append((path, f"needs an id, and `over` may name {', '.join(ids)}"))
        names = set(self.names)
        for _, point in points:
            names |= {
                *point["fields"],
                *point.get("let", {}),
                *(r["symbol"] for r in point.get("results", [])),
            }
        return self._result(raw, path, names, {})

    def _optional(self, raw: dict[str, Any], key: str, path: Path, names: set[str]) -> Formula | None:
        return self._formula(raw[key], (*path, key), names) if key in raw else None

    def _formula(self, source: object, path: Path, names: set[str]) -> Formula:
        try:
            formula = Formula(plain(source) if isinstance(source, Decimal) else str(source), self.tables)
        except (BadFormula, RecursionError) as error:
            self.faults.append((path, str(error)))
            return Formula("0")
        if unknown := sorted(formula.names - names):
            self.faults.append(
                (path, f"unknown name {', '.join(unknown)}; known are {', '.join(sorted(names))}")
            )
        return formula


def _closure(limits: list[Formula], let: dict[str, Formula]) -> dict[str, Formula]:
    """The formulas of all names of `let` that the limits lead to, by name."""
    found: dict[str, Formula] = {}
    queue = list(limits)
    while queue:
        new = {name: let[name] for name in sorted(queue.pop(0).names) if name in let and name not in found}
        found |= new
        queue += new.values()
    return found


def _label(raw: dict[str, Any]) -> dict[str, str]:
    return {"vi": raw["vi"], "en": raw["en"]}
