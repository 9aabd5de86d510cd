"""Screen 8: every record made here, how far it has come, and what is wrong with it in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mobile_inspector.core import Item

from .listing import Line, Listing
from .page import Page
from .theme import LARGE
from .widgets import Column, Push, Scroll, Split, Text

RESCUE = "rescue"
TONES = {
    "on_tablet": "faint",
    "received": "action",
    "published": "good",
    "rejected": "bad",
    "conflict": "bad",
}


class Outbox(Page):
    """A touch on a record shows its sentence in full."""

    name = "outbox"

    def __init__(self, app: Any, **where: Any) -> None:
        super().__init__(app, **where)
        self.chosen: str | None = None

    def gather(self) -> dict[str, Any]:
        known = {
            item["instrument"]["id"]: item["instrument"]
            for visit in self.tablet.work.visits() for item in visit.items
        }  # fmt: skip
        items = list(reversed(self.tablet.outbox()))
        due = self.tablet.attachments.due()
        return {"items": items, "known": known, "due": len(due)}

    def show(self, found: dict[str, Any]) -> None:
        self.clear_widgets()
        lines = [self._line(item, found["known"]) for item in found["items"]]
        chosen = next((item for item in found["items"] if item.id == self.chosen), None)
        more = Column(card=True)
        if chosen is not None:
            more.add_widget(Text(self._name(chosen, found["known"]), size=LARGE, bold=True))
            more.add_widget(Text(chosen.words(self.language), tone=TONES[chosen.state]))
            if error := chosen.error(self.language):
                more.add_widget(Text(error, tone="bad"))
            if told := chosen.certificate(self.language):
                more.add_widget(Text(told, bold=True))
        more.add_widget(Push(self.say("retry"), self.app.kick))
        more.add_widget(Push(self.say("rescue"), self.rescue, filled=False))
        empty = [Line(self.say("no-records"))]
        self.add_widget(Split(Listing(lines or empty), Scroll(more), wide=0.6, high=0.6))

    def choose(self, id: str) -> None:
        self.chosen = id
        self.refresh()

    def rescue(self) -> None:
        """All that has no receipt, into a sealed file; the app says where it is and its code."""
        file = (
            Path(self.tablet.directory) / f"{RESCUE}-{self.tablet.journal.clock.now():%Y%m%d-%H%M%S}.vernier"
        )
        self.do(
            lambda: self.tablet.rescue(file),
            lambda code: self.app.tell(self.say("rescued", file=file, code=code), "warn"),
        )

    def _line(self, item: Item, known: dict[str, Any]) -> Line:
        more = item.error(self.language) or item.certificate(self.language) or ""
        return Line(
            self._name(item, known), more, item.words(self.language),
            "bad" if item.code else TONES[item.state], lambda: self.choose(item.id), chosen=item.id == self.chosen,
        )  # fmt: skip

    def _name(self, item: Item, known: dict[str, Any]) -> str:
        each = known.get(item.record["body"].get("instrument_id"))
        name = f"{each['maker']} {each['model']} {each['serial']}" if each else self._other(item)
        return self.say("record", sequence=item.sequence, name=name)

    def _other(self, item: Item) -> str:
        """What is about no instrument that is known here: a visit's end, or work that has gone."""
        if item.record["kind"] == "visit":
            return self.say("record-visit", ending=self.say(f"ending-{item.record['body']['ending']}"))
        return self.say("record-gone")
