"""Signing in: OAuth2 password and refresh grants, and what an OpenID client needs to check our tokens."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from pydantic import BaseModel

from services.kernel.model import Itself, Rejected, now
from services.kernel.settings import settings
from services.kernel.tokens import Caller
from services.kernel.web import caller_of
from services.registry.account import Session, reject_like_a_wrong_password
from services.registry.events import SessionClosed
from services.registry.signing import access_token, key_set
from services.registry.storage import accounts, sessions

router = APIRouter(tags=["tokens"])


class Tokens(BaseModel):
    """RFC 6749 §5.1."""

    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme, no secret
    expires_in: int


@router.post("/token")
def token(
    grant_type: Annotated[str, Form()],
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    refresh_token: Annotated[str, Form()] = "",
) -> Tokens:
    """Gives an access token for a name and password, or for a refresh token. Anyone may call it."""
    if grant_type == "password":
        return _sign_in(username, password)
    if grant_type == "refresh_token":
        return _refresh(refresh_token)
    raise Rejected(
        "grant-unknown", "Use the grant password or refresh_token.", field="grant_type", status=400
    )


@router.post("/sign-out", status_code=204)
def sign_out(
    caller: Annotated[Caller, Depends(caller_of)], refresh_token: Annotated[str, Form()] = ""
) -> None:
    """Ends the session of a refresh token. Anyone who is signed in may end their own."""
    session = sessions.find(refresh_token.partition(".")[0])
    if session is None or session.account_id != caller.account or session.ended:
        return
    closed = session.close("signed_out")
    sessions.commit(session, closed, by=caller)


@router.get("/.well-known/openid-configuration")
def openid_configuration() -> dict[str, Any]:
    """Where the keys are (OpenID Connect Discovery). Anyone may call it."""
    issuer = settings().issuer.rstrip("/")
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "grant_types_supported": ["password", "refresh_token"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "subject_types_supported": ["public"],
        "response_types_supported": ["token"],
    }


@router.get("/.well-known/jwks.json")
def jwks() -> dict[str, Any]:
    """The public keys that check our tokens (RFC 7517). Anyone may call it."""
    return key_set()


def _sign_in(username: str, password: str) -> Tokens:
    account = next(iter(accounts.query(username=username.strip().lower(), limit=1)), None)
    if account is None:
        reject_like_a_wrong_password(password)
        raise _wrong()
    before = account.state()
    accepted = account.accepts(password, now())
    by = Itself(actor=account.subject)
    if account.state() != before:
        account = accounts.commit(account, by=by)
    if not accepted:
        raise _wrong()
    session, opened, refresh = Session.open(account, now(), _refresh_lifetime())
    sessions.add(session, opened, by=by)
    return _tokens(access_token(account, session.id), refresh)


def _refresh(token: str) -> Tokens:
    id, _, secret = token.partition(".")
    session = sessions.find(id)
    outcome = session.refresh(secret, now(), _refresh_lifetime()) if session else None
    if session is None or outcome is None:
        raise _sign_in_again()
    by = Itself(actor=f"account/{session.account_id}")
    if isinstance(outcome, SessionClosed):
        sessions.commit(session, outcome, by=by)
        raise _sign_in_again()
    account = accounts.get(session.account_id)
    if account.closed:
        raise _sign_in_again()
    sessions.commit(session, by=by)
    return _tokens(access_token(account, session.id), outcome)


def _tokens(access: str, refresh: str) -> Tokens:
    return Tokens(access_token=access, refresh_token=refresh, expires_in=settings().access_minutes * 60)


def _refresh_lifetime() -> timedelta:
    return timedelta(days=settings().refresh_days)


def _wrong() -> Rejected:
    detail = "Name or password is wrong, or the account waits 15 minutes after too many tries."
    return Rejected("invalid-grant", detail, field="password", status=400)


def _sign_in_again() -> Rejected:
    return Rejected("invalid-grant", "The session is over. Sign in again.", field="refresh_token", status=400)
