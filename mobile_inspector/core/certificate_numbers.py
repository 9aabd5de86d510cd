"""The certificate numbers reserved for this tablet: how many are in hand, which one is next, when to ask for more."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from .canonical import canonical
from .identity import new_id
from .journal import Fact, Journal
from .refusal import Refused
from .reservation import Call, reserve
from .session import Session
from .work import Visit, Work

AHEAD = timedelta(days=3)  # a tablet may be without a network for so long and still hand out numbers
LEAST, MOST = (
    20,
    150,
)  # kept in hand however little is planned, and at most; the server gives no more than 200
MOST_A_CALL = 100
YEAR_OVER = "The year is over; these were not used."


class UsedNumbers:
    """The projection: a number is used by the record that names it, so the two are on the disk together or neither is."""

    table = "used_certificate_numbers"
    schema = """
    CREATE TABLE used_certificate_numbers (number TEXT PRIMARY KEY, year INTEGER, record_id TEXT) WITHOUT ROWID
    """

    def apply(self, connection: sqlite3.Connection, fact: Fact) -> None:
        if fact.kind == "record.sealed":
            record = fact.payload["record"]
            if number := record["body"].get("certificate_number"):
                year = int(record["body"]["evaluation"]["verified_on"][:4])
                connection.execute(
                    "INSERT INTO used_certificate_numbers VALUES (?, ?, ?)", (number, year, record["id"])
                )
        elif fact.kind == "certificate_numbers.given_back":
            rows = [(number, fact.payload["year"]) for number in fact.payload["numbers"]]
            connection.executemany("INSERT INTO used_certificate_numbers VALUES (?, ?, NULL)", rows)


class CertificateNumbers:
    """The server's list of what this tablet holds, less what a record has used and what was given back."""

    def __init__(self, journal: Journal, session: Session, work: Work) -> None:
        self._journal, self._session, self._work = journal, session, work

    def free(self, year: int) -> list[str]:
        """Those that a verification of a year can still be given, in the order in which they are given."""
        used = {
            row["number"]
            for row in self._journal.database.rows("SELECT number FROM used_certificate_numbers")
        }
        held = self._work.reserved(f"{self._session.device.tablet_id}/{year}")
        return [number for number in held if number not in used]

    def next(self, year: int) -> str | None:
        """The one that the next pass will be given; None where there is none: the server then gives the number."""
        return next(iter(self.free(year)), None)

    def reserve(self, call: Call) -> None:
        """Asks for more where there are few.  Raises Unreachable."""
        reserve(
            self._journal, "certificate-numbers", self._wanted, call,
            lambda told, numbers: self._work.keep_reserved(f"{told['tablet_id']}/{told['year']}", numbers),
        )  # fmt: skip

    def give_back(self, year: int, reason: str, call: Call) -> None:
        """Tells the server that the unused numbers of a year will not be used.  From the first word on none of them is.

        Only once every record with a number of that year has come back published: the server would cancel theirs too.

        Raises Unreachable, and Refused numbers-under-way, server-refused.
        """
        with self._journal.database.transaction():
            if under_way := self._under_way(year):
                raise Refused("numbers-under-way", count=under_way)
            if numbers := self.free(year):
                told = {"year": year, "numbers": numbers}
                self._journal.append("certificate_numbers.given_back", self._subject(), told)
        release = {"tablet_id": self._session.device.tablet_id, "year": year, "reason": reason}
        answer = call("POST", "/certificate-numbers/release", content=canonical(release))
        if not answer.ok:
            raise Refused("server-refused", detail=answer.detail)

    def give_back_last_year(self, call: Call) -> None:
        """In a new year, as soon as nothing of the old one is under way.  Raises as `give_back`."""
        year = self._journal.clock.today().year - 1
        held = self._work.reserved(f"{self._session.device.tablet_id}/{year}")
        if held and not self._under_way(year):
            self.give_back(year, YEAR_OVER, call)

    def short(self, visits: Iterable[Visit], on: date) -> Refused | None:
        """Why the numbers in hand are not enough for what is to be verified on a day; None if they are."""
        needed, have = due(visits), len(self.free(on.year))
        return Refused("numbers-few", have=have, needed=needed) if have < needed else None

    def _wanted(self) -> dict[str, Any] | None:
        """The next reservation, for the year that is shortest of numbers; None if all have enough."""
        today = self._journal.clock.today()
        planned: Counter[int] = Counter({today.year: LEAST})
        for visit in self._work.visits():
            if today <= visit.on <= today + AHEAD:
                planned[visit.on.year] += due([visit])
        for year, count in sorted(planned.items()):
            lacking = min(count, MOST) - len(self.free(year))
            if lacking > 0:
                told = {"tablet_id": self._session.device.tablet_id, "year": year}
                return {"id": new_id(), **told, "count": min(lacking + LEAST, MOST_A_CALL)}
        return None

    def _under_way(self, year: int) -> int:
        """How many records with a number of a year have not come back published."""
        query = (
            "SELECT count(*) AS n FROM used_certificate_numbers u JOIN records r ON r.id = u.record_id"
            " WHERE u.year = ? AND r.state NOT IN ('published', 'rejected', 'conflict')"
        )
        return int(self._journal.database.rows(query, year)[0]["n"])

    def _subject(self) -> str:
        return f"device/{self._session.device.tablet_id}"


def due(visits: Iterable[Visit]) -> int:
    """How many instruments of some visits the server knows no verification of yet."""
    return sum(not item.get("verification") for visit in visits for item in visit.items)
