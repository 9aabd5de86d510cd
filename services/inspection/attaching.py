"""Takes attachments in, part by part, checks them against their name, and says which a record still lacks."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.inspection.bytes_store import BytesStore, DiskStore, GridStore, OffsetTaken, hash_of_parts
from services.inspection.domain.attachment import Attachment, Upload, check_declared
from services.inspection.domain.body import AttachmentTold
from services.inspection.office import office
from services.inspection.s3_store import s3_store
from services.inspection.storage import attachments, uploads
from services.kernel.model import (
    AlreadyDone,
    NotFound,
    Origin,
    Rejected,
    Stale,
    derived_id,
    instant_text,
    now,
)
from services.kernel.settings import settings

ATTEMPTS = 20


def store() -> BytesStore:
    """Where the bytes lie, as the office has set it."""
    match office().attachments:
        case "s3":
            return s3_store()
        case "disk":
            return DiskStore(settings().state / "attachments")
        case "gridfs":
            return GridStore(attachments.collection.database)


def prepare() -> None:
    """What the store needs to exist, made at deployment."""
    store().prepare()


def begin(sha256: str, size: int, media_type: str, inspector_id: str, by: Origin) -> None:
    """Declares what will come; declared otherwise than before, it begins anew. Raises Rejected 413, 415, 422."""
    check_declared(size, media_type)
    upload = Upload(
        id=_key(sha256, inspector_id),
        sha256=sha256,
        size=size,
        media_type=media_type,
        inspector_id=inspector_id,
        begun_at=now(),
    )
    try:
        uploads.add(upload, by=by)
    except AlreadyDone:
        known = uploads.get(upload.id)
        if (known.size, known.media_type) != (size, media_type):
            store().drop(known.id)
            known.size, known.media_type = size, media_type
            uploads.commit(known, by=by)


def progress(sha256: str, inspector_id: str, by: Origin) -> tuple[int, int]:
    """How many bytes of an attachment are here, and how many it has; what a kill left unfinished is finished first.

    Raises NotFound when nobody declared it, Rejected 422 `hash-differs`.
    """
    whole = attachments.find(sha256)
    if whole is not None and whole.status == "received":
        return whole.size, whole.size
    upload = _upload(sha256, inspector_id)
    here = store().length(upload.id)
    return (_finish(upload, by) if here == upload.size else here), upload.size


def take_part(sha256: str, offset: int, part: bytes, inspector_id: str, by: Origin) -> int:
    """Keeps a part, durably; returns how many bytes are here now.

    Raises Rejected 409 `offset-differs`, 413 `too-large`, 422 `hash-differs` (the bytes are kept under their own hash).
    """
    here, size = progress(sha256, inspector_id, by)
    if here != offset:
        raise _offset_differs(here)
    if not part or here == size:
        return here
    upload, kept = _upload(sha256, inspector_id), store()
    upload.must_fit(offset, len(part))
    try:
        kept.append(upload.id, offset, part)
    except OffsetTaken as error:
        raise _offset_differs(kept.length(upload.id)) from error
    return _finish(upload, by) if offset + len(part) == upload.size else offset + len(part)


def _finish(upload: Upload, by: Origin) -> int:
    kept = store()
    found = hash_of_parts(kept, upload.id)
    kept.keep(upload.id, found)
    told = AttachmentTold(sha256=found, size=upload.size, media_type=upload.media_type)
    _receive(told, upload, by)
    if found != upload.sha256:
        detail = f"The bytes have the hash {found}. They are kept under it; send those of {upload.sha256} from the start."
        raise Rejected("hash-differs", detail, field="sha256", status=422)
    return upload.size


def _receive(told: AttachmentTold, upload: Upload, by: Origin) -> None:
    claimed = upload.sha256 if upload.sha256 != told.sha256 else None
    for _ in range(ATTEMPTS):
        known = attachments.find(told.sha256)
        fresh = known or Attachment.awaited(told, upload.inspector_id, now())
        event = fresh.receive(told.size, told.media_type, now(), claimed)
        if event is None:
            return
        try:
            attachments.commit(fresh, event, by=by) if known else attachments.add(fresh, event, by=by)
            return
        except (AlreadyDone, Stale):
            continue
    raise Stale(fresh.subject)


def await_attachments(record_id: str, told: Iterable[AttachmentTold], inspector_id: str, by: Origin) -> None:
    """What a record names is awaited from now on. Done again, nothing changes."""
    for each in told:
        for _ in range(ATTEMPTS):
            known = attachments.find(each.sha256)
            fresh = known or Attachment.awaited(each, inspector_id, now())
            if record_id in fresh.named_by:
                break
            fresh.name(record_id, now())
            try:
                attachments.commit(fresh, by=by) if known else attachments.add(fresh, by=by)
                break
            except (AlreadyDone, Stale):
                continue
        else:
            raise Stale(fresh.subject)


def missing(told: Iterable[str]) -> list[str]:
    """Those of some attachments that are not here yet, in order."""
    wanted = list(dict.fromkeys(told))
    if not wanted:
        return []
    here = {each.id for each in attachments.query(id__in=wanted) if each.status == "received"}
    return [each for each in wanted if each not in here]


def content(sha256: str) -> tuple[Attachment, Iterator[bytes]]:
    """Raises NotFound for one that is not here."""
    found = attachments.get(sha256)
    try:
        return found, store().read(sha256)
    except KeyError as error:
        raise NotFound("attachment", sha256) from error


def awaited_long(since: datetime) -> Iterator[Attachment]:
    """Those awaited since before an instant, the oldest first."""
    return attachments.query(
        order="awaited_since id", status="awaited", awaited_since__lte=instant_text(since)
    )


def _upload(sha256: str, inspector_id: str) -> Upload:
    return uploads.get(_key(sha256, inspector_id))


def _key(sha256: str, inspector_id: str) -> str:
    """Two inspectors who send the same bytes do not meet before both have sent all of them."""
    return derived_id("upload", inspector_id, sha256)


def _offset_differs(here: int) -> Rejected:
    return Rejected("offset-differs", f"{here} bytes are here. Go on from there.", field="Upload-Offset")
