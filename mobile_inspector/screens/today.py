"""Screen 2: the visits of the day in order, what is overdue, the standards to carry."""

from __future__ import annotations

from dataclasses import dataclass, field

from mobile_inspector.core.clock import VIETNAM, read_instant

from .listing import Line, Listing
from .page import Page
from .theme import LARGE
from .widgets import Column, Push, Row, Split, Text
from .words import day


@dataclass(slots=True)
class Day:
    visits: list[Line] = field(default_factory=list)
    standards: list[Line] = field(default_factory=list)
    instruments: int = 0
    overdue: int = 0
    under_way: tuple[str, str] | None = None


class Today(Page):
    """What is under way comes first."""

    name = "today"

    def gather(self) -> Day:
        tablet, found = self.tablet, Day()
        now = tablet.journal.clock.today().isoformat()
        types: set[str] = set()
        for visit in tablet.today():
            instruments = [item["instrument"] for item in visit.items]
            late = sum((each.get("valid_until") or now) < now for each in instruments)
            types |= {each["type_code"] for each in instruments}
            found.instruments += len(instruments)
            found.overdue += late
            begins, ends = (
                read_instant(at).astimezone(VIETNAM).strftime("%H:%M") for at in (visit.starts_at, visit.ends_at)
            )
            more = self.say("visit-more", site=visit.site["address"], count=len(instruments))
            found.visits.append(Line(
                f"{begins}–{ends}  {visit.site['name']}", f"{visit.enterprise['name']}. {more}",
                f"{late} {self.say('overdue')}" if late else "", "bad" if late else "action",
                lambda id=visit.id: self.app.go("visit", visit=id),  # type: ignore[misc]
            ))  # fmt: skip
        seen: dict[str, Line] = {}
        for code in sorted(types):
            for standard, obstacle in tablet.standards(code):
                if code not in standard["type_codes"]:
                    continue
                told = {"certificate": standard["certificate_number"], "until": day(standard["valid_until"])}
                why = obstacle.text(self.language) if obstacle else self.say("standard-until", **told)
                mark = self.say("standard-no") if obstacle else ""
                seen[standard["id"]] = Line(
                    f"{standard['name']} {standard['code']}", why, mark, "bad" if obstacle else "good"
                )
        found.standards = list(seen.values())
        under_way = tablet.resume()
        if under_way:
            each = under_way[0].instrument
            found.under_way = (under_way[0].id, f"{each['maker']} {each['model']} {each['serial']}")
        return found

    def show(self, found: Day) -> None:
        self.clear_widgets()
        buttons = Row(
            Push(self.say("title-search"), lambda: self.app.go("search"), filled=False),
            Push(self.say("sync"), self.app.kick, filled=False),
        )
        numbers = {"visits": len(found.visits), "instruments": found.instruments, "overdue": found.overdue}
        head = Column(Text(self.say("day-summary", **numbers), size=LARGE, bold=True), buttons)
        if found.under_way:
            id, name = found.under_way
            head.add_widget(Push(self.say("go-on", name=name), lambda: self.app.go("verify", draft=id)))
        self.add_widget(head)
        empty = [Line(self.say("no-visits"), self.say("no-visits-why"))]
        carry = [Line(self.say("standards-day"), tone="ink", chosen=True), *found.standards]
        self.add_widget(Split(Listing(found.visits or empty, height=92), Listing(carry, height=92), wide=0.55, high=0.6))

