"""The tablet's truth: facts that are only ever added, and the tables folded from them that can be made anew at any time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .canonical import canonical
from .clock import Clock, instant_text
from .database import Database
from .identity import new_id

INSERT = "INSERT INTO facts (id, at, monotonic_ms, kind, subject, payload) VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened on this tablet: when by its clock, when by its counter, what, to what, with which values."""

    position: int
    id: str
    at: str
    monotonic_ms: int
    kind: str
    subject: str
    payload: Mapping[str, Any]


class Projection(Protocol):
    """A table folded from the facts, for questions that must not read them all."""

    table: str
    schema: str

    def apply(self, connection: sqlite3.Connection, fact: Fact) -> None:
        """Writes what a fact means for the table.  Facts come once each, in order."""
        ...


class Journal:
    """Appends facts and keeps every projection in step, both in one transaction."""

    def __init__(self, database: Database, clock: Clock, projections: Sequence[Projection] = ()) -> None:
        self.database, self.clock, self.projections = database, clock, projections
        offset = database.bookmark("clock_offset_ms")
        clock.offset_ms = None if offset is None else int(offset)
        known = {row["name"] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if database.migrated or any(projection.table not in known for projection in projections):
            self.rebuild()

    def append(self, kind: str, subject: str, payload: Mapping[str, Any] | None = None) -> Fact:
        """Adds one fact.  It is on the disk when this returns, unless an outer transaction is still open.

        Raises Refused storage-full, and TypeError for a payload that is not JSON or holds a float.
        """
        text = canonical(payload or {})
        now, steady = instant_text(self.clock.now()), self.clock.monotonic_ms()
        with self.database.transaction() as connection:
            id = new_id()
            added = connection.execute(INSERT, (id, now, steady, kind, subject, text))
            assert added.lastrowid is not None
            fact = Fact(added.lastrowid, id, now, steady, kind, subject, json.loads(text))
            for projection in self.projections:
                projection.apply(connection, fact)
        return fact

    def facts(self, subject: str | None = None, *, kind: str | None = None, after: int = 0) -> Iterator[Fact]:
        """The facts in the order in which they happened: all, those of a subject, those of a kind."""
        query = "SELECT * FROM facts WHERE position > ?"
        wanted: list[object] = [after]
        for column, value in (("subject", subject), ("kind", kind)):
            if value is not None:
                query += f" AND {column} = ?"
                wanted.append(value)
        for row in self.database.rows(query + " ORDER BY position", *wanted):
            yield Fact(**{**row, "payload": json.loads(row["payload"])})

    def rebuild(self) -> None:
        """Makes every projection anew from the facts, in one transaction."""
        with self.database.transaction() as connection:
            for projection in self.projections:
                connection.execute(f"DROP TABLE IF EXISTS {projection.table}")
                connection.execute(projection.schema)
            for fact in self.facts():
                for projection in self.projections:
                    projection.apply(connection, fact)
