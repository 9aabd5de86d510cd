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
from .formula_reader import ONE, FormulaReader, by_run, example, measured, tried
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
from .refusal import FaultyProcedure
from .table import Values
from .table_reader import read_table
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
        found = compiler.reader.faults
        if not found:
            return procedure
    lines = [(line_of(text, path), ".".join(map(str, path)), message) for path, message in found]
    raise FaultyProcedure(name, sorted(lines, key=lambda fault: fault[0]))


def content_hash(tree: dict[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON: comments, layout and line endings do not count, every value does."""
    text = json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class _Compiler:
    """Turns a tree of the right shape into a Procedure, collecting faults in formulas and names on the way."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self.tree = tree
        self.reader = FormulaReader()
        # Each name with an example of its values, on which every formula is tried out when it is read.
        self.names: Values = {"factor": ONE, "regime": "initial"}
        for part in ("parameters", "characteristics"):
            self._new_names(tree.get(part, {}), (part,), self.names)
            self.names |= {key: example(raw) for key, raw in tree.get(part, {}).items()}
        self.let: dict[str, Formula] = {}
        self.reader.tables = {
            key: read_table(key, raw, self.names, self.reader) for key, raw in tree.get("tables", {}).items()
        }
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
                self.reader.faults.append(((kind,), f"id {repeated!r} is used twice"))
        decision = tree.get("decision", {"rule": "simple", "source": "OIML G 19:2017"})
        return Procedure(
            id=tree["id"], version=tree["version"], hash=digest, title=_label(tree), types=tuple(tree["types"]),
            purpose=tree.get("purpose", "verification"), source=tree["source"], trust=tree["trust"],
            effective_from=tree["effective_from"], effective_to=tree.get("effective_to"), on_failure=tree["on_failure"],
            regimes={key: Decimal(value) for key, value in tree["regimes"].items()},
            decision=Decision(decision["rule"], Decimal(decision.get("r", 1)), decision["source"]),
            parameters={key: Parameter(key, Decimal(raw["value"]), raw["unit"], raw["trust"], raw["source"])
                        for key, raw in tree.get("parameters", {}).items()},
            characteristics=self._fields(tree["characteristics"], ("characteristics",), dict(self.names)),
            let=self.let,
            requirements=tuple(
                Requirement(
                    raw["field"],
                    self.reader.read(raw["holds"], ("requirements", i, "holds"), self.names, bool),
                    _label(raw))
                for i, raw in enumerate(tree.get("requirements", []))),
            conditions=self._fields(tree.get("conditions", {}), ("conditions",), dict(self.names)),
            standards=tuple(
                Standard(raw["id"], _label(raw), raw["unit"],
                         self.reader.optional(raw, "largest_uncertainty", ("standards", i), self.names))
                for i, raw in enumerate(tree.get("standards", []))),
            marks=tuple(Mark(raw["kind"], _label(raw)) for raw in tree.get("marks", [])),
            steps=steps, points=points,
            series=tuple(self._overall(i, raw, ids) for i, raw in enumerate(tree.get("series", []))),
            checks={check.id: check for step in steps for check in step.checks},
            evidence=tuple(tree.get("evidence", ())),
        )  # fmt: skip

    def _new_names(self, given: Iterable[str], path: Path, known: Values) -> None:
        """One name means one thing: a second meaning would hide the first."""
        self.reader.faults += [
            ((*path, name), "this name already means something else") for name in given if name in known
        ]

    def _step(self, raw: dict[str, Any]) -> Step:
        checks = [
            Check(check["id"], _label(check), check.get("required", True)) for check in raw.get("checks", [])
        ]
        return Step(raw["id"], _label(raw), tuple(checks))

    def _point(self, index: int, raw: dict[str, Any]) -> Point:
        path: Path = ("points", index)
        if raw["step"] not in [step["id"] for step in self.tree["steps"]]:
            self.reader.faults.append(((*path, "step"), f"no step has the id {raw['step']!r}"))
        before = dict(self.names)
        names = before | ({"i": ONE} if "count" in raw else {})
        bound = {key for case in raw.get("each", []) for key in case if key not in ("id", "vi", "en", "when")}
        if "order" in raw and not all(raw["order"] in case for case in raw.get("each", [{}])):
            self.reader.faults.append(((*path, "order"), f"every case must say {raw['order']!r}"))
        self._new_names([*sorted(bound), *raw["fields"], *raw.get("let", {})], (*path, "fields"), names)
        cases = tuple(
            self._case(case, (*path, "each", i), names) for i, case in enumerate(raw.get("each", []))
        )
        names |= {name: value for case in cases for name, value in tried(case.bind, names).items()}
        names["U"] = ONE
        fields = self._fields(raw["fields"], (*path, "fields"), names)
        let = self._lets(raw.get("let", {}), (*path, "let"), names)
        results = tuple(
            self._result(r, (*path, "results", i), names, let, raw["results"][0]["unit"])
            for i, r in enumerate(raw.get("results", []))
        )
        lists = {**names, **by_run(raw, names)}
        series = tuple(
            self._result(r, (*path, "series", i), lists, let) for i, r in enumerate(raw.get("series", []))
        )
        self._distinct([*results, *series], path)
        exported = {**lists, **names}
        for name in raw.get("export", []):
            if name not in exported:
                self.reader.faults.append(((*path, "export"), f"unknown name {name!r}"))
        self.names |= {name: exported[name] for name in raw.get("export", []) if name in exported}
        return Point(
            id=raw["id"], step=raw["step"], label=_label(raw), required=raw.get("required", True),
            when=self.reader.optional(raw, "when", path, before, bool),
            repeat=self.reader.read(raw.get("repeat", 1), (*path, "repeat"), before),
            count=self.reader.optional(raw, "count", path, before), cases=cases, order=raw.get("order", ""), fields=fields,
            let=let, results=results, series=series, export=tuple(raw.get("export", [])),
        )  # fmt: skip

    def _case(self, raw: dict[str, Any], path: Path, names: Values) -> Case:
        bind = {
            key: self.reader.read(raw[key], (*path, key), names, object)
            for key in raw
            if key not in ("id", "vi", "en", "when")
        }
        return Case(
            raw["id"], _label(raw), self.reader.optional(raw, "when", path, tried(bind, names), bool), bind
        )

    def _fields(self, raw: dict[str, Any], path: Path, names: Values) -> tuple[Field, ...]:
        names |= {key: example(part) for key, part in raw.items()}
        return tuple(self._field(key, part, (*path, key), names) for key, part in raw.items())

    def _field(self, key: str, raw: dict[str, Any], path: Path, names: Values) -> Field:
        if ("unit" in raw) == ("choices" in raw):
            self.reader.faults.append((path, "give either a unit or choices"))
        return Field(
            id=key, label=_label(raw), unit=raw.get("unit"), choices=tuple(raw.get("choices", [])),
            required=raw.get("required", True) and "default" not in raw, sign=raw.get("sign", "not negative"),
            least=self.reader.optional(raw, "min", path, names), most=self.reader.optional(raw, "max", path, names),
            default=self.reader.optional(raw, "default", path, names, str if "choices" in raw else Decimal),
            nominal=self.reader.optional(raw, "nominal", path, names), near=self.reader.optional(raw, "near", path, names),
        )  # fmt: skip

    def _lets(self, raw: dict[str, Any], path: Path, names: Values) -> dict[str, Formula]:
        let = {}
        for key, source in raw.items():
            let[key] = self.reader.read(source, (*path, key), names, object)
            names |= tried({key: let[key]}, names)
        return let

    def _result(
        self,
        raw: dict[str, Any],
        path: Path,
        names: Values,
        let: dict[str, Formula],
        unit_of_u: str | None = None,
    ) -> Result:
        if not {"symmetric", "lower", "upper"} & set(raw) or (
            "symmetric" in raw and {"lower", "upper"} & set(raw)
        ):
            self.reader.faults.append((path, "give symmetric, or lower and/or upper"))
        limits = [self.reader.optional(raw, key, path, names) for key in ("symmetric", "lower", "upper")]
        result = Result(
            id=raw.get("id", ""), label=_label(raw) if "vi" in raw and "en" in raw else None, symbol=raw["symbol"],
            unit=raw["unit"], decimals=raw.get("decimals", 4), error=self.reader.read(raw["error"], (*path, "error"), names),
            symmetric=limits[0], lower=limits[1], upper=limits[2],
            indication=raw.get("indication", "indication"), reference=raw.get("reference", "reference"),
            when=self.reader.optional(raw, "when", path, names, bool), required=raw.get("required", True),
            judges=raw.get("judges", "instrument"),
            rests_on=_closure([formula for formula in limits if formula], {**self.let, **let}),
            guarded=raw["unit"] == unit_of_u and raw.get("judges", "instrument") == "instrument",
            over=tuple(raw.get("over", [])),
        )  # fmt: skip
        names[raw["symbol"]] = ONE
        return result

    def _distinct(self, results: list[Result], path: Path) -> None:
        ids = [result.id for result in results]
        for repeated in {id for id in ids if ids.count(id) > 1}:
            self.reader.faults.append((path, f"two results have the id {repeated!r}"))

    def _overall(self, index: int, raw: dict[str, Any], ids: list[str]) -> Result:
        path: Path = ("series", index)
        points = [(i, p) for i, p in enumerate(self.tree["points"]) if p["id"] in raw["over"]]
        if len(points) != len(raw["over"]) or "id" not in raw:
            self.reader.faults.append((path, f"needs an id, and `over` may name {', '.join(ids)}"))
        names = dict(self.names)
        for _, point in points:
            names |= {name: [ONE, ONE] for name in measured(point)}
        return self._result(raw, path, names, {})


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
