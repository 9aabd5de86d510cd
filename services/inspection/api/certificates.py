"""Doors to certificates. Staff see all; an enterprise sees its own."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from services.inspection.api.verifications import Anyone, Limit, own
from services.inspection.domain.certificate import Certificate
from services.inspection.storage import certificates
from services.kernel.model import Id
from services.kernel.tokens import Caller

router = APIRouter(prefix="/certificates", tags=["certificates"])


@router.get("")
def listed(
    caller: Anyone,
    instrument_id: Id | None = None,
    enterprise_id: Id | None = None,
    number: Annotated[str | None, Query(max_length=100)] = None,
    serial: Annotated[str | None, Query(max_length=300)] = None,
    status: Literal["in_force", "superseded", "revoked"] | None = None,
    after: Id | None = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Certificates, page by page (`after` = the last id of the page before). Staff see all, an enterprise its own."""
    asked = {
        "instrument_id": instrument_id,
        "enterprise_id": own(caller, enterprise_id),
        "number": number,
        "serial": serial,
        "status": status,
        "id__gt": after,
    }
    where = {name: value for name, value in asked.items() if value is not None}
    return [each.view() for each in certificates.query(limit=limit, **where)]


@router.get("/{id}")
def certificate(id: Id, caller: Anyone) -> dict[str, Any]:
    """One certificate. Staff, and the enterprise whose it is."""
    return _certificate(id, caller).view()


@router.get("/{id}/history")
def history(id: Id, caller: Anyone) -> list[dict[str, Any]]:
    """Every event of a certificate. Staff, and the enterprise whose it is."""
    _certificate(id, caller)
    return [each.model_dump(mode="json") for each in certificates.history(id)]


def _certificate(id: str, caller: Caller) -> Certificate:
    found = certificates.get(id)
    caller.must_see(found.enterprise_id)
    return found
