"""What stands beside the grid of a batch: the pad for a reading, the common answers, the seals, the signatures."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mobile_inspector.core.typed import shown

from .number_pad import NumberPad
from .signature_pad import SignaturePad
from .theme import HUGE, LARGE
from .verdict_strip import VerdictStrip
from .widgets import Column, Entry, Push, Row, Text

if TYPE_CHECKING:
    from .batch import Batch


def field(page: Batch, column: Column, id: str, path: str) -> None:
    """One reading of one instrument: the pad, what it comes to, and the way down the column."""
    row, described = page.found.rows[id], page.found.field(path)
    where = described["label"][page.language]
    if nominal := described.get("nominal"):
        where += f" ({shown(nominal['value'], page.language)} {nominal['unit']})"
    column.add_widget(Text(row.serial, size=LARGE, bold=True))
    column.add_widget(Text(where, tone="faint"))
    if described.get("choices"):
        for text in described["choices"]:
            column.add_widget(Push(text, partial(page.choice, text)))
    else:
        typed = row.readings.get(path, "").replace(".", ",")
        pad = NumberPad(page.typed, page.following, page.say("erase"), page.say("next"))
        pad.typed = typed
        page.shown, page.strip = Text(typed or "…", size=HUGE, bold=True), VerdictStrip(page.language)
        for part in (page.shown, page.strip, pad):
            column.add_widget(part)
        page.look(typed)
    column.add_widget(Row(
        Push(page.say("copy-below"), page.copy_down, filled=False),
        Push(page.say("one-alone"), partial(page.app.go, "verify", draft=id), filled=False),
    ))  # fmt: skip


def common(page: Batch, column: Column) -> None:
    """Checks, conditions and standards, once for all."""
    column.add_widget(Push(page.say("all-good"), page.answer_all, tone="good"))
    rows = page.found.rows.values()
    for check in page.found.checks():
        answers = {row.checks.get(check["id"]) for row in rows}
        answer = answers.pop() if len(answers) == 1 else None
        yes = partial(page.answer, check["id"], True)
        no = partial(page.answer, check["id"], False)
        card = Column(Text(check["label"][page.language], bold=True), card=True)
        card.add_widget(Row(
            Push(page.say("yes"), yes, tone="good", filled=answer is True),
            Push(page.say("no"), no, tone="bad", filled=answer is False),
        ))  # fmt: skip
        column.add_widget(card)
    _standards(page, column)
    column.add_widget(Text(page.say("conditions"), size=LARGE, bold=True))
    for condition in page.found.plan["conditions"]:
        values = {row.conditions.get(condition["id"], "") for row in rows}
        hint = f"{condition['label'][page.language]}, {condition['unit']}"
        entry = Entry(hint, text=values.pop() if len(values) == 1 else "")
        entry.input_type = "number"
        keep = partial(_keep, page, condition["id"], entry)
        entry.bind(on_text_validate=lambda _, keep=keep: keep())
        column.add_widget(Row(entry, Push(page.say("for-all"), keep, filled=False)))


def seals(page: Batch, column: Column) -> None:
    """At each place of the procedure the next numbers in hand, in the order of the grid."""
    column.add_widget(Text(page.say("seals-batch-why"), tone="faint"))
    passing = [row for row in page.found.rows.values() if row.verdict == "pass"]
    if not passing:
        column.add_widget(Text(page.say("seals-batch-none"), tone="warn"))
    for place in page.found.places():
        fitted = [
            seal["number"]
            for row in passing
            for seal in row.seals
            if (seal["kind"], seal["place"]) == (place.kind, place.vi)
        ]
        name = f"{place.name(page.language)} ({page.say('kind-' + place.kind)})"
        card = Column(Text(name, bold=True), card=True)
        if fitted:
            span = f"{fitted[0]} … {fitted[-1]}" if len(fitted) > 1 else fitted[0]
            card.add_widget(Text(page.say("seals-batch-fitted", count=len(fitted), span=span), tone="good"))
            back = partial(page.take_back, place.kind, place.vi)
            card.add_widget(Push(page.say("seals-batch-back"), back, filled=False))
        if len(fitted) < len(passing):
            text = page.say("seals-batch-fit", count=len(passing) - len(fitted))
            card.add_widget(Push(text, partial(page.fit, place.kind, place.vi)))
        column.add_widget(card)


def sign(page: Batch, column: Column) -> None:
    """What it came to, the representative's finger, the inspector's PIN: once for all."""
    found = page.found
    counts = {verdict: found.count(verdict) for verdict in ("pass", "fail", "incomplete")}
    summary = Column(Text(page.say("batch-summary", **counts), bold=True), card=True)
    is_enough = found.numbers >= counts["pass"]
    numbers = page.say("numbers-in-hand", have=found.numbers, needed=counts["pass"])
    summary.add_widget(Text(numbers, tone="faint" if is_enough else "warn"))
    if found.sealed:
        summary.add_widget(Text(page.say("batch-sealed-before", count=found.sealed), tone="good"))
    for id, no in page.refused.items():
        if id in found.rows:
            summary.add_widget(Text(f"{found.rows[id].serial}: {no.text(page.language)}", tone="bad"))
    if counts["incomplete"]:
        text = page.say("leave-out", count=counts["incomplete"])
        summary.add_widget(Push(text, page.leave_out, tone="warn", filled=False))
    column.add_widget(summary)
    card = Column(Text(page.say("representative"), size=LARGE, bold=True), card=True)
    if found.signed:
        card.add_widget(Text(page.say("signed-by", name=found.signed), tone="good", bold=True))
    page.signer = Entry(page.say("representative-name"), text=found.signed or found.contact)
    page.signature = SignaturePad()
    card.add_widget(page.signer)
    card.add_widget(page.signature)
    card.add_widget(Row(
        Push(page.say("refuse"), page.refuse, tone="warn", filled=False),
        Push(page.say("wipe"), page.signature.wipe, filled=False),
        Push(page.say("sign-all"), page.sign),
    ))  # fmt: skip
    column.add_widget(card)
    ready = Push(page.say("seal-batch", count=counts["pass"] + counts["fail"]), page.confirm, tone="good")
    ready.disabled = not counts["pass"] + counts["fail"]
    column.add_widget(ready)


def _standards(page: Batch, column: Column) -> None:
    column.add_widget(Text(page.say("standards"), size=LARGE, bold=True))
    for standard, obstacle, count in page.found.standards:
        used = count == len(page.found.ids)
        card = Column(Text(f"{standard['name']}\n{standard['code']}", bold=True), card=True)
        if obstacle:
            card.add_widget(Text(obstacle.text(page.language), tone="bad"))
        state = "standard-used" if used else "standard-no" if obstacle else "standard-free"
        act = partial(page.standard, standard["id"], used)
        push = Push(page.say(state), act, tone="good" if used else "action", filled=used)
        push.disabled = bool(obstacle) and not used
        card.add_widget(push)
        column.add_widget(card)


def _keep(page: Batch, condition: str, entry: Entry) -> None:
    page.condition(condition, entry.text)
