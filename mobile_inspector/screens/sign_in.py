"""Screen 1: who works with this tablet; by PIN without a network, by password with the network or for some days without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mobile_inspector.core import Refused

from .page import Page
from .widgets import Column, Entry, Push, Scroll, Text


class SignIn(Page):
    """The previous password is asked for only when the core says that it is needed."""

    name = "sign_in"

    def gather(self) -> tuple[str | None, bool]:
        return self.tablet.session.user, self.tablet.session.vault.has_pin

    def show(self, found: tuple[str | None, bool]) -> None:
        user, has_pin = found
        self.clear_widgets()
        self.user = Entry(self.say("user"), text=user or "")
        self.password = Entry(self.say("password"), secret=True, act=self.by_password)
        self.previous = Entry(self.say("previous-password"), secret=True, act=self.by_password)
        self.pin = Entry(self.say("pin"), secret=True, act=self.by_pin)
        self.pin.input_filter, self.pin.input_type = "int", "number"
        self.buttons = [
            Push(self.say("sign-in-pin"), self.by_pin),
            Push(self.say("sign-in"), self.by_password),
        ]
        self.card = Column(
            Text(self.say("sign-in-why"), tone="faint"), self.user, self.password, self.buttons[1], card=True
        )
        known = Column(
            Text(self.say("sign-in-known", user=user), bold=True), self.pin, self.buttons[0], card=True
        )
        cards = [known, self.card] if has_pin else [self.card]
        forgot = Push(self.say("forgot"), lambda: self.app.go("recover"), filled=False)
        self.add_widget(Scroll(*cards, *([forgot] if user else [])))

    def by_pin(self) -> None:
        pin = self.pin.text
        self._try(lambda: self.tablet.sign_in_by_pin(pin))

    def by_password(self) -> None:
        user, password, previous = self.user.text, self.password.text, self.previous.text or None
        self._try(lambda: self.tablet.sign_in(user, password, previous_password=previous))

    def _try(self, act: Callable[[], Any]) -> None:
        """Once at a time: the core counts wrong PINs."""
        if any(button.disabled for button in self.buttons):
            return
        for button in self.buttons:
            button.disabled = True
        self.app.tell(self.say("working"))
        self.do(act, lambda _: self.app.signed_in(), self._refused)

    def _refused(self, no: Refused) -> None:
        for button in self.buttons:
            button.disabled = False
        self.pin.text = ""
        self.app.refuse(no)
        if no.code == "password-changed" and self.previous.parent is None:
            self.card.add_widget(self.previous, index=1)
