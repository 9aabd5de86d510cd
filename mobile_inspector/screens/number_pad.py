"""The big number pad with a decimal comma; a hardware keyboard does the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.core.window import Window
from kivy.uix.gridlayout import GridLayout
from kivy.uix.modalview import ModalView

from .theme import GAP, LARGE, TARGET
from .widgets import Push

KEYS = "789456123"
BACK, DONE = 8, (13, 271)  # key codes of Backspace, Enter and Enter of the number block
MOST = 24


class NumberPad(GridLayout):
    """`typed` is what stands there; `changed` is told every keystroke, `done` that the field is finished."""

    keeps_touch = True

    def __init__(
        self, changed: Callable[[str], Any], done: Callable[[], Any], back: str, following: str
    ) -> None:
        super().__init__(cols=4, spacing=GAP, size_hint_y=None, height=4 * TARGET + 3 * GAP)
        self.typed = ""
        self._changed, self._done = changed, done
        sides = iter(((back, self.back), ("C", self.clear), ("±", self.turn)))
        for at, key in enumerate(KEYS):
            self._key(key, lambda key=key: self.press(key))  # type: ignore[misc]
            if at % 3 == 2:
                text, act = next(sides)
                self._key(text, act, plain=True)
        self._key(",", lambda: self.press(","))
        self._key("0", lambda: self.press("0"))
        self._key("00", lambda: self.press("00"), plain=True)
        self._key(following, self._done, tone="good")

    def press(self, key: str) -> None:
        if len(self.typed) + len(key) <= MOST:
            self._become(self.typed + key)

    def back(self) -> None:
        self._become(self.typed[:-1])

    def clear(self) -> None:
        self._become("")

    def turn(self) -> None:
        """The other sign."""
        self._become(self.typed[1:] if self.typed.startswith("-") else "-" + self.typed)

    def on_parent(self, _: Any, parent: Any) -> None:
        for event, hear in (("on_textinput", self._text), ("on_key_down", self._key_down)):
            (Window.bind if parent else Window.unbind)(**{event: hear})

    def _become(self, typed: str) -> None:
        self.typed = typed
        self._changed(typed)

    def _key(self, text: str, act: Callable[[], Any], *, plain: bool = False, tone: str = "action") -> None:
        self.add_widget(Push(text, act, filled=not plain, tone=tone, size=LARGE))

    def _text(self, _: Any, text: str) -> None:
        if _asked():
            return
        if text in set("0123456789,.-"):
            self.press("," if text == "." else text)

    def _key_down(self, _: Any, code: int, *rest: Any) -> None:
        if _asked():
            return
        if code == BACK:
            self.back()
        elif code in DONE:
            self._done()


def _asked() -> bool:
    """Whether a question lies over the page: what is typed then is its answer, perhaps a PIN."""
    return any(isinstance(child, ModalView) for child in Window.children)
