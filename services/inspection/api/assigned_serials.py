"""Doors to the serial numbers that tablets give to instruments without one: reserve, release, account for all of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from services.inspection import assigning
from services.inspection.api.sync import Inspector, OwnInspector
from services.inspection.api.tablets import Office
from services.inspection.api.verifications import Limit
from services.inspection.domain.assigned_serial import read_serial
from services.inspection.storage import serial_ranges, tablets
from services.kernel.model import Fact, Id, NotFound, Text
from services.kernel.tokens import Caller

router = APIRouter(prefix="/assigned-serials", tags=["instruments"])


class NewSerials(Fact):
    id: Id
    """Made by the tablet (UUIDv7): a repeat finds the same numbers."""
    tablet_id: Id
    count: Annotated[int, Field(ge=1, le=100)]


class UnusedSerials(Fact):
    """All unused numbers of a tablet."""

    tablet_id: Id
    reason: Text


@router.post("/reserve", status_code=201)
def reserve(
    body: NewSerials, caller: Annotated[Caller, Inspector], inspector_id: OwnInspector
) -> dict[str, Any]:
    """Keeps serial numbers for a tablet, for instruments found without one. Inspectors, for a tablet enrolled for them."""
    tablet = tablets.get(body.tablet_id)
    tablet.must_be_of(inspector_id)
    tablet.must_be_served()
    kept = assigning.reserve(body.id, tablet.id, inspector_id, body.count, caller)
    numbers = [kept.number(each) for each in range(kept.first, kept.last + 1)]
    return {"id": body.id, "tablet_id": tablet.id, "numbers": numbers}


@router.post("/release")
def release(
    body: UnusedSerials, caller: Annotated[Caller, Inspector], inspector_id: OwnInspector
) -> dict[str, Any]:
    """Cancels the unused numbers of a tablet, which must not give them any more. Inspectors, for their own tablet."""
    tablets.get(body.tablet_id).must_be_of(inspector_id)
    return {"cancelled": assigning.cancel(body.tablet_id, body.reason, caller)}


@router.post("/withdraw")
def withdraw(body: UnusedSerials, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Cancels the unused numbers of a tablet that is lost or was given up. Dispatchers and administrators."""
    return {"cancelled": assigning.cancel(body.tablet_id, body.reason, caller)}


@router.get("/balance")
def balance(caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """How every number is accounted for, which are missing, which stand on two instruments. Dispatchers, administrators."""
    return assigning.balance()


@router.get("")
def listed(
    caller: Annotated[Caller, Office],
    tablet_id: Id | None = None,
    inspector_id: Id | None = None,
    after: Annotated[int | None, Query(ge=0)] = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """The ranges in the order of their numbers; `after` is the last number (`last`) of the page before.

    Dispatchers and administrators.
    """
    asked = {"tablet_id": tablet_id, "inspector_id": inspector_id, "first__gt": after}
    where = {name: value for name, value in asked.items() if value is not None}
    found = serial_ranges.query(order="first", limit=limit, **where)
    return [{**each.view(), "unused": each.numbers("reserved")} for each in found]


@router.get("/{number}")
def number(number: str, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """For whom a number was kept, and on which instrument it stands. Dispatchers and administrators."""
    read = read_serial(number)
    kept = assigning.by_number(*read) if read else None
    if read is None or kept is None:
        raise NotFound("serial number", number)
    return {
        "number": kept.number(read[1]),
        "status": kept.standing(read[1]),
        "tablet_id": kept.tablet_id,
        "inspector_id": kept.inspector_id,
        "cancelled": kept.cancelled,
        "uses": [each.model_dump(mode="json", exclude={"sequence"}) for each in kept.uses(read[1])],
    }


@router.get("/{id}/history")
def history(id: Id, caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """Every event of one range, which bears the name of its first number. Dispatchers and administrators."""
    return [each.model_dump(mode="json") for each in serial_ranges.history(id)]
