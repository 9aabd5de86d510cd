"""Accounts and sessions: who may sign in, with which roles, and for how long without the password."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from pydantic import Field, SecretStr, StringConstraints

from services.kernel.model import Entity, Fact, Id, Instant, Rejected, Text, derived_id, new_id
from services.kernel.tokens import Role
from services.registry.events import AccountClosed, AccountOpened, SessionClosed, SessionOpened

MAX_FAILURES = 8
PAUSE = timedelta(minutes=15)
REMEMBERED = 50

hasher = PasswordHasher()
# Compared with when the name is unknown, so that the time taken does not tell which names exist.
_NOBODY = hasher.hash(secrets.token_hex(16))

Username = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._@-]{1,63}$")]


class NewAccount(Fact):
    username: Username
    password: Annotated[SecretStr, Field(min_length=10, max_length=200)]
    name: Text
    roles: Annotated[frozenset[Role], Field(min_length=1)]
    enterprise_id: Id | None = None
    inspector_id: Id | None = None


class Account(Entity, kind="account"):
    username: Username
    name: Text
    password_hash: str
    roles: frozenset[Role]
    enterprise_id: Id | None
    inspector_id: Id | None
    closed: bool = False
    failures: int = 0
    paused_until: Instant | None = None

    @classmethod
    def open(cls, new: NewAccount) -> tuple["Account", AccountOpened]:
        """Raises Rejected `account-without-enterprise` or `account-without-inspector`."""
        for role, value, field in (
            ("enterprise", new.enterprise_id, "enterprise_id"),
            ("inspector", new.inspector_id, "inspector_id"),
        ):
            if (role in new.roles) != (value is not None):
                detail = f"The role {role} and {field} go together: give both or neither."
                raise Rejected(f"account-without-{role}", detail, field=field, status=422)
        account = cls(
            id=derived_id("account", new.username),
            username=new.username,
            name=new.name,
            password_hash=hasher.hash(new.password.get_secret_value()),
            roles=new.roles,
            enterprise_id=new.enterprise_id,
            inspector_id=new.inspector_id,
        )
        opened = AccountOpened(
            account_id=account.id,
            roles=sorted(new.roles),
            enterprise_id=new.enterprise_id,
            inspector_id=new.inspector_id,
        )
        return account, opened

    def close(self, reason: str) -> AccountClosed:
        if self.closed:
            raise Rejected("account-closed", "The account is closed already.")
        self.closed = True
        return AccountClosed(account_id=self.id, reason=reason)

    def accepts(self, password: str, at: datetime) -> bool:
        """Whether the password opens the account now; counts failures, and pauses after too many."""
        if self.closed or (self.paused_until is not None and at < self.paused_until):
            return False
        try:
            hasher.verify(self.password_hash, password)
        except VerificationError:
            self.failures += 1
            if self.failures >= MAX_FAILURES:
                self.failures, self.paused_until = 0, at + PAUSE
            return False
        self.failures, self.paused_until = 0, None
        if hasher.check_needs_rehash(self.password_hash):
            self.password_hash = hasher.hash(password)
        return True

    def view(self) -> dict[str, object]:
        return {name: value for name, value in super().view().items() if name != "password_hash"}


def reject_like_a_wrong_password(password: str) -> None:
    """Takes as long as a real comparison does."""
    try:
        hasher.verify(_NOBODY, password)
    except VerificationError:
        return


class Session(Entity, kind="session"):
    """A signed-in device. Its refresh token is used once and gives the next one.

    The one before stays good until its successor is used: a tablet whose network broke before the answer came must
    not be signed out in the field. Any older one proves that somebody holds a copy, and ends the session.
    """

    account_id: Id
    issued: list[str]
    """SHA-256 of the last tokens given out; the last one is current."""
    last_used: str | None = None
    expires_at: Instant
    ended: bool = False

    @classmethod
    def open(cls, account: Account, at: datetime, lifetime: timedelta) -> tuple[Self, SessionOpened, str]:
        id, secret = new_id(), secrets.token_urlsafe(32)
        session = cls(id=id, account_id=account.id, issued=[_hash(secret)], expires_at=at + lifetime)
        return session, SessionOpened(session_id=id, account_id=account.id), f"{id}.{secret}"

    def refresh(self, secret: str, at: datetime, lifetime: timedelta) -> str | SessionClosed | None:
        """The next refresh token; None when this one is no good; SessionClosed when it proves that a copy exists."""
        given = _hash(secret)
        if self.ended or at >= self.expires_at or given not in self.issued:
            return None
        if given not in (self.issued[-1], self.last_used):
            return self.close("token_reused")
        successor = secrets.token_urlsafe(32)
        self.last_used = given
        self.issued = [*self.issued, _hash(successor)][-REMEMBERED:]
        self.expires_at = at + lifetime
        return f"{self.id}.{successor}"

    def close(self, reason: Literal["signed_out", "account_closed", "token_reused"]) -> SessionClosed:
        self.ended = True
        return SessionClosed(session_id=self.id, account_id=self.account_id, reason=reason)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
