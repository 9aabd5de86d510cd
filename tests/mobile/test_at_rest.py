"""What lies on the disk: nothing readable, under PIN, password or recovery code; and an older tablet's data come along."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from mobile_inspector.core import Refused, Tablet
from mobile_inspector.core.database import MIGRATIONS
from tests.mobile import day
from tests.mobile.day import ClockOfTheDay
from tests.mobile.fake_inspection import CODE, PASSWORD, USER, FakeServer

Open = Callable[..., Tablet]
Refusal = Callable[[Callable[[], object]], str]
PIN = "270599"


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_nothing_of_the_work_or_the_journal_lies_readable_on_the_disk(tablet: Tablet, tmp_path: Path) -> None:
    draft = tablet.start(day.VISIT, day.DISPENSER)
    draft.set_note("Ghi chú kín đáo")
    draft.set_reading("qmax", "indication", "19,87654")
    draft.finish()
    assert tablet.sync().complete
    assert tablet.search("hoang long")
    tablet.close()
    found = content(tmp_path / "tablet")
    assert found
    for words in (
        "Hoàng Long",
        "Nguyễn Thị Hạnh",
        "912 345 678",
        "Ghi chú",
        "19.87654",
        f"TS-{day.DISPENSER}",
        PIN,
    ):
        assert words.encode() not in found


def test_a_pin_opens_the_tablet_without_password_and_network(
    tablet: Tablet, open_tablet: Open, refusal: Refusal
) -> None:
    tablet.set_pin(PIN)
    draft = tablet.start(day.VISIT, day.SCALE)
    tablet.close()
    again = open_tablet()
    again.network.away = True
    assert refusal(again.resume) == "signed-out"
    assert refusal(lambda: again.sign_in_by_pin("270590")) == "pin-wrong"
    again.sign_in_by_pin(PIN)
    again.drafts.get(draft.id).set_note("Mở bằng PIN")
    assert [fact.payload for fact in again.journal.facts(kind="session.pin_refused")] == [{"left": 4}]


@pytest.mark.parametrize(
    "pin", ["12345", "1234567890123", "111111", "123456", "987654", "27o599", "", "٢٧٠٥٩٩"]
)
def test_a_pin_that_anybody_guesses_is_refused(tablet: Tablet, refusal: Refusal, pin: str) -> None:
    assert refusal(lambda: tablet.set_pin(pin)) == "pin-weak"


def test_five_wrong_pins_are_the_last_and_killing_the_program_wins_none(
    tablet: Tablet, open_tablet: Open, refusal: Refusal
) -> None:
    tablet.set_pin(PIN)
    for left in (4, 3, 2, 1):
        tablet.close()
        tablet = open_tablet()
        with pytest.raises(Refused) as refused:
            tablet.sign_in_by_pin("270590")
        assert refused.value.values == {"left": left}
    assert refusal(lambda: tablet.sign_in_by_pin("270590")) == "pin-forgotten"
    assert refusal(lambda: tablet.sign_in_by_pin(PIN)) == "pin-unset"
    tablet.sign_in(USER, PASSWORD)
    tablet.set_pin("314159")
    tablet.confirm_pin("314159")
    assert len(list(tablet.journal.facts(kind="session.pin_refused"))) == 5


def test_a_right_pin_counts_from_the_beginning_again(tablet: Tablet, refusal: Refusal) -> None:
    tablet.set_pin(PIN)
    for _ in range(3):
        for _ in range(4):
            assert refusal(lambda: tablet.confirm_pin("000001")) == "pin-wrong"
        tablet.confirm_pin(PIN)


def test_an_attempt_counts_before_it_is_made(tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    tablet.set_pin(PIN)

    def killed(pin: str) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(tablet.session.vault, "fits", killed)
    with pytest.raises(KeyboardInterrupt):
        tablet.confirm_pin("270590")
    assert tablet.journal.database.bookmark("pin_failures") == "1"


def test_a_pin_is_nothing_without_the_secret_of_the_device(
    tablet: Tablet, open_tablet: Open, tmp_path: Path, refusal: Refusal
) -> None:
    tablet.set_pin(PIN)
    tablet.close()
    (tmp_path / "tablet" / "device.secret").write_bytes(bytes(32))
    again = open_tablet()
    assert refusal(lambda: again.sign_in_by_pin(PIN)) == "pin-wrong"
    assert again.sign_in(USER, PASSWORD), "the password does not need it"


def test_a_pin_does_not_outlast_the_days_agreed(
    tablet: Tablet, open_tablet: Open, clock: ClockOfTheDay, refusal: Refusal
) -> None:
    tablet.set_pin(PIN)
    tablet.close()
    again = open_tablet(offline_days=3)
    clock.pass_by(days=3, seconds=1)
    assert refusal(lambda: again.sign_in_by_pin(PIN)) == "offline-too-long"
    assert refusal(again.visits) == "signed-out"


def test_an_altered_payload_is_not_taken_for_a_fact(
    tablet: Tablet, open_tablet: Open, tmp_path: Path, refusal: Refusal
) -> None:
    draft = tablet.start(day.VISIT, day.SCALE)
    draft.set_note("Một")
    draft.set_note("Hai")
    tablet.close()
    connection = sqlite3.connect(tmp_path / "tablet" / "tablet.sqlite")
    connection.execute("DROP TRIGGER facts_are_not_changed")
    one, other = connection.execute(
        "SELECT payload FROM facts WHERE kind = 'note.set' ORDER BY position"
    ).fetchall()
    connection.execute("UPDATE facts SET payload = ? WHERE payload = ?", (one[0], other[0]))
    connection.commit()
    connection.close()
    again = open_tablet()
    again.sign_in(USER, PASSWORD)
    assert refusal(again.resume) == "tablet-unreadable"


def test_unsent_records_of_an_older_release_are_sealed_and_sent(
    tablet: Tablet, open_tablet: Open, server: FakeServer, tmp_path: Path
) -> None:
    draft = tablet.start(day.VISIT, day.SCALE)
    draft.set_note("Chưa gửi, từ bản cũ")
    made = draft.finish()
    began = tablet.start(day.VISIT, day.DISPENSER)
    began.set_note("Dở dang")
    as_first_release(tablet)
    assert "Chưa gửi, từ bản cũ".encode() in content(tmp_path / "tablet")
    again = open_tablet()
    again.network.away = True
    again.sign_in(USER, PASSWORD)
    assert [item.record for item in again.outbox()] == [made.record]
    assert again.resume()[0].sheet.note == "Dở dang"
    assert again.visits()[0].instrument(day.SCALE) is not None
    again.network.away = False
    assert again.sync().complete
    assert server.made_durable == [made.id]
    again.close()
    assert "Chưa gửi, từ bản cũ".encode() not in content(tmp_path / "tablet")
    with (
        sqlite3.connect(tmp_path / "tablet" / "tablet.sqlite") as connection,
        pytest.raises(sqlite3.IntegrityError),
    ):
        connection.execute("UPDATE facts SET payload = ''")


def as_first_release(tablet: Tablet) -> None:
    """Turns a tablet's file into what schema version 1 left: everything readable, tables of its own shape, no recovery."""
    facts = [
        (json.dumps(dict(fact.payload), ensure_ascii=False), fact.position) for fact in tablet.journal.facts()
    ]
    rows = tablet.journal.database.rows("SELECT * FROM work")
    work = [(json.dumps(tablet.work._read(row["kind"], row)), row["kind"], row["id"]) for row in rows]
    file = tablet.directory / "tablet.sqlite"
    tablet.close()
    connection = sqlite3.connect(file, isolation_level=None)
    guard = connection.execute(
        "SELECT sql FROM sqlite_master WHERE name = 'facts_are_not_changed'"
    ).fetchone()[0]
    connection.execute("DROP TRIGGER facts_are_not_changed")
    connection.executemany("UPDATE facts SET payload = ? WHERE position = ?", facts)
    connection.execute(guard)
    connection.executemany("UPDATE work SET body = ? WHERE kind = ? AND id = ?", work)
    connection.execute("DELETE FROM bookmarks WHERE name = 'sealed'")
    connection.execute("DELETE FROM vault WHERE name IN ('recovery', 'lock.recovery')")
    connection.execute("DROP TABLE records")
    connection.execute("CREATE TABLE records (id TEXT PRIMARY KEY, text TEXT NOT NULL)")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    assert len(MIGRATIONS) > 1


def test_a_kill_while_an_older_tablet_is_sealed_leaves_it_for_the_next_sign_in(
    tablet: Tablet, open_tablet: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = tablet.start(day.VISIT, day.SCALE)
    draft.set_note("Chưa gửi")
    made = draft.finish()
    as_first_release(tablet)
    again = open_tablet()
    sealed = again.session.vault.seal

    def dies_at_a_fact(context: str, text: str) -> bytes:
        if "record.sealed" in context:
            raise KeyboardInterrupt
        return sealed(context, text)

    monkeypatch.setattr(again.session.vault, "seal", dies_at_a_fact)
    with pytest.raises(KeyboardInterrupt):
        again.sign_in(USER, PASSWORD)
    again.close()
    third = open_tablet()
    third.sign_in(USER, PASSWORD)
    assert [item.record for item in third.outbox()] == [made.record]


def test_the_recovery_code_is_shown_as_often_as_needed_and_is_twenty_letters(
    tablet: Tablet, open_tablet: Open
) -> None:
    code = tablet.recovery_code()
    assert len(code.replace("-", "")) == 20
    tablet.close()
    again = open_tablet()
    again.sign_in(USER, PASSWORD)
    assert again.recovery_code() == code
    assert CODE not in code


def test_an_erased_tablet_leaves_no_secret_of_the_device(
    tablet: Tablet, server: FakeServer, tmp_path: Path
) -> None:
    tablet.set_pin(PIN)
    assert (tmp_path / "tablet" / "device.secret").stat().st_mode & 0o077 == 0
    server.standing = "wipe"
    tablet.sync()
    assert tablet.erased
    assert list((tmp_path / "tablet").iterdir()) == []
