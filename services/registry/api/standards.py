"""Doors to reference standards. Staff read; the office writes."""

from typing import Annotated, Any

from fastapi import APIRouter

from services.kernel.model import Id, Text
from services.kernel.tokens import Caller
from services.registry.api.enterprises import Limit, Office, Staff
from services.registry.standard import Standard, StandardData
from services.registry.storage import standards

router = APIRouter(prefix="/standards", tags=["standards"])


class NewStandard(StandardData):
    id: Id | None = None
    code: Text


@router.post("", status_code=201)
def register(body: NewStandard, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Enters a reference standard with its certificate. Dispatchers and administrators."""
    data = StandardData(**body.model_dump(exclude={"id", "code"}))
    standard, event = Standard.register(body.id, body.code, data)
    return standards.add_once(standard, event, by=caller).view()


@router.get("")
def listed(
    caller: Annotated[Caller, Staff], after: Id | None = None, limit: Limit = 100
) -> list[dict[str, Any]]:
    """Reference standards, page by page. Staff only."""
    where = {"id__gt": after} if after else {}
    return [each.view() for each in standards.query(limit=limit, **where)]


@router.get("/{id}")
def standard(id: Id, caller: Annotated[Caller, Staff]) -> dict[str, Any]:
    """One reference standard. Staff only."""
    return standards.get(id).view()


@router.get("/{id}/history")
def history(id: Id, caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """Its certificates over time. Dispatchers and administrators."""
    return [each.model_dump(mode="json") for each in standards.history(id)]


@router.put("/{id}")
def update(id: Id, body: StandardData, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """A new certificate, or corrected data. Dispatchers and administrators."""
    found = standards.get(id)
    event = found.update(body)
    return (standards.commit(found, event, by=caller) if event else found).view()
