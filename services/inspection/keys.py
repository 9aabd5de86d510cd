"""The keys of the office: one signs statements in QRs and is published, the other signs documents and stays hidden."""

import json
from functools import cache

from joserfc.jwk import KeySet, OKPKey

from services.inspection.domain.statement import statement_key
from services.inspection.office import office
from services.kernel.model import Rejected


class NoKey(Rejected):
    """The process was told of no key; nobody but the operator can help."""

    def __init__(self, setting: str) -> None:
        detail = f"The office's key is not set up: {setting} names no file. Tell the operator."
        super().__init__("key-missing", detail, status=503)


@cache
def signing_key() -> OKPKey:
    """The Ed25519 key of VERNIER_STATEMENT_KEY_FILE (PEM). Raises NoKey."""
    file = office().statement_key_file
    if file is None or not file.is_file():
        raise NoKey("VERNIER_STATEMENT_KEY_FILE")
    return statement_key(file.read_bytes())


@cache
def published_keys() -> KeySet:
    """The public keys of every statement on paper: today's, and those it replaced. Raises NoKey."""
    former = office().former_statement_keys_file
    earlier = json.loads(former.read_text("utf-8"))["keys"] if former else []
    today = signing_key().as_dict(private=False)
    return KeySet.import_key_set({"keys": [today, *(key for key in earlier if key["kid"] != today["kid"])]})


def office_certificate() -> bytes:
    """The certificate (PEM) with which the signatures of our documents are checked. Raises NoKey."""
    file = office().office_certificate_file
    if file is None or not file.is_file():
        raise NoKey("VERNIER_OFFICE_CERTIFICATE_FILE")
    return file.read_bytes()
