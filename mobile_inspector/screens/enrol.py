"""Screen 1, once: the administrator's one-time code, typed or scanned, makes the tablet known."""

from __future__ import annotations

from typing import Any

from mobile_inspector.core.code_reader import enrolment_code

from .page import Page
from .scan import scan
from .widgets import Column, Entry, Push, Scroll, Text


class Enrol(Page):
    """The code is typed, or read out of the QR image; a QR scanner types it like a keyboard."""

    name = "enrol"

    def show(self, found: Any) -> None:
        self.clear_widgets()
        self.code = Entry(self.say("code"), act=self.enrol)
        self.add_widget(Scroll(Column(
            Text(self.say("code-why"), tone="faint"),
            Push(self.say("scan-qr"), self.scan, filled=False),
            self.code,
            Push(self.say("enrol"), self.enrol),
            card=True,
        )))  # fmt: skip

    def scan(self) -> None:
        scan(self, lambda code: setattr(self.code, "text", code), enrolment_code)

    def enrol(self) -> None:
        code = self.code.text
        self.app.tell(self.say("working"))

        def act() -> bool:
            self.tablet.enrol(code)
            return self.tablet.session.vault.has_pin

        self.do(act, self._on)

    def _on(self, has_pin: bool) -> None:
        self.app.start_at(("today" if has_pin else "pin", {}))
        self.app.kick()
