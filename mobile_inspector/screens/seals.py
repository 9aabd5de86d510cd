"""Screen 6: a seal from the hand to a place, the old ones against the register, each with its picture; spoiled ones void."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kivy.uix.boxlayout import BoxLayout

from mobile_inspector.core.refusal import Refused

from . import photos
from .listing import Line, Listing
from .page import Page
from .scan import scan
from .seal_diagram import SealDiagram
from .seal_places import Place, places
from .theme import GAP, LARGE
from .widgets import Ask, Column, Entry, Push, Row, Scroll, Split, Text
from .words import word

SOMEWHERE = word("found", "vi")  # a record speaks Vietnamese
MOST = 200  # rows of seals in hand shown at once; more digits find the others


class Seals(Page):
    """`where`: draft, its id.  The place is picked on the drawing, where there is one, or in the list."""

    name = "seals"

    def __init__(self, app: Any, **where: Any) -> None:
        super().__init__(app, **where)
        self.place = 0
        self.built = self.as_list = False

    def gather(self) -> dict[str, Any]:
        draft = self.tablet.drafts.get(self.where["draft"])
        drawing, found = places(draft.form.plan, draft.instrument)
        generic = [Place(kind, SOMEWHERE, word("found", "en")) for kind in ("lead_seal", "stamp")]
        return {
            "drawing": drawing,
            "places": found or generic,
            "free": self.tablet.seals(),
            "fitted": list(draft.seals.affixed),
            "void": list(draft.seals.voided),
            "removed": list(draft.seals.removed),
            "expected": list(draft.instrument.get("seals", ())),
            "photos": self.app.album.of(self.tablet, draft),
        }

    def show(self, found: Mapping[str, Any]) -> None:
        self.found = found
        if not self.built:
            self.built = True
            self.digits = Entry(self.say("seal-digits"))
            self.digits.input_filter = "int"
            self.digits.bind(text=lambda *_: self._hand())
            self.places, self.hand, self.sides = Scroll(), Listing(height=64), Scroll()
            self.count = Text("")
            hand = BoxLayout(orientation="vertical", spacing=GAP)
            for part in (
                self.digits,
                Push(self.say("scan"), self.scan, filled=False),
                self.count,
                self.hand,
            ):
                hand.add_widget(part)
            self.add_widget(
                Split(Split(self.places, hand, wide=0.62, high=0.55), self.sides, wide=0.62, high=0.6)
            )
        self._places()
        self._hand()
        self._sides()

    def choose_place(self, at: int) -> None:
        self.place = at
        self._places()
        self._hand()

    def switch(self) -> None:
        """From the drawing to the list and back."""
        self.as_list = not self.as_list
        self._places()

    def scan(self) -> None:
        """The number on a seal of the hand, out of its code."""

        def found(text: str) -> None:
            self.digits.text = text
            if not any(seal.number == text for seal in self.found["free"]):
                self.app.refuse(Refused("seal-not-in-hand", number=text))

        scan(self, found)

    def fit(self, number: str) -> None:
        """The seal goes to the chosen place."""
        place, id = self.found["places"][self.place], self.where["draft"]
        self.digits.text = ""
        self.do(lambda: self.tablet.drafts.get(id).seals.affix(number, place.vi, place.kind))

    def touch_fitted(self, seal: Mapping[str, Any]) -> None:
        """Spoiled: why?"""
        question = self.say("seal-void-why", number=seal["number"])
        Ask(
            question, self.say("seal-void-act"), self.say("cancel"), lambda reason: self.void(seal, reason)
        ).open()

    def void(self, seal: Mapping[str, Any], reason: str) -> None:
        id = self.where["draft"]
        self.do(lambda: self.tablet.drafts.get(id).seals.void(seal["number"], reason, seal["kind"]))

    def take_back(self, seal: Mapping[str, Any]) -> None:
        id = self.where["draft"]
        self.do(lambda: self.tablet.drafts.get(id).seals.take_back(seal["number"], seal["kind"]))

    def remove(self, number: str, kind: str, place: str) -> None:
        id = self.where["draft"]
        self.do(lambda: self.tablet.drafts.get(id).seals.remove(number, place, kind))

    def found_another(self) -> None:
        def answer(number: str) -> None:
            self.remove(number, "lead_seal", SOMEWHERE)

        Ask(self.say("seal-other-ask"), self.say("ok"), self.say("cancel"), answer).open()

    def photograph(self, seal: Mapping[str, Any]) -> None:
        """A picture of a seal that was fitted or taken off."""
        number, kind = seal["number"], seal["kind"]
        photos.take(
            self, self.where["draft"], "seal", f"{number} {seal['place']}",
            lambda draft, photo: draft.seals.show(number, kind, photo),
        )  # fmt: skip

    def _places(self) -> None:
        found, column = self.found, self.places.column
        column.clear_widgets()
        column.add_widget(Text(self.say("place"), size=LARGE, bold=True))
        drawing = None if self.as_list else found["drawing"]
        if drawing is not None:
            names = [
                place.name(self.language)
                + (f" ({self.say('kind-' + place.kind)})" if place.kind != "lead_seal" else "")
                for place in found["places"]
            ]
            fitted: dict[tuple[str, str], list[str]] = {}
            for seal in found["fitted"]:
                fitted.setdefault((seal["kind"], seal["place"]), []).append(seal["number"])
            column.add_widget(
                SealDiagram(drawing, found["places"], names, self.place, fitted, self.choose_place)
            )
        for at, place in enumerate(found["places"]):
            if drawing is None or place.at is None:
                text = f"{place.name(self.language)} ({self.say('kind-' + place.kind)})"
                push = Push(text, lambda at=at: self.choose_place(at), filled=at == self.place)  # type: ignore[misc]
                column.add_widget(push)
        if found["drawing"] is not None:
            key = "places-drawn" if self.as_list else "places-listed"
            column.add_widget(Push(self.say(key), self.switch, filled=False, tone="ink"))

    def _hand(self) -> None:
        kind = self.found["places"][self.place].kind
        free = [s for s in self.found["free"] if s.kind == kind and s.number.endswith(self.digits.text)]
        self.count.text = self.say("seals-in-hand", count=len(free))
        self.hand.fill([
            Line(seal.number, tone="action", act=lambda number=seal.number: self.fit(number))  # type: ignore[misc]
            for seal in free[:MOST]
        ])  # fmt: skip

    def _sides(self) -> None:
        found, column = self.found, self.sides.column
        column.clear_widgets()
        fitted = Column(Text(self.say("seals-fitted"), size=LARGE, bold=True), card=True)
        for seal in found["fitted"]:
            fitted.add_widget(Text(self._told(seal)))
            self._picture(fitted, seal)
            fitted.add_widget(Row(
                Push(self.say("seal-take-back"), lambda seal=seal: self.take_back(seal), filled=False),  # type: ignore[misc]
                Push(self.say("seal-void-act"), lambda seal=seal: self.touch_fitted(seal), tone="bad", filled=False),  # type: ignore[misc]
            ))  # fmt: skip
        for seal in found["void"]:
            fitted.add_widget(
                Text(f"{seal['number']}: {self.say('seal-void')}, {seal['reason']}", tone="bad")
            )
        old = Column(Text(self.say("seals-removed"), size=LARGE, bold=True), card=True)
        gone = {(seal["number"], seal["kind"]): seal for seal in found["removed"]}
        known = {(seal["number"], seal["kind"]) for seal in found["expected"]}
        for seal in (*found["expected"], *(seal for key, seal in gone.items() if key not in known)):
            removed = gone.get((seal["number"], seal["kind"]))
            old.add_widget(Text(self._told(seal)))
            push = Push(
                self.say("seal-taken_off" if removed else "seal-take-off"),
                lambda seal=seal: self.remove(seal["number"], seal["kind"], seal["place"]),  # type: ignore[misc]
                filled=bool(removed), tone="warn",
            )  # fmt: skip
            push.disabled = bool(removed)
            old.add_widget(push)
            if removed:
                self._picture(old, removed)
        old.add_widget(Push(self.say("seal-other"), self.found_another, filled=False))
        column.add_widget(fitted)
        column.add_widget(old)

    def _told(self, seal: Mapping[str, Any]) -> str:
        return f"{seal['number']} ({self.say('kind-' + seal['kind'])}): {self._named(seal['place'])}"

    def _named(self, place: str) -> str:
        """A place of this instrument in the language of the screen; another as it was written."""
        known: Sequence[Place] = self.found["places"]
        return next((each.name(self.language) for each in known if each.vi == place), place)

    def _picture(self, card: Column, seal: Mapping[str, Any]) -> None:
        mine = [photo for photo in self.found["photos"] if photo.sha256 == seal.get("photo")]
        if mine:
            card.add_widget(photos.Thumbs(self, self.where["draft"], mine))
        text = self.say("photo-again" if mine else "photo-take-it")
        card.add_widget(Push(text, lambda: self.photograph(seal), filled=False))
