"""Who works with this tablet: signed in with the registry's account, then for a number of days without a network."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from .canonical import nfc
from .clock import instant_text, read_instant
from .journal import Journal
from .keys import Device
from .network import Answer, Network, Unreachable
from .refusal import Refused
from .vault import Vault

PIN_TRIES = 5
PIN_DIGITS = range(6, 13)
EARLY = 60.0  # seconds before its end at which an access token is no longer used


class Session:
    """One tablet, one inspector.  Password and PIN are kept nowhere; see `vault` for what it locks."""

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
        self._opened(online, "password")
        return online

    def sign_in_by_pin(self, pin: str) -> None:
        """Opens the tablet without a network and without the password.

        After five wrong ones in a row the PIN is forgotten, and the password is needed to set another.

        Raises Refused: pin-unset, pin-wrong, pin-forgotten, offline-too-long.
        """
        self._try_pin(lambda: self.vault.open_by_pin(pin))
        self._must_be_recent()
        self._opened(False, "pin")

    def set_pin(self, pin: str) -> None:
        """Six to twelve digits, not all the same and not in a row; set at enrolment, changed at any time.

        Raises Refused: signed-out, pin-weak.
        """
        self.must_be_open()
        if not (pin.isascii() and pin.isdigit()) or len(pin) not in PIN_DIGITS or _is_weak(pin):
            raise Refused("pin-weak", field="pin")
        with self.journal.database.transaction():
            self.vault.set_pin(pin)
            self.journal.database.set_bookmark("pin_failures", "0")
            self.journal.append("session.pin_set", self._subject())

    def confirm_pin(self, pin: str) -> None:
        """The inspector who is signed in is the one who holds the tablet; asked for before a record is sealed.

        Raises Refused: signed-out, pin-unset, pin-wrong, pin-forgotten.
        """
        self.must_be_open()

        self._try_pin(lambda: self.vault.fits(pin))

    def _try_pin(self, attempt: Callable[[], bool]) -> None:
        """An attempt counts before it is made: killing the program in between wins no further one."""
        if not self.vault.has_pin:
            raise Refused("pin-unset")
        database = self.journal.database
        count = int(database.bookmark("pin_failures") or 0) + 1
        database.set_bookmark("pin_failures", str(count))
        if attempt():
            database.set_bookmark("pin_failures", "0")
            return
        left = max(PIN_TRIES - count, 0)
        with database.transaction():
            self.journal.append("session.pin_refused", self._subject(), {"left": left})
            if not left:
                self.vault.forget_pin()
        raise Refused("pin-wrong" if left else "pin-forgotten", field="pin", left=left)

    def _opened(self, online: bool, by: str) -> None:
        self.journal.unlocked()
        self._device = Device.of(self.journal, self.vault)
        self.journal.append(
            "session.opened", self._subject(), {"user": self.user, "online": online, "by": by}
        )

    def _subject(self) -> str:
        return f"device/{self._device.tablet_id}" if self._device else "device/locked"

    def sign_out(self) -> None:
        """Forgets every secret in memory; what was recorded stays."""
        self.vault.close()
        self._device = self._access = None

    def renew(self, user: str, password: str, recovery_code: str) -> None:
        """For an inspector who forgot what locks the tablet: the same key, chain and records under the new password.

        Args:
            recovery_code: see `Vault.recovery_code`; without it what is on the tablet cannot be read, by anybody.

        Raises Refused: tablet-taken, password-wrong, recovery-wrong, and Unreachable: it needs the network.
        """
        if self.user not in (None, _name(user)):
            raise Refused("tablet-taken", user=self.user)
        answer = self._ask({"grant_type": "password", "username": user, "password": password})
        if not answer.ok:
            raise Refused("password-wrong", detail=answer.detail)
        self.vault.open_by_recovery(recovery_code)
        with self.journal.database.transaction():
            self.vault.change_password(password)
            self._keep(answer)
        self._opened(True, "recovery")

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
        self._must_be_recent()

    @property
    def offline_until(self) -> datetime | None:
        """Until when signing in works without a network (UTC); None before the first sign-in."""
        last = self.journal.database.bookmark("online_at")
        return read_instant(last) + timedelta(days=self.offline_days) if last else None

    def _must_be_recent(self) -> None:
        until = self.offline_until
        if until and self.journal.clock.corrected() > until:
            self.vault.close()
            raise Refused("offline-too-long", days=self.offline_days)


def _is_weak(pin: str) -> bool:
    """All the same digit, or each one more or one less than the one before."""
    steps = {int(after) - int(before) for before, after in itertools.pairwise(pin)}
    return len(steps) == 1 and steps <= {-1, 0, 1}


def _name(user: str) -> str:
    """A user name as the registry compares it."""
    return nfc(user).strip().lower()
