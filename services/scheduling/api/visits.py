"""Doors to visits. The office plans and moves them; inspectors see their own, enterprises theirs once announced."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Response

from services.kernel.model import VIETNAM, Fact, Id, Instant, Text, instant_text, now
from services.kernel.tokens import Caller, Forbidden
from services.kernel.web import any_of
from services.scheduling.api.obligations import Anyone, Limit, own
from services.scheduling.booking import NewVisit, book, check_free, find_inspector
from services.scheduling.storage import page, visits
from services.scheduling.visit import Status, Visit
from services.scheduling.window import Window

router = APIRouter(prefix="/visits", tags=["visits"])

Office = any_of("dispatcher", "administrator")


class Move(Fact):
    """Another time and, if wanted, another inspector."""

    starts_at: Instant
    ends_at: Instant
    inspector_id: Id | None = None
    reason: Text


class Cancellation(Fact):
    reason: Text


@router.post("", status_code=201)
def plan(body: NewVisit, caller: Annotated[Caller, Office], response: Response) -> dict[str, Any]:
    """Plans a visit; nobody is told before it is announced. Dispatchers and administrators.

    The same body with the same id again answers 201 with the visit that it made; another body with that id 409.
    """
    visit = book(body, by=caller)
    response.headers["Location"] = f"/visits/{visit.id}"
    return visit.view()


@router.get("")
def listed(
    caller: Annotated[Caller, Anyone],
    site_id: Id | None = None,
    inspector_id: Id | None = None,
    enterprise_id: Id | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    status: Status | None = None,
    after: Id | None = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Visits by their beginning, page by page (`after` = the last id of the page before); days are Vietnam's, inclusive.

    Dispatchers and administrators see all, inspectors their own, enterprises theirs that were announced.
    """
    asked = {
        "site_id": site_id,
        "inspector_id": inspector_id,
        "enterprise_id": enterprise_id,
        "status": status,
    }
    where: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    if from_day or to_day:
        where["starts_at"] = {
            **({"$gte": _midnight(from_day)} if from_day else {}),
            **({"$lt": _midnight(to_day + timedelta(days=1))} if to_day else {}),
        }
    limits = _limits(caller)
    for name, value in limits.items():
        if where.get(name, value) != value:
            raise Forbidden("not-yours", "These visits are somebody else's. Ask for your own only.")
    return [each.view() for each in page(visits, "starts_at", where | limits, after, limit)]


@router.get("/{id}")
def one(id: Id, caller: Annotated[Caller, Anyone]) -> dict[str, Any]:
    """One visit. Dispatchers, administrators, its inspector, and its enterprise once it was announced."""
    return _visit(id, caller).view()


@router.get("/{id}/history")
def history(id: Id, caller: Annotated[Caller, Anyone]) -> list[dict[str, Any]]:
    """Every event of a visit, oldest first, with who and when. Whoever may see the visit."""
    _visit(id, caller)
    return [each.model_dump(mode="json") for each in visits.history(id)]


@router.post("/{id}/announce")
def announce(id: Id, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Fixes a planned visit: the enterprise is told, the inspector gets the work. Dispatchers and administrators."""
    visit = visits.get(id)
    event = visit.announce(find_inspector(visit.inspector_id), now())
    return visits.commit(visit, event, by=caller).view()


@router.post("/{id}/confirm")
def confirm(
    id: Id, caller: Annotated[Caller, any_of("dispatcher", "administrator", "enterprise")]
) -> dict[str, Any]:
    """Says that the time suits. The enterprise that is visited; dispatchers and administrators on its behalf."""
    visit = _visit(id, caller)
    return visits.commit(visit, visit.confirm(), by=caller).view()


@router.post("/{id}/reschedule")
def reschedule(id: Id, body: Move, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Moves a visit to another time or inspector. Dispatchers and administrators."""
    visit, window = visits.get(id), Window(starts_at=body.starts_at, ends_at=body.ends_at)
    inspector = find_inspector(body.inspector_id or visit.inspector_id)
    event = visit.reschedule(inspector, window, body.reason, now())
    check_free(inspector, window, but=id)
    return visits.commit(visit, event, by=caller).view()


@router.post("/{id}/cancel")
def cancel(id: Id, body: Cancellation, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Calls a visit off, or what is left of it. Dispatchers and administrators."""
    visit = visits.get(id)
    return visits.commit(visit, visit.cancel(body.reason), by=caller).view()


def _limits(caller: Caller) -> dict[str, Any]:
    """What of all visits the caller may see."""
    if caller.roles & {"dispatcher", "administrator"}:
        return {}
    if "inspector" in caller.roles:
        return {"inspector_id": caller.inspector or ""}
    return {"enterprise_id": own(caller, None), "announced": True}


def _visit(id: str, caller: Caller) -> Visit:
    visit = visits.get(id)
    if any(getattr(visit, name) != value for name, value in _limits(caller).items()):
        raise Forbidden("not-yours", "This visit is somebody else's. Ask for your own only.")
    return visit


def _midnight(day: date) -> str:
    return instant_text(datetime.combine(day, time(), VIETNAM))
