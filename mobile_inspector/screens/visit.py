"""Screen 3: where to go, whom to ask for, and the instruments of the visit with how far each one is."""

from __future__ import annotations

import webbrowser
from collections.abc import Mapping
from typing import Any

from kivy.utils import platform

from mobile_inspector.core.batch import kinds
from mobile_inspector.core.clock import VIETNAM, read_instant
from mobile_inspector.core.route import is_overdue
from mobile_inspector.core.visit_book import ENDINGS, Ending

from .listing import Line, Listing
from .page import Page
from .theme import LARGE
from .widgets import Ask, Column, Push, Row, Scroll, Split, Text


class Visit(Page):
    """`where`: visit, its id."""

    name = "visit"

    def gather(self) -> dict[str, Any]:
        visit = self.tablet.work.visit(self.where["visit"])
        assert visit is not None
        under_way = {draft.instrument["id"] for draft in self.tablet.resume()}
        done = {item.record["body"].get("instrument_id"): item for item in self.tablet.outbox()
                if item.record["body"].get("visit_id") == visit.id}  # fmt: skip
        today = self.tablet.journal.clock.today()
        lines = []
        for item in visit.items:
            each = item["instrument"]
            state, tone = ("state-open", "warn") if each["id"] in under_way else ("state-todo", "faint")
            mark = self.say(state)
            if each["id"] in done and each["id"] not in under_way:
                record = done[each["id"]]
                mark, tone = f"{self.say('state-done')}, {record.words(self.language)}", "good"
            more = f"{each['serial']}, {self.say('regime-' + item['regime'])}"
            if is_overdue(each, today):
                more += f", {self.say('overdue')}"
            lines.append(Line(
                f"{each['maker']} {each['model']}", more, mark, tone,
                lambda id=each["id"]: self.app.go("instrument", visit=visit.id, instrument=id),  # type: ignore[misc]
            ))  # fmt: skip
        batch = next((each for each in self.tablet.batches.open() if each.visit_id == visit.id), None)
        groups = kinds(visit, done)
        return {"alike": len(groups[0]) if groups else 0, "batch": batch and (batch.id, len(batch.open)),
                "visit": visit, "lines": lines, "outcome": self.tablet.visit_book.outcome(visit.id)}  # fmt: skip

    def show(self, found: Mapping[str, Any]) -> None:
        self.clear_widgets()
        visit = found["visit"]
        site, enterprise = visit.site, visit.enterprise
        begins, ends = (read_instant(at).astimezone(VIETNAM) for at in (visit.starts_at, visit.ends_at))
        contact = {"name": enterprise["contact_name"], "phone": enterprise["contact_phone"]}
        told = Column(
            Text(site["name"], size=LARGE, bold=True),
            Text(enterprise["name"]),
            Text(site["address"], tone="faint"),
            Text(f"{begins:%d/%m/%Y %H:%M}–{ends:%H:%M}", tone="faint"),
            Text(self.say("contact", **contact), tone="faint"),
            card=True,
        )
        if site.get("latitude") is not None:
            told.add_widget(Row(Push(self.say("directions"), lambda: directions(site), filled=False)))
        if found["batch"]:
            id, count = found["batch"]
            told.add_widget(
                Push(self.say("alike-go-on", count=count), lambda: self.app.go("batch", batch=id))
            )
        elif found["alike"] > 1:
            text = self.say("alike", count=found["alike"])
            told.add_widget(Push(text, lambda: self.app.go("choose", visit=visit.id), filled=False))
        text = self.say("found-any")
        told.add_widget(Push(text, lambda: self.app.go("found", visit=visit.id, like=None), filled=False))
        outcome = found["outcome"]
        if outcome is not None:
            ending = self.say(f"ending-{outcome.ending}")
            told.add_widget(
                Text(self.say("ended", ending=ending, reason=outcome.reason), bold=True, tone="warn")
            )
        self.add_widget(Split(Scroll(told), Listing(found["lines"]), wide=0.42, high=0.42))
        self.add_widget(Row(*(
            Push(self.say(f"ending-{ending}"), lambda ending=ending: self.end(ending), filled=False)  # type: ignore[misc]
            for ending in ENDINGS
        )))  # fmt: skip

    def end(self, ending: Ending) -> None:
        """How the visit ended; all but done needs a reason."""
        if ending == "done":
            self._end(ending, "")
            return
        question = self.say("ending-why", ending=self.say(f"ending-{ending}"))
        Ask(question, self.say("ok"), self.say("cancel"), lambda reason: self._end(ending, reason)).open()

    def _end(self, ending: Ending, reason: str) -> None:
        def then(_: None) -> None:
            self.app.kick()
            self.refresh()

        self.do(lambda: self.tablet.visit_book.close(self.where["visit"], ending, reason), then)


def directions(site: Mapping[str, Any]) -> None:
    """Opens the maps app at the site (a browser on a desktop)."""
    latitude, longitude = site["latitude"], site["longitude"]
    if platform == "android":
        webbrowser.open(f"geo:{latitude},{longitude}?q={latitude},{longitude}")
    else:
        place = f"mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
        webbrowser.open(f"https://www.openstreetmap.org/?{place}")
