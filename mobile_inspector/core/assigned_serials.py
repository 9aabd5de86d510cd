"""Serial numbers kept for instruments that bear none: the inspector numbers one that is found on site, each number once."""

from __future__ import annotations

import sqlite3
from typing import Any

from .identity import new_id
from .journal import Fact, Journal
from .refusal import Refused
from .reservation import Call, reserve
from .session import Session
from .work import Work

LEAST, IN_HAND = 5, 20  # asked for when fewer are in hand, so that so many are


class UsedSerials:
    """The projection: a number is used by the instrument that it was given to."""

    table = "used_serials"
    schema = "CREATE TABLE used_serials (number TEXT PRIMARY KEY, instrument_id TEXT NOT NULL) WITHOUT ROWID"

    def apply(self, connection: sqlite3.Connection, fact: Fact) -> None:
        if fact.kind == "instrument.found" and fact.payload["instrument"]["serial_assigned"]:
            each = fact.payload["instrument"]
            connection.execute("INSERT INTO used_serials VALUES (?, ?)", (each["serial"], each["id"]))


class AssignedSerials:
    """The server's list of what this tablet holds, less what was given here (TT 24/2013 Art. 41)."""

    def __init__(self, journal: Journal, session: Session, work: Work) -> None:
        self._journal, self._session, self._work = journal, session, work

    def free(self) -> list[str]:
        """Lowest first."""
        used = {row["number"] for row in self._journal.database.rows("SELECT number FROM used_serials")}
        return [number for number in self._work.reserved(self._key()) if number not in used]

    def next(self) -> str:
        """The one to be put on the next instrument.  Raises Refused serials-lacking."""
        for number in self.free():
            return number
        raise Refused("serials-lacking", field="serial")

    def reserve(self, call: Call) -> None:
        """Asks for more where there are few.  Raises Unreachable."""

        def wanted() -> dict[str, Any] | None:
            have = len(self.free())
            told = {"id": new_id(), "tablet_id": self._session.device.tablet_id, "count": IN_HAND - have}
            return told if have < LEAST else None

        reserve(
            self._journal, "assigned-serials", wanted, call,
            lambda _, numbers: self._work.keep_reserved(self._key(), numbers),
        )  # fmt: skip

    def _key(self) -> str:
        return f"{self._session.device.tablet_id}/serials"
