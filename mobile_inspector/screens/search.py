"""Screen 9: an instrument by serial, enterprise or address, with or without diacritics, without a network."""

from __future__ import annotations

from typing import Any

from .listing import Line, Listing
from .page import Page
from .scan import scan
from .widgets import Column, Entry, Push, Text


class Search(Page):
    """Searched while one types; only the newest answer is shown."""

    name = "search"

    def show(self, found: Any) -> None:
        self.clear_widgets()
        self.query = Entry(self.say("search"))
        self.query.bind(text=self._typed)
        self.count, self.listing = Text("", tone="faint"), Listing()
        self.add_widget(Column(self.query, Push(self.say("scan"), self.scan, filled=False), self.count))
        self.add_widget(self.listing)
        self.query.focus = True

    def scan(self) -> None:
        """The serial number out of the QR or bar code on the instrument."""
        scan(self, lambda text: setattr(self.query, "text", text))

    def _typed(self, _: Any, text: str) -> None:
        def answer(lines: list[Line]) -> None:
            if self.query.text == text:
                self.listing.fill(lines)
                key = "found-count" if lines else "nothing-found"
                self.count.text = self.say(key, count=len(lines)) if text.strip() else ""

        self.do(lambda: self._find(text), answer)

    def _find(self, text: str) -> list[Line]:
        return [
            Line(
                f"{each['maker']} {each['model']}", f"{each['serial']}", "", "action",
                lambda id=each["id"], visit=found.visit_id: self.app.go("instrument", visit=visit, instrument=id),  # type: ignore[misc]
            )
            for found in self.tablet.search(text) if (each := found.instrument)
        ]  # fmt: skip
