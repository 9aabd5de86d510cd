"""The work pulled from the server: whole newest states, replaced in one transaction together with the cursor."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from metrology import FaultyProcedure, Shelf, read_procedure

from .canonical import canonical
from .clock import VIETNAM, read_instant
from .journal import Journal

MOST_NAMED = 500  # ids in one query; SQLite takes 999 even in its oldest builds
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
        return _day({"starts_at": self.starts_at})

    def instrument(self, instrument_id: str) -> Mapping[str, Any] | None:
        """One of the instruments to verify; None if it is not on this visit."""
        found = [item["instrument"] for item in self.items if item["instrument"]["id"] == instrument_id]
        return found[0] if found else None


class Work:
    """The server's facts as this tablet has them.  What is pulled can be pulled again, so it is not journalled."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._shelf: Shelf | None = None
        self.revision = 0  # counts what was taken in since the tablet was opened
        self._touched: set[str] = set()

    @property
    def cursor(self) -> str | None:
        """Where the last pull ended; None before the first."""
        return self._journal.database.bookmark("cursor")

    def apply(self, page: Mapping[str, Any]) -> bool:
        """Takes a page and its cursor in, all or nothing; true if it held changes.  Applying it again changes nothing.

        Raises KeyError, TypeError or ValueError for a page that is not what docs/sync.md says; nothing is taken then.
        """
        states = _states(page)
        rows = [(kind, id, self._sealed(kind, id, body)) for kind, id, body in states]
        with self._journal.database.transaction() as connection:
            for id in page.get("gone", ()):
                connection.execute("UPDATE work SET hidden = 1 WHERE kind = 'visit' AND id = ?", (id,))
            connection.execute("DELETE FROM work WHERE kind IN ('seals', 'numbers')")
            connection.executemany("INSERT OR REPLACE INTO work (kind, id, body) VALUES (?, ?, ?)", rows)
            for result in page.get("results", ()):
                self._result(connection, result)
            changed = {name: len(page[name]) for name in CHANGES if page.get(name)}
            if page["cursor"] != self.cursor:
                self._journal.database.set_bookmark("cursor", str(page["cursor"]))
                self._journal.append(
                    "work.pulled", "work/inspector", {"cursor": str(page["cursor"]), "changed": changed}
                )
        if changed:
            self._touched.update(id for kind, id, _ in states if kind == "instrument")
            self.revision += 1
        return bool(changed)

    def _result(self, connection: sqlite3.Connection, result: Mapping[str, Any]) -> None:
        """A record's result is a fact of the record: journalled, once per change."""
        known = connection.execute(
            "SELECT result FROM records WHERE id = ?", (result["record_id"],)
        ).fetchone()
        if known is None:
            return
        last = self._journal.fact(known["result"]).payload if known["result"] else None
        if last is None or canonical(last) != canonical(result):
            self._journal.append("record.result", f"record/{result['record_id']}", result)

    def forget_cursor(self) -> None:
        """The next pull brings everything; what is here stays until then."""
        with self._journal.database.transaction() as connection:
            connection.execute("DELETE FROM bookmarks WHERE name = 'cursor'")

    def visits(self, on: date | None = None) -> list[Visit]:
        """The visits that are this inspector's work, in order of time; only those of a day if one is given."""
        return self._whole(body for body in self._bodies("visit") if on in (None, _day(body)))

    def visit(self, id: str) -> Visit | None:
        """A visit by its id, hidden or not: what was begun on it goes on."""
        found = self._body("visit", id)
        return self._whole([found])[0] if found else None

    def is_open(self, visit_id: str) -> bool:
        """Whether a visit is still this inspector's work."""
        query = "SELECT 1 FROM work WHERE kind = 'visit' AND id = ? AND NOT hidden"
        return bool(self._journal.database.rows(query, visit_id))

    def visit_of(self, instrument_id: str) -> Visit | None:
        """The first of the open visits, in order of time, that an instrument is on."""
        found = {
            fact.subject.removeprefix("visit/")
            for fact in self._journal.facts(kind="instrument.found")
            if fact.payload["instrument"]["id"] == instrument_id
        }
        on_it = [
            body
            for body in self._bodies("visit")
            if body["id"] in found or instrument_id in {item["instrument"]["id"] for item in body["items"]}
        ]
        visits = self._whole(on_it)
        return visits[0] if visits else None

    def instruments(self, ids: Collection[str]) -> dict[str, Mapping[str, Any]]:
        """The newest states of some instruments, by id; those that are not here are left out."""
        wanted, found = list(ids), {}
        for begin in range(0, len(wanted), MOST_NAMED):
            some = wanted[begin : begin + MOST_NAMED]
            places = ",".join("?" * len(some))
            query = f"SELECT id, body FROM work WHERE kind = 'instrument' AND id IN ({places})"  # noqa: S608
            for row in self._journal.database.rows(query, *some):
                found[row["id"]] = self._read("instrument", row)
        return found

    def instruments_after(self, id: str, most: int) -> list[Mapping[str, Any]]:
        """Some of all that are here, on a visit or not, in the order of their ids: those behind one."""
        query = "SELECT id, body FROM work WHERE kind = 'instrument' AND id > ? ORDER BY id LIMIT ?"
        return [self._read("instrument", row) for row in self._journal.database.rows(query, id, most)]

    def outlines(self) -> list[Mapping[str, Any]]:
        """The open visits in order of time, their instruments by id only: cheap for tens of thousands."""
        return sorted(self._bodies("visit"), key=lambda body: (body["starts_at"], body["id"]))

    def found_on_site(self) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """The instruments that the inspector added, each with the outline of its open visit."""
        facts = list(self._journal.facts(kind="instrument.found"))
        visits = {body["id"]: body for body in self._bodies("visit")} if facts else {}
        pairs = [(fact.payload["instrument"], fact.subject.removeprefix("visit/")) for fact in facts]
        return [(instrument, visits[id]) for instrument, id in pairs if id in visits]

    def take_touched(self) -> set[str]:
        """The instruments that pages have brought since this was asked last."""
        touched, self._touched = self._touched, set()
        return touched

    def _whole(self, bodies: Iterable[Mapping[str, Any]]) -> list[Visit]:
        """Visits in order of time, each instrument as it was told last, with the visit or alone."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for fact in self._journal.facts(kind="instrument.found"):
            found.setdefault(fact.subject.removeprefix("visit/"), []).append(fact.payload)
        kept = sorted(bodies, key=lambda body: (body["starts_at"], body["id"]))
        newest = self.instruments({item["instrument"]["id"] for body in kept for item in body["items"]})
        return [Visit(**_fields(body, newest, found.get(body["id"], ()))) for body in kept]

    def standards(self) -> list[Mapping[str, Any]]:
        """Every reference standard known here, in date or not."""
        return self._bodies("standard")

    def standard(self, id: str) -> Mapping[str, Any] | None:
        return next((standard for standard in self.standards() if standard["id"] == id), None)

    def catalogue(self, code: str) -> list[Mapping[str, Any]]:
        """What the law asks of a type, now and in other times; empty if the server has not told of it."""
        found = self._body("catalogue", code)
        return list(found["rows"]) if found else []

    def ranges(self) -> list[Mapping[str, Any]]:
        """The ranges of seals that the server says are in this inspector's hand."""
        return self._bodies("seals")

    def reserved(self, key: str) -> list[str]:
        """The numbers that the server says this tablet holds, lowest first, those used here among them.

        Args:
            key: "{tablet id}/{year}" for certificate numbers, "{tablet id}/serials" for assigned serials.
        """
        found = self._body("numbers", key)
        return list(found["numbers"]) if found else []

    def keep_reserved(self, key: str, numbers: Sequence[str]) -> None:
        """Adds numbers that were just reserved; the next page has the whole list."""
        with self._journal.database.transaction() as connection:
            known = self.reserved(key)
            body = {"numbers": [*known, *(number for number in numbers if number not in known)]}
            row = ("numbers", key, self._sealed("numbers", key, body))
            connection.execute("INSERT OR REPLACE INTO work (kind, id, body) VALUES (?, ?, ?)", row)

    def pictures_asked(self, type_code: str, on: str) -> dict[str, Mapping[str, str]]:
        """What the office wants photographed on verifications of a type on a day (ISO text): by purpose, in vi and en."""
        told = self._body("evidence", "all")
        return {
            each["purpose"]: {"vi": each["vi"], "en": each["en"]}
            for each in (told["asked"] if told else ())
            if each["type_code"] == type_code and on >= each["since"]
        }

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
        row = ("procedure", hash, self._sealed("procedure", hash, {"hash": hash, "text": text}))
        with self._journal.database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO work (kind, id, body) VALUES (?, ?, ?)", row)
        self._shelf = None

    def _bodies(self, kind: str) -> list[Mapping[str, Any]]:
        query = "SELECT id, body FROM work WHERE kind = ? AND NOT hidden ORDER BY id"
        return [self._read(kind, row) for row in self._journal.database.rows(query, kind)]

    def _body(self, kind: str, id: str) -> Mapping[str, Any] | None:
        query = "SELECT id, body FROM work WHERE kind = ? AND id = ?"
        found = self._journal.database.rows(query, kind, id)
        return self._read(kind, found[0]) if found else None

    def _sealed(self, kind: str, id: str, body: Mapping[str, Any]) -> bytes:
        """A position on the map may be a float in a pulled state; it is never part of a record."""
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, allow_nan=False)
        return self._journal.vault.seal(f"work/{kind}/{id}", text)

    def _read(self, kind: str, row: sqlite3.Row) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(
            self._journal.vault.unseal(f"work/{kind}/{row['id']}", row["body"])
        )
        return found


def _day(body: Mapping[str, Any]) -> date:
    return read_instant(body["starts_at"]).astimezone(VIETNAM).date()


def _fields(
    body: Mapping[str, Any], newest: Mapping[str, Any], found: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """A visit with each instrument as it was told last, with the visit or alone, then those found on the spot."""
    items = [
        {**item, "instrument": newest.get(item["instrument"]["id"], item["instrument"])}
        for item in body["items"]
    ]
    return {**{name: body[name] for name in Visit.__slots__}, "items": [*items, *found]}


def _states(page: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """(kind, id, body) of every state on a page."""
    found: list[tuple[str, str, Mapping[str, Any]]] = []
    for visit in page.get("visits", ()):
        known = Visit(**_fields(visit, {}))
        if not known.on or not all(known.instrument(item["instrument"]["id"]) for item in visit["items"]):
            raise ValueError("a visit without a day or with an instrument without an id")
        only_names = [{**item, "instrument": {"id": item["instrument"]["id"]}} for item in visit["items"]]
        found.append(("visit", visit["id"], {**visit, "items": only_names}))
        found += [("instrument", item["instrument"]["id"], item["instrument"]) for item in visit["items"]]
    found += [("instrument", each["id"], each) for each in page.get("instruments", ())]
    if page.get("procedures"):
        listed = [{"hash": str(each["hash"])} for each in page["procedures"]]
        found.append(("procedures", "all", {"listed": listed}))
    found += [("standard", standard["id"], standard) for standard in page.get("standards", ())]
    found += [("catalogue", row["code"], row) for row in page.get("catalogue", ())]
    if "evidence" in page:
        names = ("type_code", "purpose", "since", "vi", "en")
        asked = [{name: str(each[name]) for name in names} for each in page["evidence"]]
        found.append(("evidence", "all", {"asked": asked}))
    for held in page["seals_in_hand"]:
        found.append(("seals", f"{held['batch_id']}/{int(held['first']):09d}", held))
    for reserved in page.get("certificate_numbers", ()):
        found.append(("numbers", f"{reserved['tablet_id']}/{int(reserved['year'])}", reserved))
    for serials in page.get("assigned_serials", ()):
        found.append(("numbers", f"{serials['tablet_id']}/serials", serials))
    if page["inspector"] is not None:
        found.append(("inspector", "self", page["inspector"]))
    return found
