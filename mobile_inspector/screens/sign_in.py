"""Screen 1: who works with this tablet; the network decides, or the tablet alone for some days."""

from __future__ import annotations

from mobile_inspector.core import Refused

from .page import Page
from .widgets import Column, Entry, Push, Scroll, Text


class SignIn(Page):
    """The previous password is asked for only when the core says that it is needed."""

    name = "sign_in"

    def gather(self) -> str | None:
        return self.tablet.session.user

    def show(self, found: str | None) -> None:
        self.clear_widgets()
        self.user = Entry(self.say("user"), text=found or "")
        self.password = Entry(self.say("password"), secret=True, act=self.sign_in)
        self.previous = Entry(self.say("previous-password"), secret=True, act=self.sign_in)
        self.button = Push(self.say("sign-in"), self.sign_in)
        self.card = Column(
            Text(self.say("sign-in-why"), tone="faint"), self.user, self.password, self.button, card=True
        )
        self.add_widget(Scroll(self.card))

    def sign_in(self) -> None:
        if self.button.disabled:
            return
        user, password, previous = self.user.text, self.password.text, self.previous.text or None
        self.button.disabled = True
        self.app.tell(self.say("working"))
        self.do(
            lambda: self.tablet.sign_in(user, password, previous_password=previous),
            lambda online: self.app.signed_in(),
            self._refused,
        )

    def _refused(self, no: Refused) -> None:
        self.button.disabled = False
        self.app.refuse(no)
        if no.code == "password-changed" and self.previous.parent is None:
            self.card.add_widget(self.previous, index=1)
