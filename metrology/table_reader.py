"""Reads the tables of a procedure file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .formula_reader import FormulaReader
from .table import Row, Table, Undefined, Values

NOT_YET = Decimal("-Infinity")


def read_table(key: str, raw: dict[str, Any], names: Values, reader: FormulaReader) -> Table:
    """The table; rows of the wrong width and rows that could never be found are faults of the reader."""
    rows, width = [], len(raw.get("keys", []))
    for index, cells in enumerate(raw["rows"]):
        path = ("tables", key, "rows", index)
        if len(cells) != width + 2:
            reader.faults.append((path, f'expected {width} key(s), a bound (or "any") and a value'))
            continue
        bound = None if cells[-2] == "any" else reader.read(cells[-2], path, names)
        value = reader.read(cells[-1], path, names)
        rows.append(
            Row(
                tuple(map(str, cells[:width])),
                None if bound is None else bound.compute,
                value.compute,
                not value.names,
            )
        )
    _rising(key, rows, reader)
    return Table(
        key,
        tuple(rows),
        raw.get("bound", "upto") == "below",
        {"vi": raw["vi"], "en": raw["en"]},
        width,
        raw["trust"],
    )


def _rising(key: str, rows: list[Row], reader: FormulaReader) -> None:
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
            reader.faults.append((path, "this row comes after one that covers its zone"))
        last[row.keys] = bound
