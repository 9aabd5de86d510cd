"""Screen 1, once: the PIN that opens this tablet without a network and signs records, and the recovery code on paper."""

from __future__ import annotations

from typing import Any

from .page import Page
from .theme import LARGE
from .widgets import Column, Entry, Push, Scroll, Text


class Pin(Page):
    """Typed twice; the core says whether it is good enough."""

    name = "pin"

    def show(self, found: Any) -> None:
        self.clear_widgets()
        self.first = Entry(self.say("pin-new"), secret=True)
        self.second = Entry(self.say("pin-again"), secret=True, act=self.keep)
        for entry in (self.first, self.second):
            entry.input_filter, entry.input_type = "int", "number"
        self.add_widget(Scroll(Column(
            Text(self.say("pin-why"), tone="faint"), self.first, self.second, Push(self.say("pin-keep"), self.keep),
            card=True,
        )))  # fmt: skip

    def keep(self) -> None:
        pin = self.first.text
        if pin != self.second.text:
            self.app.tell(self.say("pin-differs"), "bad")
            return

        def act() -> str:
            self.tablet.set_pin(pin)
            return self.tablet.recovery_code()

        self.do(act, self._kept)

    def _kept(self, recovery_code: str) -> None:
        self.clear_widgets()
        self.add_widget(Scroll(Column(
            Text(self.say("recovery-why")), Text(recovery_code, size=LARGE, bold=True),
            Push(self.say("recovery-kept"), self.app.signed_in), card=True,
        )))  # fmt: skip
