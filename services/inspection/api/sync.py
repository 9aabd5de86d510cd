"""The doors of a tablet, docs/sync.md: it pulls its work and pushes its evidence. Only the inspector whose it is."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse

from services.inspection.domain.batch import read_batch
from services.inspection.domain.body import Hash
from services.inspection.push import enrolled, take
from services.inspection.shelf import procedure_text
from services.inspection.snapshot import snapshot, tag
from services.inspection.storage import note_contact
from services.inspection.work import pull
from services.kernel.model import Id, instant_text, now
from services.kernel.tokens import Caller, Forbidden
from services.kernel.web import any_of

router = APIRouter(prefix="/sync", tags=["sync"])

Inspector = any_of("inspector")

STANDING = "Vernier-Tablet"
"""The head of every sync answer that says how the tablet stands: active, suspended, wipe or wiped."""


async def inspector_of(caller: Annotated[Caller, Inspector]) -> str:
    """The inspector that the token names. Raises Forbidden for a token without one."""
    if caller.inspector is None:
        raise Forbidden(
            "no-inspector", "This account is no inspector's. Sign in with an inspector's account."
        )
    return caller.inspector


async def whole_body(request: Request) -> bytes:
    """The bytes as they came: a record is kept exactly as it was sent."""
    return await request.body()


def served(tablet_id: str, inspector_id: str) -> dict[str, str]:
    """The head that tells a tablet how it stands.

    Raises Rejected 403 for one that is given no work, 409 `tablet-unknown` for one that is not enrolled.
    """
    tablet = enrolled(tablet_id)
    tablet.must_be_of(inspector_id)
    note_contact(tablet)
    tablet.must_be_served()
    return {STANDING: tablet.status}


OwnInspector = Annotated[str, Depends(inspector_of)]

SENT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["tablet_id", "sent_at", "records"],
                    "additionalProperties": False,
                    "properties": {
                        "tablet_id": {"type": "string"},
                        "sent_at": {"type": "string", "format": "date-time"},
                        "records": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 200,
                            "items": {"type": "object"},
                        },
                    },
                }
            }
        },
    }
}


@router.get("/work", responses={304: {"description": "nothing new; keep the cursor"}})
def work(
    inspector_id: OwnInspector,
    tablet_id: Id,
    cursor: Annotated[str | None, Query(max_length=8000)] = None,
) -> Response:
    """What changed in the work of the inspector who calls since the cursor; everything without one.

    The answer's head says how the tablet stands. Inspectors, for a tablet enrolled for them, their own work only.
    """
    headers = served(tablet_id, inspector_id)
    page = pull(inspector_id, cursor)
    if page is None:
        return Response(status_code=304, headers=headers)
    return Response(page, media_type="application/json", headers=headers)


@router.get("/snapshot", response_class=FileResponse, responses={206: {"description": "the part asked for"}})
def first_load(
    inspector_id: OwnInspector,
    tablet_id: Id,
    if_range: Annotated[str | None, Header(max_length=200)] = None,
) -> FileResponse:
    """The whole work as one gzip file that a broken download resumes by Range and If-Range. Inspectors, their own.

    It is what a pull without cursor answers; it holds the cursor from which to go on.
    """
    headers = served(tablet_id, inspector_id)
    file = snapshot(inspector_id, (if_range or "").strip('"'))
    headers |= {
        "ETag": f'"{tag(file)}"',
        "Cache-Control": "private, no-cache",
    }
    return FileResponse(file, media_type="application/gzip", headers=headers)


@router.get("/procedures/{hash}", response_class=PlainTextResponse)
def procedure(hash: Hash, inspector_id: OwnInspector) -> PlainTextResponse:
    """The file (TOML) of one of the procedures that a pull lists, for a tablet that lacks it. Inspectors."""
    return PlainTextResponse(procedure_text(hash), media_type="application/toml; charset=utf-8")


# An answer that is made here needs no second thread to be read into its shape and written.
@router.post("/records", openapi_extra=SENT_BODY, response_model=dict[str, Any])
def push(
    caller: Annotated[Caller, Inspector],
    inspector_id: OwnInspector,
    body: Annotated[bytes, Depends(whole_body)],
) -> JSONResponse:
    """Takes 1 to 200 signed records of one tablet. Inspectors, from a tablet enrolled for them."""
    received_at = now()
    tablet, answers = take(read_batch(body), inspector_id, received_at, caller)
    told = {"server_time": instant_text(received_at), "answers": answers}
    return JSONResponse(told, headers={STANDING: tablet.status})
