"""Screen 3, many alike: which instruments of one kind are verified together, all at one touch or by their serials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mobile_inspector.core.batch import MOST, kinds
from mobile_inspector.core.folding import folded

from .listing import Line, Listing
from .page import Page
from .scan import scan
from .theme import LARGE
from .widgets import Column, Entry, Push, Row, Scroll, Split, Text

Items = Sequence[Mapping[str, Any]]


class Choose(Page):
    """`where`: visit, its id.  The largest group is chosen already; a scanned serial turns its instrument on or off."""

    name = "choose"

    def __init__(self, app: Any, **where: Any) -> None:
        super().__init__(app, **where)
        self.group = 0
        self.chosen: set[str] | None = None

    def gather(self) -> list[Items]:
        visit = self.tablet.work.visit(self.where["visit"])
        assert visit is not None
        sealed = {item.record["body"].get("instrument_id") for item in self.tablet.outbox()}
        return [group[:] for group in kinds(visit, sealed)]

    def show(self, found: list[Items]) -> None:
        self.found = found
        self.clear_widgets()
        if not found:
            self.add_widget(Text(self.say("nothing-left")))
            return
        if self.chosen is None:
            self.chosen = {item["instrument"]["id"] for item in found[0][:MOST]}
        left = Column(Text(self.say("alike-kinds"), size=LARGE, bold=True))
        for at, group in enumerate(found):
            each = group[0]["instrument"]
            words = {
                "name": f"{each['maker']} {each['model']}".strip() or each["type_code"],
                "count": len(group),
            }
            text = self.say("alike-kind", regime=self.say(f"regime-{group[0]['regime']}"), **words)
            left.add_widget(Push(text, lambda at=at: self.pick(at), filled=at == self.group))  # type: ignore[misc]
        self.filter = Entry(self.say("alike-filter"), act=self.scanned)
        self.filter.bind(text=lambda *_: self._fill())
        left.add_widget(self.filter)
        left.add_widget(Row(
            Push(self.say("choose-all"), lambda: self.mark(True), filled=False),
            Push(self.say("choose-none"), lambda: self.mark(False), filled=False),
            Push(self.say("scan"), self.scan, filled=False),
        ))  # fmt: skip
        self.listing = Listing(height=72)
        self.add_widget(Split(Scroll(left), self.listing, wide=0.45, high=0.42))
        self.go = Push("", self.start, tone="good")
        self.add_widget(self.go)
        self._fill()

    def pick(self, at: int) -> None:
        """Another kind; all of it is chosen."""
        self.group = at
        self.chosen = {item["instrument"]["id"] for item in self.found[at][:MOST]}
        self.show(self.found)

    def mark(self, on: bool) -> None:
        """All that the filter shows, or none of them."""
        assert self.chosen is not None
        shown = {item["instrument"]["id"] for item in self._shown_items()}
        self.chosen = self.chosen | shown if on else self.chosen - shown
        self._fill()

    def toggle(self, id: str) -> None:
        assert self.chosen is not None
        self.chosen ^= {id}
        self._fill()

    def scanned(self) -> None:
        """A scanner types a serial and Enter."""
        wanted = folded(self.filter.text)
        for item in self.found[self.group]:
            if folded(str(item["instrument"]["serial"])) == wanted:
                self.filter.text = ""
                self.toggle(item["instrument"]["id"])

    def scan(self) -> None:
        """The code on its plate, by the camera."""

        def read(text: str) -> None:
            self.filter.text = text.strip()
            self.scanned()

        scan(self, read)

    def start(self) -> None:
        assert self.chosen is not None
        visit, group = self.where["visit"], self.found[self.group]
        ids = [item["instrument"]["id"] for item in group if item["instrument"]["id"] in self.chosen]
        regime = group[0]["regime"]
        self.do(
            lambda: self.tablet.batches.start(visit, ids, regime).id,
            lambda id: self.app.start_at(
                ("today", {}), ("visit", {"visit": visit}), ("batch", {"batch": id})
            ),
        )

    def _shown_items(self) -> Items:
        wanted = folded(self.filter.text)
        return [
            item for item in self.found[self.group] if wanted in folded(str(item["instrument"]["serial"]))
        ]

    def _fill(self) -> None:
        chosen = self.chosen or set()
        self.listing.fill([
            Line(
                str(each["serial"] or "—"), "", self.say("is-chosen") if each["id"] in chosen else "",
                "good" if each["id"] in chosen else "faint", lambda id=each["id"]: self.toggle(id),  # type: ignore[misc]
                chosen=each["id"] in chosen,
            )
            for item in self._shown_items() if (each := item["instrument"])
        ])  # fmt: skip
        self.go.text = self.say("alike-start", count=len(chosen))
        self.go.disabled = not chosen
