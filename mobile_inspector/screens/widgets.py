"""The few widgets of which every screen is made, in the colours of the theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.graphics import Color, Line, RoundedRectangle
from kivy.metrics import dp
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.label import Label
from kivy.uix.modalview import ModalView
from kivy.uix.scrollview import ScrollView
from kivy.uix.textinput import TextInput
from kivy.uix.widget import Widget

from .theme import BODY, GAP, LARGE, LOOK, TARGET

Act = Callable[[], Any]


def paint(widget: Widget, colour: list[float], edge: list[float] | None = None) -> Color:
    """Fills a widget's rounded rectangle, under everything else of it."""
    with widget.canvas.before:
        ink = Color(rgba=colour)
        area = RoundedRectangle(pos=widget.pos, size=widget.size, radius=[dp(8)])
        line = None
        if edge is not None:
            Color(rgba=edge)
            line = Line(rounded_rectangle=(*widget.pos, *widget.size, dp(8)), width=dp(1))

    def follow(*_: object) -> None:
        area.pos, area.size = widget.pos, widget.size
        if line is not None:
            line.rounded_rectangle = (*widget.pos, *widget.size, dp(8))

    widget.bind(pos=follow, size=follow)
    return ink


class Text(Label):
    """A text that breaks at words and is as high as it needs."""

    def __init__(self, text: str, *, size: float = BODY, tone: str = "ink", bold: bool = False) -> None:
        super().__init__(
            text=text, font_size=size, bold=bold, color=LOOK.palette.tone(tone), halign="left",
            valign="middle", size_hint_y=None, height=size,
        )  # fmt: skip
        self.bind(width=lambda _, width: setattr(self, "text_size", (width, None)))
        self.bind(texture_size=lambda _, size: setattr(self, "height", size[1]))


class Push(ButtonBehavior, Label):
    """A button: at least 56 dp high, its text broken rather than cut."""

    def __init__(
        self, text: str, act: Act, *, tone: str = "action", filled: bool = True, size: float = BODY
    ) -> None:
        palette = LOOK.palette
        super().__init__(
            text=text, font_size=size, bold=True, halign="center", valign="middle", size_hint_y=None, height=TARGET,
            color=palette.on_action if filled else palette.tone(tone), padding=(dp(12), dp(6)),
            disabled_color=palette.faint,
        )  # fmt: skip
        ground = palette.tone(tone) if filled else palette.card
        self._ground = paint(self, ground, palette.tone(tone))
        self.act = act
        self.bind(width=lambda _, width: setattr(self, "text_size", (width, None)))
        self.bind(texture_size=lambda _, size: setattr(self, "height", max(TARGET, size[1])))
        self.bind(state=lambda _, state: setattr(self._ground, "a", 0.6 if state == "down" else 1))
        self.bind(disabled=lambda _, off: setattr(self._ground, "rgba", palette.card if off else ground))

    def on_release(self) -> None:
        self.act()


class Entry(TextInput):
    """One line of typed text; Enter does what the button beside it does."""

    def __init__(self, hint: str, *, text: str = "", secret: bool = False, act: Act | None = None) -> None:
        palette = LOOK.palette
        super().__init__(
            hint_text=hint, text=text, password=secret, multiline=False, font_size=LARGE, size_hint_y=None,
            height=TARGET + dp(8), background_normal="", background_active="", background_color=palette.card,
            foreground_color=palette.ink, hint_text_color=palette.faint, cursor_color=palette.action,
            padding=(dp(12), dp(14)), write_tab=False,
        )  # fmt: skip
        with self.canvas.after:
            Color(rgba=palette.line)
            line = Line(rectangle=(*self.pos, *self.size), width=dp(1.2))
        self.bind(pos=lambda *_: setattr(line, "rectangle", (*self.pos, *self.size)))
        self.bind(size=lambda *_: setattr(line, "rectangle", (*self.pos, *self.size)))
        if act is not None:
            self.bind(on_text_validate=lambda _: act())


class Column(GridLayout):
    """Things under each other, as high as they are together."""

    def __init__(self, *things: Widget, card: bool = False) -> None:
        super().__init__(cols=1, spacing=GAP, padding=dp(14) if card else 0, size_hint_y=None)
        self.bind(minimum_height=self.setter("height"))
        if card:
            paint(self, LOOK.palette.card, LOOK.palette.line)
        for thing in things:
            self.add_widget(thing)


class Row(GridLayout):
    """Things beside each other, all as wide, as high as the highest."""

    def __init__(self, *things: Widget) -> None:
        super().__init__(cols=max(1, len(things)), spacing=GAP, size_hint_y=None)
        self.bind(minimum_height=self.setter("height"))
        for thing in things:
            self.add_widget(thing)


class Scroll(ScrollView):
    """A column that may be higher than the screen."""

    def __init__(self, *things: Widget) -> None:
        super().__init__(do_scroll_x=False, bar_width=dp(6), scroll_type=["bars", "content"])
        self.column = Column(*things)
        self.column.padding = (
            dp(1),
            dp(1),
            dp(9),
            dp(1),
        )  # the bar, and the edges of what is framed, have room
        self.add_widget(self.column)

    def on_touch_down(self, touch: Any) -> bool:
        """A finger on a pad draws or types at once; it never scrolls."""
        if any(
            getattr(w, "keeps_touch", False) and w.collide_point(*w.to_widget(*touch.pos))
            for w in self.walk()
        ):
            return bool(self.simulate_touch_down(touch))
        return bool(super().on_touch_down(touch))


class Split(BoxLayout):
    """Two parts: beside each other on a wide screen, under each other on a high one."""

    def __init__(self, first: Widget, second: Widget, *, wide: float = 0.45, high: float = 0.4) -> None:
        super().__init__(spacing=GAP)
        self._wide, self._high = wide, high
        self.add_widget(first)
        self.add_widget(second)
        self.bind(size=self._turn)

    def _turn(self, *_: object) -> None:
        is_wide = self.width > self.height
        self.orientation = "horizontal" if is_wide else "vertical"
        second, first = self.children
        share = self._wide if is_wide else self._high
        first.size_hint = (share, 1) if is_wide else (1, share)
        second.size_hint = (1 - share, 1) if is_wide else (1, 1 - share)


class Ask(ModalView):
    """One question with one line of answer, over the page."""

    def __init__(
        self, question: str, yes: str, no: str, answer: Callable[[str], Any], *, secret: bool = False
    ) -> None:
        super().__init__(
            size_hint=(0.8, None), height=dp(260), background="", background_color=LOOK.palette.ground
        )
        self.entry = Entry("", secret=secret, act=self._answer)
        self.bind(on_open=lambda _: setattr(self.entry, "focus", True))
        self._told = answer
        buttons = Row(Push(no, lambda: self.dismiss(animation=False), filled=False), Push(yes, self._answer))
        self.add_widget(Column(Text(question, size=LARGE), self.entry, buttons, card=True))

    def _answer(self) -> None:
        self.dismiss(animation=False)
        self._told(self.entry.text)
