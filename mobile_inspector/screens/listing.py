"""A list of any length: only the rows on the screen exist (RecycleView)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.metrics import dp
from kivy.properties import ObjectProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.uix.recycleboxlayout import RecycleBoxLayout
from kivy.uix.recycleview import RecycleView

from .theme import BODY, LOOK, SMALL


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what it is, what more there is to say, its state in a word and that word's colour, what a touch does."""

    title: str
    more: str = ""
    mark: str = ""
    tone: str = "faint"
    act: Callable[[], Any] | None = None
    chosen: bool = False


class LineView(ButtonBehavior, BoxLayout):
    """How a line looks; given another line when the list is scrolled."""

    line = ObjectProperty(None, allownone=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(spacing=dp(8), padding=(dp(12), dp(6)), **options)
        with self.canvas.before:
            self._ground = Color()
            self._area = Rectangle()
            self._edge_ink = Color()
            self._edge = Rectangle()
        words = BoxLayout(orientation="vertical")
        self.title, self.more = _label(BODY, bold=True), _label(SMALL, lines=2)
        words.add_widget(self.title)
        words.add_widget(self.more)
        self.mark = _label(SMALL, bold=True, halign="right", share=0.34, lines=3)
        self.add_widget(words)
        self.add_widget(self.mark)
        self.bind(pos=self._place, size=self._place)

    def on_line(self, _: Any, line: Line | None) -> None:
        if line is None:
            return
        palette = LOOK.palette
        self._ground.rgba = palette.line if line.chosen else palette.card
        self._edge_ink.rgba = palette.tone(line.tone)
        self.title.text, self.more.text, self.mark.text = line.title, line.more, line.mark
        self.title.color, self.more.color, self.mark.color = (
            palette.ink,
            palette.faint,
            palette.tone(line.tone),
        )
        if line.chosen:
            self.more.color = palette.ink
        self.mark.size_hint_x = 0.34 if line.mark else 0.001
        self.more.size_hint_y = 1.5 if line.more else 0.001

    def on_release(self) -> None:
        if self.line is not None and self.line.act is not None:
            self.line.act()

    def _place(self, *_: object) -> None:
        self._area.pos, self._area.size = self.pos, (self.width, self.height - dp(2))
        self._edge.pos, self._edge.size = self.pos, (dp(5), self.height - dp(2))


class Listing(RecycleView):
    """Rows of one height; `fill` replaces them and keeps the place."""

    def __init__(self, lines: Sequence[Line] = (), *, height: float = 88) -> None:
        super().__init__(do_scroll_x=False, bar_width=dp(6), scroll_type=["bars", "content"])
        inner = RecycleBoxLayout(
            orientation="vertical",
            default_size=(None, dp(height)),
            default_size_hint=(1, None),
            size_hint_y=None,
        )
        inner.bind(minimum_height=inner.setter("height"))
        self.add_widget(inner)
        self.viewclass = LineView
        self.row = dp(height)
        self.fill(lines)

    def fill(self, lines: Sequence[Line]) -> None:
        self.data = [{"line": line} for line in lines]

    def reach(self, index: int) -> None:
        """Scrolls so that a row can be seen."""
        room = len(self.data) * self.row - self.height
        if room > 0:
            top = min(max(index * self.row - self.height / 2, 0), room)
            self.scroll_y = 1 - top / room


def _label(
    size: float, *, bold: bool = False, halign: str = "left", share: float = 1, lines: int = 1
) -> Label:
    label = Label(
        font_size=size, bold=bold, halign=halign, valign="middle", shorten=lines == 1, shorten_from="right",
        max_lines=lines, size_hint_x=share, size_hint_y={1: 1, 2: 1.5, 3: 1}[lines],
    )  # fmt: skip
    label.bind(size=lambda _, size: setattr(label, "text_size", size))
    return label
