"""Our own issuer of tokens: the private key that signs them, and the key set that everybody may read."""

import time
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from services.kernel.settings import settings
from services.registry.account import Account


class NoSigningKey(Exception):
    """The process was told of no key; its text says how to give one."""


@cache
def signing_key() -> ECKey:
    """The P-256 key of VERNIER_SIGNING_KEY_FILE (PEM). Its id is its thumbprint (RFC 7638).

    Raises:
        NoSigningKey: there is no such file.
    """
    file = settings().signing_key_file
    if file is None or not file.is_file():
        raise NoSigningKey("VERNIER_SIGNING_KEY_FILE names no file; give a P-256 private key in PEM.")
    key = ECKey.import_key(file.read_bytes(), {"use": "sig", "alg": "ES256"})
    key.ensure_kid()
    return key


def access_token(account: Account, session_id: str) -> str:
    """A JWT (RFC 9068 in spirit) that other services trust until it expires."""
    config, at = settings(), int(time.time())
    claims: dict[str, Any] = {
        "iss": config.issuer,
        "aud": config.audience,
        "sub": account.id,
        "sid": session_id,
        "iat": at,
        "exp": at + config.access_minutes * 60,
        "name": account.name,
        config.roles_claim: sorted(account.roles),
    }
    if account.enterprise_id is not None:
        claims[config.enterprise_claim] = account.enterprise_id
    if account.inspector_id is not None:
        claims[config.inspector_claim] = account.inspector_id
    return jwt.encode({"alg": "ES256", "kid": signing_key().kid}, claims, signing_key())


def key_set() -> dict[str, Any]:
    return {"keys": [signing_key().as_dict(private=False)]}
