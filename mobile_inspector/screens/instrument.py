"""Screen 4: what the instrument is, what was done to it before, and which seals should be on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mobile_inspector.core.drafts import REPAIR_REASONS
from mobile_inspector.core.paper import MISMATCHES
from mobile_inspector.core.typed import shown

from . import photos
from .page import Page
from .past import history, made_here
from .theme import LARGE
from .widgets import Ask, Column, Push, Row, Scroll, Split, Text
from .words import day


class Instrument(Page):
    """`where`: visit and instrument, their ids; visit is None for one met outside its visit."""

    name = "instrument"

    def gather(self) -> dict[str, Any]:
        id, visit_id = self.where["instrument"], self.where["visit"]
        visits = self.tablet.work.visits() if visit_id is None else [self.tablet.work.visit(visit_id)]
        instrument = next((each for visit in visits if visit and (each := visit.instrument(id))), None)
        under_way = [draft.id for draft in self.tablet.resume() if draft.instrument["id"] == id]
        draft = under_way[0] if under_way else None
        sheet = self.tablet.drafts.get(draft) if draft else None
        noted = sheet.sheet.mismatches if sheet else []
        photos = self.app.album.of(self.tablet, sheet)
        made = [item for item in self.tablet.outbox() if item.record["body"].get("instrument_id") == id]
        return {
            "instrument": instrument, "draft": draft, "noted": list(noted), "photos": photos, "made": made[::-1],
        }  # fmt: skip

    def show(self, found: Mapping[str, Any]) -> None:
        self.clear_widgets()
        each = found["instrument"]
        if each is None:
            self.add_widget(Text(self.say("nothing-found")))
            return
        facts = (
            ("serial", each["serial"]),
            ("maker", f"{each['maker']} {each['model']}"),
            ("year", f"{each['year'] or '—'}, {each['country'] or '—'}"),
            ("last-verified", day(each.get("last_verified_on"))),
            ("valid-until", day(each.get("valid_until"))),
            ("certificate", each.get("certificate_number") or "—"),
        )
        identity = Column(Text(self.say("identity"), size=LARGE, bold=True), card=True)
        for key, value in facts:
            identity.add_widget(Row(Text(self.say(key), tone="faint"), Text(str(value))))
        seals = Column(Text(self.say("seals-expected"), size=LARGE, bold=True), card=True)
        for seal in each.get("seals", ()):
            seals.add_widget(Text(f"{seal['number']} ({self.say('kind-' + seal['kind'])}): {seal['place']}"))
        if not each.get("seals"):
            seals.add_widget(Text(self.say("no-seals"), tone="faint"))
        made = Column(Text(self.say("characteristics"), size=LARGE, bold=True), card=True)
        for key, value in each["characteristics"].items():
            text = (
                f"{shown(value['value'], self.language)} {value['unit']}"
                if isinstance(value, Mapping)
                else value
            )
            made.add_widget(Row(Text(key, tone="faint"), Text(str(text))))
        if found["draft"]:
            made.add_widget(Text(self.say("mismatches"), size=LARGE, bold=True))
            for at, noted in enumerate(found["noted"]):
                self._mismatch(made, found, at, noted)
            for what in MISMATCHES:
                push = Push(
                    self.say(f"mismatch-{what}"), lambda what=what: self.differs(found["draft"], what), filled=False  # type: ignore[misc]
                )  # fmt: skip
                made.add_widget(push)
        if self.where["visit"] is not None:
            identity.add_widget(Push(self.say("found-like"), self.found_like, filled=False))
        left = [identity, history(self, each)]
        if found["made"]:
            left.insert(0, made_here(self, found["made"], self.correct))
        if found["draft"]:
            left.insert(-1, photos.card(self, found["draft"], found["photos"]))
        self.add_widget(Split(Scroll(*left), Scroll(seals, made), wide=0.5, high=0.5))
        if found["draft"]:
            self.add_widget(Push(self.say("resume"), lambda: self.app.go("verify", draft=found["draft"])))
        else:
            self.repair = Row(*(
                Push(self.say(f"repair-{why}"), lambda why=why: self.start("after_repair", why), filled=False)  # type: ignore[misc]
                for why in REPAIR_REASONS
            ))  # fmt: skip
            self.add_widget(Row(
                Push(self.say("after-repair"), self._ask_why, filled=False), Push(self.say("start"), self.start)
            ))  # fmt: skip

    def start(self, regime: str | None = None, reason: str | None = None) -> None:
        visit, instrument = self.where["visit"], self.where["instrument"]
        self.do(
            lambda: self.tablet.start(visit, instrument, regime, reason).id,
            lambda id: self.app.go("verify", draft=id),
        )

    def correct(self, record_id: str, reason: str) -> None:
        """A record is never changed: what was wrong is told by another one, with the reason."""
        self.do(lambda: self.tablet.correct(record_id, reason).id, lambda id: self.app.go("verify", draft=id))

    def differs(self, draft: str, what: str) -> None:
        """It is not as registered: what is there instead?"""
        question = self.say("mismatch-ask", what=self.say(f"mismatch-{what}"))

        def answer(found: str) -> None:
            self.do(lambda: self.tablet.drafts.get(draft).paper.note_mismatch(what, found))

        Ask(question, self.say("ok"), self.say("cancel"), answer).open()

    def _mismatch(self, card: Column, found: Mapping[str, Any], at: int, noted: Mapping[str, Any]) -> None:
        """What is not as registered, with the picture that shows it."""
        card.add_widget(Text(f"{self.say('mismatch-' + noted['what'])}: {noted['found']}", tone="bad"))
        mine = [photo for photo in found["photos"] if photo.sha256 == noted.get("photo")]
        if mine:
            card.add_widget(photos.Thumbs(self, found["draft"], mine))
        card.add_widget(Push(
            self.say("photo-again" if mine else "photo-take-it"),
            lambda: photos.take(
                self, found["draft"], "photo", noted["found"],
                lambda draft, photo: draft.paper.show_mismatch(at, photo),
            ),
            filled=False,
        ))  # fmt: skip

    def found_like(self) -> None:
        """One more of the same kind stands there and is not on the visit."""
        self.app.go("found", visit=self.where["visit"], like=self.where["instrument"])

    def _ask_why(self) -> None:
        if self.repair.parent is None:
            self.add_widget(self.repair)
