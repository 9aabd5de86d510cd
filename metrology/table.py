"""Tables of limits: piecewise by load, flow zone or volume, or interpolated; every row can be quoted in an explanation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .number_text import grouped, number

Values = dict[str, Any]
Cell = Callable[[Values], Any]


class Undefined(LookupError):
    """A formula needs a value that has not been given: `name` is the value's name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class OffTheTable(LookupError):
    """No row of a table covers the argument."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its keys (such as the accuracy class), the bound of its zone (None: no bound), its value."""

    keys: tuple[str, ...]
    bound: Cell | None
    value: Cell
    constant: bool  # whether the value is a plain number, as it is in most tables


@dataclass(slots=True)
class Table:
    """Rows in rising order of bounds; `below` false: a zone includes its bound (m ≤ bound), true: it ends before it."""

    name: str
    rows: tuple[Row, ...]
    below: bool
    label: dict[str, str]
    columns: int
    trust: str
    _zones: dict[tuple[Any, ...], list[Row]] = field(default_factory=dict)

    def row(self, keys: Sequence[Any], at: Decimal, values: Values) -> Row:
        """The first row with these keys whose zone holds `at`.  Raises OffTheTable if there is none.

        A row whose bound or value needs a characteristic the instrument does not have is left out.
        """
        for row in self._of(tuple(keys)):
            try:
                bound = None if row.bound is None else row.bound(values)
                if bound is None or at < bound or (at == bound and not self.below):
                    if not row.constant:
                        row.value(values)
                    return row
            except Undefined:
                continue
        raise OffTheTable(f"{self.name}: no row for {', '.join(map(str, (*keys, at)))}")

    def interpolate(self, keys: Sequence[Any], at: Decimal, values: Values) -> Decimal:
        """The value at `at` on the straight line between the two neighbouring rows.  Raises OffTheTable outside them."""
        below: tuple[Decimal, Decimal] | None = None
        for row in self._of(tuple(keys)):
            assert row.bound is not None  # interpolated() refuses a table with such a row
            point = (row.bound(values), row.value(values))
            if at == point[0]:
                return Decimal(point[1])
            if at < point[0]:
                if below is None:
                    break
                rise = (point[1] - below[1]) * (at - below[0]) / (point[0] - below[0])
                return Decimal(below[1] + rise)
            below = point
        raise OffTheTable(f"{self.name}: {at} lies outside the table")

    def quote(self, row: Row, values: Values) -> str:
        """The row as people cite it: keys and zone, such as "III, ≤ 2 000"; decimal marks are yet to be chosen."""
        zone = "" if row.bound is None else f"{'<' if self.below else '≤'} {number(row.bound(values))}"
        keys = [grouped(key) if key[:1].isdigit() else key for key in row.keys]
        return ", ".join([*keys, *([zone] if zone else [])])

    def _of(self, keys: tuple[Any, ...]) -> list[Row]:
        if keys not in self._zones:
            self._zones[keys] = [row for row in self.rows if row.keys == keys]
        return self._zones[keys]
