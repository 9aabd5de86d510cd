"""Doors to certificates. Staff see all; an enterprise sees its own; the office reissues and revokes."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from services.inspection import certifying, documents
from services.inspection.api.tablets import Office
from services.inspection.api.verifications import Anyone, Limit, own, pdf_response
from services.inspection.certificate_json import certificate_json
from services.inspection.dcc import dcc
from services.inspection.domain.certificate import Certificate
from services.inspection.domain.particulars import Particulars
from services.inspection.naming import particulars_of
from services.inspection.originals import original
from services.inspection.storage import certificates, verifications
from services.kernel.model import Fact, Id, NotYet, Rejected, Text, now
from services.kernel.tokens import Caller

router = APIRouter(prefix="/certificates", tags=["certificates"])


class Reason(Fact):
    reason: Text


@router.get("")
def listed(
    caller: Anyone,
    instrument_id: Id | None = None,
    enterprise_id: Id | None = None,
    inspector_id: Id | None = None,
    verification_id: Id | None = None,
    standard_id: Id | None = None,
    type_code: Id | None = None,
    number: Annotated[str | None, Query(max_length=100)] = None,
    serial: Annotated[str | None, Query(max_length=300)] = None,
    status: Literal["in_force", "superseded", "revoked"] | None = None,
    since: date | None = None,
    until: date | None = None,
    after: Id | None = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Certificates by instrument, enterprise, inspector, verification, standard used, type, number, serial, status, and
    days of verification (inclusive).

    Page by page: `after` is the last id of the page before. Staff see all, an enterprise its own.
    """
    asked = {
        "instrument_id": instrument_id,
        "enterprise_id": own(caller, enterprise_id),
        "inspector_id": inspector_id,
        "verification_id": verification_id,
        "standard_ids": standard_id,
        "type_code": type_code,
        "number": number,
        "serial": serial,
        "status": status,
        "verified_on__gte": since.isoformat() if since else None,
        "verified_on__lte": until.isoformat() if until else None,
        "id__gt": after,
    }
    where = {name: value for name, value in asked.items() if value is not None}
    return [each.view() for each in certificates.query(limit=limit, **where)]


@router.get("/{id}")
def certificate(id: Id, caller: Anyone) -> dict[str, Any]:
    """One certificate. Staff, and the enterprise whose it is."""
    return _certificate(id, caller).view()


@router.get("/{id}/pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
def pdf(id: Id, caller: Anyone) -> Response:
    """The signed original, the same bytes at every call. Staff, and the enterprise whose it is."""
    found = _certificate(id, caller)

    def make() -> bytes:
        if found.status == "revoked":
            raise Rejected(
                "not-in-force", f"Certificate {found.number} was revoked before it was handed out."
            )
        replaced = certificates.find(found.replaces) if found.replaces else None
        return documents.certificate_pdf(
            found, _particulars(found), replaced.number if replaced else None, now()
        )

    return pdf_response(original(found.id, make), found.number)


@router.get("/{id}/data")
def data(id: Id, caller: Anyone) -> dict[str, Any]:
    """All that the certificate says, for machines. Staff, and the enterprise whose it is."""
    found = _certificate(id, caller)
    return certificate_json(found, _particulars(found))


@router.get("/{id}/dcc", response_class=Response, responses={200: {"content": {"application/xml": {}}}})
def digital(id: Id, caller: Anyone) -> Response:
    """The certificate in the structure of the PTB's Digital Calibration Certificate, as far as its fields fit.

    Staff, and the enterprise whose it is.
    """
    found = _certificate(id, caller)
    verification = verifications.get(found.verification_id)
    return Response(dcc(found, _particulars(found), verification), media_type="application/xml")


@router.get("/{id}/history")
def history(id: Id, caller: Anyone) -> list[dict[str, Any]]:
    """Every event of a certificate. Staff, and the enterprise whose it is."""
    _certificate(id, caller)
    return [each.model_dump(mode="json") for each in certificates.history(id)]


@router.post("/{id}/reissue", status_code=201)
def reissue(id: Id, body: Reason, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Issues it anew under the next number, with names as the register has them now; the old one is then superseded.

    Dispatchers and administrators.
    """
    try:
        return certifying.reissue(id, body.reason, caller).view()
    except NotYet as missing:
        raise Rejected("names-unknown", f"{missing}. Try again later.") from missing


@router.post("/{id}/revoke")
def revoke(id: Id, body: Reason, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Withdraws it: the public check says so from now on. Dispatchers and administrators."""
    found = certificates.get(id)
    return certificates.commit(found, found.withdraw(body.reason, now()), by=caller).view()


def _certificate(id: str, caller: Caller) -> Certificate:
    found = certificates.get(id)
    caller.must_see(found.enterprise_id)
    return found


def _particulars(certificate: Certificate) -> Particulars:
    """Those of its day; today's for one that was issued before they were kept with it."""
    if certificate.particulars is not None:
        return certificate.particulars
    try:
        return particulars_of(verifications.get(certificate.verification_id))
    except NotYet as missing:
        raise Rejected("names-unknown", f"{missing}. Try again later.") from missing
