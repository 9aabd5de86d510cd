"""A tablet in a process of its own, for tests that kill it: `python -m tests.mobile.child MODE DIRECTORY …`."""

import itertools
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from mobile_inspector.core import Tablet
from tests.mobile import day
from tests.mobile.fake_inspection import PASSWORD, USER, FakeServer, canonical


def main(mode: str, directory: str, *rest: str) -> None:
    MODES[mode](Path(directory), *rest)


def open_tablet(directory: Path, transport: httpx.BaseTransport | None = None) -> Tablet:
    tablet = Tablet.open(
        directory,
        registry_url="https://registry.example.vn",
        inspection_url="https://inspection.example.vn",
        transport=transport,
        clock=day.ClockOfTheDay(),
    )
    tablet.network.away = transport is None
    tablet.sign_in(USER, PASSWORD)
    return tablet


def record(directory: Path) -> None:
    """A scripted day: one verification after another, for ever; prints the id of every fact whose call has returned."""
    tablet = open_tablet(directory)
    position = [max((fact.position for fact in tablet.journal.facts()), default=0)]

    def acknowledge() -> None:
        facts = list(tablet.journal.facts(after=position[0]))
        for fact in facts:
            print(fact.id)
        sys.stdout.flush()
        position[0] = facts[-1].position if facts else position[0]

    seals = iter(tablet.seals("lead_seal"))
    for number in itertools.count():
        open_now = tablet.resume()
        draft = open_now[0] if open_now else tablet.start(day.VISIT, day.DISPENSER)
        acknowledge()
        for step in draft.form.plan["steps"]:
            for check in step["checks"]:
                draft.set_check(check["id"], True)
                acknowledge()
        for point in ("qmax", "qmin"):
            for run in (1, 2, 3):
                draft.set_reading(point, "indication", "20,00", run)
                acknowledge()
                draft.set_reading(point, "reference", "20,05", run)
                acknowledge()
                draft.enter(f"readings/{point}/{run}/temperature")
                acknowledge()
        draft.set_condition("temperature", f"{20 + number % 10},5")
        acknowledge()
        draft.take_standard(day.STANDARD)
        acknowledge()
        photo = draft.paper.attach(f"\xff\xd8 photo {number}".encode(), "image/jpeg")
        acknowledge()
        draft.paper.note_mismatch("seal_broken", "Chì cũ đứt", photo)
        acknowledge()
        seal = next(seals)
        draft.seals.affix(seal.number, "Bộ đo")
        acknowledge()
        if number % 3 == 2:
            draft.seals.void(seal.number, "Đứt dây chì")
            acknowledge()
        draft.paper.sign("inspector", "Nguyễn Văn Nam", [[(1, 1), (2, 3)]])
        acknowledge()
        draft.finish()
        acknowledge()
        tablet.visit_book.close(day.VISIT, "partly", f"Còn {number}")
        acknowledge()


def apply(directory: Path, statement: str) -> None:
    """Takes the page beside the directory in, and is killed before the n-th SQL statement of that."""
    tablet = open_tablet(directory)
    page = json.loads((directory.parent / "page.json").read_text(encoding="utf-8"))
    _die_at_statement(tablet, int(statement))
    tablet.work.apply(page)


def finish(directory: Path, statement: str) -> None:
    """Seals the one draft that is open, and is killed before the n-th SQL statement of that."""
    tablet = open_tablet(directory)
    draft = tablet.resume()[0]
    _die_at_statement(tablet, int(statement))
    draft.finish()


def finish_batch(directory: Path, statement: str) -> None:
    """Seals the open batch, and is killed before the n-th SQL statement of that."""
    tablet = open_tablet(directory)
    batch = next(tablet.batches.open())
    _die_at_statement(tablet, int(statement))
    batch.finish(tablet.sign_and_finish)


def sync(directory: Path, call: str, when: str) -> None:
    """Syncs with a server whose memory is the file beside the directory; killed before or after the n-th call."""
    server = LastingServer(directory.parent / "server.json", int(call), when)
    open_tablet(directory, server.transport).sync()


def _die_at_statement(tablet: Tablet, at: int) -> None:
    counter = itertools.count(1)
    tablet.journal.database.connection.set_trace_callback(lambda _: _die() if next(counter) == at else None)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class LastingServer(FakeServer):
    """Remembers what it took across the death of the tablet: what it answers is on the disk before it answers."""

    def __init__(self, file: Path, call: int, when: str) -> None:
        super().__init__(lambda: day.ClockOfTheDay().shows)
        self.file, self.call, self.when = file, call, when
        self.inspector, self.seals = day.card(), day.seals()
        self.publish(visits=[day.visit()], standards=day.standards())
        if file.exists():
            vars(self).update(self._read(json.loads(file.read_text(encoding="utf-8"))))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        dies = len(self.calls) + 1 == self.call
        if dies and self.when == "before":
            _die()
        response = super()._handle(request)
        state = {
            name: getattr(self, name)
            for name in ("texts", "receipts", "made_durable", "tablets", "sizes", "reservations", "serials")
        }
        uploads = {sha256: here.hex() for sha256, here in self.uploads.items()}
        tokens = {name: sorted(getattr(self, name)) for name in ("access_tokens", "refresh_tokens")}
        self.file.write_text(
            canonical({**state, **tokens, "uploads": uploads, "_count": self._count}), encoding="utf-8"
        )
        if dies:
            _die()
        return response

    @staticmethod
    def _read(state: dict[str, Any]) -> dict[str, Any]:
        uploads = {sha256: bytearray.fromhex(here) for sha256, here in state.pop("uploads").items()}
        known = {name: set(value) if name.endswith("tokens") else value for name, value in state.items()}
        return {**known, "uploads": uploads}


MODES: dict[str, Callable[..., None]] = {
    "record": record, "apply": apply, "finish": finish, "finish_batch": finish_batch, "sync": sync,
}  # fmt: skip

if __name__ == "__main__":
    main(*sys.argv[1:])
