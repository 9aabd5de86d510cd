"""Who calls: access tokens (JWT, ES256) checked against the published key set of the issuer, ours or an external OIDC."""

import threading
import time
from typing import Any, Literal

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import Field

from services.kernel.model import Fact, Rejected, new_traceparent
from services.kernel.settings import Settings, settings

Role = Literal["inspector", "dispatcher", "enterprise", "administrator"]
ROLES: tuple[Role, ...] = ("inspector", "dispatcher", "enterprise", "administrator")

ALGORITHMS = ["ES256", "RS256"]
KEYS_MAX_AGE = 600.0
KEYS_MIN_AGE = 5.0
KNOWN_SECONDS = 60.0
"""How long a token that was checked is believed: a tablet that hands in record by record shows the same one each time."""
MOST_KNOWN = 4096


class Unauthenticated(Rejected):
    def __init__(self, problem: str, detail: str) -> None:
        super().__init__(problem, detail, status=401)


class Forbidden(Rejected):
    def __init__(self, problem: str, detail: str) -> None:
        super().__init__(problem, detail, status=403)


class Caller(Fact):
    """A person behind a valid token. An enterprise's caller carries the enterprise, an inspector's the inspector."""

    account: str
    roles: frozenset[Role]
    enterprise: str | None = None
    inspector: str | None = None
    traceparent: str = Field(default_factory=new_traceparent)

    @property
    def actor(self) -> str:
        return f"account/{self.account}"

    @property
    def is_staff(self) -> bool:
        """Whether the caller works for the department and so may see every enterprise."""
        return bool(self.roles & {"inspector", "dispatcher", "administrator"})

    def must_see(self, enterprise_id: str) -> None:
        """Raises Forbidden when the data belong to somebody else's enterprise."""
        if not self.is_staff and self.enterprise != enterprise_id:
            raise Forbidden("not-yours", "This belongs to another enterprise. Ask for your own data only.")


class KeySource:
    """The issuer's public keys, fetched when needed and kept for ten minutes; an unknown key id fetches them anew."""

    def __init__(self, issuer: str, client: httpx.Client | None = None) -> None:
        self.issuer = issuer.rstrip("/")
        self.client = client or httpx.Client(timeout=5)
        self._keys: KeySet | None = None
        self._fetched = 0.0
        self._lock = threading.Lock()

    def keys(self, kid: str | None) -> KeySet:
        with self._lock:
            age = time.monotonic() - self._fetched
            known = self._keys is not None and any(key.kid == kid for key in self._keys.keys)
            if self._keys is None or age > KEYS_MAX_AGE or (not known and age > KEYS_MIN_AGE):
                try:
                    self._keys, self._fetched = self._fetch(), time.monotonic()
                except (httpx.HTTPError, KeyError, ValueError) as error:
                    if self._keys is None:
                        raise Rejected(
                            "issuer-away", "The issuer of tokens does not answer. Try again.", status=503
                        ) from error
            return self._keys

    def _fetch(self) -> KeySet:
        found = self.client.get(f"{self.issuer}/.well-known/openid-configuration").raise_for_status().json()
        return KeySet.import_key_set(self.client.get(found["jwks_uri"]).raise_for_status().json())


class TokenCheck:
    """Turns the text of a token into a Caller."""

    def __init__(self, source: KeySource, config: Settings | None = None) -> None:
        self.source, self.config = source, config or settings()
        self._known: dict[str, tuple[float, Caller]] = {}

    def known(self, token: str) -> Caller | None:
        """Who showed this very token a moment ago and was checked; no waiting, no signature."""
        until, caller = self._known.get(token, (0.0, None))
        if caller is None or time.time() >= until:
            return None
        return caller.model_copy(update={"traceparent": new_traceparent()})

    def __call__(self, token: str) -> Caller:
        """Raises Unauthenticated (no such signature, issuer, audience or time) and Rejected 503 (issuer away)."""
        try:
            decoded = jwt.decode(
                token, lambda found: self.source.keys(found.headers().get("kid")), ALGORITHMS
            )
            claims = jwt.JWTClaimsRegistry(
                leeway=30,
                iss={"essential": True, "value": self.source.issuer},
                aud={"essential": True, "value": self.config.audience},
                sub={"essential": True},
                exp={"essential": True},
            )
            claims.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            if getattr(error, "error", "") == "expired_token":
                detail = "The token has expired. Get a new one from /token with your refresh token."
                raise Unauthenticated("token-expired", detail) from error
            detail = "The token is not valid here. Sign in again."
            raise Unauthenticated("token-invalid", detail) from error
        caller = self._caller(decoded.claims)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[token] = (min(time.time() + KNOWN_SECONDS, float(decoded.claims["exp"])), caller)
        return caller

    def _caller(self, claims: dict[str, Any]) -> Caller:
        named = claims.get(self.config.roles_claim) or []
        named = [named] if isinstance(named, str) else named
        return Caller(
            account=str(claims["sub"]),
            roles=frozenset(role for role in ROLES if role in named),
            enterprise=claims.get(self.config.enterprise_claim),
            inspector=claims.get(self.config.inspector_claim),
        )
