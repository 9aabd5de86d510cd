"""Screen 5: the procedure's steps and points; the error against its limit as digits are typed; reopens where it was left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mobile_inspector.core import Live, Refused
from mobile_inspector.core.batch import alike

from . import photos
from .fields import Field, fields, judged
from .listing import Line, Listing
from .number_pad import NumberPad
from .page import Page
from .status import is_stated
from .theme import BODY, HUGE, LARGE
from .verdict_strip import TONES, VerdictStrip
from .widgets import Column, Push, Row, Scroll, Split, Text

STANDARDS, PHOTOS = "standards", "photos"
COPIED = ("conditions", "checks", "standards")


@dataclass(frozen=True, slots=True)
class State:
    """The sheet as plain values."""

    name: str
    at: str | None
    fields: Sequence[Field]
    standards: Sequence[tuple[dict[str, Any], Refused | None, bool]]
    verdict: str
    has_as_found: bool
    photos: Sequence[photos.Photo]
    lacking: Sequence[str]
    asked: Mapping[str, Mapping[str, str] | None]
    others: Sequence[str]
    is_stated: bool


class Verify(Page):
    """`where`: draft, its id.  What is typed is stored at every keystroke that makes a number."""

    name = "verify"

    def __init__(self, app: Any, **where: Any) -> None:
        super().__init__(app, **where)
        self.at: str | None = None
        self.listing: Listing | None = None
        self.strip: VerdictStrip | None = None
        self.trouble, self._latest = "", ""
        self.shown = Text("", size=HUGE, bold=True)

    def gather(self) -> State:
        draft = self.tablet.drafts.get(self.where["draft"])
        judgement = draft.evaluate()
        each = draft.instrument
        standards = [
            (standard, obstacle, standard["id"] in draft.sheet.standards)
            for standard, obstacle in self.tablet.standards(each["type_code"])
            if each["type_code"] in standard["type_codes"]
        ]
        found = fields(draft, judged(judgement.result), self.language)
        name = f"{each['maker']} {each['model']} {each['serial']}"
        others = [other.id for other in self.tablet.resume() if other.id != draft.id and alike(other, draft)]
        has_as_found = draft.sheet.as_found is not None
        if "corrects" in draft.sheet.opening:
            name = self.say("correction-of", name=name)
        album = self.app.album.of(self.tablet, draft)
        asked = draft.evidence_asked()
        return State(
            name, draft.at, found, standards, judgement.verdict, has_as_found, album, draft.evidence_lacking(),
            asked, others, is_stated(each),
        )  # fmt: skip

    def show(self, found: State) -> None:
        self.found = found
        if self.listing is None:
            self.listing, self.panel = Listing(height=88), Scroll()
            self.add_widget(Split(self.listing, self.panel, wide=0.48, high=0.36))
            self.foot = Row()
            self.add_widget(self.foot)
            self.at = self._start()
            self._open()
        self.app.top.name.text = found.name
        self._foot()
        self._fill()
        field = self._field()
        if field is not None and field.kind == "reading" and self.strip is not None and not self.trouble:
            self.strip.say(field.point)

    def select(self, at: str) -> None:
        """The inspector goes to a field."""
        self.at = at
        self._open()
        self._fill()
        draft = self.tablet.drafts
        self.do(lambda: draft.get(self.where["draft"]).enter(at), lambda _: None)

    def following(self) -> None:
        """To the next field that must be filled in; after the last one, to the standards."""
        places = [field.at for field in self.found.fields]
        at = places.index(self.at) + 1 if self.at in places else 0
        wanted = [f.at for f in self.found.fields[at:] if f.required and not f.value]
        self.select(wanted[0] if wanted else STANDARDS)

    def typed(self, text: str) -> None:
        """Every keystroke.  A text that is no number yet is not stored, and what it replaced is not kept either."""
        field = self._field()
        assert field is not None
        self.shown.text = self._as_typed(text, field)
        self._latest = text
        id, at = self.where["draft"], self.at

        def keep() -> str:
            draft = self.tablet.drafts.get(id)
            try:
                field.store(draft, text.rstrip(",") or None)
            except Refused as no:
                if field.kind == "condition" or draft.sheet.readings:
                    field.store(draft, None)
                return no.text(self.language)
            return ""

        def kept(trouble: str) -> None:
            if self.at == at and text == self._latest:
                self.trouble = trouble
                if trouble and self.strip is not None:
                    self.strip.say(None, trouble)
                self.refresh()

        if field.kind == "reading":
            point, run, name = field.names

            def look() -> Live:
                return self.tablet.drafts.get(id).live(point, name, text, int(run))

            def seen(live: Live) -> None:
                if self.at == at and text == self._latest and self.strip is not None:
                    self.strip.live(live)

            self.app.background.run(look, seen)
        self.do(keep, kept)

    def answer(self, good: bool | None) -> None:
        field = self._field()
        assert field is not None
        id, check = self.where["draft"], field.names[0]
        self.do(lambda: self.tablet.drafts.get(id).set_check(check, good), lambda _: self._answered(good))

    def choose(self, text: str | None) -> None:
        field = self._field()
        assert field is not None
        id = self.where["draft"]
        self.do(lambda: field.store(self.tablet.drafts.get(id), text), lambda _: self._answered(text))

    def toggle(self, standard_id: str, used: bool) -> None:
        """Takes a standard, or puts it back; the core refuses an expired one and says why."""
        id = self.where["draft"]

        def act() -> None:
            draft = self.tablet.drafts.get(id)
            (draft.put_back_standard if used else draft.take_standard)(standard_id)

        self.do(act)

    def keep_as_found(self) -> None:
        id = self.where["draft"]
        self.do(lambda: self.tablet.drafts.get(id).keep_as_found(), lambda _: self._restart())

    def copy_down(self) -> None:
        """What is the same for identical instruments, to those under way: conditions, checks, standards."""
        id, others = self.where["draft"], self.found.others

        def act() -> int:
            get = self.tablet.drafts.get
            return self.tablet.copy_down(get(id), COPIED, [get(other) for other in others])

        self.do(act, lambda count: self.app.tell(self.say("copied", count=count)))

    def _restart(self) -> None:
        readings = [field.at for field in self.found.fields if field.kind == "reading"]
        self.select(readings[0])
        self.refresh()

    def _answered(self, value: Any) -> None:
        if value is not None:
            self.following()
        self.refresh()

    def _start(self) -> str:
        places = [field.at for field in self.found.fields]
        if self.found.at in (*places, STANDARDS, PHOTOS):
            return str(self.found.at)
        return next((f.at for f in self.found.fields if f.required and not f.value), places[0])

    def _field(self) -> Field | None:
        return next((field for field in self.found.fields if field.at == self.at), None)

    def _fill(self) -> None:
        assert self.listing is not None
        lines = []
        for field in self.found.fields:
            mark, tone = field.value, "ink"
            if not mark:
                mark, tone = (self.say("required"), "warn") if field.required else ("", "faint")
            elif field.point is not None:
                tone = TONES[field.point["verdict"]]
            title, more = (field.more, field.label) if field.kind == "reading" else (field.label, field.more)
            lines.append(Line(
                title, more, mark, tone, lambda at=field.at: self.select(at), chosen=field.at == self.at  # type: ignore[misc]
            ))  # fmt: skip
        used = ", ".join(standard["code"] for standard, _, is_used in self.found.standards if is_used)
        lines.append(Line(
            self.say("standards"), used, "" if used else self.say("required"), "ink" if used else "warn",
            lambda: self.select(STANDARDS), chosen=self.at == STANDARDS,
        ))  # fmt: skip
        lacking = ", ".join(self.say(f"purpose-{purpose}") for purpose in self.found.lacking)
        lines.append(Line(
            self.say("photos"), self.say("photo-needed", what=lacking) if lacking else "",
            self.say("required") if lacking else str(len(self.found.photos) or ""), "warn" if lacking else "ink",
            lambda: self.select(PHOTOS), chosen=self.at == PHOTOS,
        ))  # fmt: skip
        self.listing.fill(lines)
        if self.at == self.drawn and self.at in (STANDARDS, PHOTOS):
            self._standards() if self.at == STANDARDS else self._photos()

    def _open(self) -> None:
        """The panel of the field that is chosen."""
        assert self.listing is not None
        self.trouble, self._latest = "", ""
        self.strip = None
        self.drawn = self.at
        field = self._field()
        column = self.panel.column
        column.clear_widgets()
        self.panel.scroll_y = 1
        if field is None:
            self._standards() if self.at == STANDARDS else self._photos()
            self.listing.reach(len(self.found.fields))
            return
        self.listing.reach(self.found.fields.index(field))
        column.add_widget(Text(field.label, size=LARGE, bold=True))
        column.add_widget(Text(field.more, size=BODY, tone="faint"))
        if field.kind == "check":
            column.add_widget(Row(
                Push(self.say("yes"), lambda: self.answer(True), tone="good", size=LARGE),
                Push(self.say("no"), lambda: self.answer(False), tone="bad", size=LARGE),
            ))  # fmt: skip
            column.add_widget(Push(self.say("clear"), lambda: self.answer(None), filled=False))
        elif field.choices:
            for choice in field.choices:
                column.add_widget(Push(choice, lambda choice=choice: self.choose(choice)))  # type: ignore[misc]
            column.add_widget(Push(self.say("clear"), lambda: self.choose(None), filled=False))
        else:
            self.shown = Text(self._as_typed(field.typed, field), size=HUGE, bold=True)
            self.pad = NumberPad(self.typed, self.following, self.say("erase"), self.say("next"))
            self.pad.typed = self._latest = field.typed
            column.add_widget(self.shown)
            self.strip = VerdictStrip(self.language)
            self.strip.say(field.point)
            column.add_widget(self.strip)
            column.add_widget(self.pad)

    def _standards(self) -> None:
        column = self.panel.column
        column.clear_widgets()
        column.add_widget(Text(self.say("standards"), size=LARGE, bold=True))
        for standard, obstacle, used in self.found.standards:
            state = "standard-used" if used else "standard-no" if obstacle else "standard-free"
            told = Column(Text(f"{standard['name']}\n{standard['code']}", bold=True), card=True)
            if obstacle:
                told.add_widget(Text(obstacle.text(self.language), tone="bad"))
            act = Push(
                self.say(state), lambda id=standard["id"], used=used: self.toggle(id, used),  # type: ignore[misc]
                tone="good" if used else "action", filled=used,
            )  # fmt: skip
            act.disabled = bool(obstacle) and not used
            told.add_widget(act)
            column.add_widget(told)

    def _photos(self) -> None:
        column, lacking = self.panel.column, self.found.lacking
        column.clear_widgets()
        for purpose in lacking:
            what = (self.found.asked[purpose] or {}).get(self.language) or self.say(f"purpose-{purpose}")
            column.add_widget(Text(self.say("photo-needed", what=what), tone="warn", bold=True))
        purposes = [*self.found.asked] or ["photo"]
        column.add_widget(photos.card(self, self.where["draft"], self.found.photos, purposes))

    def _foot(self) -> None:
        self.foot.clear_widgets()
        id = self.where["draft"]
        parts = [
            Push(self.say("to-seals"), lambda: self.app.go("seals", draft=id), filled=False),
            Push(self.say("to-finish"), lambda: self.app.go("finish", draft=id), filled=False),
        ]
        if self.found.is_stated:
            parts.insert(
                0, Push(self.say("to-status"), lambda: self.app.go("status", draft=id), filled=False)
            )
        if len(self.found.others) > 0:
            parts.insert(
                0, Push(self.say("copy-down", count=len(self.found.others)), self.copy_down, filled=False)
            )
        if self.found.has_as_found:
            parts.insert(0, Push(self.say("as-left"), lambda: None, tone="warn", filled=False))
        else:
            parts.insert(0, Push(self.say("as-found"), self.keep_as_found, filled=False))
        self.foot.cols = len(parts)
        for part in parts:
            self.foot.add_widget(part)

    def _as_typed(self, typed: str, field: Field) -> str:
        return f"{typed or '…'} {field.unit if field.unit != '1' else ''}".strip()
