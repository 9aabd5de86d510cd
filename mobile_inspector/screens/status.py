"""The status record (biên bản hiện trạng) of a fuel dispenser: its parts, its program, the seals found and left; ĐLVN 10."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import photos
from .page import Page
from .seal_places import places
from .theme import LARGE
from .widgets import Column, Entry, Push, Row, Scroll, Split, Text

PARTS = ("status-part-meter", "status-part-pulser", "status-part-board", "status-part-display")
OF_A_PART, OF_A_PROGRAM = ("maker", "model", "serial"), ("name", "version", "checksum")
STATED = frozenset({"19"})
"""The types for which one is drawn up at every verification; others where the last one has one."""


@dataclass(slots=True)
class Known:
    """What is entered, what had been entered last time, and the places where seals can be."""

    now: Mapping[str, Any]
    before: Mapping[str, Any]
    places: Sequence[str]
    left: Mapping[str, str] = field(default_factory=dict)
    photos: Sequence[photos.Photo] = ()


class Status(Page):
    """`where`: draft, its id.  Every change is stored as it is typed; what was there last time stands under each field."""

    name = "status"

    def __init__(self, app: Any, **where: Any) -> None:
        super().__init__(app, **where)
        self.entries: dict[tuple[str, ...], Entry] = {}
        self.pictures = Column()

    def gather(self) -> Known:
        draft = self.tablet.drafts.get(self.where["draft"])
        before = draft.instrument.get("status_record") or {}
        now = draft.sheet.status_record or {}
        fitted = {seal["place"]: seal["number"] for seal in draft.seals.affixed}
        album = self.app.album.of(self.tablet, draft)
        _, known = places(draft.form.plan, draft.instrument)
        named = [place.vi for place in known if place.kind != "stamp"]
        told = [
            seen["place"]
            for told in (now, before)
            for kind in ("seals_found", "seals_left")
            for seen in told.get(kind, ())
        ]
        return Known(now, before, list(dict.fromkeys([*told, *fitted, *named])), fitted, album)

    def show(self, found: Known) -> None:
        self.pictures.clear_widgets()
        self.pictures.add_widget(photos.card(self, self.where["draft"], found.photos, ("status",)))
        if self.entries:  # what is being typed stays as it is
            return
        self.found = found
        now, before = found.now, found.before
        names = [part["name"] for part in now.get("parts") or before.get("parts") or ()]
        parts = Column(Text(self.say("status-parts"), size=LARGE, bold=True))
        for name in names or [self.say(key) for key in PARTS]:
            has, had = _named(now, name), _named(before, name)
            card = Column(Text(name, bold=True), card=True)
            for key in OF_A_PART:
                self._entry(card, ("part", name, key), has.get(key, ""), had.get(key, ""))
            parts.add_widget(card)
        rest = Column(Text(self.say("status-program"), size=LARGE, bold=True))
        program = Column(card=True)
        for key in OF_A_PROGRAM:
            has, had = ((told.get("program") or {}).get(key, "") for told in (now, before))
            self._entry(program, ("program", key), has, had)
        rest.add_widget(program)
        rest.add_widget(Text(self.say("status-seals"), size=LARGE, bold=True))
        for place in found.places:
            card = Column(Text(place, bold=True), card=True)
            was = _at(before, "seals_left", place)
            self._entry(card, ("seals_found", place), _at(now, "seals_found", place), was)
            left = _at(now, "seals_left", place) or found.left.get(place, "")
            self._entry(card, ("seals_left", place), left, "")
            rest.add_widget(card)
        rest.add_widget(Text(self.say("note"), size=LARGE, bold=True))
        self._entry(rest, ("note",), now.get("note", ""), before.get("note", ""))
        rest.add_widget(self.pictures)
        self.add_widget(Split(Scroll(parts), Scroll(rest), wide=0.5, high=0.5))
        foot = [Push(self.say("status-done"), self.app.back)]
        if before:
            foot.insert(0, Push(self.say("status-as-before"), self.as_before, filled=False))
        self.add_widget(Row(*foot))

    def as_before(self) -> None:
        """Nothing has changed since: every empty field takes what stood there last time."""
        for path, entry in self.entries.items():
            if not entry.text and path[0] != "seals_left":
                entry.text = self._before(path)

    def keep(self) -> None:
        id, record = self.where["draft"], self._record()
        self.do(lambda: self.tablet.drafts.get(id).paper.set_status_record(**record), lambda _: None)

    def _entry(self, column: Column, path: tuple[str, ...], text: str, before: str) -> None:
        label = self.say(f"status-{path[-1] if path[0] in ('part', 'program') else path[0]}")
        entry = Entry("", text=text)
        self.entries[path] = entry
        entry.bind(text=lambda *_: self.keep())
        column.add_widget(Text(label, tone="faint"))
        column.add_widget(entry)
        if before:
            same = text in ("", before)
            column.add_widget(Text(self.say("status-before", text=before), tone="faint" if same else "warn"))

    def _record(self) -> dict[str, Any]:
        text = {path: entry.text.strip() for path, entry in self.entries.items()}
        names = dict.fromkeys(path[1] for path in text if path[0] == "part")
        parts = [{"name": name, **{key: text["part", name, key] for key in OF_A_PART}} for name in names]
        program = {key: text["program", key] for key in OF_A_PROGRAM}
        seals = {
            kind: {path[1]: number for path, number in text.items() if path[0] == kind and number}
            for kind in ("seals_found", "seals_left")
        }
        return {
            "parts": parts,
            "program": program if any(program.values()) else None,
            **seals,
            "note": text["note",],
        }

    def _before(self, path: tuple[str, ...]) -> str:
        before = self.found.before
        if path[0] == "part":
            return str(_named(before, path[1]).get(path[2], ""))
        if path[0] == "program":
            return str((before.get("program") or {}).get(path[1], ""))
        return _at(before, "seals_left", path[1]) if path[0] == "seals_found" else ""


def is_stated(instrument: Mapping[str, Any]) -> bool:
    """Whether a status record belongs to a verification of it."""
    return instrument["type_code"] in STATED or bool(instrument.get("status_record"))


def _named(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return next((part for part in record.get("parts") or () if part["name"] == name), {})


def _at(record: Mapping[str, Any], kind: str, place: str) -> str:
    return next((str(seen["number"]) for seen in record.get(kind) or () if seen["place"] == place), "")
