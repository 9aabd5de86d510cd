"""The rescue file: written without a network, opened only whole and by its code, handed in through the normal door."""

import getpass
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from mobile_inspector import rescue
from mobile_inspector.core import Item, Refused, Tablet, rescue_file
from mobile_inspector.core.rescue_file import read_rescue
from tests.mobile import day
from tests.mobile.fake_inspection import PASSWORD, FakeServer

Refusal = Callable[[Callable[[], object]], str]
ADDRESSES = ["--registry", "https://registry.example.vn", "--inspection", "https://inspection.example.vn"]


@pytest.fixture(autouse=True)
def cheap_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescue_file, "COST", 2**10)


@pytest.fixture
def photo() -> bytes:
    return random.Random(5).randbytes(600_000)


@pytest.fixture
def made(tablet: Tablet, photo: bytes) -> list[Item]:
    tablet.network.away = True
    found = []
    for instrument in (day.SCALE, day.DISPENSER):
        draft = tablet.start(day.VISIT, instrument)
        draft.set_note("Máy không kết nối được")
        draft.paper.attach(photo if instrument == day.SCALE else b"\xff\xd8 small", "image/jpeg")
        found.append(draft.finish())
    return found


def hand_in(monkeypatch: pytest.MonkeyPatch, server: FakeServer, file: Path, *typed: str) -> int:
    answers = iter(typed)
    monkeypatch.setattr(getpass, "getpass", lambda prompt: next(answers))
    return rescue.main([str(file), *ADDRESSES], server.transport)


def test_the_office_hands_in_what_the_tablet_could_not(
    tablet: Tablet, made: list[Item], photo: bytes, server: FakeServer, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = tmp_path / "cuu-ho.vernier"
    code = tablet.rescue(file)
    assert hand_in(monkeypatch, server, file, code.lower(), PASSWORD) == 0
    assert "records with a receipt: 2 of 2" in capsys.readouterr().out
    assert server.made_durable == [item.id for item in made]
    assert photo in server.attachments.values()
    server.chain(tablet.session.device.tablet_id)
    assert hand_in(monkeypatch, server, file, code, PASSWORD) == 0, "twice is harmless"
    tablet.network.away = False
    report = tablet.sync()
    assert (report.complete, report.received) == (True, 2)
    assert server.made_durable == [item.id for item in made], "the tablet's own sending is a duplicate"
    assert len(server.attachments) == 2


def test_a_network_that_fails_on_the_way_leaves_the_rest_for_the_next_try(
    tablet: Tablet, made: list[Item], server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cuu-ho"
    code = tablet.rescue(file)
    server.faults = iter(["fine", "fine", "fine", "fine", "fine", "fine", "away"])
    assert hand_in(monkeypatch, server, file, code, PASSWORD) == 1
    assert hand_in(monkeypatch, server, file, code, PASSWORD) == 0
    assert len(server.attachments) == 2


def test_a_record_without_its_own_receipt_is_not_counted(
    tablet: Tablet, made: list[Item], server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cuu-ho"
    code = tablet.rescue(file)
    server.refuse = lambda record: (
        {"status": "rejected", "detail": "unreadable"} if record["sequence"] == 1 else None
    )
    assert hand_in(monkeypatch, server, file, code, PASSWORD) == 1


def test_a_wrong_password_or_code_hands_in_nothing(
    tablet: Tablet, made: list[Item], server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cuu-ho"
    code = tablet.rescue(file)
    assert hand_in(monkeypatch, server, file, code, "sai") == 1
    assert hand_in(monkeypatch, server, file, "0" * 20, PASSWORD) == 1
    assert server.made_durable == []


def test_a_file_that_was_cut_lengthened_or_altered_is_noticed(
    tablet: Tablet, made: list[Item], tmp_path: Path
) -> None:
    file, folder = tmp_path / "cuu-ho", tmp_path / "opened"
    folder.mkdir()
    code = tablet.rescue(file)
    whole = file.read_bytes()
    assert len(read_rescue(file, code, folder)["records"]) == 2
    head = whole.index(b"\n") + 1
    first = head + 4 + int.from_bytes(whole[head : head + 4], "big")
    chance = random.Random(3)
    spoiled = [whole[:n] for n in (0, 10, head, first, len(whole) - 1, chance.randrange(len(whole)))]
    spoiled += [whole + whole[first:], whole + b"\0\0\0\0"]
    for _ in range(10):
        at = chance.randrange(head, len(whole))
        spoiled.append(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    for content in spoiled:
        file.write_bytes(content)
        with pytest.raises(Refused) as refused:
            read_rescue(file, code, folder)
        assert refused.value.code == "rescue-unreadable"


def test_nothing_in_the_file_is_readable(
    tablet: Tablet, made: list[Item], photo: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "cuu-ho"
    code = tablet.rescue(file)
    content = file.read_bytes()
    for part in ("Máy không kết nối", code, made[0].id, made[0].hash):
        assert part.encode() not in content
    assert photo[1000:1064] not in content


def test_there_is_no_file_where_there_is_nothing_to_rescue(
    tablet: Tablet, tmp_path: Path, refusal: Refusal
) -> None:
    file = tmp_path / "cuu-ho"
    assert refusal(lambda: tablet.rescue(file)) == "nothing-to-rescue"
    draft = tablet.start(day.VISIT, day.SCALE)
    draft.set_note("x")
    draft.finish()
    assert refusal(lambda: tablet.rescue(tmp_path / "không" / "có")) == "storage-full"
    tablet.sign_out()
    assert refusal(lambda: tablet.rescue(file)) == "signed-out"
    assert not file.exists()
