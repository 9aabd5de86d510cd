"""The photographs of a verification on a screen: small in a row, large at a touch, struck out with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.image import Image
from kivy.uix.label import Label
from kivy.uix.modalview import ModalView
from kivy.uix.stacklayout import StackLayout

from mobile_inspector.core import Verification
from mobile_inspector.core.clock import VIETNAM, read_instant
from mobile_inspector.core.picture import Pixels, pixels
from mobile_inspector.core.refusal import Refused

from .theme import BODY, GAP, LARGE, LOOK, SMALL
from .widgets import Ask, Column, Push, Row, Text, paint

if TYPE_CHECKING:
    from mobile_inspector.core import Tablet

    from .page import Page

SMALL_SIDE, LARGE_SIDE = 200, 1400  # pixels of the longer side
MOST_KEPT = 200  # small pictures in memory, 120 kB each


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture of a record: what it shows, and its pixels; none where the file is damaged."""

    sha256: str
    purpose: str
    note: str
    taken_at: str
    small: Pixels | None


class Album:
    """Photographs as small pictures, each opened and made small once."""

    def __init__(self) -> None:
        self._small: dict[str, Pixels | None] = {}

    def of(self, tablet: Tablet, draft: Verification | None) -> list[Photo]:
        """The pictures of a record, in the order in which they were taken.  In the background."""
        told = draft.sheet.attachments.values() if draft else ()
        return [
            Photo(
                each["sha256"], each["purpose"], each["note"], each["taken_at"], self._of(tablet, each["sha256"])
            )
            for each in told if each["media_type"].startswith("image/")
        ]  # fmt: skip

    def _of(self, tablet: Tablet, sha256: str) -> Pixels | None:
        if sha256 not in self._small:
            if len(self._small) >= MOST_KEPT:
                self._small.clear()
            self._small[sha256] = shown(tablet, sha256, SMALL_SIDE)
        return self._small[sha256]


def shown(tablet: Tablet, sha256: str, side: int) -> Pixels | None:
    """A picture to be drawn; None where it can no longer be read.  In the background."""
    try:
        return pixels(tablet.attachments.read(sha256), side)
    except Refused as no:
        if no.code != "picture-unreadable":
            raise
        return None


class Thumb(ButtonBehavior, BoxLayout):
    """A small picture with a word under it; a touch shows it large."""

    def __init__(self, page: Page, draft: str, photo: Photo) -> None:
        super().__init__(
            orientation="vertical", size_hint=(None, None), size=(dp(132), dp(132)), padding=dp(4)
        )
        self.text = photo.note or page.say(f"purpose-{photo.purpose}")
        paint(self, LOOK.palette.card, LOOK.palette.line)
        if photo.small is None:
            self.add_widget(Text(page.say("photo-damaged"), size=SMALL, tone="bad"))
        else:
            self.add_widget(Image(texture=texture(photo.small)))
        label = Label(
            text=self.text, font_size=SMALL, color=LOOK.palette.ink, size_hint_y=None, height=dp(26),
            shorten=True, shorten_from="right", text_size=(dp(124), None),
        )  # fmt: skip
        self.add_widget(label)
        self.page, self.draft, self.photo = page, draft, photo

    def on_release(self) -> None:
        Large(self.page, self.draft, self.photo).open()


class Thumbs(StackLayout):
    """As many beside each other as there is room for."""

    def __init__(self, page: Page, draft: str, photos: Sequence[Photo]) -> None:
        super().__init__(spacing=GAP, size_hint_y=None)
        self.bind(minimum_height=self.setter("height"))
        for photo in photos:
            self.add_widget(Thumb(page, draft, photo))


class Large(ModalView):
    """One picture over the whole page and what it shows; out of a draft it can be struck out."""

    def __init__(self, page: Page, draft: str | None, photo: Photo) -> None:
        super().__init__(size_hint=(0.96, 0.96), background="", background_color=LOOK.palette.ground)
        self.page, self.draft, self.photo = page, draft, photo
        taken = read_instant(photo.taken_at).astimezone(VIETNAM)
        name = f"{page.say('purpose-' + photo.purpose)}. {photo.note}".rstrip(". ")
        name = name[:1].upper() + name[1:]
        self.room = BoxLayout()
        box = BoxLayout(orientation="vertical", padding=GAP, spacing=GAP)
        for part in (
            Text(name, size=LARGE, bold=True),
            self.room,
            Text(f"{taken:%d/%m/%Y %H:%M}   SHA-256 {photo.sha256[:16]}…", size=BODY, tone="faint"),
            Row(*self._buttons()),
        ):
            box.add_widget(part)
        self.add_widget(box)
        page.app.background.run(lambda: shown(page.tablet, photo.sha256, LARGE_SIDE), self._draw)

    def ask(self) -> None:
        say = self.page.say
        Ask(say("photo-strike-why"), say("photo-strike"), say("cancel"), self.strike).open()

    def strike(self, reason: str) -> None:
        self.dismiss(animation=False)
        id = self.draft or ""
        self.page.do(lambda: self.page.tablet.drafts.get(id).paper.strike(self.photo.sha256, reason))

    def _buttons(self) -> list[Push]:
        close = Push(self.page.say("close"), lambda: self.dismiss(animation=False))
        strike = Push(self.page.say("photo-strike"), self.ask, tone="bad", filled=False)
        return [strike, close] if self.draft else [close]

    def _draw(self, found: Pixels | None) -> None:
        if found is None:
            self.room.add_widget(Text(self.page.say("photo-damaged"), tone="bad"))
        else:
            self.room.add_widget(Image(texture=texture(found)))


def take(
    page: Page,
    draft: str,
    purpose: str,
    note: str = "",
    then: Callable[[Verification, str], Any] = lambda draft, photo: None,
) -> None:
    """Takes a photograph into the record; `then` says in the background, with its name, what it shows."""  # fmt: skip

    def taken(content: bytes) -> None:
        def act() -> None:
            found = page.tablet.drafts.get(draft)
            then(found, found.paper.photograph(content, page.tablet.budget.measure, purpose, note))

        page.app.tell(page.say("working"))
        page.do(act)

    try:
        page.app.camera.take(f"{purpose}.{draft}", taken)
    except Refused as no:
        page.app.refuse(no)


def card(page: Page, draft: str, photos: Sequence[Photo], purposes: Sequence[str] = ("photo",)) -> Column:
    """The pictures of a record with a button for each kind that may be added."""
    column = Column(Text(page.say("photos"), size=LARGE, bold=True), card=True)
    if photos:
        column.add_widget(Thumbs(page, draft, photos))
    for purpose in purposes:
        text = page.say("photo-take", what=page.say(f"purpose-{purpose}"))
        column.add_widget(Push(text, lambda purpose=purpose: take(page, draft, purpose), filled=False))  # type: ignore[misc]
    return column


def texture(found: Pixels) -> Texture:
    made = Texture.create(size=(found.width, found.height), colorfmt="rgb")
    made.blit_buffer(found.rgb, colorfmt="rgb", bufferfmt="ubyte")
    made.flip_vertical()
    return made
