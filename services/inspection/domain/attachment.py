"""An attachment, such as a photograph, a drawn signature: named by the SHA-256 of its bytes, awaited until it is here."""

from datetime import datetime
from typing import Literal

from services.inspection.domain.body import AttachmentTold
from services.inspection.events import AttachmentReceived
from services.kernel.model import Entity, Instant, Rejected

LARGEST_BYTES = 20_000_000
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", "application/json")
"""What a browser shows without running anything in it."""


class Attachment(Entity, kind="attachment"):
    """Its id is its SHA-256. It is awaited from the moment a record names it, and `named_by` says which do."""

    status: Literal["awaited", "received"] = "awaited"
    media_type: str
    size: int
    inspector_id: str
    named_by: list[str] = []
    claimed: str | None = None
    """The other name under which it was sent, last, where it was sent under a name that is not the hash of its bytes."""
    awaited_since: Instant
    received_at: Instant | None = None
    touched_at: Instant

    @classmethod
    def awaited(cls, told: AttachmentTold, inspector_id: str, at: datetime) -> "Attachment":
        return cls(
            id=told.sha256,
            media_type=told.media_type,
            size=told.size,
            inspector_id=inspector_id,
            awaited_since=at,
            touched_at=at,
        )

    def name(self, record_id: str, at: datetime) -> None:
        """A record names it."""
        if record_id not in self.named_by:
            self.named_by, self.touched_at = [*self.named_by, record_id], at

    def receive(
        self, size: int, media_type: str, at: datetime, claimed: str | None = None
    ) -> AttachmentReceived | None:
        """Its bytes are here, whole, perhaps under another name. Received again so, nothing happens."""
        if self.status == "received" and claimed in (None, self.claimed):
            return None
        if self.status != "received":
            self.status, self.received_at = "received", at
            self.size, self.media_type = size, media_type
        self.claimed, self.touched_at = claimed or self.claimed, at
        return AttachmentReceived(
            attachment_id=self.id,
            size=self.size,
            media_type=self.media_type,
            inspector_id=self.inspector_id,
            claimed=self.claimed,
        )


class Upload(Entity, kind="upload"):
    """One inspector's sending of one attachment: what was declared. How much is here, the bytes themselves say."""

    sha256: str
    size: int
    media_type: str
    inspector_id: str
    begun_at: Instant

    def must_fit(self, offset: int, length: int) -> None:
        """Raises Rejected 413 when more comes than was declared."""
        if offset + length > self.size:
            detail = f"{self.size} bytes were declared, and this part ends at {offset + length}. Send what was declared."
            raise Rejected("too-large", detail, field="Upload-Length", status=413)


def check_declared(size: int, media_type: str) -> None:
    """Raises Rejected 413 above 20 MB, 422 for an empty one, 415 for what is neither image nor strokes."""
    if size > LARGEST_BYTES:
        detail = (
            f"An attachment holds at most {LARGEST_BYTES} bytes; this one {size}. Take a smaller picture."
        )
        raise Rejected("too-large", detail, field="Upload-Length", status=413)
    if size < 1:
        raise Rejected(
            "invalid-input", "An attachment holds at least one byte.", field="Upload-Length", status=422
        )
    if media_type not in MEDIA_TYPES:
        detail = f"An attachment is one of {', '.join(MEDIA_TYPES)}, not {media_type[:60]}."
        raise Rejected("media-type", detail, field="Upload-Metadata", status=415)
