"""Development secrets: made once, kept, and for their owner's eyes only."""

import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

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
    assert modes == {"signing-key.pem": 0o600, "admin-password": 0o600, "demo-password": 0o600}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_the_key_signs_es256(tmp_path: Path) -> None:
    key = load_pem_private_key(development_secrets(tmp_path).signing_key_file.read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    assert key.curve.name == "secp256r1"
