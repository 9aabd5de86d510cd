"""The work pulled from the server: whole newest states, replaced in one transaction together with the cursor."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from metrology import FaultyProcedure, Shelf, read_procedure

from .canonical import canonical
from .clock import VIETNAM, read_instant
from .journal import Journal

CHANGES = ("visits", "instruments", "gone", "standards", "catalogue", "results")


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit of this inspector, as the server last told it.  `on` is its day in Vietnam."""

    id: str
    status: str
    starts_at: str
    ends_at: str
    site: Mapping[str, Any]
    enterprise: Mapping[str, Any]
    items: Sequence[Mapping[str, Any]]

    @property
    def on(self) -> date:
        return read_instant(self.starts_at).astimezone(VIETNAM).date()

    def instrument(self, instrument_id: str) -> Mapping[str, Any] | None:
        """One of the instruments to verify; None if it is not on this visit."""
        found = [item["instrument"] for item in self.items if item["instrument"]["id"] == instrument_id]
        return found[0] if found else None


class Work:
    """The server's facts as this tablet has them.  What is pulled can be pulled again, so it is not journalled."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._shelf: Shelf | None = None

    @property
    def cursor(self) -> str | None:
        """Where the last pull ended; None before the first."""
        return self._journal.database.bookmark("cursor")

    def apply(self, page: Mapping[str, Any]) -> bool:
        """Takes a page and its cursor in, all or nothing; true if it held changes.  Applying it again changes nothing.

        Raises KeyError, TypeError or ValueError for a page that is not what docs/sync.md says; nothing is taken then.
        """
        rows = [(kind, id, canonical_body(body)) for kind, id, body in _states(page)]
        with self._journal.database.transaction() as connection:
            for id in page.get("gone", ()):
                connection.execute("UPDATE work SET hidden = 1 WHERE kind = 'visit' AND id = ?", (id,))
            connection.execute("DELETE FROM work WHERE kind = 'seals'")
            connection.executemany("INSERT OR REPLACE INTO work (kind, id, body) VALUES (?, ?, ?)", rows)
            for result in page.get("results", ()):
                self._result(connection, result)
            changed = {name: len(page[name]) for name in CHANGES if page.get(name)}
            if page["cursor"] != self.cursor:
                self._journal.database.set_bookmark("cursor", str(page["cursor"]))
                self._journal.append(
                    "work.pulled", "work/inspector", {"cursor": str(page["cursor"]), "changed": changed}
                )
        return bool(changed)

    def _result(self, connection: sqlite3.Connection, result: Mapping[str, Any]) -> None:
        """A record's result is a fact of the record: journalled, once per change."""
        known = connection.execute(
            "SELECT result FROM records WHERE id = ?", (result["record_id"],)
        ).fetchone()
        if known is not None and known["result"] != canonical(result):
            self._journal.append("record.result", f"record/{result['record_id']}", result)

    def forget_cursor(self) -> None:
        """The next pull brings everything; what is here stays until then."""
        with self._journal.database.transaction() as connection:
            connection.execute("DELETE FROM bookmarks WHERE name = 'cursor'")

    def visits(self, on: date | None = None) -> list[Visit]:
        """The visits that are this inspector's work, in order of time; only those of a day if one is given."""
        newest = {body["id"]: body for body in self._bodies("instrument")}
        visits = [Visit(**_fields(body, newest)) for body in self._bodies("visit")]
        return sorted((v for v in visits if on is None or v.on == on), key=lambda v: (v.starts_at, v.id))

    def visit(self, id: str) -> Visit | None:
        """A visit by its id, hidden or not: what was begun on it goes on."""
        found = self._journal.database.rows("SELECT body FROM work WHERE kind = 'visit' AND id = ?", id)
        newest = {body["id"]: body for body in self._bodies("instrument")}
        return Visit(**_fields(json.loads(found[0]["body"]), newest)) if found else None

    def standards(self) -> list[Mapping[str, Any]]:
        """Every reference standard known here, in date or not."""
        return self._bodies("standard")

    def standard(self, id: str) -> Mapping[str, Any] | None:
        return next((standard for standard in self.standards() if standard["id"] == id), None)

    def catalogue(self, code: str) -> list[Mapping[str, Any]]:
        """What the law asks of a type, now and in other times; empty if the server has not told of it."""
        query = "SELECT body FROM work WHERE kind = 'catalogue' AND id = ?"
        found = self._journal.database.rows(query, code)
        return list(json.loads(found[0]["body"])["rows"]) if found else []

    def ranges(self) -> list[Mapping[str, Any]]:
        """The ranges of seals that the server says are in this inspector's hand."""
        return self._bodies("seals")

    def inspector(self) -> Mapping[str, Any] | None:
        """The inspector's own card: number, last day, types that it covers; None before the first pull."""
        found = self._bodies("inspector")
        return found[0] if found else None

    def shelf(self) -> Shelf:
        """The procedures to verify by: those that came with this program, and those that the office has sent."""
        if self._shelf is None:
            shelf = Shelf(Shelf.shipped())
            for kept in self._bodies("procedure"):
                try:
                    shelf.add(read_procedure(kept["text"], kept["hash"]))
                except (
                    FaultyProcedure
                ):  # written for a later release of this program, which must be updated first
                    continue
            self._shelf = shelf
        return self._shelf

    def procedures_lacking(self) -> list[str]:
        """The hashes of procedures that the office judges by and that are not here."""
        here = {procedure.hash for procedure in Shelf.shipped()} | {
            kept["hash"] for kept in self._bodies("procedure")
        }
        listed = self._bodies("procedures")
        return [each["hash"] for each in (listed[0]["listed"] if listed else ()) if each["hash"] not in here]

    def keep_procedure(self, hash: str, text: str) -> None:
        """Stores the file of a procedure."""
        row = ("procedure", hash, canonical_body({"hash": hash, "text": text}))
        with self._journal.database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO work (kind, id, body) VALUES (?, ?, ?)", row)
        self._shelf = None

    def _bodies(self, kind: str) -> list[Mapping[str, Any]]:
        rows = self._journal.database.rows(
            "SELECT body FROM work WHERE kind = ? AND NOT hidden ORDER BY id", kind
        )
        return [json.loads(row["body"]) for row in rows]


def canonical_body(body: Mapping[str, Any]) -> str:
    """The stored form of a pulled state.  A position on the map may be a float there; it is never part of a record."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, allow_nan=False)


def _fields(body: Mapping[str, Any], newest: Mapping[str, Any]) -> dict[str, Any]:
    """A visit with each instrument as it was told last, with the visit or alone."""
    items = [
        {**item, "instrument": newest.get(item["instrument"]["id"], item["instrument"])}
        for item in body["items"]
    ]
    return {**{name: body[name] for name in Visit.__slots__}, "items": items}


def _states(page: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """(kind, id, body) of every state on a page."""
    found: list[tuple[str, str, Mapping[str, Any]]] = []
    for visit in page.get("visits", ()):
        known = Visit(**_fields(visit, {}))
        if not known.on or not all(known.instrument(item["instrument"]["id"]) for item in visit["items"]):
            raise ValueError("a visit without a day or with an instrument without an id")
        found.append(("visit", visit["id"], visit))
        found += [("instrument", item["instrument"]["id"], item["instrument"]) for item in visit["items"]]
    found += [("instrument", each["id"], each) for each in page.get("instruments", ())]
    if page.get("procedures"):
        listed = [{"hash": str(each["hash"])} for each in page["procedures"]]
        found.append(("procedures", "all", {"listed": listed}))
    found += [("standard", standard["id"], standard) for standard in page.get("standards", ())]
    found += [("catalogue", row["code"], row) for row in page.get("catalogue", ())]
    for held in page["seals_in_hand"]:
        found.append(("seals", f"{held['batch_id']}/{int(held['first']):09d}", held))
    if page["inspector"] is not None:
        found.append(("inspector", "self", page["inspector"]))
    return found
