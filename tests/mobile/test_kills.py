"""A tablet killed with SIGKILL, in a process of its own: at random moments, at every statement, at every call."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mobile_inspector.core import Tablet
from tests.mobile import day
from tests.mobile.child import LastingServer, open_tablet
from tests.mobile.fake_inspection import CODE, FakeServer, verify_chain

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("VERNIER_TEST_KILLS", "30"))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A tablet with work on it, closed; and the server that it talked to, on the disk."""
    server = LastingServer(tmp_path / "server.json", 0, "never")
    server.seals[0]["last"] = 9999
    tablet = open_tablet(tmp_path / "tablet", server.transport)
    tablet.enrol(CODE)
    assert tablet.sync().complete
    tablet.close()
    return tmp_path / "tablet"


def child(*arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.mobile.child", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def ends(*arguments: object) -> int:
    process = child(*arguments)
    process.communicate(timeout=60)
    return process.returncode


def check_everything(tablet: Tablet) -> None:
    """The chain is whole, no sequence twice, and the tables are exactly what the facts say."""
    items = tablet.outbox()
    assert [item.sequence for item in items] == list(range(1, len(items) + 1))
    verify_chain([dict(item.record) for item in items], tablet.session.device.public_key)
    before = projections(tablet)
    tablet.journal.rebuild()
    assert projections(tablet) == before
    bodies = [item.record["body"] for item in items]
    affixed = [seal["number"] for body in bodies for seal in body.get("seals_affixed", ())]
    assert len(affixed) == len(set(affixed))
    numbers = [number for body in bodies if (number := body.get("certificate_number"))]
    assert len(numbers) == len(set(numbers))
    assert not set(numbers) & set(tablet.numbers.free(2026))


def projections(tablet: Tablet) -> list[list[tuple[object, ...]]]:
    tables = ("records", "drafts", "used_seals", "used_certificate_numbers")
    rows = tablet.journal.database.rows
    return [[tuple(row) for row in rows("SELECT * FROM " + table)] for table in tables]  # noqa: S608


def test_kills_at_random_moments_of_a_day_lose_no_acknowledged_fact(directory: Path) -> None:
    chance = random.Random(20260305)
    acknowledged: set[str] = set()
    resumed = 0
    for _ in range(KILLS):
        process = child("record", directory)
        assert process.stdout is not None
        for _ in range(chance.randint(1, 60)):
            acknowledged.add(process.stdout.readline().strip())
        until = time.perf_counter() + chance.uniform(0, 0.004)
        while time.perf_counter() < until:
            pass
        process.kill()
        rest, _ = process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        acknowledged.update(line for line in rest.split("\n")[:-1] if line)
        tablet = open_tablet(directory)
        facts = list(tablet.journal.facts())
        assert acknowledged <= {fact.id for fact in facts}
        assert [fact.position for fact in facts] == list(range(1, len(facts) + 1))
        check_everything(tablet)
        drafts = tablet.resume()
        assert len(drafts) <= 1
        resumed += len(drafts)
        if drafts:
            last = [
                fact
                for fact in facts
                if fact.subject == f"verification/{drafts[0].id}" and "at" in fact.payload
            ]
            assert drafts[0].at == (last[-1].payload["at"] if last else None)
        tablet.close()
    assert "" not in acknowledged
    assert len(acknowledged) > 10 * KILLS
    assert resumed > KILLS / 2
    tablet = open_tablet(directory)
    assert len(tablet.outbox()) > 5
    tablet.close()


def test_a_kill_at_every_statement_of_a_pull_leaves_the_old_or_the_new_state(
    directory: Path, tmp_path: Path
) -> None:
    page = {
        "cursor": "2",
        "server_time": "2026-03-05T02:00:00.000Z",
        "visits": [day.visit("visit-02", starts_at="2026-03-06T01:00:00.000Z")],
        "gone": [day.VISIT],
        "standards": [day.standard("moi")],
        "catalogue": [{"code": "19", "rows": []}],
        "results": [],
        "inspector": day.card(name="Nguyễn Văn Nam (mới)"),
        "seals_in_hand": [],
    }
    (tmp_path / "page.json").write_text(json.dumps(page), encoding="utf-8")

    def state() -> tuple[object, ...]:
        tablet = open_tablet(directory)
        inspector = tablet.work.inspector()
        assert inspector is not None
        seen = (
            tablet.work.cursor,
            [visit.id for visit in tablet.visits()],
            len(tablet.work.standards()),
            inspector["name"],
            len(tablet.seals()),
            len(list(tablet.journal.facts(kind="work.pulled"))),
        )
        tablet.close()
        return seen

    old = state()
    for statement in range(1, 100):
        done = ends("apply", directory, statement) == 0
        now = state()
        if now != old:
            break
        assert not done
    assert now == ("2", ["visit-02"], 4, "Nguyễn Văn Nam (mới)", 0, 2)
    assert statement > 8


def test_a_kill_at_every_statement_of_a_finish_leaves_a_draft_or_a_record(directory: Path) -> None:
    tablet = open_tablet(directory)
    draft = tablet.start(day.VISIT, day.DISPENSER)
    day.pass_dispenser(draft)
    tablet.close()
    for statement in range(1, 100):
        code = ends("finish", directory, statement)
        tablet = open_tablet(directory)
        drafts, items = [found.id for found in tablet.resume()], tablet.outbox()
        check_everything(tablet)
        tablet.close()
        if not drafts:
            break
        assert (drafts, items, code) == ([draft.id], [], -signal.SIGKILL)
    assert [(item.id, item.sequence) for item in items] == [(draft.id, 1)]
    assert items[0].certificate_number == "00001/2026/BN-KĐ"
    assert statement > 4


def test_a_kill_in_the_middle_of_sealing_a_batch_leaves_each_a_draft_or_a_record(
    directory: Path, tmp_path: Path
) -> None:
    server: FakeServer = LastingServer(tmp_path / "server.json", 0, "never")
    meters = [day.water_meter(n) for n in range(4)]
    server.publish(visits=[day.visit("lo-4", *meters)], standards=[day.rig()])
    server.inspector = day.card(type_codes=["21a"])
    tablet = open_tablet(directory, server.transport)
    tablet.sync()
    batch = tablet.batches.start("lo-4", [meter["id"] for meter in meters])
    day.pass_water_meters(batch)
    batch.fit_next_seals("lead_seal", "Vỏ")
    tablet.close()
    killed_with_some_sealed = False
    for statement in range(3, 200, 7):
        code = ends("finish_batch", directory, statement)
        tablet = open_tablet(directory)
        items, drafts = tablet.outbox(), tablet.resume()
        check_everything(tablet)
        tablet.close()
        assert len(items) + len(drafts) == 4
        killed_with_some_sealed |= code != 0 and 0 < len(items) < 4
        if not drafts:
            break
    assert killed_with_some_sealed
    assert [item.certificate_number for item in items] == [f"{n:05d}/2026/BN-KĐ" for n in (1, 2, 3, 4)]
    assert [item.record["body"]["seals_affixed"][0]["number"] for item in items] == [
        f"BN26-{n:06d}" for n in (120, 121, 122, 123)
    ]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_at_every_call_of_a_sync_delivers_every_record_once(
    directory: Path, tmp_path: Path, when: str
) -> None:
    made = []
    for call in range(1, 20):
        tablet = open_tablet(directory)
        draft = tablet.start(day.VISIT, day.SCALE)
        draft.set_note("Cửa hàng đóng cửa")
        made.append(draft.finish().id)
        tablet.close()
        if ends("sync", directory, call, when) == 0:
            break
    assert call > 3, "sign-in, enrolment, push and pull were each cut off"
    server: FakeServer = LastingServer(tmp_path / "server.json", 0, "never")
    tablet = open_tablet(directory, server.transport)
    assert tablet.sync().complete
    assert server.made_durable == made
    assert [item.receipt for item in tablet.outbox()] == [server.receipts[id] for id in made]
    server.chain(tablet.session.device.tablet_id)
    tablet.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_at_every_call_of_an_upload_sends_no_part_twice(
    directory: Path, tmp_path: Path, when: str
) -> None:
    photo = random.Random(7).randbytes(600_000)
    tablet = open_tablet(directory)
    draft = tablet.start(day.VISIT, day.SCALE)
    draft.set_note("Cửa hàng đóng cửa")
    name = draft.paper.attach(photo, "image/jpeg")
    draft.finish()
    tablet.close()
    for call in range(4, 40):
        if ends("sync", directory, call, when) == 0:
            break
    assert call > 6, "asking, declaring and a part were cut off"
    server = LastingServer(tmp_path / "server.json", 0, "never")
    assert bytes(server.uploads[name]) == photo
    tablet = open_tablet(directory, server.transport)
    report = tablet.sync()
    assert (report.complete, server.parts) == (True, 0)
    tablet.close()


def test_two_programs_cannot_open_one_tablet(
    directory: Path, refusal: Callable[[Callable[[], object]], str]
) -> None:
    process = child("record", directory)
    assert process.stdout is not None
    process.stdout.readline()
    assert refusal(lambda: open_tablet(directory)) == "tablet-in-use"
    process.kill()
    process.communicate(timeout=60)
    open_tablet(directory).close()
