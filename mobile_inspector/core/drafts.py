"""The verifications begun on this tablet: started by the rules, found again after a kill, left with a reason."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import metrology

from .attachments import Attachments
from .canonical import nfc
from .certificate_numbers import CertificateNumbers
from .clock import instant_text
from .form import words
from .identity import new_id
from .journal import Fact, Journal
from .outbox import Outbox
from .pen import Pen
from .refusal import Refused
from .seals import Stock
from .session import Session
from .sheet import FOLD
from .verification import Verification
from .work import Work

# The four grounds of TT 23/2013 Art. 19.3 (a) to (d) for a verification after repair, in the words of the office.
REPAIR_REASONS = ("repaired", "mark_lost", "inspection", "doubt")


# What a correction begins with.  Seals were told of once, by the record that they were fitted in.
CARRIED_OVER = frozenset(FOLD) & {
    "reading.set", "check.set", "condition.set", "standard.taken", "standard.put_back", "as_found.kept",
    "as_found.taken_back", "status.set", "mismatch.noted", "mismatch.struck", "mismatch.shown", "attachment.added",
    "attachment.dropped", "note.set",
}  # fmt: skip


class DraftRows:
    """The projection: one row per verification begun, with what became of it."""

    table = "drafts"
    schema = """
    CREATE TABLE drafts (
      id TEXT PRIMARY KEY, visit_id TEXT, instrument_id TEXT NOT NULL, started_at TEXT NOT NULL, state TEXT NOT NULL
    ) WITHOUT ROWID
    """

    def apply(self, connection: sqlite3.Connection, fact: Fact) -> None:
        id = fact.subject.partition("/")[2]
        if fact.kind == "verification.started":
            row = (id, fact.payload["visit_id"], fact.payload["instrument"]["id"], fact.payload["started_at"])
            connection.execute("INSERT INTO drafts VALUES (?, ?, ?, ?, 'open')", row)
        elif fact.kind in ("verification.finished", "verification.abandoned"):
            values = (fact.kind.partition(".")[2], id)
            connection.execute("UPDATE drafts SET state = ? WHERE id = ?", values)


class Drafts:
    """Starts verifications and gives them back; one object per verification, so no two hold different sheets."""

    def __init__(
        self,
        journal: Journal,
        session: Session,
        outbox: Outbox,
        work: Work,
        stock: Stock,
        attachments: Attachments,
        numbers: CertificateNumbers,
    ) -> None:
        self.journal, self.session, self.outbox, self.work, self.stock = journal, session, outbox, work, stock
        self.attachments, self.numbers = attachments, numbers
        self._known: dict[str, Verification] = {}

    def start(
        self,
        visit_id: str | None,
        instrument_id: str,
        regime: str | None = None,
        repair_reason: str | None = None,
    ) -> Verification:
        """Begins a verification; the instrument's data and the procedure's version are pinned as they are now.

        Args:
            visit_id: None for an instrument met outside its visit.
            regime: "initial", "periodic" or "after_repair"; None: as the visit says.
            repair_reason: one of REPAIR_REASONS, for after_repair only.

        Raises Refused: signed-out, visit-unknown, instrument-unknown, draft-open, repair-reason-needed, instrument-unfit.
        """
        self.session.must_be_open()
        item = self._item(visit_id, instrument_id)
        instrument: Mapping[str, Any] = item["instrument"]
        regime = regime or item["regime"]
        if (regime == "after_repair") != (repair_reason in REPAIR_REASONS):
            raise Refused("repair-reason-needed", field="repair_reason", reasons=", ".join(REPAIR_REASONS))
        clock = self.journal.clock
        try:
            plan = metrology.points(
                instrument["type_code"],
                instrument["characteristics"],
                regime,
                clock.today(),
                self.work.shelf(),
            )
        except metrology.BadInput as error:
            raise Refused("instrument-unfit", field=error.field, detail=f"{error}.") from error
        id = new_id()
        with self.journal.database.transaction() as connection:
            _must_be_free(connection, instrument_id)
            opening = {
                "visit_id": visit_id,
                "instrument": instrument,
                "regime": regime,
                "after_repair_reason": repair_reason,
                "procedure": {name: plan["procedure"][name] for name in ("id", "version", "hash")},
                "verified_on": clock.today().isoformat(),
                "started_at": instant_text(clock.now()),
            }
            self.journal.append("verification.started", f"verification/{id}", opening)
        return self.get(id)

    def correct(self, record_id: str, reason: str) -> Verification:
        """Begins the correction of a record: everything but its seals and signatures is as it was, and can be changed.

        The record itself stays as it is; the correction is a record of its own, of the same moment, with the reason.

        Raises Refused: signed-out, record-unknown, draft-open, text-needed, text-too-long.
        """
        self.session.must_be_open()
        reason = words(reason, 300, "reason")
        item, began = self.outbox.item(record_id), list(self.journal.facts(f"verification/{record_id}"))
        if item is None or not began:
            raise Refused("record-unknown", field="record_id")
        opening = {
            **began[0].payload,
            "verified_on": item.record["body"]["evaluation"]["verified_on"],
            "corrects": record_id,
            "correction_reason": reason,
            "finished_at": item.record["body"]["finished_at"],
        }
        id = new_id()
        with self.journal.database.transaction() as connection:
            _must_be_free(connection, opening["instrument"]["id"])
            self.journal.append("verification.started", f"verification/{id}", opening)
            for fact in began[1:]:
                if fact.kind in CARRIED_OVER:
                    self.journal.append(fact.kind, f"verification/{id}", fact.payload)
        return self.get(id)

    def open(self) -> list[Verification]:
        """The verifications under way, the one touched last first: after a kill, go on with the first."""
        rows = self.journal.database.rows(
            "SELECT d.id FROM drafts d JOIN facts f ON f.subject = 'verification/' || d.id"
            " WHERE d.state = 'open' GROUP BY d.id ORDER BY max(f.position) DESC"
        )
        return [self.get(row["id"]) for row in rows]

    def get(self, id: str) -> Verification:
        """A verification begun here, finished or not.  Raises Refused draft-unknown."""
        if id not in self._known:
            if not self.journal.database.rows("SELECT 1 FROM drafts WHERE id = ?", nfc(id)):
                raise Refused("draft-unknown", field="id")
            pen = Pen(self.journal, self.session, id)
            self._known[id] = Verification(
                pen, self.outbox, self.work, self.stock, self.attachments, self.numbers
            )
        return self._known[id]

    @contextlib.contextmanager
    def together(self, ids: Iterable[str]) -> Iterator[None]:
        """Changes to several sheets in one write, all or nothing: what fails half-way leaves none of them in memory changed.

        Args:
            ids: those that are changed; it may be filled in meanwhile.
        """
        try:
            with self.journal.database.transaction():
                yield
        except BaseException:
            for id in ids:
                self._known.pop(id, None)
            raise

    def forget(self) -> None:
        """Leaves no sheet in memory, when the inspector signs out."""
        self._known.clear()

    def _item(self, visit_id: str | None, instrument_id: str) -> Mapping[str, Any]:
        visit = None if visit_id is None else self.work.visit(visit_id)
        if visit_id is not None and visit is None:
            raise Refused("visit-unknown", field="visit_id")
        found = visit or self.work.visit_of(instrument_id)
        for item in found.items if found else ():
            if item["instrument"]["id"] == instrument_id:
                return item
        raise Refused("instrument-unknown", field="instrument_id")


def _must_be_free(connection: sqlite3.Connection, instrument_id: str) -> None:
    """Raises Refused draft-open."""
    query = "SELECT 1 FROM drafts WHERE instrument_id = ? AND state = 'open'"
    if connection.execute(query, (instrument_id,)).fetchone():
        raise Refused("draft-open", field="instrument_id")
