"""Where a finger signs: strokes as points, to the pixel, from the lower left corner of the pad."""

from __future__ import annotations

from typing import Any

from kivy.graphics import Color, Line
from kivy.metrics import dp
from kivy.uix.widget import Widget

from .theme import LOOK
from .widgets import paint


class SignaturePad(Widget):
    """`strokes` is what was drawn so far."""

    keeps_touch = True

    def __init__(self) -> None:
        super().__init__(size_hint_y=None, height=dp(180))
        self.strokes: list[list[tuple[int, int]]] = []
        paint(self, LOOK.palette.card, LOOK.palette.ink)

    def wipe(self) -> None:
        self.strokes.clear()
        self.canvas.clear()

    def on_touch_down(self, touch: Any) -> bool:
        if not self.collide_point(*touch.pos):
            return False
        touch.grab(self)
        with self.canvas:
            Color(rgba=LOOK.palette.ink)
            touch.ud["line"] = Line(points=touch.pos, width=dp(2))
        self.strokes.append([self._point(touch)])
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        if self.collide_point(*touch.pos):
            touch.ud["line"].points += touch.pos
            self.strokes[-1].append(self._point(touch))
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is self:
            touch.ungrab(self)
        return False

    def _point(self, touch: Any) -> tuple[int, int]:
        return round(touch.x - self.x), round(touch.y - self.y)
