"""Screen 1, when the PIN or the password is forgotten: by the password, or by the recovery code that is kept on paper."""

from __future__ import annotations

from typing import Any

from .page import Page
from .widgets import Column, Entry, Push, Scroll, Text


class Recover(Page):
    """Needs the network only with the code: it is then that the registry says who is asking.  A new PIN follows."""

    name = "recover"

    def gather(self) -> str | None:
        return self.tablet.session.user

    def show(self, found: Any) -> None:
        self.clear_widgets()
        self.user = Entry(self.say("user"), text=found or "")
        self.password = Entry(self.say("password"), secret=True, act=self.recover)
        self.code = Entry(self.say("recovery-code"), act=self.recover)
        self.add_widget(Scroll(
            Column(
                Text(self.say("recover-why")), self.user, self.password, Text(self.say("recover-code-why"), tone="faint"),
                self.code, Push(self.say("recover"), self.recover), card=True,
            ),
        ))  # fmt: skip

    def recover(self) -> None:
        user, password, code = self.user.text, self.password.text, self.code.text.strip() or None
        self.app.tell(self.say("working"))
        self.do(lambda: self.tablet.recover(user, password, code), lambda _: self.app.signed_in())
