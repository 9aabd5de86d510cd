"""Sends what was sealed and fetches what is to be done: nothing lost, nothing done twice, whatever the network does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from .assigned_serials import AssignedSerials
from .attachments import Attachments
from .budget import Budget
from .canonical import canonical
from .certificate_numbers import CertificateNumbers
from .clock import instant_text, read_instant
from .database import ERASE
from .first_load import FirstLoad
from .journal import Journal
from .network import Answer, Network, Unreachable
from .outbox import Outbox
from .refusal import Refused
from .session import Session
from .texts import say
from .uploads import Uploads
from .work import Work

MOST_RECORDS = 200
MOST_BYTES = 256 * 1024
MOST_PAGES = 100
STATUSES = ("accepted", "duplicate", "conflict", "rejected")

STANDING = "Vernier-Tablet"
ENROLMENT_PROBLEMS = ("code-needed", "code-wrong", "code-used", "code-expired")

Waiting = tuple[str, str]  # (record id, its bytes as text)


@dataclass(slots=True)
class Report:
    """What one sync did.  `problem` is why it stopped early, None if it did all there was to do.

    `held_back`: attachments that wait for Wi-Fi or for tomorrow's budget; they are among `attachments_left`.
    `wipe`: the office has ordered this tablet to erase itself, and everything it had is handed in.
    """

    sent: int = 0
    received: int = 0
    refused: int = 0
    held: int = 0
    pages: int = 0
    left: int = 0
    attachments: int = 0
    attachments_left: int = 0
    held_back: int = 0
    wipe: bool = False
    problem: Refused | None = field(default=None)

    @property
    def complete(self) -> bool:
        return self.problem is None and not self.left and not self.attachments_left

    def words(self, language: str = "vi") -> str:
        """The outcome for people, in one or two sentences."""
        numbers = say("sync-report", language, received=self.received, refused=self.refused, left=self.left)
        if self.attachments or self.attachments_left:
            files = {"sent": self.attachments, "left": self.attachments_left}
            numbers = f"{numbers} {say('sync-attachments', language, **files)}"
        if self.held_back:
            numbers = f"{numbers} {say('sync-held-back', language, count=self.held_back)}"
        return f"{numbers} {self.problem.text(language)}" if self.problem else numbers


class Sync:
    """One round is `once()`: push in order of sequence, then attachments, then pull, then numbers.  One thread at a time."""

    def __init__(
        self,
        journal: Journal,
        session: Session,
        outbox: Outbox,
        work: Work,
        attachments: Attachments,
        network: Network,
        inspection_url: str,
        budget: Budget,
        numbers: CertificateNumbers,
        serials: AssignedSerials,
    ) -> None:
        self.journal, self.session, self.outbox, self.work = journal, session, outbox, work
        self.attachments, self.network, self.inspection_url = attachments, network, inspection_url
        self.budget, self.numbers, self.serials = budget, numbers, serials
        self._uploads = Uploads(attachments, self._call)
        self._first_load = FirstLoad(journal.database, attachments.folder.parent)
        self._enrolled: set[str] = set()
        self._standing = "active"

    def once(self) -> Report:
        """Does all that can be done now.  Never raises for what a network or a server does: see `Report.problem`."""
        report = Report()
        for part in (self._push, self._send_attachments, self._pull, self._reserve):
            try:
                part(report)
            except Refused as problem:
                report.problem = report.problem or problem
                self._enrolled.clear()
                if isinstance(problem, Unreachable):
                    break  # one part refused does not stop the other; a network that is away stops both
        report.left = self.outbox.waiting()
        report.attachments_left = len(self.attachments.due())
        if self._standing in ("wipe", "wiped") and not report.left and not report.attachments_left:
            self._promise_to_erase()
            report.wipe = True
        return report

    def enrol(self, code: str) -> None:
        """Makes this tablet's key known with the one-time code of an administrator, as typed or out of the QR image.

        Raises Unreachable, and Refused: signed-out, code-wrong, code-used, code-expired, server-refused.
        """
        held = parse_qs(code.partition("?")[2]).get("code") if code.startswith("vernier:") else None
        code = held[0] if held else code.strip()
        try:
            self._enrol(self.session.device.tablet_id)
        except Refused as needed:
            if needed.code != "code-needed":
                raise
            self._enrol(self.session.device.tablet_id, code)

    def _send_attachments(self, report: Report) -> None:
        ordered = self._standing in (
            "wipe",
            "wiped",
        )  # a tablet that must erase itself does not wait for Wi-Fi
        sent = self._uploads.send_all(lambda size: ordered or self.budget.allows(size))
        report.attachments, report.held_back = report.attachments + sent.arrived, sent.held_back

    def _promise_to_erase(self) -> None:
        """From here on the tablet erases itself, now or when it is opened next, even if this answer never comes."""
        self.journal.database.set_bookmark(ERASE, "1")
        with contextlib.suppress(Refused):
            self._call("POST", f"/tablets/{self.session.device.tablet_id}/wiped")

    def _push(self, report: Report) -> None:
        """The chain in order of sequence."""
        tablet_id = self.session.device.tablet_id
        self._enrol(tablet_id)
        for batch in batches([(id, text) for _, id, text in self.outbox.unsent()]):
            self._send(tablet_id, batch, report)

    def _enrol(self, tablet_id: str, code: str | None = None) -> None:
        """Makes the chain's public key known, once in a run of the program; repeating it is harmless."""
        if tablet_id in self._enrolled:
            return
        made = next(self.journal.facts(f"device/{tablet_id}", kind="device.made"))
        told = {"public_key": made.payload["public_key"], **({"code": code} if code else {})}
        answer = self._call("PUT", f"/tablets/{tablet_id}", content=canonical(told))
        if answer.problem in ENROLMENT_PROBLEMS:
            raise Refused(answer.problem, field="code")
        if not answer.ok:
            raise Refused("server-refused", detail=answer.detail)
        self._standing = str(answer.body.get("status") or "active")
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

    def _reserve(self, report: Report) -> None:
        """Certificate numbers and serials for the days to come; a tablet that is given no work is given none."""
        if self._standing == "active" and self.work.cursor is not None:
            self.numbers.give_back_last_year(self._call)
            self.numbers.reserve(self._call)
            self.serials.reserve(self._call)

    def _pull(self, report: Report) -> None:
        """Pages until there is nothing new; each is stored with its cursor before the next is asked for."""
        for _ in range(MOST_PAGES):
            cursor = self.work.cursor
            answer = self._page(cursor)
            if answer.status == 304:
                return
            if answer.status in (400, 410) and cursor:
                self.work.forget_cursor()
                continue
            if answer.problem in ("tablet-suspended", "tablet-wipe", "tablet-wiped"):
                self._standing = answer.problem.removeprefix("tablet-")
                raise Refused("tablet-suspended", detail=answer.detail)
            if not answer.ok:
                raise Refused("server-refused", detail=answer.detail)
            try:
                more = self.work.apply(answer.body)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise Unreachable("answer-broken") from error
            report.pages += 1
            self._first_load.done()
            self._fetch_procedures()
            if not more:
                return

    def _page(self, cursor: str | None) -> Answer:
        """The next page; the first one as a file, where the server has files."""
        told = {"tablet_id": self.session.device.tablet_id}
        if cursor is None:
            url = f"{self.inspection_url}/sync/snapshot"

            def download(token: str) -> Answer:
                return self._first_load.fetch(
                    lambda file, headers: self.network.download(
                        url, file, token=token, headers=headers, params=told, begins=self._first_load.note
                    )
                )

            answer = self._with_token(download)
            if answer.status not in (404, 405):
                return answer
        return self._call("GET", "/sync/work", params={**told, **({"cursor": cursor} if cursor else {})})

    def _fetch_procedures(self) -> None:
        """The files of procedures that the office judges by and this program did not bring along."""
        for hash in self.work.procedures_lacking():
            url = f"{self.inspection_url}/sync/procedures/{hash}"
            text = self.network.text(url, token=self.session.access_token())
            if text is not None:
                self.work.keep_procedure(hash, text)

    def _call(self, method: str, path: str, **request: Any) -> Answer:
        """A call with a token, which is refreshed once when the server refuses it; the clocks are compared on the way."""
        if "content" in request and "headers" not in request:
            request["headers"] = {"Content-Type": "application/json"}

        def call(token: str) -> Answer:
            before = self.journal.clock.now()
            answer = self.network.call(method, self.inspection_url + path, token=token, **request)
            self._compare(answer, before)
            return answer

        return self._with_token(call)

    def _with_token(self, call: Callable[[str], Answer]) -> Answer:
        for fresh in (False, True):
            answer = call(self.session.access_token(fresh=fresh))
            self._standing = answer.headers.get(STANDING) or self._standing
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


def batches(waiting: Sequence[Waiting]) -> list[list[Waiting]]:
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
