"""The effective-dated catalogue of group-2 measuring instruments: controls required, verification interval, validity."""

from __future__ import annotations

import calendar
import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from .quantity import calendar_date
from .refusal import BadInput, UnknownType

REGIMES = ("initial", "periodic", "after_repair")
TRUST = ("F", "F2", "G", "A")


@dataclass(frozen=True, slots=True)
class Entry:
    """One state of one catalogue row: what the law asked of a type from a date on, and how sure we are of it."""

    code: str
    name_vi: str
    name_en: str
    type_approval: bool
    initial: bool
    periodic: bool
    after_repair: bool
    interval_months: int | None
    effective_from: date
    effective_to: date | None
    in_force: bool
    trust: str
    source: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Entry:
        """Reads a row dict (ISO dates, booleans, months or None).  Raises BadInput naming the column that is wrong."""
        unknown = set(row) - set(cls.__slots__)
        missing = set(cls.__slots__) - set(row)
        if unknown or missing:
            raise BadInput(
                (sorted(unknown) or sorted(missing))[0], "catalogue column", "unknown or missing column"
            )
        for column in ("type_approval", *REGIMES, "in_force"):
            if not isinstance(row[column], bool):
                raise BadInput(column, "yes or no", "expected true or false")
        months = row["interval_months"]
        if months is not None and (type(months) is not int or not 1 <= months <= 600):
            raise BadInput("interval_months", "1 to 600 months", f"{months!r} is not a number of months")
        if row["trust"] not in TRUST:
            raise BadInput("trust", "trust tag", f"expected one of {', '.join(TRUST)}")
        until = row["effective_to"]
        dates = {
            "effective_from": calendar_date(row["effective_from"], "effective_from"),
            "effective_to": None if until is None else calendar_date(until, "effective_to"),
        }
        return cls(**{**row, **dates})

    def row(self) -> dict[str, Any]:
        """The row dict again, dates as ISO strings: `Entry.of(entry.row()) == entry`."""
        row = {name: getattr(self, name) for name in self.__slots__}
        row["effective_from"] = self.effective_from.isoformat()
        row["effective_to"] = None if self.effective_to is None else self.effective_to.isoformat()
        return row


class Catalogue:
    """Every known state of every row; questions are always asked for a date, and rows not in force never answer."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.entries = [Entry.of(row) for row in rows]
        self._states: dict[str, list[Entry]] = {}
        for entry in sorted(self.entries, key=lambda e: e.effective_from):
            if entry.in_force:
                self._states.setdefault(entry.code, []).append(entry)

    @classmethod
    def shipped(cls) -> Catalogue:
        """The catalogue in data/catalogue.csv, whose first columns say where each row comes from."""
        text = (files(__package__) / "data" / "catalogue.csv").read_text(encoding="utf-8")
        return cls(_row(line) for line in csv.DictReader(text.splitlines()))

    def entry(self, code: str, on: date) -> Entry:
        """The state of a type on a date: the newest in force.  Raises UnknownType if there is none."""
        for entry in reversed(self._states.get(code, [])):
            if entry.effective_from <= on and (entry.effective_to is None or on <= entry.effective_to):
                return entry
        raise UnknownType(code, f"no catalogue row in force on {on.isoformat()}")

    def codes(self, on: date) -> list[str]:
        """The codes of all types in force on a date, in the order of the catalogue."""
        return [code for code in dict.fromkeys(e.code for e in self.entries) if self._has(code, on)]

    def regimes(self, code: str, on: date = date.max) -> frozenset[str]:
        """Which of "initial", "periodic", "after_repair" the law asks of a type: on a date, else by its newest state.

        Raises UnknownType.
        """
        entry = self.entry(code, on)
        return frozenset(regime for regime in REGIMES if getattr(entry, regime))

    def interval(self, code: str, on: date) -> int | None:
        """The verification interval in months for a verification on a date; None if there is no cycle."""
        return self.entry(code, on).interval_months

    def valid_until(self, code: str, verified_on: date) -> date | None:
        """The last day of the month that closes the interval (2026-03-05 + 12 months -> 2027-03-31); None: no cycle.

        Source: TT 24/2013/TT-BKHCN Art. 41 ("ngày cuối, tháng cuối của chu kỳ").  Decided once, never recomputed.
        """
        months = self.interval(code, verified_on)
        if months is None:
            return None
        year, month = divmod(verified_on.year * 12 + verified_on.month - 1 + months, 12)
        return date(year, month + 1, calendar.monthrange(year, month + 1)[1])

    def _has(self, code: str, on: date) -> bool:
        try:
            self.entry(code, on)
        except UnknownType:
            return False
        return True


def _row(line: dict[str, str]) -> dict[str, Any]:
    marks = {name: line[name] == "x" for name in ("type_approval", *REGIMES, "in_force")}
    months = int(line["interval_months"]) if line["interval_months"] else None
    return {**line, **marks, "interval_months": months, "effective_to": line["effective_to"] or None}
