"""The attention desk: what a person must look at, oldest first, and how it was resolved."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter

from services.inspection.api.tablets import Office
from services.inspection.api.verifications import Limit
from services.inspection.deciding import DECIDED
from services.inspection.domain.attention import Attention
from services.inspection.storage import attention_counts, attentions, certificates, records, verifications
from services.kernel.model import Fact, Id, Text, instant_text, now
from services.kernel.tokens import Caller

router = APIRouter(prefix="/attention", tags=["attention"])


class Resolution(Fact):
    note: Text
    relied_on: bool = True
    """Of a record that is in doubt (its tablet is suspended, its signature does not fit): false, no certificate follows."""


@router.get("")
def listed(
    caller: Annotated[Caller, Office],
    status: Literal["open", "resolved", "all"] = "open",
    reason: Id | None = None,
    record_id: Id | None = None,
    instrument_id: Id | None = None,
    inspector_id: Id | None = None,
    tablet_id: Id | None = None,
    enterprise_id: Id | None = None,
    after: Id | None = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Open matters unless told otherwise, oldest first. Dispatchers and administrators.

    Page by page: `after` is the last id of the page before.
    """
    asked = {
        "status": None if status == "all" else status,
        "reason": reason,
        "record_id": record_id,
        "instrument_id": instrument_id,
        "inspector_id": inspector_id,
        "tablet_id": tablet_id,
        "enterprise_id": enterprise_id,
        "__raw__": _after(after) if after else None,
    }
    where = {name: value for name, value in asked.items() if value is not None}
    return [each.view() for each in attentions.query(order="raised_at id", limit=limit, **where)]


@router.get("/counts")
def counts(
    caller: Annotated[Caller, Office], status: Literal["open", "resolved"] = "open"
) -> list[dict[str, Any]]:
    """How many matters there are of each reason, the most frequent first. Dispatchers and administrators."""
    return attention_counts(status)


@router.get("/{id}")
def attention(id: Id, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """One matter, in words, with the addresses of everything that it is about. Dispatchers and administrators."""
    found = attentions.get(id)
    return {**found.view(), "links": list(_links(found))}


@router.post("/{id}/resolve")
def resolve(id: Id, body: Resolution, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Closes a matter with a note that says what was decided and why. Dispatchers and administrators.

    A record that was in doubt gets its certificate then, unless it is not to be relied on.
    """
    found = attentions.get(id)
    event = found.resolve(body.note, caller.actor, now(), body.relied_on)
    return attentions.commit(found, event, by=caller).view()


@router.get("/{id}/history")
def history(id: Id, caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """When it was raised and resolved, and by whom. Dispatchers and administrators."""
    return [each.model_dump(mode="json") for each in attentions.history(id)]


def _after(id: str) -> dict[str, Any]:
    """What was raised later than this one, or at the same instant under a later id."""
    at = instant_text(attentions.get(id).raised_at)
    return {"$or": [{"raised_at": {"$gt": at}}, {"raised_at": at, "_id": {"$gt": id}}]}


def _links(matter: Attention) -> Iterator[dict[str, str]]:
    """Where to read on: what the matter names, and what the facts it names are bound up with."""
    if matter.record_id is not None and records.find(matter.record_id) is not None:
        yield _link("record", f"/records/{matter.record_id}")
        if matter.reason == "record-conflict":
            yield _link("beside", f"/records/{matter.record_id}/beside")
        own = verifications.find(matter.record_id)
        if own is not None:
            yield _link("verification", f"/verifications/{own.id}")
            if matter.reason in DECIDED:
                same: dict[str, Any] = {
                    "instrument_id": own.instrument_id,
                    "visit_id": own.visit_id,
                    "id__ne": own.id,
                }
                others = {each.id for each in verifications.query(**same)} | {own.corrects or own.id}
                for id in sorted(others - {own.id}):
                    yield _link("verification", f"/verifications/{id}")
            for each in certificates.query(verification_id=own.id):
                yield _link("certificate", f"/certificates/{each.id}")
    if matter.tablet_id is not None:
        yield _link("tablet", f"/tablets/{matter.tablet_id}")
    if matter.seal_number is not None:
        yield _link("seal", f"/seals/{quote(matter.seal_number, safe='')}")


def _link(rel: str, href: str) -> dict[str, str]:
    return {"rel": rel, "href": href}
