"""What the inspector notes of a visit itself: how it ended, and instruments found there that nobody had announced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

import metrology

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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a visit ended, with the reason where it was not simply done.  `at` is an instant by the tablet's clock."""

    ending: Ending
    reason: str
    at: str


class VisitBook:
    """Facts of visits.  How one ended is a record of the chain, sent like a verification; docs/sync.md, Push."""

    def __init__(self, session: Session, work: Work, outbox: Outbox) -> None:
        self._session, self._journal, self._work, self._outbox = session, session.journal, work, outbox

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

    def add_found(
        self,
        visit_id: str,
        type_code: str,
        characteristics: Mapping[str, Any],
        *,
        serial: str = "",
        maker: str = "",
        model: str = "",
        regime: str = "initial",
    ) -> str:
        """An instrument that is there and not on the visit.  It is verified like any other; returns its id.

        Args:
            characteristics: as the procedure of the type asks for them, `metrology.procedures` says which.
            serial: empty where none can be read; the office assigns one.

        Raises Refused: signed-out, visit-unknown, instrument-unfit (the field says what to correct), text-too-long.
        """
        self._must_know(visit_id)
        day: date = self._journal.clock.today()
        try:
            metrology.points(type_code, characteristics, regime, day, self._work.shelf())
        except metrology.BadInput as error:
            raise Refused("instrument-unfit", field=error.field, detail=f"{error}.") from error
        texts = {"serial": serial, "maker": maker, "model": model}
        instrument: dict[str, Any] = {
            "id": new_id(),
            "type_code": type_code,
            **{name: words(text, MOST, name) if text.strip() else "" for name, text in texts.items()},
            "serial_assigned": False,
            "country": None,
            "year": None,
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

    def _must_know(self, visit_id: str) -> None:
        self._session.must_be_open()
        if self._work.visit(visit_id) is None:
            raise Refused("visit-unknown", field="visit_id")
