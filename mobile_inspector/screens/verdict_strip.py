"""The strip that says, as digits are typed, how large the error is, what the limit is, and whether that passes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label

from mobile_inspector.core import Live
from mobile_inspector.core.typed import shown

from .theme import BODY, LARGE, LOOK
from .widgets import paint
from .words import word

TONES = {"pass": "good", "fail": "bad"}


class VerdictStrip(BoxLayout):
    """`live` for every key; `say` nothing, a result of `metrology`, or what is wrong with the number."""

    def __init__(self, language: str) -> None:
        super().__init__(orientation="vertical", size_hint_y=None, height=dp(96), padding=(dp(12), dp(6)))
        self._language = language
        self._ground = paint(self, LOOK.palette.card, LOOK.palette.line)
        self.verdict = Label(font_size=LARGE, bold=True, halign="left", valign="middle")
        self.more = Label(font_size=BODY, halign="left", valign="middle", shorten=True)
        for label in (self.verdict, self.more):
            label.bind(size=lambda label, size: setattr(label, "text_size", size))
            self.add_widget(label)
        self.say(None)

    def say(self, point: Mapping[str, Any] | None, trouble: str = "") -> None:
        language, palette = self._language, LOOK.palette
        if trouble:
            self._set(palette.card, palette.warn, word("strip-wait", language), trouble)
            self.more.shorten = False
        elif point is None:
            self._set(palette.card, palette.faint, word("strip-none", language), "")
        else:
            tone = palette.tone(TONES[point["verdict"]])
            error, unit = point.get("error"), point.get("unit") or ""
            first = word(f"verdict-{point['verdict']}", language)
            if error is not None:
                first += f"   E = {_signed(error, language)} {unit}"
            low, high = point.get("lower"), point.get("upper")
            limit = "" if high is None else word(
                "strip-limit", language, low=_signed(low, language), high=_signed(high, language), unit=unit
            )  # fmt: skip
            self._set(tone, palette.on_action, first, limit)

    def live(self, found: Live) -> None:
        """What is being typed: of the run and its point, what fails goes before what passes."""
        if found.problem is not None:
            self.say(None, found.problem.text(self._language))
        else:
            worst = sorted(found.outcomes, key=lambda outcome: outcome["verdict"] != "fail")
            self.say(worst[0] if worst else None)

    def _set(self, ground: list[float], ink: list[float], first: str, second: str) -> None:
        self._ground.rgba = ground
        self.verdict.text, self.more.text = first, second
        self.verdict.color = self.more.color = ink


def _signed(number: object, language: str) -> str:
    """With a real minus sign, which is as wide as a digit and is seen."""
    return shown(str(number), language).replace("-", "−")
