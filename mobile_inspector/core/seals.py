"""The numbered seals in the inspector's hand, and what became of each one that was used on this tablet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from .canonical import nfc
from .journal import Fact, Journal
from .refusal import Refused
from .work import Work

KINDS = ("stamp", "lead_seal", "mark")
NEVER_FITTED = "-"  # the place of a seal that was spoiled before it was fitted anywhere


def seal_number(series: str, n: int) -> str:
    """A seal's number as it is printed: series BN26, 123 is BN26-000123."""
    return f"{series}-{n:06d}"


@dataclass(frozen=True, slots=True)
class Seal:
    number: str
    kind: str


class UsedSeals:
    """The projection: what this tablet did with a seal.  One taken back before the record was sealed is free again."""

    table = "used_seals"
    schema = """
    CREATE TABLE used_seals (
      number TEXT NOT NULL, kind TEXT NOT NULL, use TEXT NOT NULL, subject TEXT NOT NULL, PRIMARY KEY (number, kind)
    ) WITHOUT ROWID
    """

    def apply(self, connection: sqlite3.Connection, fact: Fact) -> None:
        if fact.kind in ("seal.affixed", "seal.voided"):
            row = (fact.payload["number"], fact.payload["kind"], fact.kind.partition(".")[2], fact.subject)
            connection.execute("INSERT OR REPLACE INTO used_seals VALUES (?, ?, ?, ?)", row)
        elif fact.kind == "seal.taken_back":
            gone = (fact.payload["number"], fact.payload["kind"])
            connection.execute("DELETE FROM used_seals WHERE number = ? AND kind = ?", gone)


class Stock:
    """The seals in hand: the server's ranges less what was used or voided here."""

    def __init__(self, journal: Journal, work: Work) -> None:
        self._journal, self._work = journal, work

    def free(self, kind: str | None = None) -> Iterator[Seal]:
        """The seals that can still be fitted, lowest number first; of one kind if one is given."""
        rows = self._journal.database.rows("SELECT number, kind FROM used_seals")
        used = {(row["number"], row["kind"]) for row in rows}
        for held in sorted(
            self._work.ranges(), key=lambda held: (held["kind"], held["series"], held["first"])
        ):
            if kind in (None, held["kind"]):
                for n in range(held["first"], held["last"] + 1):
                    number = seal_number(held["series"], n)
                    if (number, held["kind"]) not in used:
                        yield Seal(number, held["kind"])

    def take(self, number: str, kind: str | None = None) -> Seal:
        """The free seal of this number.

        Raises Refused: seal-kind-needed (two kinds bear the number), seal-not-in-hand, seal-used (and for what).
        """
        wanted = nfc(number).strip().upper()
        query = "SELECT number, kind, use FROM used_seals WHERE number = ? COLLATE NOCASE"
        used = {
            row["kind"]: row
            for row in self._journal.database.rows(query, wanted)
            if kind in (None, row["kind"])
        }
        free = [seal for seal in self._held(wanted) if kind in (None, seal.kind) and seal.kind not in used]
        if len(free) > 1:
            kinds = ", ".join(seal.kind for seal in free)
            raise Refused("seal-kind-needed", field="kind", number=wanted, kinds=kinds)
        if free:
            return free[0]
        for row in used.values():
            raise Refused(f"seal-{row['use']}", field="number", number=row["number"])
        raise Refused("seal-not-in-hand", field="number", number=wanted)

    def _held(self, wanted: str) -> list[Seal]:
        digits = wanted.rpartition("-")[2]
        if not (digits.isascii() and digits.isdigit()):
            return []
        return [
            Seal(seal_number(held["series"], int(digits)), held["kind"])
            for held in self._work.ranges()
            if held["first"] <= int(digits) <= held["last"]
            and seal_number(held["series"], int(digits)).upper() == wanted
        ]
