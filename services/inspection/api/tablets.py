"""Doors to tablets: an inspector enrols their own; the office sees all, with what is missing of each chain."""

from typing import Annotated, Any

from fastapi import APIRouter

from services.inspection.api.sync import Inspector, OwnInspector
from services.inspection.domain.chain import missing
from services.inspection.domain.tablet import Tablet
from services.inspection.storage import sequences_of, tablets
from services.kernel.model import AlreadyDone, Fact, Id, instant_text, now
from services.kernel.tokens import Caller
from services.kernel.web import any_of

router = APIRouter(prefix="/tablets", tags=["tablets"])

Office = any_of("dispatcher", "administrator")


class Enrolment(Fact):
    public_key: str


@router.put("/{id}")
def enrol(
    id: Id, body: Enrolment, caller: Annotated[Caller, Inspector], inspector_id: OwnInspector
) -> dict[str, Any]:
    """Makes a tablet's signing key known. Inspectors, for themselves; a repeat is harmless."""
    tablet = Tablet(id=id, inspector_id=inspector_id, public_key=body.public_key, enrolled_at=now())
    try:
        tablet = tablets.add(tablet, tablet.enrolled(), by=caller)
    except AlreadyDone:
        tablet = tablets.get(id)
        tablet.enrol_again(inspector_id, body.public_key)
    return {**tablet.view(), "server_time": instant_text(now())}


@router.get("")
def listed(caller: Annotated[Caller, Office], inspector_id: Id | None = None) -> list[dict[str, Any]]:
    """Every tablet with its last contact. Dispatchers and administrators."""
    where: dict[str, Any] = {"inspector_id": inspector_id} if inspector_id else {}
    return [each.view() for each in tablets.query(**where)]


@router.get("/{id}")
def tablet(id: Id, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """One tablet, how many of its records are here, and which of its sequence numbers are missing. The office."""
    found, present = tablets.get(id), sequences_of(id)
    return {**found.view(), "records": len(present), "missing": missing(present)}


@router.get("/{id}/history")
def history(id: Id, caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """Every event of a tablet. Dispatchers and administrators."""
    return [each.model_dump(mode="json") for each in tablets.history(id)]
