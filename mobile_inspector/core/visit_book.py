"""What the inspector notes of a visit itself: how it ended, and instruments found there that nobody had announced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

import metrology

from .assigned_serials import AssignedSerials
from .clock import instant_text
from .form import words
from .identity import new_id
from .outbox import Outbox
from .refusal import Refused
from .session import Session
from .work import Work

Ending = Literal["done", "partly", "closed", "refused"]
ENDINGS: tuple[Ending, ...] = get_args(Ending)
MOST = 300
YEAR = re.compile(r"(19|20)[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a visit ended, with the reason where it was not simply done.  `at` is an instant by the tablet's clock."""

    ending: Ending
    reason: str
    at: str


class VisitBook:
    """Facts of visits.  How one ended is a record of the chain, sent like a verification; docs/sync.md, Push."""

    def __init__(self, session: Session, work: Work, outbox: Outbox, serials: AssignedSerials) -> None:
        self._session, self._journal, self._work, self._outbox = session, session.journal, work, outbox
        self._serials = serials

    def close(self, visit_id: str, ending: Ending, reason: str = "") -> None:
        """The visit has ended so, which is sealed into the tablet's chain; told again, the later word counts.

        Args:
            ending: "done", "partly", "closed" (nobody there) or "refused" (not let in).
            reason: needed for all but "done".

        Raises Refused: signed-out, visit-unknown, ending-unknown, text-needed, text-too-long.
        """
        self._must_know(visit_id)
        if ending not in ENDINGS:
            raise Refused("ending-unknown", field="ending", endings=", ".join(ENDINGS))
        why = words(reason, MOST, "reason") if reason.strip() or ending != "done" else ""
        body = {
            "visit_id": visit_id,
            "ending": ending,
            "reason": why,
            "ended_at": instant_text(self._journal.clock.now()),
        }
        with self._journal.database.transaction():
            record_id, verified = new_id(), self._outbox.concluded(visit_id)
            self._outbox.seal(self._session.device, record_id, "visit", {**body, "verified": verified})
            told = {"ending": ending, "reason": why, "record_id": record_id}
            self._journal.append("visit.ended", f"visit/{visit_id}", told)

    def outcome(self, visit_id: str) -> Outcome | None:
        """How a visit ended; None while it has not."""
        told = list(self._journal.facts(f"visit/{visit_id}", kind="visit.ended"))
        return Outcome(told[-1].payload["ending"], told[-1].payload["reason"], told[-1].at) if told else None

    def types(self) -> list[dict[str, Any]]:
        """The types that can be verified on this tablet: `code`, `name` by language, `characteristics` as fields.

        Those that the office's catalogue controls and a procedure in force covers, in the order of their codes.
        """
        today, shelf = self._journal.clock.today(), self._work.shelf()
        by_id = {(each["id"], each["version"]): each for each in metrology.procedures(shelf)}
        shipped = metrology.Catalogue.shipped()
        found = []
        for code in shipped.codes(today):
            try:
                procedure = metrology.procedure_for(code, today, shelf)
            except metrology.UnknownType:
                continue
            entry = shipped.entry(code, today)
            asked = by_id[procedure.id, procedure.version]["characteristics"]
            name = {"vi": entry.name_vi, "en": entry.name_en}
            found.append({"code": code, "name": name, "characteristics": asked})
        return found

    def add_found(
        self,
        visit_id: str,
        type_code: str,
        characteristics: Mapping[str, Any],
        *,
        serial: str = "",
        assign_serial: bool = False,
        maker: str = "",
        model: str = "",
        country: str = "",
        year: str = "",
        regime: str = "initial",
    ) -> str:
        """An instrument that is there and not on the visit.  It is verified like any other; returns its id.

        Args:
            characteristics: as the procedure of the type asks for them, see `types`.
            serial: as it stands on the instrument; empty where none can be read.
            assign_serial: it bears none, and the inspector puts the next reserved number on it.
            country: two letters, ISO 3166-1; year: four digits; both may be empty.

        Raises Refused: signed-out, visit-unknown, instrument-unfit (the field says what to correct), text-too-long,
        serial-here (an instrument of this type, maker and serial is on the visit already), serials-lacking, year-bad.
        """
        self._must_know(visit_id)
        day: date = self._journal.clock.today()
        try:
            metrology.points(type_code, characteristics, regime, day, self._work.shelf())
        except metrology.BadInput as error:
            raise Refused("instrument-unfit", field=error.field, detail=f"{error}.") from error
        given = {"serial": serial, "maker": maker, "model": model, "country": country}
        texts = {name: words(text, MOST, name) if text.strip() else "" for name, text in given.items()}
        if year.strip() and not YEAR.fullmatch(year.strip()):
            raise Refused("year-bad", field="year")
        with self._journal.database.transaction():
            self._must_be_new(visit_id, type_code, texts)
            if assign_serial:
                texts["serial"] = self._serials.next()
            instrument: dict[str, Any] = {
                "id": new_id(),
                "type_code": type_code,
                **texts,
                "serial_assigned": assign_serial,
                "country": texts["country"].upper() or None,
                "year": int(year) if year.strip() else None,
                "characteristics": dict(characteristics),
                "status": "found_on_site",
                "last_verified_on": None,
                "valid_until": None,
                "certificate_number": None,
                "seals": [],
                "history": [],
                "status_record": None,
            }
            told = {"regime": regime, "instrument": instrument, "verification": None}
            self._journal.append("instrument.found", f"visit/{visit_id}", told)
        self._work.revision += 1
        return str(instrument["id"])

    def _must_be_new(self, visit_id: str, type_code: str, texts: Mapping[str, str]) -> None:
        """A serial scanned twice is one instrument."""
        visit = self._work.visit(visit_id)
        assert visit is not None
        for item in visit.items if texts["serial"] else ():
            each = item["instrument"]
            same = (each["type_code"], each["maker"], each["serial"]) == (
                type_code,
                texts["maker"],
                texts["serial"],
            )
            if same:
                raise Refused("serial-here", field="serial", serial=texts["serial"])

    def _must_know(self, visit_id: str) -> None:
        self._session.must_be_open()
        if self._work.visit(visit_id) is None:
            raise Refused("visit-unknown", field="visit_id")
