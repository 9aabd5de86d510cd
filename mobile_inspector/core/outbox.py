"""What was sealed on this tablet, link by link, and how far each record has come: here, received, published."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .canonical import canonical
from .clock import instant_text
from .journal import Fact, Journal
from .keys import GENESIS, Device
from .texts import say

State = Literal["on_tablet", "received", "published", "rejected", "conflict"]


BAD = ("rejected", "conflict")


class Records:
    """The projection: one row per sealed record, how far it has come, and where in the journal that stands."""

    table = "records"
    schema = """
    CREATE TABLE records (
      id TEXT PRIMARY KEY, tablet_id TEXT NOT NULL, sequence INTEGER NOT NULL, hash TEXT NOT NULL, visit_id TEXT,
      instrument_id TEXT, state TEXT NOT NULL, sealed INTEGER NOT NULL, answer INTEGER, held INTEGER, result INTEGER,
      UNIQUE (tablet_id, sequence)
    ) WITHOUT ROWID
    """

    def apply(self, connection: sqlite3.Connection, fact: Fact) -> None:
        kind, _, id = fact.subject.partition("/")
        if kind != "record":
            return
        told = fact.payload
        if fact.kind == "record.sealed":
            record, body = told["record"], told["record"]["body"]
            row = (id, record["tablet_id"], record["sequence"], record["hash"], body.get("visit_id"))
            connection.execute(
                "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, 'on_tablet', ?, NULL, NULL, NULL)",
                (*row, body.get("instrument_id"), fact.position),
            )
        elif fact.kind == "record.answered":
            state = told["status"] if told["status"] in BAD else "received"
            connection.execute(
                "UPDATE records SET answer = ?, held = NULL, state = ? WHERE id = ?",
                (fact.position, state, id),
            )
        elif fact.kind == "record.held":
            connection.execute("UPDATE records SET held = ? WHERE id = ?", (fact.position, id))
        elif fact.kind == "record.result":
            reached = "published" if told.get("verification_id") or told.get("visit_id") else None
            state = told["status"] if told.get("status") in BAD else reached
            query = (
                "UPDATE records SET result = ?,"
                " state = coalesce(?, CASE WHEN answer IS NULL THEN 'on_tablet' ELSE 'received' END) WHERE id = ?"
            )
            connection.execute(query, (fact.position, state, id))


@dataclass(frozen=True, slots=True)
class Item:
    """One record in the outbox.  `code`, `field`, `detail` say what is wrong, if anything is."""

    id: str
    tablet_id: str
    sequence: int
    hash: str
    record: Mapping[str, Any]
    state: State
    code: str | None
    field: str | None
    detail: str | None
    receipt: Mapping[str, Any] | None
    result: Mapping[str, Any] | None

    def words(self, language: str = "vi") -> str:
        """The state in plain words: on this tablet, received, published, refused, in conflict."""
        return say(f"state-{self.state}", language)

    def error(self, language: str = "vi") -> str | None:
        """What is wrong with the record, for people; None if nothing is."""
        if self.code is None:
            return None
        sentence = say(f"record-{self.state}", language, detail=self.detail or self.code)
        return f"{sentence} ({self.field})" if self.field else sentence

    @property
    def certificate_number(self) -> str | None:
        """The number that counts: the server's, before that the one that the record was given here."""
        published: str | None = (self.result or {}).get("certificate_number")
        provisional: str | None = self.record["body"].get("certificate_number")
        return published or provisional

    def certificate(self, language: str = "vi") -> str | None:
        """What there is to say of its certificate; None where none was promised and none is given."""
        provisional = self.record["body"].get("certificate_number")
        number = (self.result or {}).get("certificate_number")
        if number and provisional and number != provisional:
            return say("certificate-other", language, number=number, provisional=provisional)
        if number:
            return say("certificate-published", language, number=number)
        if provisional and (self.result or {}).get("withheld"):
            return say("certificate-withheld", language, provisional=provisional)
        return say("certificate-provisional", language, number=provisional) if provisional else None


class Outbox:
    """Seals records into the chain and says where each one is."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def seal(self, device: Device, id: str, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Makes the next link of the device's chain and journals it, in one transaction: no kill can fork or gap it."""
        clock = self._journal.clock
        with self._journal.database.transaction() as connection:
            last = connection.execute(
                "SELECT sequence, hash FROM records WHERE tablet_id = ? ORDER BY sequence DESC LIMIT 1",
                (device.tablet_id,),
            ).fetchone()
            content = {
                "id": id,
                "kind": kind,
                "recorded_at": instant_text(clock.now()),
                "monotonic_ms": clock.monotonic_ms(),
                "clock_offset_ms": clock.offset_ms,
                "body": body,
            }
            sequence, before = (last["sequence"] + 1, last["hash"]) if last else (1, GENESIS)
            record = device.seal(content, sequence=sequence, previous_hash=before)
            self._journal.append("record.sealed", f"record/{id}", {"record": record})
        return record

    def unsent(self) -> list[tuple[str, str, str]]:
        """(tablet id, record id, bytes as text) of what has no answer yet, in the order in which it must be sent."""
        rows = self._journal.database.rows(
            "SELECT tablet_id, id, sealed FROM records WHERE answer IS NULL ORDER BY tablet_id, sequence"
        )
        return [
            (row["tablet_id"], row["id"], canonical(self._payload(row["sealed"])["record"])) for row in rows
        ]

    def waiting(self) -> int:
        """How many have no answer yet."""
        found = self._journal.database.rows("SELECT count(*) AS n FROM records WHERE answer IS NULL")
        return int(found[0]["n"])

    def states(self, visit_id: str | None = None) -> dict[State, int]:
        """How many records are in each state, on one visit or on the whole tablet."""
        query = "SELECT state, count(*) AS n FROM records WHERE ? IS NULL OR visit_id = ? GROUP BY state"
        return {row["state"]: row["n"] for row in self._journal.database.rows(query, visit_id, visit_id)}

    def verified(self) -> dict[str | None, set[str]]:
        """By visit, the instruments that have a record sealed here."""
        found: dict[str | None, set[str]] = {}
        query = "SELECT visit_id, instrument_id FROM records WHERE instrument_id IS NOT NULL"
        for row in self._journal.database.rows(query):
            found.setdefault(row["visit_id"], set()).add(row["instrument_id"])
        return found

    def concluded(self, visit_id: str) -> list[str]:
        """The instruments of a visit with a sealed verdict, pass or fail, in the order of sealing."""
        query = (
            "SELECT sealed FROM records WHERE visit_id = ? AND instrument_id IS NOT NULL ORDER BY sequence"
        )
        rows = self._journal.database.rows(query, visit_id)
        bodies = [self._payload(row["sealed"])["record"]["body"] for row in rows]
        return list(dict.fromkeys(b["instrument_id"] for b in bodies if b["verdict"] != "incomplete"))

    def item(self, id: str) -> Item | None:
        found = self._journal.database.rows("SELECT * FROM records WHERE id = ?", id)
        return self._item(found[0]) if found else None

    def items(self) -> list[Item]:
        """Every record ever sealed here, in the order of sealing."""
        return [
            self._item(row)
            for row in self._journal.database.rows("SELECT * FROM records ORDER BY tablet_id, sequence")
        ]

    def _payload(self, position: int) -> Mapping[str, Any]:
        return self._journal.fact(position).payload

    def _item(self, row: sqlite3.Row) -> Item:
        answer, held, result = (
            self._payload(row[name]) if row[name] else None for name in ("answer", "held", "result")
        )
        state: State = row["state"]
        wrong = held or (answer if state in BAD else None) or {}
        return Item(
            id=row["id"],
            tablet_id=row["tablet_id"],
            sequence=row["sequence"],
            hash=row["hash"],
            record=self._payload(row["sealed"])["record"],
            state=state,
            code=wrong.get("code") or (state if state in BAD else None),
            field=wrong.get("field"),
            detail=wrong.get("detail"),
            receipt=(answer or {}).get("receipt"),
            result=result,
        )


def in_three_words(states: Mapping[State, int]) -> State | None:
    """The state of several records is that of the one that has come least far; None if there is none."""
    order: tuple[State, ...] = ("rejected", "conflict", "on_tablet", "received", "published")
    return next((state for state in order if states.get(state)), None)
