"""Writes on the sheet of one verification: first the journal, on the disk, then the sheet in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .journal import Journal
from .refusal import Refused
from .session import Session
from .sheet import Sheet


class Pen:
    """One pen per sheet.  It writes nothing while signed out, and nothing on a sheet that is sealed or abandoned."""

    def __init__(self, journal: Journal, session: Session, id: str) -> None:
        self.journal, self.session, self.id = journal, session, id
        self.subject = f"verification/{id}"
        self.sheet = Sheet.of(journal.facts(self.subject))

    def write(self, kind: str, /, **payload: Any) -> None:
        """One change.  Raises Refused: signed-out, draft-finished, draft-abandoned, storage-full."""
        self.decide(kind, lambda: payload)

    def decide(self, kind: str, decide: Callable[[], Mapping[str, Any]]) -> None:
        """One change that is worked out inside the transaction, so that nothing can come between rule and fact."""
        with self.journal.database.transaction():
            self.must_write()
            fact = self.journal.append(kind, self.subject, decide())
        self.sheet.apply(fact.kind, fact.payload)

    def must_write(self) -> None:
        """Raises Refused: signed-out, draft-finished, draft-abandoned."""
        self.session.must_be_open()
        found = self.journal.database.rows("SELECT state FROM drafts WHERE id = ?", self.id)[0]["state"]
        if found != "open":
            raise Refused(f"draft-{found}")
