"""The tablet's signing key and the chain of its records: each holds the hash of the one before it and a signature."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .canonical import canonical, sha256
from .identity import new_id
from .journal import Journal
from .vault import Vault

GENESIS = "0" * 64


class Device:
    """The identity under which this tablet signs: an id and an Ed25519 key (RFC 8032), both made here, once."""

    def __init__(self, tablet_id: str, key: Ed25519PrivateKey) -> None:
        self.tablet_id = tablet_id
        self._key = key

    def __repr__(self) -> str:
        return f"Device({self.tablet_id})"

    @property
    def public_key(self) -> str:
        """Base64 of the 32 bytes of the public key."""
        return b64encode(self._key.public_key().public_bytes_raw()).decode()

    @classmethod
    def of(cls, journal: Journal, vault: Vault) -> Device:
        """The device of an open vault; made and journalled when there is none.  Raises Refused signed-out."""
        stored = vault.get("device")
        if stored is not None:
            return cls(stored[32:].decode(), Ed25519PrivateKey.from_private_bytes(stored[:32]))
        device = cls(new_id(), Ed25519PrivateKey.generate())
        with journal.database.transaction():
            vault.put("device", device._key.private_bytes_raw() + device.tablet_id.encode())
            journal.append("device.made", f"device/{device.tablet_id}", {"public_key": device.public_key})
        return device

    def seal(self, content: Mapping[str, Any], *, sequence: int, previous_hash: str) -> dict[str, Any]:
        """The content as the next link of the chain: with sequence, the hash before it, its own hash and the signature.

        The hash is the SHA-256 of the canonical JSON without `hash` and `signature`; the signature signs its 32 bytes.
        """
        record = {
            **content,
            "tablet_id": self.tablet_id,
            "sequence": sequence,
            "previous_hash": previous_hash,
        }
        digest = sha256(canonical(record))
        signature = b64encode(self._key.sign(bytes.fromhex(digest))).decode()
        return {**record, "hash": digest, "signature": signature}
