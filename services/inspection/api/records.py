"""Doors to the raw evidence: each record exactly as it came, and what was made of it."""

from typing import Annotated, Any

from fastapi import APIRouter

from services.inspection.api.tablets import Office
from services.inspection.attaching import missing
from services.inspection.storage import attentions, records
from services.kernel.model import Id
from services.kernel.tokens import Caller
from services.kernel.web import any_of

router = APIRouter(prefix="/records", tags=["records"])

Staff = any_of("inspector", "dispatcher", "administrator")


@router.get("/{id}")
def record(id: Id, caller: Annotated[Caller, Staff]) -> dict[str, Any]:
    """One record with its very text, the matters it raised and the attachments it still lacks. Staff."""
    found = records.get(id)
    raised = [each.view() for each in attentions.query(record_id=id)]
    return {**found.view(), "attention": raised, "missing_attachments": missing(found.attachments)}


@router.get("/{id}/beside")
def beside(id: Id, caller: Annotated[Caller, Staff]) -> list[dict[str, Any]]:
    """The other contents that came under the same id, each kept as a record of its own. Staff."""
    return [each.view() for each in records.query(record_id=id, id__ne=id)]


@router.get("/{id}/history")
def history(id: Id, caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """Every event of a record. Dispatchers and administrators."""
    return [each.model_dump(mode="json") for each in records.history(id)]
