"""Doors to instruments: their register and the audit trail of each. Staff see all; an enterprise sees its own."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from services.kernel.model import Fact, Id, Rejected, Text
from services.kernel.tokens import Caller
from services.kernel.web import caller_of
from services.registry.api.enterprises import Limit, Office, OfficeOrOwner
from services.registry.events import InstrumentStatus
from services.registry.instrument import EarlierCertificate, Instrument, Nameplate
from services.registry.site import Site
from services.registry.storage import accounts, instrument_types, instruments, sites, trail_of

router = APIRouter(prefix="/instruments", tags=["instruments"])

THE_DAY = frozenset({"registered_on"})


class NewInstrument(Nameplate):
    id: Id | None = None
    type_code: Id
    site_id: Id
    maker: Text
    serial: Text | None = None
    serial_assigned: bool = False
    """An inspector gave it `serial` on the spot, out of the numbers reserved for a tablet. Without `serial` one is given."""
    earlier_certificate: EarlierCertificate | None = None


class Move(Fact):
    site_id: Id


class Retirement(Fact):
    reason: Text


@router.post("", status_code=201)
def register(body: NewInstrument, caller: Annotated[Caller, OfficeOrOwner]) -> dict[str, Any]:
    """Enters an instrument. The office, and the enterprise at its own sites."""
    site = _site(body.site_id, caller)
    kind = instrument_types.find(body.type_code)
    if kind is None:
        detail = f"{body.type_code} is no type of instrument. Take one from GET /catalogue."
        raise Rejected("type-unknown", detail, field="type_code", status=422)
    nameplate = Nameplate(**body.model_dump(include=set(Nameplate.model_fields)))
    instrument, event = Instrument.register(
        body.id,
        kind,
        site.enterprise_id,
        site.id,
        body.maker,
        body.serial,
        nameplate,
        body.earlier_certificate,
        body.serial_assigned,
    )
    return instruments.add_once(instrument, event, by=caller, moment=THE_DAY).view()


@router.get("")
def listed(
    caller: Annotated[Caller, Depends(caller_of)],
    enterprise_id: Id | None = None,
    site_id: Id | None = None,
    type_code: Id | None = None,
    serial: Annotated[str | None, Query(max_length=300)] = None,
    status: InstrumentStatus | None = None,
    after: Id | None = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Instruments, page by page (`after` = the last id of the page before). Staff see all, an enterprise its own."""
    if not caller.is_staff and enterprise_id is None:
        enterprise_id = caller.enterprise
    caller.must_see(enterprise_id or "")
    asked = {
        "enterprise_id": enterprise_id,
        "site_id": site_id,
        "type_code": type_code,
        "serial": serial,
        "status": status,
        "id__gt": after,
    }
    where = {name: value for name, value in asked.items() if value is not None}
    return [each.view() for each in instruments.query(limit=limit, **where)]


@router.get("/{id}")
def instrument(id: Id, caller: Annotated[Caller, Depends(caller_of)]) -> dict[str, Any]:
    """One instrument. Staff, and the enterprise whose it is."""
    return _instrument(id, caller).view()


@router.put("/{id}")
def correct(id: Id, body: Nameplate, caller: Annotated[Caller, OfficeOrOwner]) -> dict[str, Any]:
    """Corrects the nameplate. The office, and the enterprise whose it is."""
    found = _instrument(id, caller)
    event = found.correct(body)
    return (instruments.commit(found, event, by=caller) if event else found).view()


@router.post("/{id}/move")
def move(id: Id, body: Move, caller: Annotated[Caller, OfficeOrOwner]) -> dict[str, Any]:
    """Puts it at another site. The office; the enterprise between its own sites."""
    found, site = _instrument(id, caller), _site(body.site_id, caller)
    event = found.move(site.id, site.enterprise_id)
    return (instruments.commit(found, event, by=caller) if event else found).view()


@router.post("/{id}/retire")
def retire(id: Id, body: Retirement, caller: Annotated[Caller, OfficeOrOwner]) -> dict[str, Any]:
    """Takes it out of use for good. The office, and the enterprise whose it is."""
    found = _instrument(id, caller)
    return instruments.commit(found, found.retire(body.reason), by=caller).view()


@router.get("/{id}/trail")
def trail(id: Id, caller: Annotated[Caller, Depends(caller_of)]) -> list[dict[str, Any]]:
    """Every step of every service that concerns it, oldest first. Staff, and the enterprise whose it is."""
    found = _instrument(id, caller)
    steps = trail_of(found.id)
    names = _names({step.actor for step in steps})
    return [{**step.model_dump(mode="json"), "actor_name": names.get(step.actor)} for step in steps]


@router.get("/{id}/history")
def history(id: Id, caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """The registry's own events of it, whole. Dispatchers and administrators."""
    return [each.model_dump(mode="json") for each in instruments.history(id)]


def _instrument(id: str, caller: Caller) -> Instrument:
    found = instruments.get(id)
    caller.must_see(found.enterprise_id)
    return found


def _site(id: str, caller: Caller) -> Site:
    site = sites.find(id)
    if site is None:
        raise Rejected(
            "site-unknown", f"There is no site {id}. Register it first.", field="site_id", status=422
        )
    caller.must_see(site.enterprise_id)
    return site


def _names(actors: set[str]) -> dict[str, str]:
    ids = [actor.removeprefix("account/") for actor in actors if actor.startswith("account/")]
    return {account.subject: account.name for account in accounts.query(id__in=ids)}
