"""Screen 8: every record and photograph made here, how far each has come, and what is wrong with it in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.image import Image

from mobile_inspector.core import Attached, Item
from mobile_inspector.core.picture import Pixels

from .data_use import DataUse
from .listing import Line, Listing
from .page import Page
from .photos import Large, Photo, shown, texture
from .theme import LARGE
from .widgets import Column, Push, Row, Scroll, Split, Text
from .words import amount

RESCUE = "rescue"
EVERY = 2.0  # seconds between looks at how far a photograph has come
SIDE = 800  # pixels of the longer side of the photograph that is looked at
TONES = {
    "on_tablet": "faint",
    "received": "action",
    "published": "good",
    "rejected": "bad",
    "conflict": "bad",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What the outbox holds, as plain values: each record with its photographs, the newest first."""

    items: Sequence[tuple[Item, Sequence[Attached]]]
    known: Mapping[str, Any]
    waits: str
    spent: int
    daily: int | None
    picture: Pixels | None

    @property
    def on_the_way(self) -> list[Attached]:
        return [photo for _, photos in self.items for photo in photos if photo.state == "on_tablet"]


class Outbox(Page):
    """A touch on a row shows its sentence in full, and the picture of a photograph."""

    name = "outbox"

    def __init__(self, app: Any, **where: Any) -> None:
        super().__init__(app, **where)
        self.chosen: str | None = None
        self.listing: Listing | None = None
        self.here = dict(self.tablet.attachments.here)
        Clock.schedule_interval(self._look, EVERY)

    def gather(self) -> Sent:
        tablet, budget = self.tablet, self.tablet.budget
        known = {
            item["instrument"]["id"]: item["instrument"]
            for visit in tablet.work.visits() for item in visit.items
        }  # fmt: skip
        photos: dict[str, list[Attached]] = {}
        for photo in tablet.outbox_attachments():
            photos.setdefault(photo.records[0], []).append(photo)
        items = [(item, photos.get(item.id, [])) for item in reversed(tablet.outbox())]
        is_photo = any(photo.sha256 == self.chosen for _, mine in items for photo in mine)
        waits = "" if budget.allows(1) else "waits-wifi" if budget.wifi_only else "waits-tomorrow"
        picture = shown(tablet, self.chosen, SIDE) if is_photo and self.chosen else None
        return Sent(items, known, waits, budget.spent_today, budget.daily_bytes, picture)

    def show(self, found: Sent) -> None:
        self.found = found
        if self.listing is None:
            self.listing, self.more = Listing(), Scroll()
            self.add_widget(Split(self.listing, self.more, wide=0.58, high=0.55))
        lines = [
            line for item, photos in found.items
            for line in (self._line(item), *(self._photo_line(item, photo) for photo in photos))
        ]  # fmt: skip
        self.listing.fill(lines or [Line(self.say("no-records"))])
        self._panel()

    def choose(self, id: str) -> None:
        self.chosen = id
        self.refresh()

    def send_first(self, sha256: str) -> None:
        """This photograph before the others, now."""
        self.do(lambda: self.tablet.send_first(sha256), lambda _: self.app.kick())

    def settings(self) -> None:
        DataUse(self).open()

    def rescue(self) -> None:
        """All that has no receipt, into a sealed file; the app says where it is and its code."""
        file = (
            Path(self.tablet.directory) / f"{RESCUE}-{self.tablet.journal.clock.now():%Y%m%d-%H%M%S}.vernier"
        )
        self.do(
            lambda: self.tablet.rescue(file),
            lambda code: self.app.tell(self.say("rescued", file=file, code=code), "warn"),
        )

    def _look(self, _: float) -> bool | None:
        """While the page is shown, whether photographs have come further; False ends it."""
        if self.app.page is not self:
            return False
        here = dict(self.tablet.attachments.here)
        if self.listing is not None and here != self.here:
            self.here = here
            self.refresh()
        return None

    def _panel(self) -> None:
        found, column = self.found, self.more.column
        column.clear_widgets()
        for item, photos in found.items:
            if item.id == self.chosen:
                column.add_widget(self._record(item))
            for photo in photos:
                if photo.sha256 == self.chosen:
                    column.add_widget(self._photo(item, photo))
        left = found.on_the_way
        size = amount(sum(photo.size - photo.here for photo in left), self.language)
        sums = Column(Text(self.say("photos-left", count=len(left), size=size), bold=True), card=True)
        of = "spent-today-of" if found.daily is not None else "spent-today"
        spent, daily = amount(found.spent, self.language), amount(found.daily or 0, self.language)
        sums.add_widget(Text(self.say(of, spent=spent, daily=daily), tone="faint"))
        if left and found.waits:
            sums.add_widget(Text(self.say(found.waits), tone="warn", bold=True))
        sums.add_widget(Row(
            Push(self.say("data-use"), self.settings, filled=False), Push(self.say("retry"), self.app.kick)
        ))  # fmt: skip
        sums.add_widget(Push(self.say("rescue"), self.rescue, filled=False))
        column.add_widget(sums)

    def _record(self, item: Item) -> Column:
        card = Column(Text(self._name(item), size=LARGE, bold=True), card=True)
        card.add_widget(Text(item.words(self.language), tone=TONES[item.state]))
        if error := item.error(self.language):
            card.add_widget(Text(error, tone="bad"))
        if told := item.certificate(self.language):
            card.add_widget(Text(told, bold=True))
        if item.state == "on_tablet":
            card.add_widget(Push(self.say("send-now"), self.app.kick, filled=False))
        return card

    def _photo(self, item: Item, photo: Attached) -> Column:
        card = Column(Text(self._photo_name(item, photo), size=LARGE, bold=True), card=True)
        if self.found.picture is None:
            card.add_widget(
                Text(self.say("photo-gone" if photo.state != "on_tablet" else "photo-damaged"), tone="faint")
            )
        else:
            card.add_widget(Image(texture=texture(self.found.picture), size_hint_y=None, height=dp(200)))
            card.add_widget(Push(self.say("photo-large"), lambda: self._large(item, photo), filled=False))
        card.add_widget(Text(f"{self._state(photo)}, {self._how_far(photo)}", tone=TONES[photo.state]))
        if error := photo.error(self.language):
            card.add_widget(Text(error, tone="bad"))
        if photo.state == "on_tablet":
            card.add_widget(Push(self.say("send-first"), lambda: self.send_first(photo.sha256), filled=False))
        return card

    def _large(self, item: Item, photo: Attached) -> None:
        told = self._attachment(item, photo)
        Large(self, None, Photo(photo.sha256, told["purpose"], told["note"], told["taken_at"], None)).open()

    def _line(self, item: Item) -> Line:
        return Line(
            self._name(item), item.error(self.language) or item.certificate(self.language) or "",
            item.words(self.language),
            "bad" if item.code else TONES[item.state], lambda: self.choose(item.id), chosen=item.id == self.chosen,
        )  # fmt: skip

    def _photo_line(self, item: Item, photo: Attached) -> Line:
        return Line(
            f"    {self._photo_name(item, photo)}", photo.error(self.language) or f"    {self._how_far(photo)}",
            self._state(photo), "bad" if photo.trouble else TONES[photo.state],
            lambda: self.choose(photo.sha256), chosen=photo.sha256 == self.chosen,
        )  # fmt: skip

    def _state(self, photo: Attached) -> str:
        if photo.state == "on_tablet" and self.found.waits:
            return f"{photo.words(self.language)}, {self.say(self.found.waits + '-short')}"
        return photo.words(self.language)

    def _how_far(self, photo: Attached) -> str:
        """The size, and how much of it the server has while it is on the way."""
        size = amount(photo.size, self.language)
        if photo.state != "on_tablet" or not photo.here:
            return size
        here, share = amount(photo.here, self.language), 100 * photo.here // photo.size
        return self.say("sent-of", here=here, size=size, share=share)

    def _photo_name(self, item: Item, photo: Attached) -> str:
        told = self._attachment(item, photo)
        return self.say("photo-of", what=told["note"] or self.say(f"purpose-{told['purpose']}"))

    def _attachment(self, item: Item, photo: Attached) -> Mapping[str, Any]:
        """What the record says of it."""
        told: Sequence[Mapping[str, Any]] = item.record["body"]["attachments"]
        return next(each for each in told if each["sha256"] == photo.sha256)

    def _name(self, item: Item) -> str:
        each = self.found.known.get(item.record["body"].get("instrument_id"))
        name = f"{each['maker']} {each['model']} {each['serial']}" if each else self._other(item)
        return self.say("record", sequence=item.sequence, name=name)

    def _other(self, item: Item) -> str:
        """What is about no instrument that is known here: a visit's end, or work that has gone."""
        if item.record["kind"] == "visit":
            return self.say("record-visit", ending=self.say(f"ending-{item.record['body']['ending']}"))
        return self.say("record-gone")
