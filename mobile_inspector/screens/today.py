"""Screen 2: can one go offline; the visits on the way with what is overdue; the standards to carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mobile_inspector.core import Verification
from mobile_inspector.core.clock import VIETNAM, read_instant
from mobile_inspector.core.texts import say as say_core

from .listing import Line, Listing
from .page import Page
from .theme import LARGE
from .widgets import Column, Push, Row, Scroll, Split, Text
from .words import day

if TYPE_CHECKING:
    from mobile_inspector.core.route import Need, Stop


@dataclass(frozen=True, slots=True)
class Day:
    """The day as plain values."""

    ready: bool
    readiness: str
    stops: list[Line]
    needs: list[Line]
    under_way: tuple[str, dict[str, Any], str] | None  # the page, where, what the button says


class Today(Page):
    """What is under way comes first."""

    name = "today"

    def gather(self) -> Day:
        tablet = self.tablet
        readiness, under_way = tablet.readiness(), tablet.resume()
        return Day(
            ready=readiness.ready,
            readiness=readiness.words(self.language),
            stops=[self._stop(stop) for stop in tablet.route()],
            needs=[line for need in tablet.standards_to_carry() for line in self._need(need)],
            under_way=self._under_way(under_way[0]) if under_way else None,
        )

    def show(self, found: Day) -> None:
        self.clear_widgets()
        head = Column(Text(found.readiness, bold=True, tone="good" if found.ready else "warn"))
        head.add_widget(Row(
            Push(self.say("title-search"), lambda: self.app.go("search"), filled=False),
            Push(self.say("sync"), self.app.kick, filled=False),
        ))  # fmt: skip
        if found.under_way:
            page, where, text = found.under_way
            head.add_widget(Push(text, lambda: self.app.go(page, **where)))
        empty = [Line(self.say("no-visits"), self.say("no-visits-why"))]
        carry = Column(Text(self.say("standards-day"), size=LARGE, bold=True), card=True)
        for line in found.needs:
            carry.add_widget(Text(line.title, bold=True, tone="bad" if line.tone == "bad" else "ink"))
            carry.add_widget(Text(line.more, tone="bad" if line.tone == "bad" else "faint"))
        self.add_widget(head)
        self.add_widget(Split(Listing(found.stops or empty, height=96), Scroll(carry), wide=0.6, high=0.6))

    def _under_way(self, draft: Verification) -> tuple[str, dict[str, Any], str]:
        batch = self.tablet.batches.of(draft.id)
        if batch is not None:
            return "batch", {"batch": batch.id}, self.say("alike-go-on", count=len(batch.open))
        each = draft.instrument
        name = f"{each['maker']} {each['model']} {each['serial']}"
        return "verify", {"draft": draft.id}, self.say("go-on", name=name)

    def _stop(self, stop: Stop) -> Line:
        visit = stop.visit
        begins, ends = (read_instant(at).astimezone(VIETNAM) for at in (visit.starts_at, visit.ends_at))
        site = visit.site or {}
        more = f"{(visit.enterprise or {}).get('name', '')}. {site.get('address', '')}"
        mark = self.say("done-of", done=stop.verified, all=stop.instruments)
        if stop.kilometres is not None:
            mark += "\n" + self.say(
                "kilometres", value=f"{stop.kilometres:.1f}".replace(".", ",", self.language == "vi")
            )
        if stop.overdue:
            mark += "\n" + self.say("overdue-count", count=stop.overdue)
        state = self.tablet.sync_state(visit.id)
        if state is not None:
            more = f"{say_core(f'state-{state}', self.language)}. {more}"
        tone = "bad" if stop.overdue else "good" if stop.verified == stop.instruments else "action"
        title = f"{begins:%H:%M}–{ends:%H:%M}  {site.get('name', '')}"
        return Line(title, more, mark, tone, lambda: self.app.go("visit", visit=visit.id))

    def _need(self, need: Need) -> list[Line]:
        head = self.say("need", type=need.type_code, count=need.instruments)
        if not need.in_date:
            return [Line(head, self.say("need-none"), tone="bad")]
        names = [
            f"{each['name']} {each['code']}, {self.say('until', day=day(each['valid_until']))}"
            for each in need.in_date
        ]
        return [Line(head, "\n".join(names))]
