"""What stands above every page: where one is, the way back, the sync in three words; and the app's last sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label

from .theme import BODY, GAP, LARGE, LOOK, SMALL, TARGET
from .widgets import Push, Text, paint

if TYPE_CHECKING:
    from .app import InspectorApp
    from .page import Page


class TopBar(BoxLayout):
    """Two rows: the page's title, and the states of the records, which lead to the outbox."""

    def __init__(self, app: InspectorApp) -> None:
        super().__init__(
            orientation="vertical", size_hint_y=None, height=2 * TARGET + 2 * GAP, padding=(GAP, GAP, GAP, 0),
            spacing=dp(4),
        )  # fmt: skip
        self.app = app
        self.first, second = BoxLayout(spacing=GAP), BoxLayout(spacing=GAP)
        self.name = Label(
            font_size=LARGE, bold=True, color=LOOK.palette.ink, halign="left", valign="middle", shorten=True
        )
        self.name.bind(size=lambda label, size: setattr(label, "text_size", size))
        self.to_outbox = Push("", lambda: app.go("outbox"), tone="ink", filled=False, size=SMALL)
        theme = "theme-light" if LOOK.dark else "theme-dark"
        buttons = (
            Push(app.say("language"), app.switch_language, filled=False, size=SMALL),
            Push(app.say(theme), app.switch_theme, filled=False, size=SMALL),
        )
        self.to_outbox.size_hint_x = 0.6
        for button in buttons:
            button.size_hint_x = 0.2
        for widget in (self.to_outbox, *buttons):
            second.add_widget(widget)
        self.add_widget(self.first)
        self.add_widget(second)
        self.states({})

    def follow(self, page: Page, has_back: bool) -> None:
        self.first.clear_widgets()
        if has_back:
            back = Push(self.app.say("back"), self.app.back, filled=False)
            back.size_hint_x, back.width = None, dp(140)
            self.first.add_widget(back)
        self.name.text = page.title()
        self.first.add_widget(self.name)
        self.to_outbox.disabled = page.name in ("sign_in", "recover", "outbox", "enrol", "pin")

    def states(self, found: Mapping[Any, int]) -> None:
        names = ("on_tablet", "received", "published")
        text = self.app.say("outbox-state", **{name: found.get(name, 0) for name in names})
        trouble = found.get("rejected", 0) + found.get("conflict", 0)
        self.to_outbox.text = text + (self.app.say("outbox-trouble", count=trouble) if trouble else "")


class Message(BoxLayout):
    """One sentence: what went wrong and what to do; nothing when all is well."""

    def __init__(self) -> None:
        super().__init__(size_hint_y=None, height=0, padding=(GAP, 0))
        self.text = ""

    def say(self, text: str, tone: str) -> None:
        self.clear_widgets()
        self.text, self.height = text, 0
        if text:
            label = Text(text, size=BODY, tone=tone, bold=True)
            label.padding = (dp(10), dp(10))
            paint(label, LOOK.palette.card, LOOK.palette.tone(tone))
            label.bind(height=lambda _, height: setattr(self, "height", height))
            self.add_widget(label)
