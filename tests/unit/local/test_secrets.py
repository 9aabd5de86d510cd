"""Development secrets: made once, kept, and for their owner's eyes only."""

import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from deploy.local.secrets import development_secrets


def test_they_are_made_once_and_kept(tmp_path: Path) -> None:
    first = development_secrets(tmp_path)
    key = first.signing_key_file.read_bytes()
    assert development_secrets(tmp_path) == first
    assert first.signing_key_file.read_bytes() == key
    assert first.admin_password != first.demo_password
    assert len(first.admin_password) >= 12


def test_nobody_else_may_read_them(tmp_path: Path) -> None:
    development_secrets(tmp_path)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "secrets").iterdir()}
    assert set(modes.values()) == {0o600}
    assert set(modes) == {
        "signing-key.pem", "office-key.pem", "office-certificate.pem", "statement-key.pem",
        "admin-password", "demo-password",
    }  # fmt: skip
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_the_key_signs_es256(tmp_path: Path) -> None:
    key = load_pem_private_key(development_secrets(tmp_path).signing_key_file.read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    assert key.curve.name == "secp256r1"


def test_the_certificate_is_the_office_keys_and_says_what_it_is_not(tmp_path: Path) -> None:
    made = development_secrets(tmp_path)
    key = load_pem_private_key(made.office_key_file.read_bytes(), None)
    certificate = load_pem_x509_certificate(made.office_certificate_file.read_bytes())
    assert isinstance(key, EllipticCurvePrivateKey)
    assert certificate.public_key() == key.public_key()
    assert "not a legal signature" in certificate.subject.rfc4514_string()
    statement = load_pem_private_key(made.statement_key_file.read_bytes(), None)
    assert isinstance(statement, Ed25519PrivateKey)
