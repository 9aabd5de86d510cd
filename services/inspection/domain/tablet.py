"""A tablet that may hand in evidence: its signing key, whose it is, and what was last heard of it."""

import base64
import binascii
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.inspection.events import (
    TabletEnrolled,
    TabletResumed,
    TabletSuspended,
    TabletWiped,
    TabletWipeOrdered,
)
from services.kernel.model import Entity, Instant, Rejected

Status = Literal["active", "suspended", "wipe", "wiped"]
"""`wipe`: at its next contact it hands in what it has and then erases itself; `wiped`: it said that it has."""

WORDS = {"active": "active", "suspended": "suspended", "wipe": "to be wiped", "wiped": "wiped"}
CONTACT = {"last_contact_at"}


@lru_cache(maxsize=1024)
def public_key(text: str) -> Ed25519PublicKey:
    """The key in a text of base64. Raises Rejected 422 when it is none."""
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError) as error:
        raise Rejected(
            "invalid-input",
            "public_key: not the base64 of the 32 bytes of an Ed25519 public key. Send the tablet's own key.",
            field="public_key",
            status=422,
        ) from error


class Tablet(Entity, kind="tablet"):
    """Its last contact is no fact of the aggregate: it is noted in passing, without version or event."""

    inspector_id: str
    public_key: str
    enrolled_at: Instant
    status: Status = "active"
    status_reason: str | None = None
    status_at: Instant | None = None
    last_contact_at: Instant | None = None

    def state(self) -> dict[str, Any]:
        return {name: value for name, value in super().state().items() if name not in CONTACT}

    def enrolled(self) -> TabletEnrolled:
        public_key(self.public_key)
        return TabletEnrolled(tablet_id=self.id, inspector_id=self.inspector_id, public_key=self.public_key)

    def enrol_again(self, inspector_id: str, key: str) -> None:
        """A repeated call is harmless. Raises Rejected 409 for another key or another inspector."""
        if (inspector_id, key) != (self.inspector_id, self.public_key):
            raise Rejected(
                "tablet-taken",
                f"Tablet {self.id} is enrolled with another key or for another inspector. Enrol under a new id.",
                field="tablet_id",
            )

    def must_be_of(self, inspector_id: str) -> None:
        """Raises Rejected 403 when somebody else's evidence would be handed in or read."""
        if self.inspector_id != inspector_id:
            raise Rejected(
                "not-your-tablet",
                "This tablet is enrolled for another inspector. Sign in as that inspector.",
                field="tablet_id",
                status=403,
            )

    def must_be_served(self) -> None:
        """Raises Rejected 403 when the tablet may hand in but is given no work any more."""
        if self.status != "active":
            raise Rejected(
                f"tablet-{self.status}",
                f"This tablet is {WORDS[self.status]} ({self.status_reason}). It may still hand in records.",
                field="tablet_id",
                status=403,
            )

    def suspend(self, reason: str, at: datetime) -> TabletSuspended:
        """It is given no work; what it hands in is kept and flagged. Raises Rejected 409 unless it is active."""
        self._must_be("active")
        self._become("suspended", reason, at)
        return TabletSuspended(tablet_id=self.id, inspector_id=self.inspector_id, reason=reason)

    def resume(self, reason: str, at: datetime) -> TabletResumed:
        """A suspension, or an order to wipe that was not carried out yet, ends. Raises Rejected 409."""
        self._must_be("suspended", "wipe")
        self._become("active", reason, at)
        return TabletResumed(tablet_id=self.id, inspector_id=self.inspector_id, reason=reason)

    def order_wipe(self, reason: str, at: datetime) -> TabletWipeOrdered:
        """At its next contact it hands in what it has and erases itself. Raises Rejected 409."""
        self._must_be("active", "suspended")
        self._become("wipe", reason, at)
        return TabletWipeOrdered(tablet_id=self.id, inspector_id=self.inspector_id, reason=reason)

    def wiped(self, at: datetime) -> TabletWiped | None:
        """It says that it erases itself now. Said again, nothing happens. Raises Rejected 409 when nobody ordered it."""
        if self.status == "wiped":
            return None
        self._must_be("wipe")
        self._become("wiped", self.status_reason or "", at)
        return TabletWiped(tablet_id=self.id, inspector_id=self.inspector_id)

    def _must_be(self, *wanted: Status) -> None:
        if self.status not in wanted:
            detail = f"The tablet is {WORDS[self.status]}. Look at it again; nothing was changed."
            raise Rejected(f"tablet-{self.status}", detail)

    def _become(self, status: Status, reason: str, at: datetime) -> None:
        self.status, self.status_reason, self.status_at = status, reason, at

    def signed(self, hash: str, signature: str) -> bool:
        """Whether the tablet's key signed these 32 bytes (given in hexadecimal)."""
        try:
            signature_bytes = base64.b64decode(signature, validate=True)
            public_key(self.public_key).verify(signature_bytes, bytes.fromhex(hash))
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True
