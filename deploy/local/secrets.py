"""Development secrets, made once per state folder, for their owner only: `python -m deploy.local.secrets STATE`."""

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

DEMO_ACCOUNTS = ("dieu-phoi", "kdv-binh", "co-so")
"""A dispatcher, an inspector, an enterprise: the example province brings them (`make demo`), with the demo password."""


@dataclass(frozen=True)
class Secrets:
    signing_key_file: Path
    admin_password: str
    demo_password: str


def development_secrets(state: Path) -> Secrets:
    """The secrets of this state folder; what is missing is made."""
    folder = state / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = folder / "signing-key.pem"
    if not key.exists():
        pem = generate_private_key(SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        _write(key, pem)
    return Secrets(key, _password(folder / "admin-password"), _password(folder / "demo-password"))


def _password(path: Path) -> str:
    if not path.exists():
        _write(path, secrets.token_urlsafe(12).encode())
    return path.read_text("ascii").strip()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)


if __name__ == "__main__":
    development_secrets(Path(sys.argv[1]))
