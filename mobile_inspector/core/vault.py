"""The tablet's secrets at rest: locked under password, PIN and recovery code, opened in memory while signed in.

A random master key seals the device's private key, the refresh token (AES-256-GCM under the name), and, through a key
derived from it, every fact of the journal and all pulled work.  The master key itself is kept in up to three locks, each
sealed under what scrypt makes of one thing a person knows; opening a lock IS the check of it:

* the password of the registry's account;
* the PIN, together with the device secret: 32 random bytes outside the database (a file, or the platform's key store),
  so that a copy of the database alone cannot be tried with a million PINs;
* the recovery code, 100 random bits, which the inspector hands in on paper: who forgets the rest loses no record.

Nothing protects against a program that reads the memory of a signed-in tablet.  Decision 0017 says what stays readable.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from .canonical import nfc
from .database import Database
from .refusal import Refused

# With r = 8: 32 MiB and about 0.1 s on a desktop, 0.5 s on a cheap tablet, for every guess.
COST = 2**15
PASSWORD, PIN, RECOVERY = "lock", "lock.pin", "lock.recovery"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another
CODE_LETTERS = 20
SEAL_BYTES = 12 + 16  # the nonce before what is sealed, the tag after it


class Vault:
    """A few named secrets, and the seal of everything else.  Opening needs no network."""

    def __init__(self, database: Database, device_secret: Callable[[], bytes]) -> None:
        self._database, self._device_secret = database, device_secret
        self._master: bytes | None = None
        self._payloads: AESGCM | None = None

    def __repr__(self) -> str:
        return f"Vault({'open' if self.is_open else 'locked'})"

    @property
    def exists(self) -> bool:
        """Whether somebody has ever signed in on this tablet."""
        return self._read(PASSWORD) is not None

    @property
    def is_open(self) -> bool:
        return self._master is not None

    @property
    def has_pin(self) -> bool:
        return self._read(PIN) is not None

    def create(self, password: str) -> None:
        """Makes the master key and the recovery code, once.  A vault that exists is opened with `open`."""
        assert not self.exists
        self._use(os.urandom(32))
        self._lock(PASSWORD, nfc(password))
        self._make_recovery()

    def open(self, password: str) -> None:
        """Raises Refused password-wrong."""
        self._use(self._unlock(PASSWORD, nfc(password), "password-wrong"))
        if self._read(RECOVERY) is None:  # made by an earlier release
            self._make_recovery()

    def open_by_pin(self, pin: str) -> bool:
        """False, and nothing is opened, where this is not the PIN or none is set."""
        master = self._try(PIN, pin)
        if master is not None:
            self._use(master)
        return master is not None

    def open_by_recovery(self, code: str) -> None:
        """Takes the code as people write it: spaces, dashes, small letters.  Raises Refused recovery-wrong."""
        self._use(self._unlock(RECOVERY, plain_code(code), "recovery-wrong"))

    def fits(self, pin: str) -> bool:
        """Whether this is the PIN of the vault that is open.  Raises Refused signed-out."""
        return hmac.compare_digest(self._try(PIN, pin) or b"", self._key())

    def change_password(self, password: str) -> None:
        """Locks the same secrets under another password.  Raises Refused signed-out."""
        self._lock(PASSWORD, nfc(password))

    def set_pin(self, pin: str) -> None:
        """Locks the same secrets under a PIN too.  Raises Refused signed-out."""
        self._lock(PIN, pin)

    def forget_pin(self) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM vault WHERE name = ?", (PIN,))

    def recovery_code(self) -> str:
        """To be written down and handed in: 5K2M9-….  Raises Refused signed-out."""
        code = (self.get("recovery") or b"").decode()
        return "-".join(code[i : i + 5] for i in range(0, len(code), 5))

    def close(self) -> None:
        """Forgets what was opened."""
        self._master = self._payloads = None

    def put(self, name: str, secret: bytes) -> None:
        """Stores a secret.  Raises Refused signed-out."""
        nonce = os.urandom(12)
        self._write(name, nonce + AESGCM(self._key()).encrypt(nonce, secret, name.encode()))

    def get(self, name: str) -> bytes | None:
        """A secret, None if there is none of that name.  Raises Refused signed-out."""
        key, sealed = self._key(), self._read(name)
        return None if sealed is None else AESGCM(key).decrypt(sealed[:12], sealed[12:], name.encode())

    def seal(self, context: str, text: str) -> bytes:
        """A text for the disk, readable only with the vault open and only as what it is said to be: AES-256-GCM.

        Raises Refused signed-out.
        """
        return self.seal_bytes(context, text.encode())

    def unseal(self, context: str, kept: bytes | str) -> str:
        """The text; one that was never sealed as it is.  Raises Refused: signed-out, tablet-unreadable (altered)."""
        if isinstance(kept, str):
            return kept
        try:
            return self.unseal_bytes(context, kept).decode()
        except InvalidTag as error:
            raise Refused("tablet-unreadable") from error

    def seal_bytes(self, context: str, content: bytes) -> bytes:
        """As `seal`, for what is no text: SEAL_BYTES longer than the content.  Raises Refused signed-out."""
        nonce = os.urandom(12)
        return nonce + self._cipher().encrypt(nonce, content, context.encode())

    def unseal_bytes(self, context: str, kept: bytes) -> bytes:
        """Raises Refused signed-out, and InvalidTag where the bytes or their context are others than were sealed."""
        return self._cipher().decrypt(kept[:12], kept[12:], context.encode())

    def _use(self, master: bytes) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=b"vernier payloads").derive(master)
        self._master, self._payloads = master, AESGCM(derived)

    def _make_recovery(self) -> None:
        code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))
        with self._database.transaction():
            self.put("recovery", code.encode())
            self._lock(RECOVERY, code)

    def _cipher(self) -> AESGCM:
        if self._payloads is None:
            raise Refused("signed-out")
        return self._payloads

    def _key(self) -> bytes:
        if self._master is None:
            raise Refused("signed-out")
        return self._master

    def _lock(self, name: str, known: str) -> None:
        salt, nonce = os.urandom(16), os.urandom(12)
        sealed = AESGCM(self._derived(name, known, salt, COST)).encrypt(nonce, self._key(), b"master")
        parts = {"salt": salt, "nonce": nonce, "sealed": sealed}
        told = {"cost": COST, **{part: b64encode(value).decode() for part, value in parts.items()}}
        self._write(name, json.dumps(told).encode())

    def _unlock(self, name: str, known: str, refusal: str) -> bytes:
        master = self._try(name, known)
        if master is None:
            raise Refused(refusal)
        return master

    def _try(self, name: str, known: str) -> bytes | None:
        """The master key out of a lock; None if this does not open it."""
        kept = self._read(name)
        if kept is None:
            return None
        parts = json.loads(kept)
        salt, nonce, sealed = (b64decode(parts[part]) for part in ("salt", "nonce", "sealed"))
        try:
            key = self._derived(name, known, salt, int(parts["cost"]))
            return AESGCM(key).decrypt(nonce, sealed, b"master")
        except InvalidTag:
            return None

    def _derived(self, name: str, known: str, salt: bytes, cost: int) -> bytes:
        key = Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(known.encode())
        return hmac.digest(self._device_secret(), key, sha256) if name == PIN else key

    def _read(self, name: str) -> bytes | None:
        found = self._database.rows("SELECT value FROM vault WHERE name = ?", name)
        return bytes(found[0]["value"]) if found else None

    def _write(self, name: str, value: bytes) -> None:
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO vault VALUES (?, ?)", (name, value))


def secret_in(file: Path) -> Callable[[], bytes]:
    """The device secret as a file closed to others, made when it is asked for first."""

    def read() -> bytes:
        if not file.exists():
            half = file.with_suffix(".half")
            half.unlink(missing_ok=True)
            opened = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(opened, "wb") as out:
                out.write(os.urandom(32))
                out.flush()
                os.fsync(out.fileno())
            half.replace(file)
        return file.read_bytes()

    return read


def plain_code(typed: str) -> str:
    """A code as people write it, with spaces, dashes and small letters, in its own letters."""
    return "".join(typed.split()).replace("-", "").upper().translate(str.maketrans("OIL", "011"))
