"""Doors to the seal ledger: batches received, ranges issued to inspectors, and where one seal is."""

from typing import Annotated, Any

from fastapi import APIRouter

from services.inspection.api.records import Staff
from services.inspection.api.tablets import Office
from services.inspection.domain.seal import parse_number, seal_id
from services.inspection.domain.seal_batch import SealBatch, Serial, Series
from services.inspection.events import SealKind
from services.inspection.storage import batch_of, inspectors, overlapping_batch, seal_batches, seals
from services.kernel.model import Fact, Id, NotFound, Rejected, Text, new_id, now
from services.kernel.tokens import Caller

router = APIRouter(tags=["seals"])


class NewBatch(Fact):
    id: Id | None = None
    kind: SealKind
    series: Series
    first: Serial
    last: Serial


class NewIssue(Fact):
    first: Serial
    last: Serial
    inspector_id: Id


@router.post("/seal-batches", status_code=201)
def receive(body: NewBatch, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Enters a batch of numbered seals into the stock. Dispatchers and administrators."""
    batch = SealBatch(
        id=body.id or new_id(),
        of_kind=body.kind,
        series=body.series,
        first=body.first,
        last=body.last,
        received_at=now(),
    )
    event = batch.received()
    other = overlapping_batch(batch)
    if other is not None:
        detail = f"{other.series} {other.first} to {other.last} was received before. Enter other numbers."
        raise Rejected("seals-received", detail, field="first")
    return seal_batches.add_once(batch, event, by=caller).view()


@router.get("/seal-batches")
def batches(caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """Every batch with what was issued of it. Dispatchers and administrators."""
    return [each.view() for each in seal_batches.query(order="series first")]


@router.get("/seal-batches/{id}")
def batch(id: Id, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """One batch. Dispatchers and administrators."""
    return seal_batches.get(id).view()


@router.get("/seal-batches/{id}/history")
def history(id: Id, caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """Every event of a batch: when it came, what went to whom. Dispatchers and administrators."""
    return [each.model_dump(mode="json") for each in seal_batches.history(id)]


@router.post("/seal-batches/{id}/issue")
def issue(id: Id, body: NewIssue, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Hands numbers of a batch to an inspector. Dispatchers and administrators."""
    if inspectors.find(body.inspector_id) is None:
        detail = f"There is no inspector {body.inspector_id}. Register the inspector first."
        raise Rejected("inspector-unknown", detail, field="inspector_id", status=422)
    found = seal_batches.get(id)
    event = found.issue(body.first, body.last, body.inspector_id, now())
    return seal_batches.commit(found, event, by=caller).view()


@router.get("/seals/{number}")
def seal(number: Text, caller: Annotated[Caller, Staff]) -> dict[str, Any]:
    """Where a seal is: on an instrument, void, in an inspector's hand, or in stock. Staff."""
    found = seals.find(seal_id(number))
    parsed = parse_number(number)
    held = batch_of(*parsed) if parsed else None
    holder = held.holder(parsed[1]) if held and parsed else None
    known = {"batch_id": held.id if held else None, "holder_id": holder}
    if found is not None:
        return {**found.view(), **known}
    if held is None:
        raise NotFound("seal", number)
    return {"number": seal_id(number), "status": "in_hand" if holder else "in_stock", "facts": [], **known}


@router.get("/seals/{number}/history")
def seal_history(number: Text, caller: Annotated[Caller, Staff]) -> list[dict[str, Any]]:
    """Every event of a seal. Staff."""
    return [each.model_dump(mode="json") for each in seals.history(seal_id(number))]
