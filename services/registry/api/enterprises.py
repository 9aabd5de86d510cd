"""Doors to enterprises and their sites. Staff see all; an enterprise sees its own."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from services.kernel.model import Id, Rejected
from services.kernel.tokens import Caller
from services.kernel.web import any_of, caller_of
from services.registry.enterprise import Enterprise, EnterpriseData, TaxCode
from services.registry.site import Site, SiteData
from services.registry.storage import enterprises, sites

router = APIRouter(tags=["enterprises"])

Limit = Annotated[int, Query(ge=1, le=500)]
Staff = any_of("dispatcher", "administrator", "inspector")
Office = any_of("dispatcher", "administrator")
OfficeOrOwner = any_of("dispatcher", "administrator", "enterprise")


class NewEnterprise(EnterpriseData):
    id: Id | None = None
    tax_code: TaxCode


class NewSite(SiteData):
    id: Id | None = None
    enterprise_id: Id


@router.post("/enterprises", status_code=201)
def register(body: NewEnterprise, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Enters an enterprise. Dispatchers and administrators."""
    data = EnterpriseData(**body.model_dump(exclude={"id", "tax_code"}))
    enterprise, event = Enterprise.register(body.id, body.tax_code, data)
    return enterprises.add_once(enterprise, event, by=caller).view()


@router.get("/enterprises")
def listed(
    caller: Annotated[Caller, Staff],
    tax_code: TaxCode | None = None,
    after: Id | None = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Enterprises, page by page (`after` = the last id of the page before). Staff only."""
    where: dict[str, Any] = {"tax_code": tax_code} if tax_code else {}
    if after:
        where["id__gt"] = after
    return [each.view() for each in enterprises.query(limit=limit, **where)]


@router.get("/enterprises/{id}")
def enterprise(id: Id, caller: Annotated[Caller, Depends(caller_of)]) -> dict[str, Any]:
    """One enterprise. Staff, and the enterprise itself."""
    caller.must_see(id)
    return enterprises.get(id).view()


@router.get("/enterprises/{id}/history")
def history(id: Id, caller: Annotated[Caller, Office]) -> list[dict[str, Any]]:
    """Everything that happened to it. Dispatchers and administrators."""
    return [each.model_dump(mode="json") for each in enterprises.history(id)]


@router.put("/enterprises/{id}")
def update(id: Id, body: EnterpriseData, caller: Annotated[Caller, OfficeOrOwner]) -> dict[str, Any]:
    """Changes name, address, language or contact. The office, and the enterprise itself."""
    caller.must_see(id)
    enterprise = enterprises.get(id)
    event = enterprise.update(body)
    return (enterprises.commit(enterprise, event, by=caller) if event else enterprise).view()


@router.post("/sites", status_code=201, tags=["sites"])
def register_site(body: NewSite, caller: Annotated[Caller, OfficeOrOwner]) -> dict[str, Any]:
    """Enters a site. The office, and the enterprise for itself."""
    caller.must_see(body.enterprise_id)
    if enterprises.find(body.enterprise_id) is None:
        detail = f"There is no enterprise {body.enterprise_id}. Register it first."
        raise Rejected("enterprise-unknown", detail, field="enterprise_id", status=422)
    data = SiteData(**body.model_dump(exclude={"id", "enterprise_id"}))
    site, event = Site.register(body.id, body.enterprise_id, data)
    return sites.add_once(site, event, by=caller).view()


@router.get("/sites", tags=["sites"])
def list_sites(
    caller: Annotated[Caller, Depends(caller_of)],
    enterprise_id: Id | None = None,
    ward_code: str | None = None,
    after: Id | None = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Sites, page by page. Staff see all, an enterprise its own."""
    where: dict[str, Any] = {"ward_code": ward_code} if ward_code else {}
    if not caller.is_staff and enterprise_id is None:
        enterprise_id = caller.enterprise
    caller.must_see(enterprise_id or "")
    if enterprise_id:
        where["enterprise_id"] = enterprise_id
    if after:
        where["id__gt"] = after
    return [each.view() for each in sites.query(limit=limit, **where)]


@router.get("/sites/{id}", tags=["sites"])
def site(id: Id, caller: Annotated[Caller, Depends(caller_of)]) -> dict[str, Any]:
    """One site. Staff, and the enterprise whose it is."""
    found = sites.get(id)
    caller.must_see(found.enterprise_id)
    return found.view()


@router.put("/sites/{id}", tags=["sites"])
def update_site(id: Id, body: SiteData, caller: Annotated[Caller, OfficeOrOwner]) -> dict[str, Any]:
    """Changes name, address or position. The office, and the enterprise whose it is."""
    found = sites.get(id)
    caller.must_see(found.enterprise_id)
    event = found.update(body)
    return (sites.commit(found, event, by=caller) if event else found).view()
