"""Development secrets, made once per state folder, for their owner only: `python -m deploy.local.secrets STATE`."""

import os
import secrets
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

OFFICE = "Vernier development office (not a legal signature)"
YEARS = 10

DEMO_ACCOUNTS = ("dieu-phoi", "kdv-binh", "co-so")
"""A dispatcher, an inspector, an enterprise: the example province brings them (`make demo`), with the demo password."""


@dataclass(frozen=True)
class Secrets:
    """Of the keys, one signs tokens, one the documents of the office (with its certificate), one the statements in QRs."""

    signing_key_file: Path
    office_key_file: Path
    office_certificate_file: Path
    statement_key_file: Path
    admin_password: str
    demo_password: str


def development_secrets(state: Path) -> Secrets:
    """The secrets of this state folder; what is missing is made."""
    folder = state / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key, office = folder / "signing-key.pem", folder / "office-key.pem"
    certificate, statement = folder / "office-certificate.pem", folder / "statement-key.pem"
    for path in (key, office):
        if not path.exists():
            _write(path, _pem(generate_private_key(SECP256R1())))
    if not statement.exists():
        _write(statement, _pem(Ed25519PrivateKey.generate()))
    if not certificate.exists():
        _write(certificate, _self_signed(office))
    return Secrets(
        key,
        office,
        certificate,
        statement,
        _password(folder / "admin-password"),
        _password(folder / "demo-password"),
    )


def _pem(key: EllipticCurvePrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _self_signed(key_file: Path) -> bytes:
    """A certificate for the office's key that says of itself that it is for development."""
    key = load_pem_private_key(key_file.read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, OFFICE)])
    begin = datetime.now(UTC) - timedelta(days=1)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=365 * YEARS))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


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
