"""Doors to verifications. Staff see all; an enterprise sees those of its own instruments."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from services.inspection.api.tablets import Office, Reason
from services.inspection.attaching import missing
from services.inspection.documents import record_pdf
from services.inspection.domain.past import in_the_way
from services.inspection.domain.verification import Verdict, Verification
from services.inspection.domain.wording import typed
from services.inspection.naming import particulars_of
from services.inspection.storage import certificates, past_of, verifications
from services.kernel.model import Fact, Id, NotYet, Rejected, Text, now
from services.kernel.tokens import Caller
from services.kernel.web import caller_of

router = APIRouter(prefix="/verifications", tags=["verifications"])

Limit = Annotated[int, Query(ge=1, le=500, description="rows on a page")]
Anyone = Annotated[Caller, Depends(caller_of)]


class Decision(Fact):
    in_favour_of: Id
    reason: Text


def own(caller: Caller, enterprise_id: str | None) -> str | None:
    """The enterprise to which a list is confined: none for staff who named none. Raises Forbidden."""
    if not caller.is_staff and enterprise_id is None:
        enterprise_id = caller.enterprise
    if not caller.is_staff or enterprise_id is not None:
        caller.must_see(enterprise_id or "")
    return enterprise_id


@router.get("")
def listed(
    caller: Anyone,
    instrument_id: Id | None = None,
    enterprise_id: Id | None = None,
    inspector_id: Id | None = None,
    visit_id: Id | None = None,
    standard_id: Id | None = None,
    type_code: Id | None = None,
    verdict: Verdict | None = None,
    since: date | None = None,
    until: date | None = None,
    after: Id | None = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Verifications by instrument, enterprise, inspector, visit, standard used, type, verdict and days (inclusive).

    Page by page: `after` is the last id of the page before. Staff see all, an enterprise its own.
    """
    asked = {
        "instrument_id": instrument_id,
        "enterprise_id": own(caller, enterprise_id),
        "inspector_id": inspector_id,
        "visit_id": visit_id,
        "standard_ids": standard_id,
        "type_code": type_code,
        "verdict": verdict,
        "verified_on__gte": since.isoformat() if since else None,
        "verified_on__lte": until.isoformat() if until else None,
        "id__gt": after,
    }
    where = {name: value for name, value in asked.items() if value is not None}
    return [each.view() for each in verifications.query(limit=limit, **where)]


@router.get("/{id}")
def verification(id: Id, caller: Anyone) -> dict[str, Any]:
    """One verification with every reading's verdict and its certificate. Staff, and the enterprise whose it is."""
    found = _verification(id, caller)
    certificate = next(certificates.query(verification_id=id, order="-edition", limit=1), None)
    return {
        **found.view(),
        "certificate": certificate.view() if certificate else None,
        "missing_attachments": missing(each.sha256 for each in found.attachments),
        "corrected_by": [each.id for each in verifications.query(corrects=id)],
    }


@router.post("/{id}/set-aside")
def set_aside(id: Id, body: Decision, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Decides that another verification of the instrument is in force instead; certificates follow.

    Both are kept as they are, and what asked for the decision is resolved. A later one that was not set aside goes before
    the one that is named: then 409 `another-counts`. Dispatchers and administrators.
    """
    found, other = verifications.get(id), verifications.get(body.in_favour_of)
    event = found.put_aside(other, body.reason, caller.actor, now())
    if (later := in_the_way(past_of(found.instrument_id), id, other.id)) is not None:
        detail = (
            f"Verification {later.id} of {later.verified_on.isoformat()} is later than the one you name and would count. "
            "Decide in favour of that one first, and then between the two."
        )
        raise Rejected("another-counts", detail, field="in_favour_of")
    return verifications.commit(found, event, by=caller).view()


@router.post("/{id}/reinstate")
def reinstate(id: Id, body: Reason, caller: Annotated[Caller, Office]) -> dict[str, Any]:
    """Takes a decision back: the verification counts again. Dispatchers and administrators."""
    found = verifications.get(id)
    return verifications.commit(found, found.reinstate(body.reason, now()), by=caller).view()


@router.get("/{id}/pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
def pdf(id: Id, caller: Anyone) -> Response:
    """The record of the verification (biên bản kiểm định), whatever the verdict. Staff, and the enterprise whose it is."""
    found = _verification(id, caller)
    try:
        return pdf_response(record_pdf(found, particulars_of(found)), f"bien-ban-{found.id}")
    except NotYet as missing:
        raise Rejected("names-unknown", f"{missing}. Try again later.") from missing


@router.get("/{id}/history")
def history(id: Id, caller: Anyone) -> list[dict[str, Any]]:
    """Every event of a verification. Staff, and the enterprise whose it is."""
    _verification(id, caller)
    return [each.model_dump(mode="json") for each in verifications.history(id)]


def pdf_response(content: bytes, name: str) -> Response:
    """A document to look at, under a name that every system can keep."""
    plain = "".join(each if each.isalnum() and each.isascii() else "-" for each in typed(name))
    headers = {"Content-Disposition": f'inline; filename="{plain}.pdf"', "Cache-Control": "private, no-cache"}
    return Response(content, media_type="application/pdf", headers=headers)


def _verification(id: str, caller: Caller) -> Verification:
    found = verifications.get(id)
    caller.must_see(found.enterprise_id)
    return found
