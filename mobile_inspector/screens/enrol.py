"""Screen 1, once: the administrator's one-time code makes the tablet known."""

from __future__ import annotations

from typing import Any

from .page import Page
from .widgets import Column, Entry, Push, Scroll, Text


class Enrol(Page):
    """A QR scanner types the code like a keyboard."""

    name = "enrol"

    def show(self, found: Any) -> None:
        self.clear_widgets()
        self.code = Entry(self.say("code"), act=self.enrol)
        self.add_widget(Scroll(Column(
            Text(self.say("code-why"), tone="faint"),
            self.code,
            Push(self.say("enrol"), self.enrol),
            Push(self.say("enrol-later"), self._on, filled=False),
            card=True,
        )))  # fmt: skip

    def enrol(self) -> None:
        code = self.code.text
        self.app.tell(self.say("working"))
        self.do(lambda: self.tablet.enrol(code), lambda _: self._on())

    def _on(self) -> None:
        self.app.start_at(("today", {}))
        self.app.kick()
