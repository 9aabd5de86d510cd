"""A tablet that is suspended or wiped hands in what it has first; and how work and procedures come the first time."""

import gzip
import hashlib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest

import metrology
from mobile_inspector.core import Tablet
from tests.mobile import day
from tests.mobile.fake_inspection import CODE, PASSWORD, USER, FakeServer

Open = Callable[..., Tablet]


def record(tablet: Tablet) -> str:
    draft = tablet.start(day.VISIT, day.SCALE)
    draft.set_note("Khách hàng vắng mặt")
    draft.paper.attach(b"photo", "image/jpeg")
    return draft.finish().id


def test_a_suspended_tablet_sends_what_it_has_and_says_so(tablet: Tablet, server: FakeServer) -> None:
    id = record(tablet)
    server.standing = "suspended"
    report = tablet.sync()
    assert report.problem is not None
    assert report.problem.code == "tablet-suspended"
    assert (report.received, report.attachments) == (1, 1)
    assert server.made_durable == [id]
    server.standing = "active"
    assert tablet.sync().complete


@pytest.mark.parametrize("fault", ["away", "lost", "down"])
def test_a_tablet_erases_itself_only_when_everything_is_handed_in(
    tablet: Tablet, server: FakeServer, tmp_path: Path, open_tablet: Open, fault: str
) -> None:
    id = record(tablet)
    server.standing = "wipe"
    server.faults = iter([fault])
    assert not tablet.sync().wipe
    assert tablet.outbox()[0].id == id
    report = tablet.sync()
    assert (report.wipe, report.left, report.attachments_left) == (True, 0, 0)
    assert report.problem is not None
    assert report.problem.code == "tablet-erased"
    assert server.made_durable == [id]
    assert list(server.attachments.values()) == [b"photo"]
    assert len(server.wiped) == 1
    assert [path for path in (tmp_path / "tablet").rglob("*") if path.is_file()] == []
    assert tablet.sync().problem is not None, "what is left of the program says the same"
    fresh = open_tablet()
    assert (fresh.outbox(), fresh.session.user) == ([], None)


def test_a_kill_before_the_erasing_is_made_up_for_at_the_next_start(
    tablet: Tablet, server: FakeServer, open_tablet: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(tablet)
    server.standing = "wipe"
    tablet._sync.once()  # killed between the promise and the deed
    tablet.close()
    fresh = open_tablet()
    assert (fresh.outbox(), fresh.session.user) == ([], None)


def cut_after(server: FakeServer, count: int) -> httpx.MockTransport:
    """The first load breaks off after so many bytes, again and again."""
    inner = server.transport

    class Broken(httpx.SyncByteStream):
        def __init__(self, content: bytes) -> None:
            self.content = content

        def __iter__(self) -> Any:
            yield self.content[:count]
            if len(self.content) > count:
                raise httpx.ReadError("connection lost")

    def handle(request: httpx.Request) -> httpx.Response:
        response = inner.handle_request(request)
        if request.url.path != "/sync/snapshot" or response.status_code not in (200, 206):
            return response
        return httpx.Response(response.status_code, headers=response.headers, stream=Broken(response.content))

    return httpx.MockTransport(handle)


def test_a_first_load_that_breaks_off_goes_on_where_it_stopped(
    tmp_path: Path, server: FakeServer, clock: day.ClockOfTheDay
) -> None:
    server.publish(
        visits=[day.visit(f"visit-{n:03}", day.scale() | {"id": f"can-{n:03}"}) for n in range(200)]
    )
    size = len(gzip.compress(server._work(None).content, mtime=0))

    def open_it() -> Tablet:
        return Tablet.open(
            tmp_path,
            registry_url="https://registry.example.vn",
            inspection_url="https://inspection.example.vn",
            transport=cut_after(server, size // 4 + 1),
            clock=clock,
        )

    tablet = open_it()
    tablet.sign_in(USER, PASSWORD)
    tablet.enrol(CODE)
    for _ in range(3):
        assert tablet.sync().problem is not None
        assert tablet.visits() == []
    tablet.close()
    tablet = open_it()
    tablet.sign_in(USER, PASSWORD)
    assert tablet.sync().complete
    assert len(tablet.visits()) == 201
    assert not list(tmp_path.glob("*.part"))
    assert server.calls.count("GET /sync/snapshot") == 4
    tablet.close()


def test_an_older_server_without_files_is_pulled_page_by_page(open_tablet: Open, server: FakeServer) -> None:
    server.snapshots = False
    tablet = open_tablet()
    tablet.sign_in(USER, PASSWORD)
    tablet.enrol(CODE)
    assert tablet.sync().complete
    assert len(tablet.visits()) == 1


def test_an_instrument_that_changed_alone_is_shown_so_on_its_visit(
    tablet: Tablet, server: FakeServer
) -> None:
    server.publish(instruments=[day.dispenser(status="barred")])
    tablet.sync()
    known = tablet.visits()[0].instrument(day.DISPENSER)
    assert known is not None
    assert known["status"] == "barred"
    server.publish(visits=[day.visit()])
    tablet.sync()
    known = tablet.visits()[0].instrument(day.DISPENSER)
    assert known is not None
    assert known["status"] == "in_service"


def test_a_procedure_that_the_program_lacks_is_fetched_and_used(tablet: Tablet, server: FakeServer) -> None:
    text = (files("metrology") / "data" / "procedures" / "fuel-dispenser-2017.toml").read_text("utf-8")
    newer = text.replace('version = "2017"', 'version = "2026"').replace(
        "effective_from = ", "effective_from = 2026-03-01 # ", 1
    )
    made = metrology.read_procedure(newer, "newer")
    assert made.version == "2026"
    server.procedures = {made.hash: newer}
    server.publish(procedures=[{"id": made.id, "version": made.version, "hash": made.hash}])
    assert tablet.sync().complete
    assert tablet.work.procedures_lacking() == []
    draft = tablet.start(day.VISIT, day.DISPENSER)
    assert draft.sheet.opening["procedure"]["version"] == "2026"
    day.pass_dispenser(draft)
    assert draft.evaluate().verdict == "pass"
    assert draft.finish().record["body"]["procedure"]["hash"] == made.hash


def test_a_procedure_that_this_program_cannot_read_stops_nothing(tablet: Tablet, server: FakeServer) -> None:
    hash = hashlib.sha256(b"newer").hexdigest()
    server.procedures = {hash: "id = 'fuel-dispenser'\nquantum = true\n"}
    server.publish(procedures=[{"hash": hash}, {"hash": "0" * 64}])
    assert tablet.sync().complete
    assert tablet.start(day.VISIT, day.DISPENSER).sheet.opening["procedure"]["version"] == "2017"
