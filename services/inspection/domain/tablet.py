"""A tablet that may hand in evidence: its signing key, whose it is, and what was last heard of it."""

import base64
import binascii
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.inspection.events import TabletEnrolled
from services.kernel.model import Entity, Instant, Rejected

CONTACT = {"last_contact_at", "last_sequence", "last_hash"}


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
    last_contact_at: Instant | None = None
    last_sequence: int = 0
    last_hash: str | None = None

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

    def signed(self, hash: str, signature: str) -> bool:
        """Whether the tablet's key signed these 32 bytes (given in hexadecimal)."""
        try:
            signature_bytes = base64.b64decode(signature, validate=True)
            public_key(self.public_key).verify(signature_bytes, bytes.fromhex(hash))
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True
