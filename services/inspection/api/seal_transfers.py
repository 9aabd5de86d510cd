"""Doors to hand-overs between inspectors: the office says so, or one side declares it and the other confirms."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter

from services.inspection.api.records import Staff
from services.inspection.api.seal_movements import Numbers, in_office, move, movement, must_know
from services.inspection.api.verifications import Limit
from services.inspection.domain.seal_batch import invalid
from services.inspection.domain.transfer import Side, Transfer
from services.inspection.seal_queries import uses
from services.inspection.storage import seal_batches, transfers
from services.kernel.model import AlreadyDone, Fact, Id, Text, new_id, now
from services.kernel.tokens import Caller, Forbidden

router = APIRouter(tags=["seals"])


class NewTransfer(Numbers):
    from_inspector_id: Id
    to_inspector_id: Id


class Refusal(Fact):
    reason: Text


@router.post("/seal-batches/{id}/transfer")
def transfer(id: Id, body: NewTransfer, caller: Annotated[Caller, Staff]) -> dict[str, Any]:
    """Seals changed hands. The office's word counts at once and answers with the batch; an inspector's is declared.

    It counts when the other inspector declares the same, or confirms. The office, and the two inspectors themselves.
    """
    must_know(body.from_inspector_id, "from_inspector_id")
    must_know(body.to_inspector_id, "to_inspector_id")
    if body.from_inspector_id == body.to_inspector_id:
        raise invalid("to_inspector_id", "seals change hands between two inspectors. Name another.")
    new = _declared(id, body, caller)
    known = _same(new)
    if known is not None:
        return known.view() if known.said_by == new.said_by else _confirm(known, new.said_by, caller)
    made = movement("transferred", body, giver=body.from_inspector_id, to=body.to_inspector_id)
    if new.said_by == "office":
        return move(id, made, caller)
    batch = seal_batches.get(id)
    batch.move(made, uses(batch.series, made.first, made.last))
    return transfers.add_once(new, new.declared(), by=caller).view()


@router.get("/seal-transfers")
def listed(
    caller: Annotated[Caller, Staff],
    inspector_id: Id | None = None,
    status: Literal["declared", "confirmed", "declined", "all"] = "declared",
    after: Id | None = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Declared transfers that wait for the other side, unless told otherwise. The office; an inspector their own."""
    if not in_office(caller):
        inspector_id = caller.inspector or "-"
    asked: dict[str, Any] = {
        "status": None if status == "all" else status,
        "id__gt": after,
        "__raw__": _of(inspector_id) if inspector_id else None,
    }
    where = {name: value for name, value in asked.items() if value is not None}
    return [each.view() for each in transfers.query(limit=limit, **where)]


@router.get("/seal-transfers/{id}/history")
def history(id: Id, caller: Annotated[Caller, Staff]) -> list[dict[str, Any]]:
    """Who declared, confirmed or declined a transfer, and when. Staff."""
    return [each.model_dump(mode="json") for each in transfers.history(id)]


@router.post("/seal-transfers/{id}/confirm")
def confirm(id: Id, caller: Annotated[Caller, Staff]) -> dict[str, Any]:
    """Says that a declared transfer took place. The inspector on the other side, and the office."""
    found = transfers.get(id)
    return _confirm(found, _side(found, caller), caller)


@router.post("/seal-transfers/{id}/decline")
def decline(id: Id, body: Refusal, caller: Annotated[Caller, Staff]) -> dict[str, Any]:
    """Says that a declared transfer did not take place. Both inspectors, and the office."""
    found = transfers.get(id)
    _side(found, caller)
    event = found.decline(body.reason, now())
    return (transfers.commit(found, event, by=caller) if event else found).view()


def _of(inspector_id: str) -> dict[str, Any]:
    return {"$or": [{"from_inspector_id": inspector_id}, {"to_inspector_id": inspector_id}]}


def _confirm(found: Transfer, side: Side, caller: Caller) -> dict[str, Any]:
    """The movement is carried out first, under the transfer's id: a repeat after a crash finds it and goes on."""
    event = found.confirm(side, now())
    if event is None:
        return found.view()
    body = Numbers(id=found.id, first=found.first, last=found.last, at=found.at)
    made = movement("transferred", body, giver=found.from_inspector_id, to=found.to_inspector_id)
    move(found.batch_id, made, caller)
    return transfers.commit(found, event, by=caller).view()


def _declared(batch_id: str, body: NewTransfer, caller: Caller) -> Transfer:
    batch = seal_batches.get(batch_id)
    new = Transfer(
        id=body.id or new_id(),
        batch_id=batch.id,
        of_kind=batch.of_kind,
        series=batch.series,
        first=body.first,
        last=body.last,
        from_inspector_id=body.from_inspector_id,
        to_inspector_id=body.to_inspector_id,
        at=body.at or now(),
        said_by="office",
        touched_at=now(),
    )
    new.said_by = _side(new, caller)
    return new


def _same(new: Transfer) -> Transfer | None:
    """The transfer of this id, or the one that the other side declared of the same numbers. Raises AlreadyDone."""
    known = transfers.find(new.id)
    if known is not None:
        if known.what() != new.what():
            raise AlreadyDone(new.subject, {"id": new.id})
        return known
    declared = transfers.query(
        status="declared", batch_id=new.batch_id, from_inspector_id=new.from_inspector_id, first=new.first
    )
    return next((each for each in declared if each.what() == new.what()), None)


def _side(of: Transfer, caller: Caller) -> Side:
    """Raises Forbidden."""
    if in_office(caller):
        return "office"
    side = of.side_of(caller.inspector)
    if side is None:
        raise Forbidden("not-yours", "Only the two inspectors and the office speak of this transfer.")
    return side
