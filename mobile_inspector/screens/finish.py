"""Screen 7: the verdict and why, the representative's finger or refusal, and the record sealed for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mobile_inspector.core import Item

from .page import Page
from .signature_pad import SignaturePad
from .theme import HUGE, LARGE
from .widgets import Ask, Column, Entry, Push, Row, Scroll, Split, Text

VERDICT_TONES = {"pass": "good", "fail": "bad", "incomplete": "warn"}


class Finish(Page):
    """`where`: draft, its id."""

    name = "finish"

    def gather(self) -> dict[str, Any]:
        draft = self.tablet.drafts.get(self.where["draft"])
        judgement = draft.evaluate()
        failed = [p for p in (judgement.result or {}).get("points", ()) if p["verdict"] == "fail"]
        missing = list((judgement.result or {}).get("missing", ()))
        signed = draft.sheet.signatures.get("representative")
        visit = (
            self.tablet.work.visit(draft.sheet.opening["visit_id"])
            if draft.sheet.opening["visit_id"]
            else None
        )
        each = draft.instrument
        return {
            "name": f"{each['maker']} {each['model']} {each['serial']}",
            "verdict": judgement.verdict,
            "why": [part["explanation"][self.language] for part in (*failed, *missing)]
            or [judgement.explanation(self.language)],
            "obstacles": [no.text(self.language) for no in draft.obstacles()],
            "note": draft.sheet.note,
            "signed": signed and signed["name"],
            "refused": draft.sheet.refused_to_sign,
            "number": draft.next_certificate_number(),
            "contact": visit.enterprise["contact_name"] if visit else "",
        }

    def show(self, found: Mapping[str, Any]) -> None:
        self.clear_widgets()
        summary = Column(Text(found["name"], size=LARGE, bold=True), card=True)
        summary.add_widget(Text(
            self.say(f"verdict-{found['verdict']}"), size=HUGE, bold=True, tone=VERDICT_TONES[found["verdict"]]
        ))  # fmt: skip
        if found["number"]:
            summary.add_widget(Text(self.say("number-provisional", number=found["number"]), bold=True))
        elif found["verdict"] == "pass" and not found["obstacles"]:
            summary.add_widget(Text(self.say("number-none"), tone="faint"))
        for why in found["why"][:12]:
            summary.add_widget(Text(why))
        if found["obstacles"]:
            summary.add_widget(Text(self.say("obstacles"), bold=True, tone="warn"))
            for obstacle in found["obstacles"]:
                summary.add_widget(Text(obstacle, tone="warn"))
        self.note = Entry(self.say("note"), text=found["note"], act=self.keep_note)
        summary.add_widget(self.note)
        summary.add_widget(Push(self.say("note-keep"), self.keep_note, filled=False))
        self.add_widget(Split(Scroll(summary), Scroll(self._signing(found)), wide=0.5, high=0.45))
        self.add_widget(Push(self.say("seal-record"), self.confirm, tone="good"))

    def keep_note(self) -> None:
        id, text = self.where["draft"], self.note.text
        self.do(lambda: self.tablet.drafts.get(id).set_note(text))

    def sign(self) -> None:
        id, name = self.where["draft"], self.signer.text
        strokes = [list(stroke) for stroke in self.pad.strokes]
        self.do(lambda: self.tablet.drafts.get(id).paper.sign("representative", name, strokes))

    def refuse(self) -> None:
        def answer(reason: str) -> None:
            id, name = self.where["draft"], self.signer.text or None
            self.do(lambda: self.tablet.drafts.get(id).paper.refuse_to_sign(reason, name))

        Ask(self.say("refuse-why"), self.say("ok"), self.say("cancel"), answer).open()

    def confirm(self) -> None:
        """The PIN is the inspector's signature."""
        Ask(self.say("seal-record-why"), self.say("ok"), self.say("cancel"), self.seal, secret=True).open()

    def seal(self, pin: str) -> None:
        id = self.where["draft"]

        self.do(lambda: self.tablet.seal(self.tablet.drafts.get(id), pin), self._sealed)

    def _sealed(self, item: Item) -> None:
        visit = item.record["body"]["visit_id"]
        self.app.start_at(("today", {}), *([("visit", {"visit": visit})] if visit else []))
        told = self.say("sealed", sequence=item.sequence)
        self.app.tell(f"{told} {item.certificate(self.language) or ''}".rstrip())
        self.app.kick()

    def _signing(self, found: Mapping[str, Any]) -> Column:
        card = Column(Text(self.say("representative"), size=LARGE, bold=True), card=True)
        if found["signed"]:
            card.add_widget(Text(self.say("signed-by", name=found["signed"]), tone="good", bold=True))
        if not found["signed"] and not found["refused"]:
            card.add_widget(Text(self.say("representative-lacking"), tone="warn"))
        if found["refused"]:
            card.add_widget(
                Text(self.say("refused-by", reason=found["refused"]["reason"]), tone="warn", bold=True)
            )
        self.signer = Entry(self.say("representative-name"), text=found["signed"] or found["contact"])
        self.pad = SignaturePad()
        for part in (self.signer, self.pad):
            card.add_widget(part)
        card.add_widget(Row(
            Push(self.say("refuse"), self.refuse, tone="warn", filled=False),
            Push(self.say("wipe"), self.pad.wipe, filled=False),
            Push(self.say("sign"), self.sign),
        ))  # fmt: skip
        return card
