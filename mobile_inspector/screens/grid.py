"""A grid of any length: one row an instrument, one column a field; only the rows on the screen exist (RecycleView)."""

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

from .theme import BODY, LOOK, SMALL, TARGET

NAME, MARK = 1.5, 1.1  # how wide the first and the last column are, in widths of the others


@dataclass(frozen=True, slots=True)
class Cells:
    """One row: whose it is, what stands in each column, the verdict, which column is chosen, what a touch does.

    `tones` colour the cells; `act` is told the column, -1 for the name and the verdict.
    """

    name: str
    texts: Sequence[str]
    tones: Sequence[str]
    mark: str
    tone: str
    act: Callable[[int], Any]
    chosen: int | None = None


class CellView(ButtonBehavior, Label):
    """One field of one instrument."""

    def __init__(self, act: Callable[[], Any], *, bold: bool = False, share: float = 1) -> None:
        super().__init__(
            font_size=BODY, bold=bold, halign="center", valign="middle", shorten=True, size_hint_x=share,
            padding=(dp(4), 0),
        )  # fmt: skip
        with self.canvas.before:
            self._ground = Color()
            self._area = Rectangle()
        self.act = act
        self.bind(pos=self._place, size=self._place)

    def say(self, text: str, tone: str, *, chosen: bool = False) -> None:
        palette = LOOK.palette
        self.text = text
        self._ground.rgba = palette.action if chosen else palette.card
        self.color = palette.on_action if chosen else palette.tone(tone)

    def on_release(self) -> None:
        self.act()

    def _place(self, *_: object) -> None:
        self._area.pos, self._area.size = self.pos, self.size
        self.text_size = self.size


class RowView(BoxLayout):
    """How a row looks; given another one when the grid is scrolled."""

    row = ObjectProperty(None, allownone=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(spacing=dp(2), padding=(0, dp(1)), **options)
        self.cells: list[CellView] = []

    def on_row(self, _: Any, row: Cells | None) -> None:
        if row is None:
            return
        if len(self.cells) != len(row.texts) + 2:
            self._build(len(row.texts))
        name, *cells, mark = self.cells
        name.say(row.name, "ink", chosen=row.chosen == -1)
        for at, (cell, text, tone) in enumerate(zip(cells, row.texts, row.tones, strict=True)):
            cell.say(text or "·", tone if text else "faint", chosen=at == row.chosen)
        mark.say(row.mark, row.tone)

    def _build(self, columns: int) -> None:
        self.clear_widgets()
        places = [-1, *range(columns), -1]
        shares = [NAME, *[1.0] * columns, MARK]
        self.cells = [
            CellView(lambda at=at: self.row.act(at), bold=at == -1, share=share)  # type: ignore[misc]
            for at, share in zip(places, shares, strict=True)
        ]
        for cell in self.cells:
            self.add_widget(cell)


class Grid(BoxLayout):
    """`fill` replaces the rows and keeps the place; `put` replaces one."""

    def __init__(self) -> None:
        super().__init__(orientation="vertical", spacing=dp(4))
        self.head = BoxLayout(size_hint_y=None, height=dp(72), spacing=dp(2))
        self.view = RecycleView(do_scroll_x=False, bar_width=dp(6), scroll_type=["bars", "content"])
        inner = RecycleBoxLayout(
            orientation="vertical", default_size=(None, TARGET), default_size_hint=(1, None), size_hint_y=None
        )
        inner.bind(minimum_height=inner.setter("height"))
        self.view.add_widget(inner)
        self.view.viewclass = RowView
        self.add_widget(self.head)
        self.add_widget(self.view)

    def fill(self, heads: Sequence[str], rows: Sequence[Cells]) -> None:
        self.head.clear_widgets()
        for at, text in enumerate(heads):
            share = NAME if at == 0 else MARK if at == len(heads) - 1 else 1.0
            label = Label(
                text=text, font_size=SMALL, color=LOOK.palette.faint, halign="center", valign="bottom",
                max_lines=3, size_hint_x=share,
            )  # fmt: skip
            label.bind(size=lambda label, size: setattr(label, "text_size", (size[0] - dp(8), size[1])))
            self.head.add_widget(label)
        self.view.data = [{"row": row} for row in rows]

    def put(self, index: int, row: Cells) -> None:
        self.view.data[index] = {"row": row}
        self.view.refresh_from_data()

    def reach(self, index: int) -> None:
        """Scrolls so that a row can be seen, if it cannot."""
        room = len(self.view.data) * TARGET - self.view.height
        if room <= 0:
            return
        top = (1 - self.view.scroll_y) * room
        if not top <= index * TARGET <= top + self.view.height - TARGET:
            self.view.scroll_y = 1 - min(max(index * TARGET - self.view.height / 2, 0), room) / room
