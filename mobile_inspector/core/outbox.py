"""What was sealed on this tablet, link by link, and how far each record has come: here, received, published."""

from __future__ import annotations

import json
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


class Records:
    """The projection: one row per sealed record, with its bytes as they are sent every time."""

    table = "records"
    schema = """
    CREATE TABLE records (
      id TEXT PRIMARY KEY, tablet_id TEXT NOT NULL, sequence INTEGER NOT NULL, hash TEXT NOT NULL, text TEXT NOT NULL,
      answer TEXT, held TEXT, result TEXT, UNIQUE (tablet_id, sequence)
    ) WITHOUT ROWID
    """

    def apply(self, connection: sqlite3.Connection, fact: Fact) -> None:
        kind, _, id = fact.subject.partition("/")
        if kind != "record":
            return
        if fact.kind == "record.sealed":
            record = fact.payload["record"]
            row = (id, record["tablet_id"], record["sequence"], record["hash"], canonical(record))
            connection.execute(
                "INSERT INTO records (id, tablet_id, sequence, hash, text) VALUES (?, ?, ?, ?, ?)", row
            )
        elif fact.kind == "record.answered":
            values = (canonical(fact.payload), id)
            connection.execute("UPDATE records SET answer = ?, held = NULL WHERE id = ?", values)
        elif fact.kind == "record.held":
            connection.execute("UPDATE records SET held = ? WHERE id = ?", (canonical(fact.payload), id))
        elif fact.kind == "record.result":
            connection.execute("UPDATE records SET result = ? WHERE id = ?", (canonical(fact.payload), id))


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
            "SELECT tablet_id, id, text FROM records WHERE answer IS NULL ORDER BY tablet_id, sequence"
        )
        return [(row["tablet_id"], row["id"], row["text"]) for row in rows]

    def item(self, id: str) -> Item | None:
        found = self._journal.database.rows("SELECT * FROM records WHERE id = ?", id)
        return _item(found[0]) if found else None

    def items(self) -> list[Item]:
        """Every record ever sealed here, in the order of sealing."""
        return [
            _item(row)
            for row in self._journal.database.rows("SELECT * FROM records ORDER BY tablet_id, sequence")
        ]


def _item(row: sqlite3.Row) -> Item:
    answer, held, result = (
        json.loads(row[name]) if row[name] else None for name in ("answer", "held", "result")
    )
    state: State = "on_tablet"
    status = (result or {}).get("status") or (answer or {}).get("status")
    if status in ("rejected", "conflict"):
        state = status
    elif result is not None and result.get("verification_id"):
        state = "published"
    elif answer is not None:
        state = "received"
    wrong = held or (answer if state in ("rejected", "conflict") else None) or {}
    code = wrong.get("code") or (state if state in ("rejected", "conflict") else None)
    return Item(
        id=row["id"],
        tablet_id=row["tablet_id"],
        sequence=row["sequence"],
        hash=row["hash"],
        record=json.loads(row["text"]),
        state=state,
        code=code,
        field=wrong.get("field"),
        detail=wrong.get("detail"),
        receipt=(answer or {}).get("receipt"),
        result=result,
    )
