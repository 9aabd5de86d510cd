"""Who works with this tablet: signed in with the registry's account, then for a number of days without a network."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

from .canonical import nfc
from .clock import instant_text, read_instant
from .journal import Journal
from .keys import Device
from .network import Answer, Network, Unreachable
from .refusal import Refused
from .vault import Vault

EARLY = 60.0  # seconds before its end at which an access token is no longer used


class Session:
    """One tablet, one inspector.  The password is kept nowhere; see `vault` for what it locks."""

    def __init__(
        self, journal: Journal, vault: Vault, network: Network, registry_url: str, offline_days: int = 14
    ) -> None:
        self.journal, self.vault, self.network = journal, vault, network
        self.registry_url, self.offline_days = registry_url, offline_days
        self._device: Device | None = None
        self._access: tuple[str, float] | None = None
        self._lock = threading.Lock()

    @property
    def user(self) -> str | None:
        """Whose tablet this is; None before the first sign-in."""
        return self.journal.database.bookmark("user")

    @property
    def device(self) -> Device:
        """Raises Refused signed-out."""
        self.must_be_open()
        assert self._device is not None
        return self._device

    def must_be_open(self) -> None:
        """Raises Refused signed-out."""
        if self._device is None:
            raise Refused("signed-out")

    def sign_in(self, user: str, password: str, *, previous_password: str | None = None) -> bool:
        """Opens the tablet; true if the registry was asked, false if the tablet decided alone because it is offline.

        Args:
            previous_password: needed once after the password was changed elsewhere, to open what the old one locked.

        Raises Refused: tablet-taken (another inspector's), password-wrong, password-changed, first-sign-in-needs-network,
        offline-too-long.
        """
        user = _name(user)
        if self.user not in (None, user):
            raise Refused("tablet-taken", user=self.user)
        try:
            answer = self._ask({"grant_type": "password", "username": user, "password": password})
        except Unreachable as error:
            self._sign_in_offline(password, error)
            online = False
        else:
            if not answer.ok:
                raise Refused(
                    "password-wrong" if answer.status in (400, 401) else "sign-in-refused",
                    detail=answer.detail,
                )
            self._unlock(user, password, previous_password)
            self._keep(answer)
            online = True
        self._device = Device.of(self.journal, self.vault)
        self.journal.append(
            "session.opened", f"device/{self._device.tablet_id}", {"user": user, "online": online}
        )
        return online

    def sign_out(self) -> None:
        """Forgets every secret in memory; what was recorded stays."""
        self.vault.close()
        self._device = self._access = None

    def renew(self, user: str, password: str) -> None:
        """For an inspector who forgot the password that locked the tablet: a new key and a new chain, with the network.

        The old key is thrown away for good; what it signed is still sent.  Raises as `sign_in`, and Unreachable.
        """
        if self.user not in (None, _name(user)):
            raise Refused("tablet-taken", user=self.user)
        answer = self._ask({"grant_type": "password", "username": user, "password": password})
        if not answer.ok:
            raise Refused("password-wrong", detail=answer.detail)
        with self.journal.database.transaction():
            self.vault.discard()
            self._unlock(_name(user), password, None)
            self._keep(answer)
            self._device = Device.of(self.journal, self.vault)

    def access_token(self, *, fresh: bool = False) -> str:
        """A token for the next call; `fresh` after the server refused the last one.

        Raises Unreachable, and Refused signed-out or sign-in-again (the refresh token is spent or too old).
        """
        with self._lock:
            if self._access and not fresh and time.monotonic() < self._access[1]:
                return self._access[0]
            stored = self.vault.get("refresh_token")
            if stored is None:
                raise Refused("sign-in-again")
            answer = self._ask({"grant_type": "refresh_token", "refresh_token": stored.decode()})
            if not answer.ok:
                raise Refused("sign-in-again")
            self._keep(answer)
            assert self._access is not None
            return self._access[0]

    def _ask(self, form: dict[str, str]) -> Answer:
        answer = self.network.call("POST", f"{self.registry_url}/token", data=form)
        if answer.ok and not isinstance(answer.body.get("access_token"), str):
            raise Unreachable("answer-broken")
        return answer

    def _keep(self, answer: Answer) -> None:
        seconds = answer.body.get("expires_in")
        lifetime = float(seconds) if isinstance(seconds, int) else 900.0
        self._access = (str(answer.body["access_token"]), time.monotonic() + lifetime - EARLY)
        refresh = answer.body.get("refresh_token")
        if isinstance(refresh, str):  # an issuer that does not rotate sends none: the old one stays good
            self.vault.put("refresh_token", refresh.encode())
        self.journal.database.set_bookmark("online_at", instant_text(self.journal.clock.corrected()))

    def _unlock(self, user: str, password: str, previous_password: str | None) -> None:
        if not self.vault.exists:
            with self.journal.database.transaction():
                self.vault.create(password)
                self.journal.database.set_bookmark("user", user)
            return
        try:
            self.vault.open(password)
        except Refused as error:
            if previous_password is None:
                raise Refused("password-changed") from error
            self.vault.open(previous_password)
            self.vault.change_password(password)

    def _sign_in_offline(self, password: str, reason: Unreachable) -> None:
        if not self.vault.exists:
            raise Refused("first-sign-in-needs-network") from reason
        self.vault.open(password)
        last = self.journal.database.bookmark("online_at")
        if last and self.journal.clock.corrected() - read_instant(last) > timedelta(days=self.offline_days):
            self.vault.close()
            raise Refused("offline-too-long", days=self.offline_days) from reason


def _name(user: str) -> str:
    """A user name as the registry compares it."""
    return nfc(user).strip().lower()
