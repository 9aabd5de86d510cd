"""Signs a document as the office: PAdES (ETSI EN 319 142) by a key file, or by a PKCS#11 token that never shows its key."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from services.inspection.keys import NoKey, office_certificate
from services.inspection.office import Office, office

RESERVED = 16_384
"""Room for the signature in the file, in hexadecimal: some four certificates of a chain. Told, it need not be tried out."""


def sign(pdf: bytes, reason: str) -> bytes:
    """The document with one certifying signature that allows no change. Raises NoKey."""
    metadata = signers.PdfSignatureMetadata(
        field_name="Office",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        location=office().office_place,
        name=office().office_name,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    # typst ends without a line feed; PDF/A wants one before the first object of what is added (ISO 19005-3, 6.1.9).
    document = IncrementalPdfFileWriter(BytesIO(pdf.rstrip() + b"\n"))
    with _signer(office()) as signer:
        signed = signers.sign_pdf(document, metadata, signer, bytes_reserved=RESERVED)
    return bytes(signed.getvalue())


@contextmanager
def _signer(config: Office) -> Iterator[signers.Signer]:
    """The token when one is named, else the key file."""
    certificate, *issuers = load_certs_from_pemder_data(office_certificate())
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    registry.register_multiple(issuers)
    if config.pkcs11_module is None:
        file = config.office_key_file
        if file is None or not file.is_file():
            raise NoKey("VERNIER_OFFICE_KEY_FILE")
        key = load_private_key_from_pemder_data(file.read_bytes(), None)
        yield signers.SimpleSigner(certificate, key, registry)
        return
    # Imported here: python-pkcs11 is installed only where there is a token.
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    pin = config.pkcs11_pin.get_secret_value() if config.pkcs11_pin else None
    criteria = TokenCriteria(label=config.pkcs11_token)
    session = open_pkcs11_session(str(config.pkcs11_module), token_criteria=criteria, user_pin=pin)
    with session:
        yield PKCS11Signer(
            session,
            key_label=config.pkcs11_key,
            signing_cert=certificate,
            ca_chain=issuers,
            use_raw_mechanism=True,
        )
