"""What was done to an instrument before: its last verifications, and the records made of it on this tablet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from mobile_inspector.core import Item

from .page import Page
from .theme import LARGE
from .widgets import Ask, Column, Push, Text
from .words import day

TONES = {"pass": "good", "fail": "bad", "incomplete": "warn"}


def history(page: Page, each: Mapping[str, Any]) -> Column:
    """The last verifications that the office knows of, the newest first; the certificate in force is named beside it."""
    card = Column(Text(page.say("history"), size=LARGE, bold=True), card=True)
    known: Sequence[Mapping[str, Any]] = each.get("history") or ()
    for past in known:
        regime, verdict = page.say(f"regime-{past['regime']}"), page.say(f"verdict-{past['verdict']}")
        line = f"{day(past['verified_on'])}, {regime}: {verdict}"
        if each.get("certificate_number") and past["verified_on"] == each.get("last_verified_on"):
            line += f"\n{page.say('certificate')} {each['certificate_number']}"
        card.add_widget(Text(line, tone=TONES[past["verdict"]]))
        if past.get("note"):
            card.add_widget(Text(past["note"], tone="faint"))
    if not known:
        card.add_widget(Text(page.say("history-none"), tone="faint"))
    return card


def made_here(page: Page, items: Sequence[Item], correct: Callable[[str, str], Any]) -> Column:
    """The records of it that this tablet sealed, each with what became of it and the way to correct it."""
    card = Column(Text(page.say("records-here"), size=LARGE, bold=True), card=True)
    for item in items:
        body = item.record["body"]
        verdict = page.say(f"verdict-{body['verdict']}")
        line = page.say(
            "record-here", sequence=item.sequence, verdict=verdict, state=item.words(page.language)
        )
        card.add_widget(Text(line, bold=True, tone=TONES[body["verdict"]]))
        if body.get("correction_reason"):
            card.add_widget(Text(page.say("corrects", reason=body["correction_reason"]), tone="faint"))
        if told := item.certificate(page.language):
            card.add_widget(Text(told))
        card.add_widget(Push(page.say("correct"), partial(_ask, page, item.id, correct), filled=False))
    return card


def _ask(page: Page, record_id: str, correct: Callable[[str, str], Any]) -> None:
    question = page.say("correct-why")
    Ask(question, page.say("ok"), page.say("cancel"), lambda reason: correct(record_id, reason)).open()
