"""Colours and sizes: a light theme for the sun and a dark one; every target at least 48 dp, text for arm's length."""

from __future__ import annotations

from dataclasses import dataclass

from kivy.metrics import dp, sp
from kivy.utils import get_color_from_hex as colour

Colour = list[float]


@dataclass(frozen=True, slots=True)
class Palette:
    """What each colour is for; `ink` on `ground` and on `card` has a contrast above 12:1, so the sun does not matter."""

    ground: Colour
    card: Colour
    ink: Colour
    faint: Colour
    line: Colour
    action: Colour
    on_action: Colour
    good: Colour
    bad: Colour
    warn: Colour

    def tone(self, name: str) -> Colour:
        """The colour of a meaning: "good", "bad", "warn", "faint", "ink", "action"."""
        found: Colour = getattr(self, name)
        return found


LIGHT = Palette(*map(colour, (
    "#F1F4F6", "#FFFFFF", "#0B1820", "#41525E", "#A9B8C2", "#0B5C8A", "#FFFFFF", "#0B6B3A", "#B3121D", "#8A5200",
)))  # fmt: skip
DARK = Palette(*map(colour, (
    "#0D1317", "#1A242B", "#F2F6F8", "#AFC0CB", "#41525E", "#2F9BD8", "#04121B", "#45C985", "#FF7B7B", "#F2B04C",
)))  # fmt: skip

TARGET = dp(56)
GAP = dp(10)
BODY, LARGE, HUGE, SMALL = sp(20), sp(26), sp(44), sp(17)


class Look:
    """The palette in use; pages are built anew when it changes."""

    def __init__(self) -> None:
        self.dark = False

    @property
    def palette(self) -> Palette:
        return DARK if self.dark else LIGHT


LOOK = Look()
