"""Screen 6: a seal from the hand to a place, the old ones against the register, a spoiled one with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .listing import Line, Listing
from .page import Page
from .theme import LARGE
from .widgets import Ask, Column, Entry, Push, Row, Scroll, Split, Text

KINDS = {"seal": "lead_seal", "stamp": "stamp", "mark": "mark"}
MOST = 200  # rows of seals in hand shown at once; more digits find the others


class Seals(Page):
    """`where`: draft, its id."""

    name = "seals"

    def __init__(self, app: Any, **where: Any) -> None:
        super().__init__(app, **where)
        self.place = 0
        self.built = False

    def gather(self) -> dict[str, Any]:
        draft = self.tablet.drafts.get(self.where["draft"])
        places = [
            (KINDS[mark["kind"]], mark["place"][self.language])
            for mark in draft.form.plan["marks"] if mark["kind"] in KINDS
        ]  # fmt: skip
        return {
            "places": places or [(kind, self.say("found")) for kind in ("lead_seal", "stamp")],
            "free": self.tablet.seals(),
            "fitted": list(draft.seals.affixed),
            "void": list(draft.seals.voided),
            "removed": list(draft.seals.removed),
            "expected": list(draft.instrument.get("seals", ())),
        }

    def show(self, found: Mapping[str, Any]) -> None:
        self.found = found
        if not self.built:
            self.built = True
            self.digits = Entry(self.say("seal-digits"))
            self.digits.input_filter = "int"
            self.digits.bind(text=lambda *_: self._fill())
            self.hand, self.sides = Listing(height=64), Scroll()
            left = Column()
            self.places, self.count = Column(), Text("")
            for part in (
                Text(self.say("place"), size=LARGE, bold=True),
                self.places,
                self.digits,
                self.count,
            ):
                left.add_widget(part)
            scroll = Scroll(left)
            self.add_widget(
                Split(Split(scroll, self.hand, wide=0.5, high=0.55), self.sides, wide=0.55, high=0.55)
            )
        self._fill()

    def choose_place(self, at: int) -> None:
        self.place = at
        self._fill()

    def fit(self, number: str) -> None:
        """The seal goes to the chosen place."""
        kind, place = self.found["places"][self.place]
        id = self.where["draft"]
        self.digits.text = ""
        self.do(lambda: self.tablet.drafts.get(id).seals.affix(number, place, kind))

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
            self.remove(number, "lead_seal", self.say("found"))

        Ask(self.say("seal-other-ask"), self.say("ok"), self.say("cancel"), answer).open()

    def _fill(self) -> None:
        found = self.found
        self.places.clear_widgets()
        for at, (kind, place) in enumerate(found["places"]):
            text = f"{place} ({self.say('kind-' + kind)})"
            chosen = at == self.place
            self.places.add_widget(Push(text, lambda at=at: self.choose_place(at), filled=chosen))  # type: ignore[misc]
        kind = found["places"][self.place][0]
        free = [s for s in found["free"] if s.kind == kind and s.number.endswith(self.digits.text)]
        self.count.text = self.say("seals-in-hand", count=len(free))
        self.hand.fill([
            Line(seal.number, tone="action", act=lambda number=seal.number: self.fit(number))  # type: ignore[misc]
            for seal in free[:MOST]
        ])  # fmt: skip
        self._sides()

    def _sides(self) -> None:
        found, column = self.found, self.sides.column
        column.clear_widgets()
        fitted = Column(Text(self.say("seals-fitted"), size=LARGE, bold=True), card=True)
        for seal in found["fitted"]:
            fitted.add_widget(Text(f"{seal['number']} ({self.say('kind-' + seal['kind'])}): {seal['place']}"))
            fitted.add_widget(Row(
                Push(self.say("seal-take-back"), lambda seal=seal: self.take_back(seal), filled=False),  # type: ignore[misc]
                Push(self.say("seal-void-act"), lambda seal=seal: self.touch_fitted(seal), tone="bad", filled=False),  # type: ignore[misc]
            ))  # fmt: skip
        for seal in found["void"]:
            fitted.add_widget(
                Text(f"{seal['number']}: {self.say('seal-void')}, {seal['reason']}", tone="bad")
            )
        old = Column(Text(self.say("seals-removed"), size=LARGE, bold=True), card=True)
        gone = {(seal["number"], seal["kind"]) for seal in found["removed"]}
        known = {(seal["number"], seal["kind"]) for seal in found["expected"]}
        for seal in (
            *found["expected"],
            *(s for s in found["removed"] if (s["number"], s["kind"]) not in known),
        ):
            is_gone = (seal["number"], seal["kind"]) in gone
            old.add_widget(Text(f"{seal['number']} ({self.say('kind-' + seal['kind'])}): {seal['place']}"))
            push = Push(
                self.say("seal-taken_off" if is_gone else "seal-take-off"),
                lambda seal=seal: self.remove(seal["number"], seal["kind"], seal["place"]), filled=is_gone, tone="warn",  # type: ignore[misc]
            )  # fmt: skip
            push.disabled = is_gone
            old.add_widget(push)
        old.add_widget(Push(self.say("seal-other"), self.found_another, filled=False))
        column.add_widget(fitted)
        column.add_widget(old)
