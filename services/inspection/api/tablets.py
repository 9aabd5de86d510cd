"""Doors to tablets: an inspector enrols their own; the office sees all, suspends and wipes, and what each chain lacks."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from services.inspection.api.enrolments import Administrator
from services.inspection.api.sync import Inspector, OwnInspector
from services.inspection.domain.chain import missing
from services.inspection.domain.tablet import Tablet
from services.inspection.enrolling import enrol
from services.inspection.storage import broken_links_of, sequences_of, tablets
from services.kernel.model import Fact, Id, Text, instant_text, now
from services.kernel.tokens import Caller
from services.kernel.web import any_of

router = APIRouter(prefix="/tablets", tags=["tablets"])

Office = any_of("dispatcher", "administrator")


class Key(Fact):
    public_key: str
    code: Annotated[str, Field(max_length=100)] | None = None


class Reason(Fact):
    reason: Text


@router.put("/{id}")
def put(
    id: Id, body: Key, caller: Annotated[Caller, Inspector], inspector_id: OwnInspector
) -> dict[str, Any]:
    """Makes a tablet's signing key known, the first time with a one-time code; a repeat needs none and is harmless.

    Inspectors, for themselves.
    """
    at = now()
    told = Tablet(id=id, inspector_id=inspector_id, public_key=body.public_key, enrolled_at=at)
    return {**enrol(told, body.code, at, caller).view(), "server_time": instant_text(at)}


@router.post("/{id}/suspend")
def suspend(id: Id, body: Reason, caller: Annotated[Caller, Administrator]) -> dict[str, Any]:
    """Gives a tablet no more work; it hears so at its next contact. What it hands in is flagged. Administrators."""
    found = tablets.get(id)
    return tablets.commit(found, found.suspend(body.reason, now()), by=caller).view()


@router.post("/{id}/resume")
def resume(id: Id, body: Reason, caller: Annotated[Caller, Administrator]) -> dict[str, Any]:
    """Ends a suspension, or takes back an order to wipe that was not carried out yet. Administrators."""
    found = tablets.get(id)
    return tablets.commit(found, found.resume(body.reason, now()), by=caller).view()


@router.post("/{id}/wipe")
def wipe(id: Id, body: Reason, caller: Annotated[Caller, Administrator]) -> dict[str, Any]:
    """Orders a tablet to hand in what it has at its next contact and then to erase itself. Administrators."""
    found = tablets.get(id)
    return tablets.commit(found, found.order_wipe(body.reason, now()), by=caller).view()


@router.post("/{id}/wiped")
def wiped(id: Id, caller: Annotated[Caller, Inspector], inspector_id: OwnInspector) -> dict[str, Any]:
    """A tablet says that it erases itself now. Inspectors, from their own tablet."""
    found = tablets.get(id)
    found.must_be_of(inspector_id)
    event = found.wiped(now())
    return (tablets.commit(found, event, by=caller) if event else found).view()


@router.get("")
def listed(caller: Annotated[Caller, Office], inspector_id: Id | None = None) -> list[dict[str, Any]]:
    """Every tablet with its last contact. Dispatchers and administrators."""
    where: dict[str, Any] = {"inspector_id": inspector_id} if inspector_id else {}
    return [each.view() for each in tablets.query(**where)]


@router.get("/{id}")
def tablet(id: Id, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """One tablet, how many of its records are here, which of its sequence numbers are missing, and which do not follow.

    The office.
    """
    found, present = tablets.get(id), sequences_of(id)
    last = max(present, default=0)
    chain = {"missing": missing(present), "broken": broken_links_of(id)}
    return {**found.view(), "records": len(present), "last_sequence": last, **chain}


@router.get("/{id}/history")
def history(id: Id, caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """Every event of a tablet. Dispatchers and administrators."""
    return [each.model_dump(mode="json") for each in tablets.history(id)]
