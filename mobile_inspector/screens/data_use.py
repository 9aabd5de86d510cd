"""What photographs may cost, over the page: only by Wi-Fi or not, how many bytes a day, how large they are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.modalview import ModalView

from mobile_inspector.core.picture import MEASURES

from .theme import GAP, LARGE, LOOK
from .widgets import Column, Push, Row, Scroll, Text
from .words import amount

if TYPE_CHECKING:
    from .page import Page

MB = 1_000_000
LIMITS = (10 * MB, 20 * MB, 50 * MB, 100 * MB, None)
Choice = tuple[Any, str]


class DataUse(ModalView):
    """Every touch is kept at once."""

    def __init__(self, page: Page) -> None:
        super().__init__(size_hint=(0.9, 0.9), background="", background_color=LOOK.palette.ground)
        self.page = page
        self.choices = Scroll()
        box = BoxLayout(orientation="vertical", padding=GAP, spacing=GAP)
        box.add_widget(self.choices)
        box.add_widget(Push(page.say("close"), self.close))
        self.add_widget(box)
        self.refresh()

    def refresh(self) -> None:
        budget = self.page.tablet.budget
        self.page.app.background.run(
            lambda: (budget.wifi_only, budget.daily_bytes, budget.measure_name), self._show
        )

    def close(self) -> None:
        self.dismiss(animation=False)
        self.page.refresh()
        self.page.app.kick()

    def _show(self, found: tuple[bool, int | None, str]) -> None:
        say, language, column = self.page.say, self.page.language, self.choices.column
        wifi_only, daily, measure = found
        column.clear_widgets()
        network = ((True, say("wifi-only")), (False, say("wifi-or-mobile")))
        column.add_widget(self._card("photos-by", "wifi_only", wifi_only, network))
        limits = [(most, say("no-limit") if most is None else amount(most, language)) for most in LIMITS]
        column.add_widget(self._card("mobile-a-day", "daily_bytes", daily, limits))
        sizes = [(name, say(f"measure-{name}", side=MEASURES[name].long_side)) for name in MEASURES]
        column.add_widget(self._card("photo-size", "measure_name", measure, sizes))

    def _card(self, title: str, name: str, now: Any, choices: Iterable[Choice]) -> Column:
        buttons = [Push(text, self._keep(name, value), filled=value == now) for value, text in choices]
        words = (
            Text(self.page.say(title), size=LARGE, bold=True),
            Text(self.page.say(f"{title}-why"), tone="faint"),
        )
        return Column(*words, Row(*buttons), card=True)

    def _keep(self, name: str, value: Any) -> Callable[[], None]:
        def keep() -> None:
            budget = self.page.tablet.budget
            self.page.app.background.run(lambda: setattr(budget, name, value), lambda _: self.refresh())

        return keep
