"""What the law wants of standards and of the inspector, as far as the tablet can tell without the server."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import metrology

from .refusal import Refused
from .sheet import Sheet
from .work import Work


def standard_obstacle(standard: Mapping[str, Any], type_code: str, on: str) -> Refused | None:
    """Why a reference standard cannot be used for a type on a day (ISO text); None if it can (TT 24/2013 Art. 43.4)."""
    code = standard["code"]
    if type_code not in standard["type_codes"]:
        return Refused("standard-of-other-type", field="standard_id", code=code, type=type_code)
    if on > standard["valid_until"]:
        return Refused("standard-expired", field="standard_id", code=code, until=standard["valid_until"])
    if on < standard["valid_from"]:
        return Refused("standard-not-yet-valid", field="standard_id", code=code, since=standard["valid_from"])
    return None


def certificate_obstacles(sheet: Sheet, work: Work) -> list[Refused]:
    """Why the server would withhold a certificate from a pass, and a visit that is no longer ours."""
    instrument, on = sheet.opening["instrument"], sheet.verified_on
    code, regime = instrument["type_code"], sheet.opening["regime"]
    found = card_obstacles(work.inspector(), code, on)
    if not _is_asked(regime, code, on, work):
        found.append(Refused("regime-not-asked", type=code))
    if instrument["status"] == "retired":
        found.append(Refused("instrument-retired"))
    if instrument["status"] == "barred" and regime != "after_repair":
        found.append(Refused("repair-first"))
    visit_id = sheet.opening["visit_id"]
    if visit_id is not None and not work.is_open(visit_id):
        found.append(Refused("visit-gone"))
    return found


def card_obstacles(card: Mapping[str, Any] | None, code: str, on: str) -> list[Refused]:
    """TT 24/2013 Art. 36 and 43: a card, not suspended, not expired, that covers the field."""
    if card is None:
        return [Refused("card-unknown")]
    found = []
    if card["suspended"]:
        found.append(Refused("card-suspended"))
    if on > card["card_valid_until"]:
        found.append(Refused("card-expired", until=card["card_valid_until"]))
    if code not in card["type_codes"]:
        found.append(Refused("card-of-other-type", type=code))
    return found


def _is_asked(regime: str, code: str, on: str, work: Work) -> bool:
    """Whether the law asks this control of the type on the day (TT 23/2013 Art. 4); true where the tablet cannot tell."""
    try:
        return regime in metrology.Catalogue(work.catalogue(code)).regimes(code, date.fromisoformat(on))
    except metrology.BadInput:
        return True
