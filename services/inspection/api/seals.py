"""Doors to single seals: where one is and its whole story, which hang on an instrument, which are of a batch."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter

from services.inspection.api.records import Staff
from services.inspection.api.tablets import Office
from services.inspection.api.verifications import Anyone, Limit
from services.inspection.domain.custody import chain
from services.inspection.domain.ledger import UseStatus
from services.inspection.domain.seal import Seal, Standing, parse_number, seal_id
from services.inspection.domain.seal_batch import SealBatch
from services.inspection.seal_queries import batch_of, seals_of
from services.inspection.storage import instruments, seal_batches, seals
from services.kernel.model import Fact, Id, NotFound, Rejected, Text, instant_text, now
from services.kernel.tokens import Caller, Forbidden

router = APIRouter(prefix="/seals", tags=["seals"])


class Loss(Fact):
    reason: Text


@router.get("")
def listed(
    caller: Anyone,
    instrument_id: Id | None = None,
    batch_id: Id | None = None,
    status: UseStatus | None = None,
    standing: Standing | None = None,
    after: Id | None = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Used seals by instrument, batch, status and standing; `after` is the last id of the page before.

    Staff see all, an enterprise those on its own instruments.
    """
    asked: dict[str, Any] = {"status": status, "standing": standing}
    if instrument_id is not None:
        _must_see(instrument_id, caller)
        asked["instrument_ids"] = instrument_id
    elif not caller.is_staff:
        own = instruments.query(enterprise_id=caller.enterprise or "-")
        asked["instrument_ids__in"] = [each.id for each in own]
    where = {name: value for name, value in asked.items() if value is not None}
    if batch_id is None:
        found = seals.query(limit=limit, **where, **({"id__gt": after} if after else {}))
    else:
        parsed = parse_number(after) if after else None
        found = seals_of(seal_batches.get(batch_id), parsed[1] if parsed else 0, **where)
    return [_shown(each, caller) for each in islice(found, limit)]


@router.get("/{number}")
def seal(number: Text, caller: Anyone) -> dict[str, Any]:
    """Where a seal is, whether it is valid, and everything that was ever told of it, from the delivery on.

    Staff, and the enterprise on whose instrument it hangs, without the way it took to get there.
    """
    found, parsed = seals.find(seal_id(number)), parse_number(number)
    if not caller.is_staff:
        if found is None or not any(_owns(caller, id) for id in found.instrument_ids):
            raise Forbidden(
                "not-yours", "This seal is on no instrument of yours. Ask for your own data only."
            )
        return _shown(found, caller)
    batch = batch_of(*parsed) if parsed else None
    if found is None and batch is None:
        raise NotFound("seal", number)
    held = batch.held(parsed[1]) if batch and parsed else None
    known = {
        "batch_id": batch.id if batch else None,
        "holder_id": held.inspector_id if held else None,
        "story": sorted(_story(batch, parsed, found), key=lambda each: str(each["at"])),
    }
    if found is not None:
        return {**found.view(), **known}
    return {
        "number": seal_id(number),
        "of_kind": batch.of_kind if batch else None,
        "status": held.where if held else None,
        "standing": None,
        "facts": [],
        **known,
    }


@router.get("/{number}/history")
def history(number: Text, caller: Annotated[Caller, Staff]) -> list[dict[str, Any]]:
    """Every event of a used seal. Staff."""
    return [each.model_dump(mode="json") for each in seals.history(seal_id(number))]


@router.post("/{number}/lost")
def lost(number: Text, body: Loss, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Says that a seal is gone from the instrument that it was fitted to. Dispatchers and administrators."""
    found, parsed = seals.find(seal_id(number)), parse_number(number)
    if found is None:
        batch = batch_of(*parsed) if parsed else None
        if batch is None:
            raise NotFound("seal", number)
        detail = f"number: {seal_id(number)} was never used. Report it at /seal-batches/{batch.id}/lose."
        raise Rejected("seal-not-affixed", detail, field="number")
    if any(each.action == "lost" and each.reason == body.reason for each in found.facts):
        return found.view()
    event = found.lose(body.reason, caller.inspector, now())
    return seals.commit(found, event, by=caller).view()


def _story(
    batch: SealBatch | None, parsed: tuple[str, int] | None, found: Seal | None
) -> Iterator[dict[str, Any]]:
    if batch is not None and parsed is not None:
        yield {"action": "received", "at": instant_text(batch.received_at), "batch_id": batch.id}
        for each in chain(batch.movements, parsed[1]):
            yield each.model_dump(mode="json", exclude={"first", "last"})
    for fact in found.facts if found else []:
        yield fact.model_dump(mode="json")


def _shown(found: Seal, caller: Caller) -> dict[str, Any]:
    """An enterprise is shown what was done on its own instruments, and nothing of others."""
    view = found.view()
    if caller.is_staff:
        return view
    own = {id for id in found.instrument_ids if _owns(caller, id)}
    view["facts"] = [each for each in view["facts"] if each["instrument_id"] in own]
    view["instrument_ids"] = sorted(own)
    if view["instrument_id"] not in own:
        view |= {"instrument_id": None, "place": None}
    return view


def _must_see(instrument_id: str, caller: Caller) -> None:
    if not caller.is_staff:
        caller.must_see(instruments.get(instrument_id).enterprise_id)


def _owns(caller: Caller, instrument_id: str) -> bool:
    known = instruments.find(instrument_id)
    return known is not None and caller.enterprise is not None and known.enterprise_id == caller.enterprise
