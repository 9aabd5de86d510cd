"""Signing by a PKCS#11 token: the key never leaves it. On SoftHSM, where that is installed."""

import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from deploy.local.secrets import development_secrets
from services.inspection.office import office
from services.inspection.printing import press
from services.inspection.signing import sign
from tests.unit.inspection.test_printing import DATA, MADE, QR

LIBRARIES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
LIBRARY = next((path for path in LIBRARIES if Path(path).exists()), None)

pytestmark = pytest.mark.skipif(
    LIBRARY is None or shutil.which("softhsm2-util") is None, reason="SoftHSM (softhsm2) is not installed"
)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[bytes]:
    """An office whose key lies in a token, and nowhere else."""
    config = tmp_path / "softhsm2.conf"
    (tmp_path / "tokens").mkdir()
    config.write_text(f"directories.tokendir = {tmp_path}/tokens\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    made = development_secrets(tmp_path)

    def token(*arguments: str) -> None:
        subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)

    token("--init-token", "--free", "--label", "office", "--so-pin", "1234", "--pin", "5678")
    key = str(made.office_key_file)
    token("--import", key, "--token", "office", "--label", "office-key", "--id", "01", "--pin", "5678")
    made.office_key_file.unlink()
    for name, value in {
        "OFFICE_CERTIFICATE_FILE": str(made.office_certificate_file),
        "PKCS11_MODULE": str(LIBRARY),
        "PKCS11_TOKEN": "office",
        "PKCS11_PIN": "5678",
        "PKCS11_KEY": "office-key",
    }.items():
        monkeypatch.setenv(f"VERNIER_{name}", value)
    office.cache_clear()
    yield made.office_certificate_file.read_bytes()
    office.cache_clear()


def test_the_token_signs_and_the_certificate_proves_it(certificate: bytes) -> None:
    [root] = load_certs_from_pemder_data(certificate)
    for _ in range(2):
        signed = sign(press("certificate").print(DATA, MADE, qr=QR), "thử")
        [signature] = PdfFileReader(io.BytesIO(signed)).embedded_signatures
        assert validate_pdf_signature(signature, ValidationContext(trust_roots=[root])).bottom_line
