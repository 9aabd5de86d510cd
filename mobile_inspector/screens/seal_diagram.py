"""The instrument as a plain drawing, with a button beside each place that can bear a seal and a line to the place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kivy.graphics import Color, Ellipse, Line
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout

from .drawings import Drawing, Point
from .seal_places import Place
from .theme import GAP, LOOK, SMALL, TARGET
from .widgets import Push

Fitted = Mapping[tuple[str, str], Sequence[str]]  # numbers of seals by kind and place
SIDE = 0.32  # of the width, for the buttons on each side


class SealDiagram(FloatLayout):
    """`names` are those of the places, `chosen` is the one in use; `choose` hears which one was touched."""

    def __init__(
        self, drawing: Drawing, places: Sequence[Place], names: Sequence[str], chosen: int, fitted: Fitted,
        choose: Callable[[int], Any],
    ) -> None:  # fmt: skip
        super().__init__(size_hint_y=None, height=dp(340))
        self.drawing, self.spots = drawing, [(n, place) for n, place in enumerate(places) if place.at]
        self.buttons = []
        for n, place in self.spots:
            numbers = "\n".join(fitted.get((place.kind, place.vi), ()))
            text = f"{names[n]}\n{numbers}".strip()
            push = Push(
                text, lambda n=n: choose(n), tone="good" if numbers else "action", filled=n == chosen, size=SMALL  # type: ignore[misc]
            )  # fmt: skip
            push.size_hint, push.padding = (None, None), (dp(6), dp(6))  # the number of a seal fits in a line
            push.bind(texture_size=self._place)
            self.buttons.append(push)
            self.add_widget(push)
        self.bind(pos=self._place, size=self._place)

    def _place(self, *_: object) -> None:
        """Buttons left and right of the drawing, each at the height of its place as far as there is room."""
        width = self.width * SIDE - GAP
        self.square = min(self.width * (1 - 2 * SIDE) * 1.15, self.height)
        ends: list[tuple[Point, Point]] = []
        marked = list(zip(self.spots, self.buttons, strict=True))
        marked.sort(key=lambda pair: (pair[0][1].at or (0, 0))[0])
        half = (len(marked) + 1) // 2
        for is_left, side in ((True, marked[:half]), (False, marked[half:])):
            side.sort(key=lambda pair: -(pair[0][1].at or (0, 0))[1])
            step = self.height / max(len(side), 1)
            for row, (spot, push) in enumerate(side):
                push.width = width
                push.height = min(max(push.texture_size[1], TARGET), step - dp(4))
                push.x = self.x if is_left else self.right - width
                push.center_y = self.top - step * (row + 0.5)
                edge = push.right if is_left else push.x
                ends.append(((edge, push.center_y), self._at(spot[1].at or (0.5, 0.5))))
        self._draw(ends)

    def _at(self, point: Point) -> Point:
        left, bottom = self.center_x - self.square / 2, self.center_y - self.square / 2
        return left + point[0] * self.square, bottom + point[1] * self.square

    def _draw(self, ends: Sequence[tuple[Point, Point]]) -> None:
        palette, dot = LOOK.palette, dp(6)
        self.canvas.before.clear()
        with self.canvas.before:
            Color(rgba=palette.faint)
            for shape, numbers in self.drawing.shapes:
                self._shape(shape, numbers)
            Color(rgba=palette.action)
            for begin, end in ends:
                Line(points=(*begin, *end), width=dp(1))
                Ellipse(pos=(end[0] - dot, end[1] - dot), size=(2 * dot, 2 * dot))

    def _shape(self, shape: str, numbers: Sequence[float]) -> None:
        scale, width = self.square, dp(1.6)
        if shape == "line":
            points = [part for at in zip(numbers[::2], numbers[1::2], strict=True) for part in self._at(at)]
            Line(points=points, width=width)
            return
        x, y = self._at((numbers[0], numbers[1]))
        if shape == "box":
            Line(rectangle=(x, y, numbers[2] * scale, numbers[3] * scale), width=width)
        else:
            Line(circle=(x, y, numbers[2] * scale), width=width)
