"""Doors to what is due. Staff see everything; an enterprise sees its own instruments."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from services.kernel.model import Fact, Id, now, today
from services.kernel.tokens import Caller, Forbidden
from services.kernel.web import any_of, caller_of
from services.scheduling.events import RepairReason
from services.scheduling.facts import Status
from services.scheduling.lead import reached
from services.scheduling.obligation import NEVER, Obligation
from services.scheduling.storage import (
    count_by_due_day,
    enterprises,
    instrument_types,
    obligations,
    page,
    sites,
    visits_of,
)

router = APIRouter(tags=["due"])

Limit = Annotated[int, Query(ge=1, le=500, description="rows on a page")]
Anyone = Depends(caller_of)


class RepairDeclaration(Fact):
    reason: RepairReason


@router.get("/obligations")
def listed(
    caller: Annotated[Caller, Anyone],
    due_before: date | None = None,
    site_id: Id | None = None,
    enterprise_id: Id | None = None,
    ward_code: Annotated[str | None, Query(max_length=20)] = None,
    type_code: Id | None = None,
    status: Status | None = None,
    overdue: bool = False,
    after: Id | None = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """What is due, earliest first, page by page (`after` = the last id of the page before).

    Staff see all, an enterprise its own. `due_before` is not included; `overdue` leaves what fell due before today.
    """
    days = [day for day in (due_before, today() if overdue else None) if day is not None]
    asked = {
        "enterprise_id": own(caller, enterprise_id),
        "site_id": site_id,
        "type_code": type_code,
        "status": status,
        "listed_on": {"$lt": min(days).isoformat()} if days else None,
    }
    where: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    if ward_code is not None:
        here = [site.id for site in sites.query(ward_code=ward_code)]
        where = {"$and": [where, {"site_id": {"$in": here}}]}
    return _views(page(obligations, "listed_on", where, after, limit))


@router.get("/obligations/{id}")
def one(id: Id, caller: Annotated[Caller, Anyone]) -> dict[str, Any]:
    """What is due for one instrument (the id is the instrument's). Staff, and the enterprise whose it is."""
    return _views([_obligation(id, caller)])[0]


@router.get("/obligations/{id}/history")
def history(id: Id, caller: Annotated[Caller, Anyone]) -> list[dict[str, Any]]:
    """The leads that were said and the repairs declared. Staff, and the enterprise whose it is."""
    _obligation(id, caller)
    return [each.model_dump(mode="json") for each in obligations.history(id)]


@router.post("/obligations/{id}/repair")
def repair(
    id: Id,
    body: RepairDeclaration,
    caller: Annotated[Caller, any_of("dispatcher", "administrator", "enterprise")],
) -> dict[str, Any]:
    """Declares that an instrument is to be verified after repair, at once (TT 23/2013 Art. 19.3).

    Dispatchers and administrators; an enterprise for its own instruments.
    """
    found = _obligation(id, caller)
    kind = instrument_types.find(found.type_code)
    regime = kind.regime_after_repair(today()) if kind else "after_repair"
    event = found.declare_repair(body.reason, regime, now())
    return _views([obligations.commit(found, event, by=caller)])[0]


@router.get("/due/summary")
def summary(caller: Annotated[Caller, Anyone], enterprise_id: Id | None = None) -> dict[str, Any]:
    """How many instruments of each type are at which lead today, and how many are barred.

    Staff see all, an enterprise its own. `later` counts what falls due in more than 60 days.
    """
    mine = own(caller, enterprise_id)
    on, total = today(), defaultdict[str, int](int)
    types: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (code, status, listed_on), count in count_by_due_day({"enterprise_id": mine} if mine else {}).items():
        place = status if listed_on == NEVER else reached(date.fromisoformat(listed_on), on) or "later"
        types[code][place] += count
        total[place] += count
    kinds = {kind.id: kind.on(on) for kind in instrument_types.query(id__in=sorted(types))}
    rows = []
    for code, counts in sorted(types.items()):
        entry = kinds.get(code)
        names = {"name_vi": entry.name_vi if entry else code, "name_en": entry.name_en if entry else code}
        rows.append({"type_code": code, **names, "counts": counts})
    return {"day": on.isoformat(), "total": total, "types": rows}


def own(caller: Caller, enterprise_id: str | None) -> str | None:
    """The enterprise to which the answer is limited. Raises Forbidden when somebody else's is asked for."""
    if caller.is_staff:
        return enterprise_id
    if "enterprise" not in caller.roles or caller.enterprise is None:
        raise Forbidden("role-missing", "Only staff and enterprises may see this.")
    caller.must_see(enterprise_id or caller.enterprise)
    return caller.enterprise


def _obligation(id: str, caller: Caller) -> Obligation:
    found = obligations.get(id)
    caller.must_see(found.enterprise_id)
    return found


def _views(found: Iterable[Obligation]) -> list[dict[str, Any]]:
    """With the names of the places and the open visit, as they are known now."""
    rows = list(found)
    places = {site.id: site for site in sites.query(id__in=[row.site_id for row in rows if row.site_id])}
    owners = {
        each.id: each.name for each in enterprises.query(id__in=list({row.enterprise_id for row in rows}))
    }
    on_visit = {id: visit.id for visit in visits_of([row.id for row in rows]) for id in visit.awaited}
    views = []
    for row in rows:
        site = places.get(row.site_id or "")
        view = row.view()
        del view["listed_on"]
        view["enterprise_name"] = owners.get(row.enterprise_id)
        view["site_name"], view["ward_code"] = (site.name, site.ward_code) if site else (None, None)
        view["visit_id"] = on_visit.get(row.id)
        views.append(view)
    return views
