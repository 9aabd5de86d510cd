"""The app: one tablet, one page at a time, the state of the sync always in sight, the courier at work behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.uix.boxlayout import BoxLayout
from kivy.utils import platform

from mobile_inspector.core import Refused, Report, Tablet
from mobile_inspector.core.courier import Courier

from .background import Background
from .bars import Message, TopBar
from .batch import Batch
from .camera import Camera, camera_of
from .choose import Choose
from .enrol import Enrol
from .finish import Finish
from .found import Found
from .instrument import Instrument
from .metered import is_metered
from .outbox import Outbox
from .page import Page
from .photos import Album
from .pin import Pin
from .recover import Recover
from .seals import Seals
from .search import Search
from .sign_in import SignIn
from .status import Status
from .theme import LOOK
from .today import Today
from .verify import Verify
from .visit import Visit
from .words import word

PAGES: dict[str, type[Page]] = {
    page.name: page
    for page in (
        SignIn, Recover, Enrol, Pin, Today, Visit, Instrument, Found, Choose, Batch, Verify, Status, Seals, Finish,
        Outbox, Search,
    )
}  # fmt: skip
Place = tuple[str, dict[str, Any]]
METERED_EVERY = 10.0  # seconds


class InspectorApp(App):
    """`open_tablet` is called in the background, for it reads the disk."""

    title = "Vernier"

    def __init__(self, open_tablet: Callable[[], Tablet]) -> None:
        super().__init__()
        self._open = open_tablet
        self.language = "vi"
        self.background = Background(self.refuse)
        self.courier: Courier | None = None
        self.page: Page | None = None
        self.way: list[Place] = []
        self.album = Album()
        self.camera: Camera = camera_of(self)
        self.tablet: Tablet

    def build(self) -> BoxLayout:
        Window.softinput_mode = "below_target"  # the keyboard never covers the field that is typed in
        Window.bind(on_keyboard=self._key)
        self.frame = BoxLayout(orientation="vertical")
        self.top, self.message, self.body = TopBar(self), Message(), BoxLayout()
        self._dress()
        return self.frame

    def on_start(self) -> None:
        self.background.run(self._open, self._opened)

    def on_pause(self) -> bool:
        """Every change is on the disk already; Android may end the program after this."""
        return True

    def on_resume(self) -> None:
        self.kick()

    def on_stop(self) -> None:
        if self.courier is not None:
            self.courier.stop()
        if hasattr(self, "tablet"):
            self.background.run(self.tablet.close)
        self.background.finish()

    def go(self, name: str, **where: Any) -> None:
        """Opens a page; the way back is remembered."""
        self.way.append((name, where))
        self._show()

    def start_at(self, *way: Place) -> None:
        """A new way: the last place is shown, the others are what is behind it."""
        self.way = list(way)
        self._show()

    def back(self) -> None:
        if len(self.way) > 1:
            self.way.pop()
            self.tell("")
            self._show()

    def signed_in(self) -> None:
        """To the field that was left, if a verification is under way; else to the day's work."""

        def show(way: list[Place]) -> None:
            self.start_at(*way)
            self._prepare_search(False)  # behind what the page has asked for

        self.background.run(self.places_after_sign_in, show)
        self.background.run(self.adopt_pictures, self._adopted)
        if self.courier is None:
            self.courier = self.tablet.courier(
                lambda report: Clock.schedule_once(lambda _: self.heard(report))
            )
            if platform == "android":
                self._ask_network()  # before the first photograph could go
                Clock.schedule_interval(lambda _: self._ask_network(), METERED_EVERY)
            self.courier.start()

    def _prepare_search(self, done: bool) -> None:
        """Part after part, before it is needed: a keystroke waits for one part at most."""
        if done:
            self.background.run(lambda: self.tablet.search(""))
        else:
            self.background.run(self.tablet.prepare_search, self._prepare_search, lambda no: None)

    def _ask_network(self) -> None:
        self.tablet.network.metered = is_metered()

    def adopt_pictures(self) -> int:
        """Android may end the app while the camera is open: what was taken goes to its record.  In the background."""
        count = 0
        for told, content in self.camera.left():
            purpose, _, id = told.partition(".")
            try:
                draft = self.tablet.drafts.get(id)
                draft.paper.photograph(content, self.tablet.budget.measure, purpose)
                count += 1
            except Refused as no:  # of no record, or of one that is sealed, or no picture
                if no.code == "storage-full":
                    raise
        return count

    def _adopted(self, count: int) -> None:
        if count:
            self.tell(self.say("photos-adopted", count=count), "warn")

    def places_after_sign_in(self) -> list[Place]:
        """In the background."""
        if self.tablet.work.cursor is None:
            return [("enrol", {})]
        if not self.tablet.session.vault.has_pin:
            return [("pin", {})]
        under_way = self.tablet.resume()
        if not under_way:
            return [("today", {})]
        batch = self.tablet.batches.of(under_way[0].id)
        left = ("batch", {"batch": batch.id}) if batch else ("verify", {"draft": under_way[0].id})
        return [("today", {}), left]

    def heard(self, report: Report) -> None:
        """After every round of the courier."""
        if report.wipe:
            self.background.run(lambda: list(self.camera.left()))  # what the camera left goes with the rest
        self.state_changed()
        if report.problem is not None and report.problem.code not in ("network-away", "code-needed"):
            self.tell(report.words(self.language), "warn")
        if self.page is not None and self.page.name in ("today", "outbox", "visit"):
            self.page.refresh()

    def kick(self) -> None:
        """There is something to send or to be asked for."""
        if self.courier is not None:
            self.courier.kick()

    def state_changed(self) -> None:
        self.background.run(self.tablet.states, lambda found: self.top.states(found))

    def tell(self, text: str, tone: str = "good") -> None:
        self.message.say(text, tone)

    def refuse(self, no: Refused) -> None:
        self.tell(no.text(self.language), "bad")

    def switch_language(self) -> None:
        self._keep("language", "en" if self.language == "vi" else "vi")

    def switch_theme(self) -> None:
        self._keep("theme", "light" if LOOK.dark else "dark")

    def say(self, key: str, **values: object) -> str:
        return word(key, self.language, **values)

    def _keep(self, name: str, value: str) -> None:
        self._set(name, value)
        self._dress()
        self._show()
        self.background.run(lambda: self.tablet.journal.database.set_bookmark(f"screens.{name}", value))

    def _set(self, name: str, value: str | None) -> None:
        if name == "language" and value:
            self.language = value
        if name == "theme" and value:
            LOOK.dark = value == "dark"

    def _opened(self, tablet: Tablet) -> None:
        self.tablet = tablet

        def kept() -> dict[str, str | None]:
            database = tablet.journal.database
            return {name: database.bookmark(f"screens.{name}") for name in ("language", "theme")}

        def show(found: dict[str, str | None]) -> None:
            for name, value in found.items():
                self._set(name, value)
            self._dress()
            self.start_at(("sign_in", {}))

        self.background.run(kept, show)

    def _dress(self) -> None:
        Window.clearcolor = LOOK.palette.ground
        self.frame.clear_widgets()
        self.top, self.message, self.body = TopBar(self), Message(), BoxLayout()
        for part in (self.top, self.message, self.body):
            self.frame.add_widget(part)

    def _show(self) -> None:
        name, where = self.way[-1]
        self.page = PAGES[name](self, **where)
        self.body.clear_widgets()
        self.body.add_widget(self.page)
        self.top.follow(self.page, len(self.way) > 1)
        self.page.refresh()
        if name not in ("sign_in", "recover", "enrol", "pin"):
            self.state_changed()

    def _key(self, _: Any, key: int, *rest: Any) -> bool:
        """Android's back button, and Escape."""
        if key == 27 and len(self.way) > 1:
            self.back()
            return True
        return False
