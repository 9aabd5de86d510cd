"""Doors to the movements of unused seals: issued, returned, lost, destroyed, and found again."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator

from services.inspection.api.records import Staff
from services.inspection.api.tablets import Office
from services.inspection.domain.custody import Action, Movement
from services.inspection.domain.seal_batch import Serial
from services.inspection.seal_queries import uses
from services.inspection.storage import inspectors, seal_batches
from services.kernel.model import Fact, Id, Instant, Rejected, Text, new_id, now
from services.kernel.tokens import Caller, Forbidden

router = APIRouter(prefix="/seal-batches", tags=["seals"])

CLOCKS_DIFFER = timedelta(minutes=2)


def _past(value: datetime) -> datetime:
    at = now()
    if value > at + CLOCKS_DIFFER:
        raise ValueError("the instant lies in the future; give the one at which it happened")
    return min(value, at)


Past = Annotated[Instant, AfterValidator(_past)]


class Numbers(Fact):
    """Which numbers, and when it happened; now, unless told. The id makes a repeat harmless."""

    id: Id | None = None
    first: Serial
    last: Serial
    at: Past | None = None


class NewIssue(Numbers):
    inspector_id: Id


class NewReturn(Numbers):
    inspector_id: Id
    reason: Text | None = None


class NewLoss(Numbers):
    """Without an inspector: from the stock room."""

    inspector_id: Id | None = None
    reason: Text


@router.post("/{id}/issue")
def issue(id: Id, body: NewIssue, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Hands numbers of a batch to an inspector. Dispatchers and administrators."""
    must_know(body.inspector_id)
    return move(id, movement("issued", body, to=body.inspector_id), caller)


@router.post("/{id}/return")
def take_back(id: Id, body: NewReturn, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Takes unused numbers back from an inspector into the stock. Dispatchers and administrators."""
    must_know(body.inspector_id)
    return move(id, movement("returned", body, giver=body.inspector_id, reason=body.reason), caller)


@router.post("/{id}/lose")
def lose(id: Id, body: NewLoss, caller: Annotated[Caller, Staff]) -> dict[str, Any]:
    """Says that unused numbers cannot be found. The office, and an inspector of those in their own hand."""
    _must_hold(caller, body.inspector_id)
    return move(id, movement("lost", body, giver=body.inspector_id, reason=body.reason), caller)


@router.post("/{id}/destroy")
def destroy(id: Id, body: NewLoss, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Says that unused numbers were destroyed, a leaver's for example. Dispatchers and administrators."""
    if body.inspector_id is not None:
        must_know(body.inspector_id)
    return move(id, movement("destroyed", body, giver=body.inspector_id, reason=body.reason), caller)


@router.post("/{id}/find")
def find(id: Id, body: NewLoss, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Says that lost or destroyed numbers are there after all. Dispatchers and administrators."""
    if body.inspector_id is not None:
        must_know(body.inspector_id)
    return move(id, movement("found", body, to=body.inspector_id, reason=body.reason), caller)


def movement(
    action: Action, body: Numbers, giver: str | None = None, to: str | None = None, reason: str | None = None
) -> Movement:
    return Movement(
        id=body.id or new_id(),
        action=action,
        first=body.first,
        last=body.last,
        from_inspector_id=giver,
        to_inspector_id=to,
        at=body.at or now(),
        reason=reason,
    )


def move(batch_id: str, made: Movement, caller: Caller) -> dict[str, Any]:
    """Carries a movement out, once. Raises Rejected."""
    found = seal_batches.get(batch_id)
    used = uses(found.series, max(made.first, found.first), min(made.last, found.last))
    event = found.move(made, used)
    return (seal_batches.commit(found, event, by=caller) if event else found).view()


def must_know(inspector_id: str, field: str = "inspector_id") -> None:
    """Raises Rejected 422 when there is no such inspector."""
    if inspectors.find(inspector_id) is None:
        detail = f"{field}: there is no inspector {inspector_id}. Register the inspector first."
        raise Rejected("inspector-unknown", detail, field=field, status=422)


def in_office(caller: Caller) -> bool:
    return bool(caller.roles & {"dispatcher", "administrator"})


def _must_hold(caller: Caller, inspector_id: str | None) -> None:
    if not in_office(caller) and (inspector_id is None or caller.inspector != inspector_id):
        raise Forbidden("not-yours", "An inspector speaks for the seals in their own hand only.")
    if inspector_id is not None:
        must_know(inspector_id)
