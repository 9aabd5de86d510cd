"""Doors to stocktakes: what was counted, where the ledger differs, and what a person decided."""

from itertools import islice
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field

from services.inspection.api.records import Staff
from services.inspection.api.seal_movements import Past, in_office, move, must_know
from services.inspection.api.tablets import Office
from services.inspection.api.verifications import Limit
from services.inspection.counting import differences, movement_of
from services.inspection.domain.seal_batch import Series
from services.inspection.domain.stocktake import Counted, Decided, Decision, Stocktake, check_counted
from services.inspection.stock import ledger
from services.inspection.storage import seal_batches, stocktakes
from services.kernel.model import Fact, Id, LongText, NotFound, Text, new_id, now
from services.kernel.tokens import Caller, Forbidden

router = APIRouter(prefix="/stocktakes", tags=["seals"])

RUNS_SHOWN = 100


class NewStocktake(Fact):
    """Whose seals were counted: an inspector's, or those in stock when none is named. No series: all of them."""

    id: Id | None = None
    inspector_id: Id | None
    series: Annotated[list[Series], Field(max_length=100)] = []
    counted: Annotated[list[Counted], Field(max_length=1000)]
    at: Past | None = None
    note: LongText = ""


class NewDecision(Counted):
    decision: Decision
    reason: Text


@router.post("", status_code=201)
def take(body: NewStocktake, caller: Annotated[Caller, Staff]) -> dict[str, Any]:
    """Compares what was counted with the ledger, and changes nothing. The office; an inspector for their own hand."""
    if not in_office(caller) and (body.inspector_id is None or body.inspector_id != caller.inspector):
        raise Forbidden("not-yours", "An inspector counts the seals in their own hand only.")
    if body.inspector_id is not None:
        must_know(body.inspector_id)
    at, counted = body.at or now(), check_counted(body.counted)
    known = stocktakes.find(body.id) if body.id else None
    if known is not None and (known.inspector_id, known.counted) == (body.inspector_id, counted):
        return _shown(known)
    series = [*body.series, *(each.series for each in counted)] if body.series else []
    found = list(differences(body.inspector_id, series, counted, at))
    stocktake = Stocktake(
        id=body.id or new_id(),
        inspector_id=body.inspector_id,
        series=sorted(set(body.series)),
        at=at,
        counted=counted,
        differences=found,
        status="differs" if found else "agrees",
        note=body.note,
        touched_at=now(),
    )
    return _shown(stocktakes.add(stocktake, stocktake.taken(), by=caller))


@router.get("")
def listed(
    caller: Annotated[Caller, Staff],
    inspector_id: Id | None = None,
    status: Literal["agrees", "differs", "decided"] | None = None,
    after: Id | None = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Stocktakes by inspector and status; `after` is the last id of the page before. The office; inspectors their own."""
    if not in_office(caller):
        inspector_id = caller.inspector or "-"
    asked = {"inspector_id": inspector_id, "status": status, "id__gt": after}
    where = {name: value for name, value in asked.items() if value is not None}
    return [_shown(each) for each in stocktakes.query(limit=limit, **where)]


@router.get("/{id}")
def stocktake(id: Id, caller: Annotated[Caller, Staff]) -> dict[str, Any]:
    """One stocktake with its differences; of those undecided, what the ledger says now that later records have come.

    The office; inspectors their own.
    """
    found = stocktakes.get(id)
    if not in_office(caller) and found.inspector_id != caller.inspector:
        raise NotFound("stocktake", id)
    shown = _shown(found)
    for each in shown["undecided"]:
        each["now"] = _now(each) if each["batch_id"] else []
    return shown


@router.get("/{id}/history")
def history(id: Id, caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """When it was taken and who decided what. Dispatchers and administrators."""
    return [each.model_dump(mode="json") for each in stocktakes.history(id)]


@router.post("/{id}/decide")
def decide(id: Id, body: NewDecision, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Decides of numbers of a difference: lost, found, or left as the ledger has them. Dispatchers and administrators.

    The movement is carried out first, under an id of its own: a repeat after a crash finds it and goes on.
    """
    found, at = stocktakes.get(id), now()
    difference = found.difference(body, body.decision)
    if difference is None:
        return _shown(found)
    made = movement_of(body.decision, difference, body, found, body.reason, at)
    if made is not None and difference.batch_id is not None:
        move(difference.batch_id, made, caller)
    decided = Decided(**body.model_dump(), at=at, by=caller.actor)
    return _shown(stocktakes.commit(found, found.decide(decided, at), by=caller))


def _shown(found: Stocktake) -> dict[str, Any]:
    return {**found.view(), "undecided": [each.model_dump(mode="json") for each in found.undecided()]}


def _now(difference: dict[str, Any]) -> list[dict[str, Any]]:
    found = ledger(seal_batches.get(difference["batch_id"]), difference["first"], difference["last"])
    return [run._asdict() for run in islice(found, RUNS_SHOWN)]
