"""Doors to inspectors and their cards. Staff read; the office writes."""

from typing import Annotated, Any

from fastapi import APIRouter

from services.kernel.model import Fact, Id, Text
from services.kernel.tokens import Caller
from services.kernel.web import any_of
from services.registry.api.enterprises import Limit, Office, Staff
from services.registry.inspector import Inspector, InspectorData
from services.registry.storage import inspectors

router = APIRouter(prefix="/inspectors", tags=["inspectors"])


class NewInspector(InspectorData):
    id: Id | None = None
    card_number: Text


class Suspension(Fact):
    reason: Text


@router.post("", status_code=201)
def register(body: NewInspector, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Enters the holder of a card. Dispatchers and administrators."""
    data = InspectorData(**body.model_dump(exclude={"id", "card_number"}))
    inspector, event = Inspector.register(body.id, body.card_number, data)
    return inspectors.add_once(inspector, event, by=caller).view()


@router.get("")
def listed(
    caller: Annotated[Caller, Staff], after: Id | None = None, limit: Limit = 100
) -> list[dict[str, Any]]:
    """Inspectors, page by page. Staff only."""
    where = {"id__gt": after} if after else {}
    return [each.view() for each in inspectors.query(limit=limit, **where)]


@router.get("/{id}")
def inspector(id: Id, caller: Annotated[Caller, Staff]) -> dict[str, Any]:
    """One inspector. Staff only."""
    return inspectors.get(id).view()


@router.get("/{id}/history")
def history(id: Id, caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """The card over time. Dispatchers and administrators."""
    return [each.model_dump(mode="json") for each in inspectors.history(id)]


@router.put("/{id}")
def update(id: Id, body: InspectorData, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """A renewed card, or other fields. Dispatchers and administrators."""
    found = inspectors.get(id)
    event = found.update(body)
    return (inspectors.commit(found, event, by=caller) if event else found).view()


@router.post("/{id}/suspend")
def suspend(id: Id, body: Suspension, caller: Annotated[Caller, any_of("administrator")]) -> dict[str, Any]:
    """The card does not count until further notice. Administrators only."""
    found = inspectors.get(id)
    return inspectors.commit(found, found.suspend(body.reason), by=caller).view()


@router.post("/{id}/reinstate")
def reinstate(id: Id, caller: Annotated[Caller, any_of("administrator")]) -> dict[str, Any]:
    """The suspension is over. Administrators only."""
    found = inspectors.get(id)
    return inspectors.commit(found, found.reinstate(), by=caller).view()
