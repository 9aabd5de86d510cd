"""The statement in a certificate's QR, signed, so that anyone can check it without our server; docs/check.md."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Literal

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.inspection.domain.certificate import Certificate

ALGORITHM = "Ed25519"
LONGEST = 2000
KEY_ID_LENGTH = 8


class Statement(BaseModel):
    """One letter for each name: the QR has to stay readable on a phone."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    number: str = Field(alias="n", min_length=1)
    type_code: str = Field(alias="t", min_length=1)
    serial: str = Field(alias="s")
    verified_on: date = Field(alias="d")
    valid_until: date | None = Field(None, alias="u")

    @classmethod
    def of(cls, certificate: Certificate) -> "Statement":
        return cls(
            number=certificate.number,
            type_code=certificate.type_code,
            serial=certificate.serial,
            verified_on=certificate.verified_on,
            valid_until=certificate.valid_until,
        )

    def sign(self, key: OKPKey) -> str:
        """A JSON Web Signature in compact form (RFC 7515, RFC 9864)."""
        payload = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        return jws.serialize_compact(
            {"alg": ALGORITHM, "kid": key.kid}, text.encode(), key, algorithms=[ALGORITHM]
        )


@dataclass(frozen=True)
class Read:
    """What became of a text: no statement at all, one that nobody here signed or that was altered, or a genuine one."""

    kind: Literal["none", "altered", "genuine"]
    statement: Statement | None = None


def read_statement(text: str, keys: KeySet) -> Read:
    """Takes the statement itself or the address in which it stands (`…/check?q=STATEMENT`)."""
    token = text.strip().rsplit("q=", 1)[-1].split("&", 1)[0]
    if len(token) > LONGEST or not looks_signed(token):
        return Read("none")
    try:
        signed = jws.deserialize_compact(token, keys, algorithms=[ALGORITHM])
        return Read("genuine", Statement.model_validate_json(signed.payload))
    except (JoseError, ValidationError, ValueError):
        return Read("altered")


def looks_signed(token: str) -> bool:
    """Whether it has the shape of a compact JSON Web Signature: three parts of base64url, the first one JSON."""
    parts = token.split(".")
    return len(parts) == 3 and parts[0].startswith("eyJ")


def statement_key(pem: bytes) -> OKPKey:
    """The key of a PEM file under its short name, the first letters of its thumbprint (RFC 7638)."""
    key = OKPKey.import_key(pem)
    return OKPKey.import_key(pem, {"kid": key.thumbprint()[:KEY_ID_LENGTH], "use": "sig", "alg": ALGORITHM})
