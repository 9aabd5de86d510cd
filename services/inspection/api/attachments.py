"""Doors to attachments: a tablet sends them by the tus protocol 1.0.0 (core, creation, checksum); staff see them."""

import base64
import binascii
import hashlib
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import StreamingResponse

from services.inspection import attaching
from services.inspection.api.records import Staff
from services.inspection.api.sync import Inspector, OwnInspector, whole_body
from services.inspection.api.tablets import Office
from services.inspection.domain.attachment import LARGEST_BYTES
from services.inspection.domain.body import Hash
from services.kernel.model import Rejected, now
from services.kernel.tokens import Caller

router = APIRouter(tags=["attachments"])

VERSION = {"Tus-Resumable": "1.0.0"}
ABILITIES = {
    **VERSION,
    "Tus-Version": "1.0.0",
    "Tus-Extension": "creation,checksum",
    "Tus-Max-Size": str(LARGEST_BYTES),
    "Tus-Checksum-Algorithm": "sha256,sha1",
}
ALGORITHMS = {"sha256": hashlib.sha256, "sha1": hashlib.sha1}
PART_TYPE = "application/offset+octet-stream"


def tus(tus_resumable: Annotated[str | None, Header()] = None) -> None:
    """Raises Rejected 412 for another version of the protocol."""
    if tus_resumable != VERSION["Tus-Resumable"]:
        detail = "Only version 1.0.0 of the tus protocol is spoken here: send Tus-Resumable: 1.0.0."
        raise Rejected("tus-version", detail, field="Tus-Resumable", status=412)


Tus = Depends(tus)


@router.options("/sync/attachments", status_code=204)
def abilities() -> Response:
    """What of the tus protocol is spoken here. Anyone may ask."""
    return Response(status_code=204, headers=ABILITIES)


@router.post("/sync/attachments", status_code=201, dependencies=[Tus])
def begin(
    caller: Annotated[Caller, Inspector],
    inspector_id: OwnInspector,
    upload_length: Annotated[int, Header(ge=0)],
    upload_metadata: Annotated[str, Header(max_length=4000)],
) -> Response:
    """Declares an attachment; its metadata are `sha256` and `filetype`. A repeat is harmless. Inspectors."""
    told = _metadata(upload_metadata)
    sha256, media_type = told.get("sha256", ""), told.get("filetype", "")
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        detail = (
            "Upload-Metadata needs sha256: the hash of the whole content, 64 hexadecimal digits, in base64."
        )
        raise Rejected("invalid-input", detail, field="Upload-Metadata", status=422)
    attaching.begin(sha256, upload_length, media_type, inspector_id, caller)
    return Response(status_code=201, headers={**VERSION, "Location": f"/sync/attachments/{sha256}"})


@router.head("/sync/attachments/{sha256}", dependencies=[Tus])
def progress(sha256: Hash, caller: Annotated[Caller, Inspector], inspector_id: OwnInspector) -> Response:
    """How much of it is here. Inspectors, for what they send themselves."""
    here, size = attaching.progress(sha256, inspector_id, caller)
    told = {"Upload-Offset": str(here), "Upload-Length": str(size), "Cache-Control": "no-store"}
    return Response(headers={**VERSION, **told})


@router.patch(
    "/sync/attachments/{sha256}",
    status_code=204,
    dependencies=[Tus],
    openapi_extra={"requestBody": {"required": True, "content": {PART_TYPE: {}}}},
)
def part(
    sha256: Hash,
    caller: Annotated[Caller, Inspector],
    inspector_id: OwnInspector,
    body: Annotated[bytes, Depends(whole_body)],
    upload_offset: Annotated[int, Header(ge=0)],
    content_type: Annotated[str, Header()],
    upload_checksum: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """The next part, durable on answer; the last one is checked against the name. Inspectors."""
    if content_type != PART_TYPE:
        raise Rejected("media-type", f"Send parts as {PART_TYPE}.", field="Content-Type", status=415)
    if upload_checksum is not None:
        _check(body, upload_checksum)
    here = attaching.take_part(sha256, upload_offset, body, inspector_id, caller)
    return Response(status_code=204, headers={**VERSION, "Upload-Offset": str(here)})


@router.get("/attachments/awaited")
def awaited(
    caller: Annotated[Caller, Office],
    hours: Annotated[int, Query(ge=0, le=8760, description="awaited for at least so long")] = 0,
) -> list[dict[str, Any]]:
    """What records name and no tablet has sent yet, the oldest first, each with those records. The office."""
    return [each.view() for each in attaching.awaited_long(now() - timedelta(hours=hours))]


@router.get("/attachments/{sha256}", response_class=StreamingResponse)
def content(sha256: Hash, caller: Annotated[Caller, Staff]) -> Response:
    """The bytes of a picture or of strokes. Staff."""
    found, blocks = attaching.content(sha256)
    headers = {
        "ETag": f'"{sha256}"',
        "Content-Length": str(found.size),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=31536000, immutable",
    }
    return StreamingResponse(blocks, media_type=found.media_type, headers=headers)


def _metadata(header: str) -> dict[str, str]:
    """tus: pairs of a key and a value in base64, separated by commas. Raises Rejected 422."""
    try:
        pairs = [pair.split() for pair in header.split(",")]
        return {
            key: base64.b64decode(value[0], validate=True).decode() if value else "" for key, *value in pairs
        }
    except (binascii.Error, ValueError) as error:
        detail = "Upload-Metadata is no list of keys with values in base64."
        raise Rejected("invalid-input", detail, field="Upload-Metadata", status=422) from error


def _check(body: bytes, header: str) -> None:
    """Raises Rejected 400 for an unknown algorithm, 460 for bytes that changed on the way (tus, checksum)."""
    algorithm, _, told = header.partition(" ")
    if algorithm not in ALGORITHMS:
        detail = f"The checksum is one of {', '.join(ALGORITHMS)}."
        raise Rejected("checksum-unknown", detail, field="Upload-Checksum", status=400)
    if base64.b64encode(ALGORITHMS[algorithm](body).digest()).decode() != told.strip():
        detail = "The part changed on the way; nothing of it was kept. Send it again."
        raise Rejected("checksum-differs", detail, field="Upload-Checksum", status=460)
