"""The attention desk: what a person must look at, oldest first, and how it was resolved."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter

from services.inspection.api.tablets import Office
from services.inspection.api.verifications import Limit
from services.inspection.storage import attentions
from services.kernel.model import Fact, Id, Text, instant_text, now
from services.kernel.tokens import Caller

router = APIRouter(prefix="/attention", tags=["attention"])


class Resolution(Fact):
    note: Text


@router.get("")
def listed(
    caller: Annotated[Caller, Office],
    status: Literal["open", "resolved", "all"] = "open",
    reason: Id | None = None,
    record_id: Id | None = None,
    instrument_id: Id | None = None,
    inspector_id: Id | None = None,
    after: Id | None = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Open matters unless told otherwise, oldest first. Dispatchers and administrators.

    Page by page: `after` is the last id of the page before.
    """
    asked = {
        "status": None if status == "all" else status,
        "reason": reason,
        "record_id": record_id,
        "instrument_id": instrument_id,
        "inspector_id": inspector_id,
        "__raw__": _after(after) if after else None,
    }
    where = {name: value for name, value in asked.items() if value is not None}
    return [each.view() for each in attentions.query(order="raised_at id", limit=limit, **where)]


@router.get("/{id}")
def attention(id: Id, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """One matter. Dispatchers and administrators."""
    return attentions.get(id).view()


@router.post("/{id}/resolve")
def resolve(id: Id, body: Resolution, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Closes a matter with a note that says what was decided and why. Dispatchers and administrators."""
    found = attentions.get(id)
    return attentions.commit(found, found.resolve(body.note, caller.actor, now()), by=caller).view()


@router.get("/{id}/history")
def history(id: Id, caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """When it was raised and resolved, and by whom. Dispatchers and administrators."""
    return [each.model_dump(mode="json") for each in attentions.history(id)]


def _after(id: str) -> dict[str, Any]:
    """What was raised later than this one, or at the same instant under a later id."""
    at = instant_text(attentions.get(id).raised_at)
    return {"$or": [{"raised_at": {"$gt": at}}, {"raised_at": at, "_id": {"$gt": id}}]}
