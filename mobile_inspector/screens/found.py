"""Screen 3, found on site: an instrument of any type, or many of one kind, with its identity, typed or scanned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from mobile_inspector.core.folding import folded
from mobile_inspector.core.form import read_value
from mobile_inspector.core.typed import shown

from .listing import Line, Listing
from .page import Page
from .scan import scan
from .theme import LARGE
from .widgets import Column, Entry, Push, Row, Scroll, Split, Text

IDENTITY = ("maker", "model", "country", "year")
REGIMES = ("initial", "periodic")
Json = Mapping[str, Any]
Place = tuple[str, dict[str, Any]]


class Found(Page):
    """`where`: visit; and like, an instrument of which another one stands there, or None.

    First the type, then what is common, then a serial number and Enter for each: it is noted at once.
    """

    name = "found"

    def __init__(self, app: Any, **where: Any) -> None:
        super().__init__(app, **where)
        self.type: Json | None = None
        self.regime = REGIMES[0]
        self.choices: dict[str, str] = {}
        self.entries: dict[str, Entry] = {}
        self.added: list[str] = []
        self.like: Json | None = None

    def gather(self) -> dict[str, Any]:
        visit = self.tablet.work.visit(self.where["visit"])
        assert visit is not None
        like = visit.instrument(self.where["like"]) if self.where.get("like") else None
        known = {item["instrument"]["id"]: item["instrument"] for item in visit.items}
        return {
            "types": self.tablet.visit_book.types(), "like": like, "serials": len(self.tablet.serials.free()),
            "added": [known[id] for id in self.added if id in known],
        }  # fmt: skip

    def show(self, found: dict[str, Any]) -> None:
        self.found = found
        if found["like"] is not None and self.type is None:
            self.like = found["like"]
            self.type = next((t for t in found["types"] if t["code"] == self.like["type_code"]), None)
        if self.type is None:
            self._types()
        elif not self.entries:
            self._form()
        self._list()

    def pick(self, type: Json) -> None:
        self.type, self.like = type, None
        self._form()
        self._list()

    def another_type(self) -> None:
        self.type, self.like, self.entries, self.choices = None, None, {}, {}
        self.where["like"] = None
        self._types()

    def choose(self, key: str, value: str) -> None:
        """One of a few: a class, the regime."""
        if key == "regime":
            self.regime = value
        else:
            self.choices[key] = value
        typed = {key: entry.text for key, entry in self.entries.items()}
        self._form()
        for key, text in typed.items():
            self.entries[key].text = text
        self._list()

    def add(self, assign: bool = False) -> None:
        """One more.  The serial is wiped, so that the next one can be scanned."""
        assert self.type is not None
        code, fields = self.type["code"], self.type["characteristics"]
        typed = {key: entry.text for key, entry in self.entries.items()}
        choices, regime, visit = dict(self.choices), self.regime, self.where["visit"]
        serial = "" if assign else self.serial.text.strip()
        if not serial and not assign:
            self.app.tell(self.say("found-serial-needed"), "warn")
            return

        def act() -> str:
            made = {}
            for field in fields:
                text = choices.get(field["id"], "") if field.get("choices") else typed[field["id"]].strip()
                if text:
                    made[field["id"]] = read_value(field, text, None, field["id"])
            identity = {name: typed[f"identity/{name}"] for name in IDENTITY}
            return self.tablet.visit_book.add_found(
                visit, code, made, serial=serial, assign_serial=assign, regime=regime, **identity
            )

        def then(id: str) -> None:
            self.added.append(id)
            self.serial.text = ""
            self.refresh()

        self.do(act, then)

    def scan(self) -> None:
        """The code on its plate, by the camera; a hand scanner just types."""

        def read(text: str) -> None:
            self.serial.text = text.strip()
            self.add()

        scan(self, read)

    def go_on(self) -> None:
        """One alone to its page, several as a batch."""
        visit, ids, regime = self.where["visit"], list(self.added), self.regime
        home: list[Place] = [("today", {}), ("visit", {"visit": visit})]
        if len(ids) == 1:
            self.app.start_at(*home, ("instrument", {"visit": visit, "instrument": ids[0]}))
            return
        self.do(
            lambda: self.tablet.batches.start(visit, ids, regime).id,
            lambda id: self.app.start_at(*home, ("batch", {"batch": id})),
        )

    def _types(self) -> None:
        self.clear_widgets()
        self.entries = {}
        self.query = Entry(self.say("found-type"))
        self.listing = Listing(height=72)
        self.query.bind(text=lambda *_: self._fill_types())
        self.add_widget(Column(Text(self.say("found-type-why"), tone="faint"), self.query))
        self.add_widget(self.listing)
        self._fill_types()

    def _fill_types(self) -> None:
        words = folded(self.query.text).split()
        self.listing.fill([
            Line(each["name"][self.language], each["code"], "", "action", partial(self.pick, each))
            for each in self.found["types"]
            if all(word in folded(f"{each['code']} {each['name']['vi']} {each['name']['en']}") for word in words)
        ])  # fmt: skip

    def _form(self) -> None:
        assert self.type is not None
        self.clear_widgets()
        self.entries = {}
        made = self.like["characteristics"] if self.like else {}
        form = Column(Text(self.type["name"][self.language], size=LARGE, bold=True), card=True)
        form.add_widget(Push(self.say("found-other-type"), self.another_type, filled=False))
        form.add_widget(Text(self.say("characteristics"), size=LARGE, bold=True))
        for field in self.type["characteristics"]:
            self._field(form, field, made.get(field["id"]))
        form.add_widget(Text(self.say("identity"), size=LARGE, bold=True))
        for name in IDENTITY:
            entry = Entry(self.say(f"found-{name}"), text=str((self.like or {}).get(name) or ""))
            self.entries[f"identity/{name}"] = entry
            form.add_widget(entry)
        form.add_widget(self._few("regime", self.regime, [(r, self.say(f"regime-{r}")) for r in REGIMES]))
        self.serial = Entry(self.say("found-serial-scan"), act=self.add)
        self.count = Text("", bold=True)
        self.listing = Listing(height=64)
        self.assign = Push("", lambda: self.add(True), filled=False)
        side = Column(
            Text(self.say("found-serial"), size=LARGE, bold=True), self.serial, Push(self.say("found-add"), self.add),
            Push(self.say("scan"), self.scan, filled=False), self.assign, self.count,
        )  # fmt: skip
        self.add_widget(
            Split(Scroll(form), Split(Scroll(side), self.listing, wide=0.5, high=0.55), wide=0.45, high=0.45)
        )
        self.on = Push("", self.go_on, tone="good")
        self.add_widget(self.on)

    def _field(self, form: Column, field: Json, has: Any) -> None:
        label = field["label"][self.language] + ("" if field["required"] else f" ({self.say('optional')})")
        if field.get("choices"):
            chosen = self.choices.get(field["id"]) or (has if isinstance(has, str) else None)
            if chosen:
                self.choices[field["id"]] = chosen
            form.add_widget(Text(label, tone="faint"))
            form.add_widget(self._few(field["id"], chosen, [(value, value) for value in field["choices"]]))
            return
        text = shown(str(has["value"])) if isinstance(has, Mapping) else ""
        unit = field["unit"] if field["unit"] not in (None, "1") else ""
        entry = Entry(f"{label}{', ' + unit if unit else ''}", text=text)
        entry.input_type = "number"
        self.entries[field["id"]] = entry
        form.add_widget(Text(f"{label}{', ' + unit if unit else ''}", tone="faint"))
        form.add_widget(entry)

    def _few(self, key: str, chosen: str | None, values: Sequence[tuple[str, str]]) -> Row:
        row = Row(
            *(Push(text, partial(self.choose, key, value), filled=value == chosen) for value, text in values)
        )
        row.cols = min(4, len(values))
        return row

    def _list(self) -> None:
        if not self.entries:
            return
        added = self.found["added"]
        self.count.text = self.say("found-added", count=len(added))
        self.listing.fill([Line(each["serial"], "", self.say("found-assigned") if each["serial_assigned"] else "", "good")
                           for each in reversed(added)])  # fmt: skip
        self.assign.text = self.say("found-assign", count=self.found["serials"])
        self.assign.disabled = not self.found["serials"]
        self.on.text = self.say("alike-start", count=len(added))
        self.on.disabled = not added
