"""How a visit is planned: what it is to verify, and that no instrument is on two open visits.

Each instrument's visits are numbered: an instrument that was on n visits, all over, gets the number n + 1 with its next
one. "{instrument}#{number}" is under a unique index and never changes, so of two that plan the same at the same moment,
both having counted n, only one can write. One who counted before a third visit was made meets that visit's number.
"""

import hashlib
import json
from collections import Counter
from datetime import date
from typing import Annotated

from pydantic import Field

from services.kernel.model import AlreadyDone, Fact, Id, Instant, Origin, Rejected, new_id
from services.scheduling.inspector import Inspector
from services.scheduling.obligation import Obligation
from services.scheduling.register import Site
from services.scheduling.storage import (
    clashing,
    due_at_site,
    inspectors,
    obligations,
    sites,
    visits,
    visits_of,
)
from services.scheduling.visit import Visit
from services.scheduling.window import Window

MOST_ITEMS = 200


class NewVisit(Fact):
    """`items` names the instruments; without them everything is taken that falls due at the site before `due_before`."""

    id: Id | None = None
    site_id: Id
    inspector_id: Id
    starts_at: Instant
    ends_at: Instant
    items: Annotated[list[Id], Field(min_length=1, max_length=MOST_ITEMS)] | None = None
    due_before: date | None = None

    @property
    def window(self) -> Window:
        return Window(starts_at=self.starts_at, ends_at=self.ends_at)

    def fingerprint(self) -> str:
        """The same for the same request, whatever the order of its fields."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


def book(request: NewVisit, by: Origin) -> Visit:
    """Plans a visit. The same request with the same id again gets the visit that it made.

    Raises:
        Rejected: what Visit.plan and check_free raise; `visit-items`, `site-unknown`, `inspector-unknown`,
            `instrument-unknown`, `instrument-on-visit`; AlreadyDone when the id stands for another request.
    """
    if request.id is not None and (made := visits.find(request.id)) is not None:
        return _same(made, request)
    if (request.items is None) == (request.due_before is None):
        detail = (
            "Name the instruments in items, or a day in due_before to take all that fall due: one of the two."
        )
        raise Rejected("visit-items", detail, field="items", status=422)
    site, inspector = find_site(request.site_id), find_inspector(request.inspector_id)
    wanted = _obligations(request, site)
    turns = _turns(wanted)
    id = request.id or new_id()
    visit, event = Visit.plan(id, site, inspector, request.window, wanted, turns, request.fingerprint())
    check_free(inspector, request.window, but=id)
    try:
        return visits.add(visit, event, by=by)
    except AlreadyDone:
        if (made := visits.find(id)) is not None:
            return _same(made, request)
        detail = (
            "One of the instruments was put on another visit at this moment. Read the visits and try again."
        )
        raise Rejected("instrument-on-visit", detail, field="items") from None


def find_site(id: str) -> Site:
    """Raises Rejected `site-unknown`."""
    if (found := sites.find(id)) is None:
        detail = f"There is no site {id} here. Check the id; one registered just now is known in a moment."
        raise Rejected("site-unknown", detail, field="site_id", status=422)
    return found


def find_inspector(id: str) -> Inspector:
    """Raises Rejected `inspector-unknown`."""
    if (found := inspectors.find(id)) is None:
        detail = (
            f"There is no inspector {id} here. Check the id; one registered just now is known in a moment."
        )
        raise Rejected("inspector-unknown", detail, field="inspector_id", status=422)
    return found


def check_free(inspector: Inspector, window: Window, but: str) -> None:
    """An inspector is at one place at a time. It is a look before the write: two plans of one moment can both pass.

    Raises:
        Rejected: `inspector-busy`.
    """
    if (other := clashing(inspector.id, window, but)) is not None:
        detail = f"{inspector.name} has visit {other.id} at that time. Choose another time or inspector."
        raise Rejected("inspector-busy", detail, field="starts_at")


def _obligations(request: NewVisit, site: Site) -> list[Obligation]:
    if request.items is None:
        assert request.due_before is not None
        due = due_at_site(site.id, request.due_before, MOST_ITEMS)
        taken = {id for visit in visits_of([each.id for each in due]) for id in visit.awaited}
        return [each for each in due if each.id not in taken]
    if len(set(request.items)) < len(request.items):
        raise Rejected(
            "visit-items", "An instrument is listed twice. List each once.", field="items", status=422
        )
    found = {each.id: each for each in obligations.query(id__in=request.items)}
    if missing := [id for id in request.items if id not in found]:
        detail = f"There is no instrument {missing[0]} here. Check the id; one registered just now is known in a moment."
        raise Rejected("instrument-unknown", detail, field="items", status=422)
    return [found[id] for id in request.items]


def _turns(wanted: list[Obligation]) -> list[str]:
    earlier = visits_of([each.id for each in wanted])
    for each in wanted:
        for visit in earlier:
            if each.id in visit.awaited:
                detail = f"Instrument {each.serial} is on visit {visit.id} already. Take it off the list."
                raise Rejected("instrument-on-visit", detail, field="items")
    count = Counter(item.instrument_id for visit in earlier for item in visit.items)
    return [f"{each.id}#{count[each.id] + 1}" for each in wanted]


def _same(made: Visit, request: NewVisit) -> Visit:
    if made.request != request.fingerprint():
        raise AlreadyDone(made.subject, {"id": made.id})
    return made
