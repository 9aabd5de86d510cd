"""The tablet's truth: sealed facts, only ever added, and the tables folded from them, made anew at any time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .canonical import canonical
from .clock import Clock, instant_text
from .database import Database
from .identity import new_id
from .sealing import context, seal_what_is_plain
from .vault import Vault

STALE = "projections_stale"  # the bookmark of tables that must be made anew when the facts can be read
AT_THE_DOOR = frozenset({"session.pin_refused"})  # told while the vault is locked; they hold no secret
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

    def __init__(
        self, database: Database, clock: Clock, vault: Vault, projections: Sequence[Projection] = ()
    ) -> None:
        self.database, self.clock, self.vault, self.projections = database, clock, vault, projections
        self.when_open: list[Callable[[], None]] = []  # what else has to wait for the vault
        offset = database.bookmark("clock_offset_ms")
        clock.offset_ms = None if offset is None else int(offset)
        known = {row["name"] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if database.migrated or any(projection.table not in known for projection in projections):
            with database.transaction() as connection:
                self._empty(connection)
                database.set_bookmark(STALE, "1")

    def unlocked(self) -> None:
        """The vault has been opened: what had to wait for that is done now.  Every sign-in says so."""
        seal_what_is_plain(self.database, self.vault)
        if self.database.bookmark(STALE) == "1":
            self.rebuild()
        for act in self.when_open:
            act()

    def append(self, kind: str, subject: str, payload: Mapping[str, Any] | None = None) -> Fact:
        """Adds one fact.  It is on the disk when this returns, unless an outer transaction is still open.

        Raises Refused storage-full, signed-out (only facts AT_THE_DOOR can be told then), and TypeError for a payload
        that is not JSON or holds a float.
        """
        text = canonical(payload or {})
        now, steady = instant_text(self.clock.now()), self.clock.monotonic_ms()
        with self.database.transaction() as connection:
            id = new_id()
            kept = text if kind in AT_THE_DOOR else self.vault.seal(context(id, kind, subject), text)
            added = connection.execute(INSERT, (id, now, steady, kind, subject, kept))
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
            yield self._fact(row)

    def fact(self, position: int) -> Fact:
        """The fact of a position that a projection has kept."""
        return self._fact(self.database.rows("SELECT * FROM facts WHERE position = ?", position)[0])

    def _fact(self, row: sqlite3.Row) -> Fact:
        where = context(row["id"], row["kind"], row["subject"])
        return Fact(**{**row, "payload": json.loads(self.vault.unseal(where, row["payload"]))})

    def rebuild(self) -> None:
        """Makes every projection anew from the facts, in one transaction."""
        with self.database.transaction() as connection:
            self._empty(connection)
            for fact in self.facts():
                for projection in self.projections:
                    projection.apply(connection, fact)
            self.database.set_bookmark(STALE, "")

    def _empty(self, connection: sqlite3.Connection) -> None:
        for projection in self.projections:
            connection.execute(f"DROP TABLE IF EXISTS {projection.table}")
            connection.execute(projection.schema)
