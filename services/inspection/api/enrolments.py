"""Doors to enrolment: an administrator issues a one-time code, with a QR image of it, for one inspector's tablet."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request

from services.inspection.domain.enrolment import Enrolment, new_code
from services.inspection.printing import qr_svg
from services.inspection.storage import enrolments, inspectors
from services.kernel.model import Fact, Id, Rejected, new_id, now
from services.kernel.settings import settings
from services.kernel.tokens import Caller
from services.kernel.web import any_of

router = APIRouter(prefix="/enrolments", tags=["tablets"])

Administrator = any_of("administrator")


class NewEnrolment(Fact):
    inspector_id: Id


@router.post("", status_code=201)
def issue(body: NewEnrolment, request: Request, caller: Annotated[Caller, Administrator]) -> dict[str, Any]:
    """A code for one tablet of an inspector, good once and for a day; it is shown now and never again.

    `uri` is what the QR image (SVG) holds: the code and the addresses of both services. Administrators.
    """
    if inspectors.find(body.inspector_id) is None:
        detail = f"There is no inspector {body.inspector_id}. Register the inspector first."
        raise Rejected("inspector-unknown", detail, field="inspector_id", status=422)
    code = new_code()
    made = Enrolment.of(new_id(), body.inspector_id, code, now())
    view = _view(enrolments.add(made, made.issued(), by=caller))
    told = {"code": code, "inspection": str(request.base_url).rstrip("/"), "registry": settings().issuer}
    uri = f"vernier:enrol?{urlencode(told)}"
    return {**view, "code": code, "uri": uri, "qr_svg": qr_svg(uri)}


@router.get("")
def listed(caller: Annotated[Caller, Administrator], inspector_id: Id | None = None) -> list[dict[str, Any]]:
    """Every code issued, newest last: for whom, until when, and which tablet used it. Administrators."""
    where: dict[str, Any] = {"inspector_id": inspector_id} if inspector_id else {}
    return [_view(each) for each in enrolments.query(**where)]


@router.get("/{id}/history")
def history(id: Id, caller: Annotated[Caller, Administrator]) -> list[dict[str, Any]]:
    """Who issued it and when it was used. Administrators."""
    return [each.model_dump(mode="json") for each in enrolments.history(id)]


def _view(enrolment: Enrolment) -> dict[str, Any]:
    return {name: value for name, value in enrolment.view().items() if name != "code_hash"}
