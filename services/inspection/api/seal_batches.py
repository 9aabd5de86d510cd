"""Doors to the seal ledger: batches received, what each of their numbers is, and the balance."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.inspection.api.records import Staff
from services.inspection.api.seal_movements import Past, must_know
from services.inspection.api.tablets import Office
from services.inspection.api.verifications import Limit
from services.inspection.domain.seal_batch import SealBatch, Serial, Series, invalid
from services.inspection.events import SealKind
from services.inspection.seal_queries import overlapping_batch, seals_of, seals_on
from services.inspection.stock import Asked, inspector_balance, ledger, office_balance
from services.inspection.storage import seal_batches
from services.kernel.model import Fact, Id, Instant, Rejected, new_id, now
from services.kernel.tokens import Caller

router = APIRouter(tags=["seals"])

RUNS_ON_A_PAGE = 1000


class NewBatch(Fact):
    id: Id | None = None
    kind: SealKind
    series: Series
    first: Serial
    last: Serial
    at: Past | None = None


@router.post("/seal-batches", status_code=201)
def receive(body: NewBatch, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Enters a batch of numbered seals into the stock. Dispatchers and administrators."""
    batch = SealBatch(
        id=body.id or new_id(),
        of_kind=body.kind,
        series=body.series,
        first=body.first,
        last=body.last,
        received_at=body.at or now(),
    )
    event = batch.received()
    other = overlapping_batch(batch)
    if other is not None:
        detail = (
            f"first: {other.series} {other.first} to {other.last} was received before. Enter other numbers."
        )
        raise Rejected("seals-received", detail, field="first")
    return seal_batches.add_once(batch, event, by=caller).view()


@router.get("/seal-batches")
def batches(
    caller: Annotated[Caller, Office], series: Series | None = None, kind: SealKind | None = None
) -> list[dict[str, Any]]:
    """Every batch, with who holds which of its numbers. Dispatchers and administrators."""
    asked: dict[str, Any] = {"series": series, "of_kind": kind}
    where = {name: value for name, value in asked.items() if value is not None}
    return [each.view() for each in seal_batches.query(order="series first", **where)]


@router.get("/seal-batches/{id}")
def batch(id: Id, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """One batch with every movement of its numbers. Dispatchers and administrators."""
    return seal_batches.get(id).view()


@router.get("/seal-batches/{id}/history")
def history(id: Id, caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """Every event of a batch: when it came, what went to whom. Dispatchers and administrators."""
    return [each.model_dump(mode="json") for each in seal_batches.history(id)]


@router.get("/seal-batches/{id}/ledger")
def runs(
    id: Id,
    caller: Annotated[Caller, Staff],
    first: Serial | None = None,
    last: Serial | None = None,
    as_of: Instant | None = None,
) -> list[dict[str, Any]]:
    """What every number of a batch is, in runs; the next page begins behind the last number of this one. Staff."""
    Asked(id, None, first, last, as_of).must_run_upward()
    found = ledger(seal_batches.get(id), first, last, as_of)
    return [run._asdict() for _, run in zip(range(RUNS_ON_A_PAGE), found, strict=False)]


@router.get("/seal-batches/{id}/instruments")
def carrying(
    id: Id, caller: Annotated[Caller, Staff], after: Annotated[int, Query(ge=0)] = 0, limit: Limit = 100
) -> dict[str, Any]:
    """The instruments that carry seals of a batch, each with those seals, in order of its lowest number.

    `next` is the `after` of the next page; null: there is none. Staff.
    """
    found = seal_batches.get(id)
    shown: dict[str, list[dict[str, Any]]] = {}
    turn = None
    for seal in seals_of(found, after, status="affixed"):
        if len(shown) >= limit:
            turn = int(seal.serial or 0) - 1
            break
        shown |= {each: [] for each in seal.instrument_ids if each not in shown}
    begun = set()
    for seal in seals_on(list(shown), found) if shown else ():
        for each in set(seal.instrument_ids) & shown.keys():
            if seal.serial is not None and seal.serial <= after:
                begun.add(each)
            shown[each].append({"number": seal.number, "place": seal.place, "standing": seal.standing})
    hung = [{"instrument_id": each, "seals": on} for each, on in shown.items() if each not in begun]
    return {"instruments": hung, "next": turn}


@router.get("/seal-balance")
def balance(
    caller: Annotated[Caller, Staff],
    series: Series | None = None,
    first: Serial | None = None,
    last: Serial | None = None,
    batch_id: Id | None = None,
    inspector_id: Id | None = None,
    as_of: Instant | None = None,
) -> dict[str, int]:
    """received = in_stock + in_hand + affixed + void + lost + destroyed, of a batch, a range, or everything.

    Of an inspector: received - returned - handed_over is the sum of the rest. `as_of` asks for an earlier instant, as
    it is known today. Staff.
    """
    if (first is not None or last is not None) and series is None and batch_id is None:
        raise invalid("series", "numbers mean nothing without their series. Name it, or a batch.")
    asked = Asked(batch_id, series, first, last, as_of)
    asked.must_run_upward()
    if inspector_id is None:
        return office_balance(asked)
    must_know(inspector_id)
    return inspector_balance(asked, inspector_id)
