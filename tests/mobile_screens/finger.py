"""Drives the real app without a display: real touches on real widgets, frame by frame, until the app is at rest."""

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.update(
    {"KIVY_NO_ARGS": "1", "KIVY_LOG_MODE": "PYTHON", "KIVY_NO_FILELOG": "1", "KIVY_NO_CONFIG": "1"}
)
os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
logging.disable(logging.INFO)

from kivy.config import Config

Config.set("graphics", "width", "1280")
Config.set("graphics", "height", "800")
Config.set("graphics", "maxfps", "0")  # no waiting for the eye
Config.set("graphics", "vsync", "0")
Config.set("input", "mouse", "")

from kivy.base import EventLoop, runTouchApp, stopTouchApp
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent
from kivy.uix.widget import Widget

from mobile_inspector.core import Tablet
from mobile_inspector.screens.app import InspectorApp
from mobile_inspector.screens.listing import LineView, Listing
from mobile_inspector.screens.photos import Thumb
from mobile_inspector.screens.widgets import Entry, Push

WIDE, HIGH = (1280, 800), (800, 1280)
SECONDS = 30


class Touch(MotionEvent):
    """One touch as a touch screen sends it."""

    def __init__(self, x: float, y: float) -> None:
        super().__init__("finger", 1, self._share(x, y), is_touch=True, type_id="touch")

    def depack(self, args: dict[str, float]) -> None:
        self.sx, self.sy, self.profile = args["x"], args["y"], ["pos"]
        super().depack(args)

    def touch_down(self) -> None:
        EventLoop.post_dispatch_input("begin", self)

    def touch_move(self, x: float, y: float) -> None:
        self.move(self._share(x, y))
        EventLoop.post_dispatch_input("update", self)

    def touch_up(self) -> None:
        EventLoop.post_dispatch_input("end", self)

    def _share(self, x: float, y: float) -> dict[str, float]:
        return {"x": x / (Window.width - 1.0), "y": y / (Window.height - 1.0)}


class Finger:
    """An inspector's finger and eyes on one running app."""

    def __init__(self, open_tablet: Callable[[], Tablet], size: tuple[int, int] = WIDE) -> None:
        self.touches = 0
        self.app = InspectorApp(open_tablet)
        self.app._run_prepare()
        runTouchApp(embedded=True)
        self.turn(size)

    @property
    def page(self) -> Any:
        """The page that is shown."""
        return self.app.page

    def turn(self, size: tuple[int, int]) -> None:
        """Rotates the tablet."""
        Window.size = size
        Window.dispatch("on_resize", *size)
        self.rest()
        assert tuple(Window.size) == size, Window.size

    def rest(self, frames: int = 4) -> None:
        """Until everything asked of the background has been answered and drawn."""
        end = time.monotonic() + SECONDS
        while self.app.background.waiting or frames > 0:
            EventLoop.idle()
            if not self.app.background.waiting:
                frames -= 1
            assert time.monotonic() < end, "the app does not come to rest"

    def wait(self, condition: Callable[[], Any], what: str, seconds: float = SECONDS) -> Any:
        """Until something is true, while the app goes on."""
        end = time.monotonic() + seconds
        while not (found := condition()):
            self.rest(1)
            assert time.monotonic() < end, f"{what} did not happen; the screen says:\n{self.text()}"
        return found

    def widgets(self) -> list[Any]:
        """Everything on the screen; a question over the page hides the page."""
        top = Window.children[0]
        return [widget for widget in top.walk() if isinstance(widget, Widget)]

    def text(self) -> str:
        """Every word on the screen."""
        return "\n".join(
            w.text for w in self.widgets() if isinstance(getattr(w, "text", None), str) and w.text
        )

    def sees(self, text: str) -> bool:
        return text in self.text()

    def tap(self, text: str) -> None:
        """Touches the button or the row whose words begin so, scrolled into sight if need be."""
        widget = self.find(text)
        self._show(widget)
        self._touch(*widget.to_window(*widget.center))

    def find(self, text: str) -> Any:
        """The button or row with these words, or else the first that begins with them; lists are scrolled to it."""
        found = self._seen(text)
        if found is None or not self._is_in_sight(found):
            for listing in [w for w in self.widgets() if isinstance(w, Listing)]:
                lines = [each["line"] for each in listing.data]
                at = [
                    n
                    for n, line in enumerate(lines)
                    if line.title.startswith(text) or line.more.startswith(text)
                ]
                if at:
                    listing.reach(at[0])
                    self.rest()
            found = self._seen(text)
        assert found is not None, f"nothing to touch says {text!r}; the screen says:\n{self.text()}"
        return found

    def _is_in_sight(self, widget: Any) -> bool:
        """A row may be half under the edge of its list; buttons are scrolled to when they are touched."""
        if not isinstance(widget, LineView):
            return True
        listing = widget.parent.parent
        bottom = listing.to_window(*listing.pos)[1]
        return bool(bottom < widget.to_window(*widget.center)[1] < bottom + listing.height)

    def _seen(self, text: str) -> Any:
        known = [
            (self._words(w), w)
            for w in self.widgets()
            if isinstance(w, (Push, LineView, Thumb)) and not w.disabled
        ]
        for is_it in (
            lambda words: text in words,
            lambda words: any(word.startswith(text) for word in words),
        ):
            for words, widget in known:
                if is_it(words):
                    return widget
        return None

    def type_into(self, hint: str, text: str) -> None:
        """Touches an entry and types."""
        entry = next(w for w in self.widgets() if isinstance(w, Entry) and w.hint_text == hint)
        self._show(entry)
        self._touch(*entry.to_window(*entry.center))
        assert entry.focus, f"{hint} has no focus"
        entry.select_all()
        entry.delete_selection()
        for letter in text:
            entry.insert_text(letter)
        self.rest()

    def keys(self, text: str) -> None:
        """The keys of the number pad, one after the other."""
        for key in text:
            self.tap(key)

    def draw(self, pad: Any, *points: tuple[float, float]) -> None:
        """A stroke on a signature pad, from the lower left corner of it."""
        self._show(pad)
        x, y = pad.to_window(*pad.pos)
        touch = Touch(x + points[0][0], y + points[0][1])
        touch.touch_down()
        for dx, dy in points[1:]:
            touch.touch_move(x + dx, y + dy)
        touch.touch_up()
        self.rest()

    def picture(self, path: Path) -> None:
        """What is on the screen, as a PNG."""
        from kivy.graphics import ClearBuffers, ClearColor, Fbo

        from mobile_inspector.screens.theme import LOOK

        self.rest()
        fbo = Fbo(size=Window.size, with_stencilbuffer=True)
        for child in reversed(Window.children):
            fbo.add(child.canvas)
        with fbo.before:
            ClearColor(*LOOK.palette.ground)
            ClearBuffers()
        fbo.draw()
        fbo.texture.save(str(path), flipped=True)
        for child in Window.children:
            fbo.remove(child.canvas)

    def leave(self) -> None:
        """The app is closed as Android closes it."""
        self.app._stop()
        stopTouchApp()

    def _show(self, widget: Any) -> None:
        from kivy.uix.scrollview import ScrollView

        parent = widget.parent
        while parent is not None and parent is not Window:
            low, high = widget.to_window(*widget.pos)[1], widget.to_window(widget.x, widget.top)[1]
            bottom = parent.to_window(*parent.pos)[1]
            is_hidden = low < bottom or high > bottom + parent.height
            if isinstance(parent, ScrollView) and not isinstance(widget, LineView) and is_hidden:
                parent.scroll_to(widget, animate=False)
                self.rest()
            parent = parent.parent

    def _touch(self, x: float, y: float) -> None:
        assert 0 <= x <= Window.width, (x, y)
        assert 0 <= y <= Window.height, (x, y)
        touch = Touch(x, y)
        self.touches += 1
        touch.touch_down()
        self.rest(1)
        touch.touch_up()
        self.rest()

    def _words(self, widget: Any) -> list[str]:
        return [widget.title.text, widget.more.text] if isinstance(widget, LineView) else [widget.text]
