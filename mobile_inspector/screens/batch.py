"""Screen 5, many alike: a grid with a row for each instrument, what is common entered once, one PIN for all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.metrics import dp
from kivy.uix.label import Label

from mobile_inspector.core import Live, Refused
from mobile_inspector.core.batch import Batch as CoreBatch
from mobile_inspector.core.batch import Outcome
from mobile_inspector.core.typed import shown

from . import batch_panels
from .batch_state import COMMON, SEALS, SIGN, Sheet, State, sheet_of, state_of
from .grid import Cells, Grid
from .page import Page
from .signature_pad import SignaturePad
from .theme import LARGE, LOOK
from .verdict_strip import TONES, VerdictStrip
from .widgets import Ask, Entry, Push, Row, Scroll, Split, Text

PANELS: dict[str, Callable[..., None]] = {
    COMMON: batch_panels.common, SEALS: batch_panels.seals, SIGN: batch_panels.sign,
}  # fmt: skip
VERDICTS = {**TONES, "incomplete": "warn"}


class Batch(Page):
    """`where`: batch, its id."""

    name = "batch"

    def __init__(self, app: Any, **where: Any) -> None:
        super().__init__(app, **where)
        self.part = COMMON
        self.chosen: tuple[str, str] | None = None  # a verification and the path of a field
        self.built = ""
        self.strip: VerdictStrip | None = None
        self.refused: dict[str, Refused] = {}
        self.signer, self.signature = Entry(""), SignaturePad()
        self.shown, self.latest = Text(""), ""

    def gather(self) -> State:
        return state_of(self.tablet, self.where["batch"], self.language)

    def show(self, found: State) -> None:
        self.found = found
        if not found.ids:
            self.app.start_at(("today", {}), *([("visit", {"visit": found.visit})] if found.visit else []))
            return
        if not self.built:
            self._reopen(*found.at)
        if self.chosen is not None and self.chosen[0] not in found.rows:
            self.chosen = None
        if self.built != self.part:
            self._build()
        elif self.part in PANELS:
            self._panel()
        self._fill()
        self.app.top.name.text = self.say("batch-title", count=len(found.ids), name=found.name)

    # The parts, in the order in which one goes through them.

    def go_to(self, part: str) -> None:
        """To another part; in one with readings, to the first field that is empty."""
        self.part, self.chosen = part, None
        self._build()
        self._fill()
        if part in self.found.points():
            self.following(down=False)
        else:
            id = self.where["batch"]
            self.do(lambda: self.tablet.batches.get(id).enter(None, part), lambda _: None)

    def step(self, by: int) -> None:
        parts = self.found.parts()
        self.go_to(parts[max(0, min(len(parts) - 1, parts.index(self.part) + by))])

    def select(self, verification: str, path: str) -> None:
        """The inspector goes to a field of one of them."""
        self.chosen = (verification, path)
        self._panel()
        self._fill()
        self.grid.reach(self.found.ids.index(verification))
        id = self.where["batch"]
        self.do(lambda: self.tablet.batches.get(id).enter(verification, path), lambda _: None)

    def following(self, down: bool = True) -> None:
        """Down the column to the next empty field, then to the next column, then to the next part."""
        paths, ids = self.found.paths(self.part), self.found.ids
        places = [(id, path) for path in paths for id in ids]
        begin = places.index(self.chosen) + 1 if down and self.chosen in places else 0
        for id, path in places[begin:]:
            if path not in self.found.rows[id].readings:
                self.select(id, path)
                return
        if down:
            self.step(1)
        else:
            self.select(*places[0])

    # What is entered.

    def typed(self, text: str) -> None:
        """Every keystroke: first what it comes to, then into the journal, then the row."""
        assert self.chosen is not None
        self.shown.text = text or "…"
        (id, path), batch = self.chosen, self.where["batch"]

        def keep() -> tuple[Sheet, str]:
            core, trouble = self.tablet.batches.get(batch), ""
            try:
                core.set(id, path, text.rstrip(",") or None)
            except Refused as no:
                core.set(id, path, None)
                trouble = no.text(self.language)
            return sheet_of(self.tablet.drafts.get(id), self.language), trouble

        def kept(result: tuple[Sheet, str]) -> None:
            sheet, trouble = result
            if id not in self.found.rows:  # it was sealed meanwhile
                return
            self.found.rows[id] = sheet
            index = self.found.ids.index(id)
            self.grid.put(index, self._row(id))
            if trouble and self.chosen == (id, path) and text == self.latest and self.strip is not None:
                self.strip.say(None, trouble)

        self.look(text)
        self.do(keep, kept)

    def look(self, text: str) -> None:
        """What the chosen run comes to with this text, on the strip."""
        assert self.chosen is not None
        (id, path), self.latest = self.chosen, text
        _, point, run, field = path.split("/")

        def seen(live: Live) -> None:
            if self.chosen == (id, path) and text == self.latest and self.strip is not None:
                self.strip.live(live)

        self.app.background.run(lambda: self.tablet.drafts.get(id).live(point, field, text, int(run)), seen)

    def choice(self, text: str) -> None:
        assert self.chosen is not None
        (id, path) = self.chosen
        self._do(lambda batch: batch.set(id, path, text), lambda _: self.following())

    def copy_down(self) -> None:
        """What stands here, to the empty fields below; then to the next column."""
        assert self.chosen is not None
        (id, path) = self.chosen
        self._for_all(lambda batch: batch.copy_down(id, path), go_on=True)

    def answer(self, check: str, good: bool) -> None:
        self._for_all(lambda batch: batch.set_all(f"checks/{check}", good))

    def answer_all(self) -> None:
        """Everything that is looked at is good, on all of them."""
        checks = [check["id"] for check in self.found.checks()]

        def act(batch: CoreBatch) -> Outcome:
            for check in checks:
                found = batch.set_all(f"checks/{check}", True)
            return found

        self._for_all(act)

    def condition(self, condition: str, text: str) -> None:
        self._for_all(lambda batch: batch.set_all(f"conditions/{condition}", text.strip() or None))

    def standard(self, id: str, used: bool) -> None:
        self._for_all(lambda batch: (batch.put_back_standard if used else batch.take_standard)(id))

    def fit(self, kind: str, place: str) -> None:
        self._for_all(lambda batch: batch.fit_next_seals(kind, place))

    def take_back(self, kind: str, place: str) -> None:
        self._for_all(lambda batch: batch.take_back_seals(kind, place))

    def sign(self) -> None:
        name, strokes = self.signer.text, [list(stroke) for stroke in self.signature.strokes]
        self._for_all(lambda batch: batch.sign("representative", name, strokes))

    def refuse(self) -> None:
        name = self.signer.text or None

        def answer(reason: str) -> None:
            self._for_all(lambda batch: batch.refuse_to_sign(reason, name))

        Ask(self.say("refuse-why"), self.say("ok"), self.say("cancel"), answer).open()

    def leave_out(self) -> None:
        def answer(reason: str) -> None:
            self._for_all(lambda batch: batch.leave_out(reason))

        Ask(self.say("leave-out-why"), self.say("ok"), self.say("cancel"), answer).open()

    def confirm(self) -> None:
        """The PIN is the inspector's signature under each."""
        Ask(self.say("seal-batch-why"), self.say("ok"), self.say("cancel"), self.seal, secret=True).open()

    def seal(self, pin: str) -> None:
        def then(found: Outcome) -> None:
            self.refused = found.refused
            self.app.tell(self.say("batch-sealed", done=found.done, left=len(found.refused)))
            self.app.kick()
            self.refresh()

        id = self.where["batch"]
        self.do(lambda: self.tablet.seal_batch(self.tablet.batches.get(id), pin), then)

    # How it looks.

    def _build(self) -> None:
        self.clear_widgets()
        self.built, self.strip = self.part, None
        parts = self.found.parts()
        back = Push(self.say("part-before"), lambda: self.step(-1), filled=False)
        on = Push(self.say("part-after"), lambda: self.step(1))
        for push, is_there in ((back, self.part != parts[0]), (on, self.part != parts[-1])):
            push.size_hint_x, push.width, push.disabled = None, dp(140), not is_there
        self.title_of_part = Label(font_size=LARGE, bold=True, color=LOOK.palette.ink, shorten=True)
        self.title_of_part.bind(width=lambda label, width: setattr(label, "text_size", (width, None)))
        self.title_of_part.halign = "center"
        self.add_widget(Row(back, self.title_of_part, on))
        self.side, self.grid = Scroll(), Grid()
        wide, high = (0.6, 0.44) if self.part in self.found.points() else (0.5, 0.5)
        self.add_widget(Split(self.grid, self.side, wide=wide, high=high))
        self._panel()

    def _fill(self) -> None:
        parts = self.found.parts()
        counts = {"at": parts.index(self.part) + 1, "of": len(parts)}
        self.title_of_part.text = self.say("batch-part", name=self._name(self.part), **counts)
        columns = [self.found.head(path) for path in self.found.paths(self.part)]
        if self.part == SEALS:
            columns = [place.name(self.language) for place in self.found.places()]
        heads = [self.say("serial-short"), *columns, self.say("verdict-short")]
        self.grid.fill(heads, [self._row(id) for id in self.found.ids])

    def _panel(self) -> None:
        column = self.side.column
        column.clear_widgets()
        self.strip = None
        if self.part in PANELS:
            PANELS[self.part](self, column)
        elif self.chosen is not None:
            batch_panels.field(self, column, *self.chosen)

    def _row(self, id: str) -> Cells:
        row = self.found.rows[id]
        paths = self.found.paths(self.part)
        texts = [shown(row.readings.get(path, ""), self.language) for path in paths]
        tones = ["bad" if path.rpartition("/")[0] in row.failing else "ink" for path in paths]
        if self.part == SEALS:
            fitted = {(seal["kind"], seal["place"]): seal["number"] for seal in row.seals}
            texts = [fitted.get((place.kind, place.vi), "") for place in self.found.places()]
            tones = ["good"] * len(texts)
        column = paths.index(self.chosen[1]) if self.chosen and self.chosen[0] == id and paths else None

        def act(at: int) -> None:
            if paths and at >= 0:
                self.select(id, paths[at])
            else:
                self.app.go("verify", draft=id)

        mark = self.say(f"short-{row.verdict}")
        return Cells(row.serial, texts, tones, mark, VERDICTS[row.verdict], act, column)

    def _reopen(self, verification: str | None, at: str | None) -> None:
        """Where it was left."""
        if at is None:
            return
        part = at.rpartition("/")[0] if verification else at
        if part in self.found.parts():
            self.part = part
            if verification in self.found.rows:
                assert verification is not None
                self.chosen = (verification, at)

    def _batch(self) -> CoreBatch:
        return self.tablet.batches.get(self.where["batch"])

    def _name(self, part: str) -> str:
        point = self.found.points().get(part)
        if point is None:
            return self.say(f"part-{part}")
        label = str(point["label"][self.language])
        return (
            label if point["repetitions"] == 1 else self.say("run", point=label, run=part.rpartition("/")[2])
        )

    def _do(self, act: Callable[[CoreBatch], Any], then: Callable[[Any], None]) -> None:
        def done(found: Any) -> None:
            self.app.background.run(self.gather, lambda state: self._again(state, lambda: then(found)))

        self.do(lambda: act(self._batch()), done)

    def _again(self, state: State, then: Callable[[], None]) -> None:
        if self.app.page is self:
            self.show(state)
            if self.part not in PANELS:
                self._panel()
            then()

    def _for_all(self, act: Callable[[CoreBatch], Outcome], *, go_on: bool = False) -> None:
        """One act on all; what was refused is told once, with how many it concerns."""

        def then(found: Outcome) -> None:
            if found.refused:
                no = next(iter(found.refused.values()))
                told = self.say("batch-refused", count=len(found.refused), why=no.text(self.language))
                self.app.tell(told, "bad")
            elif go_on:
                self.following()

        self._do(act, then)
