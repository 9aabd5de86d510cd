"""The tablet's secrets at rest: locked under the inspector's password, opened in memory while signed in.

Protected: the device's private key, the refresh token.  Each is sealed with AES-256-GCM under a random master key, and
the master key is sealed under a key that scrypt derives from the password; opening it IS the check of the password.
Not protected yet: the journal's facts and the pulled work lie readable in the database file, so whoever takes the
tablet apart can read them; the master key is made for sealing them too.  Nothing protects against a program that reads
the memory of a signed-in tablet.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from .canonical import nfc
from .database import Database
from .refusal import Refused

# With r = 8: 32 MiB and about 0.1 s on a desktop, 0.5 s on a cheap tablet, for every guess of a password.
COST = 2**15


class Vault:
    """A few named secrets.  `open` needs the password and no network."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._master: bytes | None = None

    def __repr__(self) -> str:
        return f"Vault({'open' if self.is_open else 'locked'})"

    @property
    def exists(self) -> bool:
        """Whether somebody has ever signed in on this tablet."""
        return self._read("lock") is not None

    @property
    def is_open(self) -> bool:
        return self._master is not None

    def create(self, password: str) -> None:
        """Makes the master key, once.  A vault that exists is opened with `open`."""
        assert not self.exists
        master = os.urandom(32)
        self._write("lock", _lock(master, password))
        self._master = master

    def open(self, password: str) -> None:
        """Raises Refused password-wrong."""
        self._master = _unlock(self._read("lock") or b"{}", password)

    def change_password(self, password: str) -> None:
        """Locks the same secrets under another password."""
        assert self._master is not None
        self._write("lock", _lock(self._master, password))

    def close(self) -> None:
        """Forgets what was opened."""
        self._master = None

    def discard(self) -> None:
        """Throws every secret away for good; what they signed stays."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM vault")
        self._master = None

    def put(self, name: str, secret: bytes) -> None:
        """Stores a secret.  Raises Refused signed-out."""
        nonce = os.urandom(12)
        self._write(name, nonce + AESGCM(self._key()).encrypt(nonce, secret, name.encode()))

    def get(self, name: str) -> bytes | None:
        """A secret, None if there is none of that name.  Raises Refused signed-out."""
        key, sealed = self._key(), self._read(name)
        return None if sealed is None else AESGCM(key).decrypt(sealed[:12], sealed[12:], name.encode())

    def _key(self) -> bytes:
        if self._master is None:
            raise Refused("signed-out")
        return self._master

    def _read(self, name: str) -> bytes | None:
        found = self._database.rows("SELECT value FROM vault WHERE name = ?", name)
        return bytes(found[0]["value"]) if found else None

    def _write(self, name: str, value: bytes) -> None:
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO vault VALUES (?, ?)", (name, value))


def _derived(password: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(nfc(password).encode())


def _lock(master: bytes, password: str) -> bytes:
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_derived(password, salt, COST)).encrypt(nonce, master, b"master")
    parts = {"salt": salt, "nonce": nonce, "sealed": sealed}
    return json.dumps(
        {"cost": COST, **{name: b64encode(part).decode() for name, part in parts.items()}}
    ).encode()


def _unlock(lock: bytes, password: str) -> bytes:
    parts = json.loads(lock)
    salt, nonce, sealed = (b64decode(parts[name]) for name in ("salt", "nonce", "sealed"))
    try:
        return AESGCM(_derived(password, salt, int(parts["cost"]))).decrypt(nonce, sealed, b"master")
    except InvalidTag as error:
        raise Refused("password-wrong") from error
