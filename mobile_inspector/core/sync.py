"""Sends what was sealed and fetches what is to be done: nothing lost, nothing done twice, whatever the network does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from .canonical import canonical
from .clock import instant_text, read_instant
from .journal import Journal
from .network import Answer, Network, Unreachable
from .outbox import Outbox
from .refusal import Refused
from .session import Session
from .texts import say
from .work import Work

MOST_RECORDS = 200
MOST_BYTES = 256 * 1024
MOST_PAGES = 100
STATUSES = ("accepted", "duplicate", "conflict", "rejected")

Waiting = tuple[str, str]  # (record id, its bytes as text)


@dataclass(slots=True)
class Report:
    """What one sync did.  `problem` is why it stopped early, None if it did all there was to do."""

    sent: int = 0
    received: int = 0
    refused: int = 0
    held: int = 0
    pages: int = 0
    left: int = 0
    problem: Refused | None = field(default=None)

    @property
    def complete(self) -> bool:
        return self.problem is None and not self.left

    def words(self, language: str = "vi") -> str:
        """The outcome for people, in one or two sentences."""
        numbers = say("sync-report", language, received=self.received, refused=self.refused, left=self.left)
        return f"{numbers} {self.problem.text(language)}" if self.problem else numbers


class Sync:
    """One round is `once()`: enrol, push in order of sequence, pull.  Called by one thread at a time."""

    def __init__(
        self,
        journal: Journal,
        session: Session,
        outbox: Outbox,
        work: Work,
        network: Network,
        inspection_url: str,
    ) -> None:
        self.journal, self.session, self.outbox, self.work = journal, session, outbox, work
        self.network, self.inspection_url = network, inspection_url
        self._enrolled: set[str] = set()

    def once(self) -> Report:
        """Does all that can be done now.  Never raises for what a network or a server does: see `Report.problem`."""
        report = Report()
        for part in (self._push, self._pull):
            try:
                part(report)
            except Refused as problem:
                report.problem = report.problem or problem
                self._enrolled.clear()
                if isinstance(problem, Unreachable):
                    break  # one part refused does not stop the other; a network that is away stops both
        report.left = len(self.outbox.unsent())
        return report

    def _push(self, report: Report) -> None:
        """Each chain in order of sequence; usually there is one, after `Session.renew` there may be an older one too."""
        self._enrol(self.session.device.tablet_id)
        refused: Refused | None = None
        for tablet_id, rows in groupby(self.outbox.unsent(), key=lambda row: row[0]):
            try:
                self._enrol(tablet_id)
                for batch in _batches([(id, text) for _, id, text in rows]):
                    self._send(tablet_id, batch, report)
            except Unreachable:
                raise
            except Refused as error:
                refused = error
        if refused:
            raise refused

    def _enrol(self, tablet_id: str) -> None:
        """Makes the chain's public key known, once in a run of the program; repeating it is harmless."""
        if tablet_id in self._enrolled:
            return
        made = next(self.journal.facts(f"device/{tablet_id}", kind="device.made"))
        body = canonical({"public_key": made.payload["public_key"]})
        answer = self._call("PUT", f"/tablets/{tablet_id}", content=body)
        if not answer.ok:
            raise Refused("server-refused", detail=answer.detail)
        self._enrolled.add(tablet_id)

    def _send(self, tablet_id: str, batch: Sequence[Waiting], report: Report) -> None:
        """One batch; halved when it is too large or cannot be taken whole, so one bad record never holds the others."""
        report.sent += len(batch)
        sent_at = canonical(instant_text(self.journal.clock.now()))
        records = ",".join(text for _, text in batch)  # the very bytes that were sealed, never made anew
        body = f'{{"records":[{records}],"sent_at":{sent_at},"tablet_id":{canonical(tablet_id)}}}'
        answer = self._call("POST", "/sync/records", content=body)
        if answer.ok:
            self._take(batch, answer, report)
        elif answer.status not in (400, 413, 422):
            raise Refused("server-refused", detail=answer.detail)
        elif len(batch) > 1:
            middle = len(batch) // 2
            self._send(tablet_id, batch[:middle], report)
            self._send(tablet_id, batch[middle:], report)
        else:
            code = "too-large" if answer.status == 413 else answer.problem or "not-taken"
            self._hold(batch[0][0], code, answer.body.get("field"), answer.detail, report)

    def _take(self, batch: Sequence[Waiting], answer: Answer, report: Report) -> None:
        """Journals every answer before anything else is done with it.  A record without its own receipt stays unsent."""
        answers = answer.body.get("answers")
        if not isinstance(answers, list):
            raise Unreachable("answer-broken")
        known = {
            part["id"]: part for part in answers if isinstance(part, dict) and isinstance(part.get("id"), str)
        }
        with self.journal.database.transaction():
            for id, _ in batch:
                part = known.get(id)
                if part is None or not self._is_answer(id, part):
                    self._hold(id, "no-receipt", None, None, report)
                    continue
                kept = {name: part.get(name) for name in ("status", "code", "field", "detail", "receipt")}
                self.journal.append("record.answered", f"record/{id}", kept)
                taken = part["status"] in ("accepted", "duplicate")
                report.received, report.refused = report.received + taken, report.refused + (not taken)

    def _hold(self, id: str, code: str, field: str | None, detail: str | None, report: Report) -> None:
        """The record stays unsent and is tried again next time; why is journalled when it is news."""
        item = self.outbox.item(id)
        if item is None or item.code != code:
            self.journal.append(
                "record.held", f"record/{id}", {"code": code, "field": field, "detail": detail}
            )
        report.held += 1

    def _is_answer(self, id: str, part: Mapping[str, Any]) -> bool:
        """Whether this is the server's word on exactly our bytes: a receipt must hold our sequence and our hash."""
        item = self.outbox.item(id)
        if item is None or part.get("status") not in STATUSES:
            return False
        if part["status"] not in ("accepted", "duplicate"):
            return True
        receipt = part.get("receipt")
        return isinstance(receipt, dict) and (receipt.get("sequence"), receipt.get("hash")) == (
            item.sequence,
            item.hash,
        )

    def _pull(self, report: Report) -> None:
        """Pages until there is nothing new; each is stored with its cursor before the next is asked for."""
        for _ in range(MOST_PAGES):
            cursor = self.work.cursor
            answer = self._call("GET", "/sync/work", params={"cursor": cursor} if cursor else {})
            if answer.status == 304:
                return
            if answer.status in (400, 410) and cursor:
                self.work.forget_cursor()
                continue
            if not answer.ok:
                raise Refused("server-refused", detail=answer.detail)
            try:
                more = self.work.apply(answer.body)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise Unreachable("answer-broken") from error
            report.pages += 1
            if not more:
                return

    def _call(self, method: str, path: str, **request: Any) -> Answer:
        """A call with a token, which is refreshed once when the server refuses it; the clocks are compared on the way."""
        if "content" in request:
            request["headers"] = {"Content-Type": "application/json"}
        for fresh in (False, True):
            token = self.session.access_token(fresh=fresh)
            before = self.journal.clock.now()
            answer = self.network.call(method, self.inspection_url + path, token=token, **request)
            self._compare(answer, before)
            if answer.status != 401:
                return answer
        raise Refused("sign-in-again")

    def _compare(self, answer: Answer, before: datetime) -> None:
        """Server time minus tablet time, taken at the middle of the call; journalled when it moved by over a second."""
        try:
            server = read_instant(str(answer.body["server_time"]))
        except (KeyError, ValueError):
            return
        clock = self.journal.clock
        here = before + (clock.now() - before) / 2
        offset = (server - here) // timedelta(milliseconds=1)
        if clock.offset_ms is None or abs(offset - clock.offset_ms) > 1000:
            with self.journal.database.transaction():
                self.journal.database.set_bookmark("clock_offset_ms", str(offset))
                self.journal.append("clock.compared", "device/clock", {"offset_ms": offset})
        clock.offset_ms = offset


def _batches(waiting: Sequence[Waiting]) -> list[list[Waiting]]:
    """In order, each of at most 200 records and 256 KiB; a larger record goes alone."""
    batches: list[list[Waiting]] = []
    size = 0
    for id, text in waiting:
        length = len(text.encode())
        if not batches or len(batches[-1]) == MOST_RECORDS or size + length > MOST_BYTES:
            batches.append([])
            size = 0
        batches[-1].append((id, text))
        size += length
    return batches
