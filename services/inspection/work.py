"""What an inspector's tablet pulls: whole newest states of everything that changed since its cursor, and what is gone."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.inspection import assigning, evidence, numbering
from services.inspection.cursor import Cursor, digest, overlap_before, read_cursor, short_digest
from services.inspection.results import results_since
from services.inspection.shelf import procedures
from services.inspection.stock import seals_in_hand
from services.inspection.storage import inspectors, instrument_types, standards
from services.inspection.timetable import gone_since, instruments_since, visits_since
from services.kernel.model import instant_text, now

Json = dict[str, Any]
SECTIONS = ("visits", "instruments", "gone", "standards", "catalogue", "results")
FIELDS_OF_STANDARD = {
    "id", "code", "name", "serial", "certificate_number", "valid_from", "valid_until", "type_codes", "expanded_uncertainty",
}  # fmt: skip
FIELDS_OF_INSPECTOR = {"id", "name", "card_number", "card_valid_until", "type_codes", "suspended"}


@dataclass(frozen=True)
class Touched:
    """One element of an answer and when it was last touched, as text; `own` is what of it comes with nothing else."""

    at: str
    element: Any
    own: Any = None

    def digest(self, section: str) -> str:
        return short_digest((section, self.element if self.own is None else self.own))


@dataclass
class _Page:
    """Everything touched since some instant, by section, and what every answer holds in full."""

    whole: Json
    sections: dict[str, list[Touched]] = field(default_factory=dict)

    def without(self, given: set[str]) -> dict[str, list[Any]]:
        """The elements that the tablet was not given just so."""
        return {
            name: [each.element for each in self.sections[name] if each.digest(name) not in given]
            for name in SECTIONS
        }

    def recent(self, since: str) -> list[str]:
        """The digests of the elements touched after an instant."""
        return [each.digest(name) for name in SECTIONS for each in self.sections[name] if each.at > since]


def pull(inspector_id: str, cursor_text: str | None) -> bytes | None:
    """The answer as JSON, or None when there is nothing new. Raises Rejected 400 for a strange cursor."""
    cursor = read_cursor(cursor_text) if cursor_text else None
    at = now()
    page = _page(inspector_id, cursor.since if cursor else "", at)
    sent = page.without(cursor.given() if cursor else set())
    if cursor is None:
        sent["instruments"] = []  # each visit brings its own
    listed = procedures()
    if cursor is None or cursor.procedures != digest(listed):
        sent["procedures"] = listed
    if cursor is not None and not any(sent.values()) and digest(page.whole) == cursor.whole:
        return None
    next_cursor = Cursor.after(at, page.recent(overlap_before(at)), page.whole, listed)
    answer = {"cursor": next_cursor.write(), "server_time": instant_text(at), **sent, **page.whole}
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _page(inspector_id: str, since: str, at: datetime) -> _Page:
    inspector = inspectors.find(inspector_id)
    whole = {
        "inspector": inspector.model_dump(mode="json", include=FIELDS_OF_INSPECTOR) if inspector else None,
        "seals_in_hand": seals_in_hand(inspector_id),
        "certificate_numbers": numbering.in_hand(inspector_id),
        "assigned_serials": assigning.in_hand(inspector_id),
        "evidence": evidence.asked_of_tablets(),
    }
    page = _Page(whole)
    page.sections["visits"] = [
        Touched(at, visit, _without_instruments(visit)) for at, visit in visits_since(inspector_id, since)
    ]
    page.sections["instruments"] = [
        Touched(*each) for each in instruments_since(inspector_id, since or overlap_before(at))
    ]
    page.sections["gone"] = [Touched(*each) for each in gone_since(inspector_id, since)]
    page.sections["standards"] = [
        Touched(instant_text(each.touched_at), each.model_dump(mode="json", include=FIELDS_OF_STANDARD))
        for each in standards.query(touched_at__gt=since)
    ]
    page.sections["catalogue"] = [
        Touched(instant_text(each.touched_at), {"code": each.id, "rows": each.rows})
        for each in instrument_types.query(touched_at__gt=since)
    ]
    page.sections["results"] = [Touched(*each) for each in results_since(inspector_id, since)]
    return page


def _without_instruments(visit: Json) -> Json:
    """A visit as far as it is not told by its instruments, each of which comes alone when it changes."""
    items = [{**item, "instrument": item["instrument"]["id"]} for item in visit["items"]]
    return {**visit, "items": items}
