"""Doors to the register of certificate numbers: tablets reserve and release some, the office sees all accounted for."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from services.inspection import numbering
from services.inspection.api.sync import Inspector, OwnInspector
from services.inspection.api.tablets import Office
from services.inspection.api.verifications import Limit
from services.inspection.domain.certificate_number import CertificateNumber
from services.inspection.office import office
from services.inspection.storage import certificate_numbers, tablets
from services.kernel.model import Fact, Id, Text, today
from services.kernel.tokens import Caller

router = APIRouter(prefix="/certificate-numbers", tags=["certificates"])

Year = Annotated[int, Field(ge=2000, le=2100)]


class NewReservation(Fact):
    id: Id
    """Made by the tablet (UUIDv7): a repeat finds the same numbers."""
    tablet_id: Id
    year: Year
    count: Annotated[int, Field(ge=1, le=100)]


class Release(Fact):
    """All unused numbers of a tablet, or only those of one year."""

    tablet_id: Id
    year: Year | None = None
    reason: Text


class Closing(Fact):
    year: Year


@router.post("/reserve", status_code=201)
def reserve(
    body: NewReservation, caller: Annotated[Caller, Inspector], inspector_id: OwnInspector
) -> dict[str, Any]:
    """Keeps numbers for a tablet that will be offline. Inspectors, for a tablet enrolled for them."""
    tablet = tablets.get(body.tablet_id)
    tablet.must_be_of(inspector_id)
    tablet.must_be_served()
    kept = numbering.reserve(body.id, tablet.id, inspector_id, body.year, body.count, caller)
    return {
        "id": body.id,
        "tablet_id": body.tablet_id,
        "year": body.year,
        "numbers": [each.number for each in kept],
    }


@router.post("/release")
def release(
    body: Release, caller: Annotated[Caller, Inspector], inspector_id: OwnInspector
) -> dict[str, Any]:
    """Cancels the unused numbers of a tablet, which must not use them any more. Inspectors, for their own tablet."""
    tablets.get(body.tablet_id).must_be_of(inspector_id)
    return _released(body, caller)


@router.post("/withdraw")
def withdraw(body: Release, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Cancels the unused numbers of a tablet that is lost or was given up. Dispatchers and administrators."""
    return _released(body, caller)


@router.post("/close")
def close(body: Closing, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Cancels whatever of a past year is still reserved, so that its register is complete. Dispatchers, administrators."""
    cancelled = numbering.close(body.year, caller)
    return {"unused": [each.number for each in cancelled], **numbering.balance(body.year)}


@router.get("/balance")
def balance(caller: Annotated[Caller, Office], year: Year | None = None) -> dict[str, Any]:
    """How every number of a year is accounted for, and which are missing. Dispatchers and administrators."""
    return numbering.balance(year or today().year)


@router.get("")
def listed(
    caller: Annotated[Caller, Office],
    year: Year | None = None,
    status: Literal["reserved", "issued", "cancelled"] | None = None,
    tablet_id: Id | None = None,
    inspector_id: Id | None = None,
    after: Annotated[int | None, Query(ge=0)] = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """The register of a year in the order of its numbers; `after` is the last sequence of the page before.

    Dispatchers and administrators.
    """
    asked = {
        "series": office().series(year or today().year),
        "status": status,
        "tablet_id": tablet_id,
        "inspector_id": inspector_id,
        "sequence__gt": after,
    }
    where = {name: value for name, value in asked.items() if value is not None}
    return [each.view() for each in certificate_numbers.query(order="sequence", limit=limit, **where)]


@router.get("/{id}/history")
def history(id: Id, caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """For whom a number was reserved, and why it was cancelled. Dispatchers and administrators."""
    return [each.model_dump(mode="json") for each in certificate_numbers.history(id)]


def _released(body: Release, caller: Caller) -> dict[str, Any]:
    where: dict[str, Any] = {"year": body.year} if body.year else {}
    held = certificate_numbers.query(tablet_id=body.tablet_id, status="reserved", order="sequence", **where)
    cancelled: list[CertificateNumber] = numbering.release(held, body.reason, caller)
    return {"cancelled": [each.number for each in cancelled]}
