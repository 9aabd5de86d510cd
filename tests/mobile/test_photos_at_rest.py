"""Photographs on the disk: nothing readable, any part readable with the vault open, an older tablet's come along."""

import hashlib
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobile_inspector.core import Tablet
from mobile_inspector.core.database import Database
from mobile_inspector.core.sealed_file import CHUNK, SealedFile
from mobile_inspector.core.vault import SEAL_BYTES, Vault
from tests.mobile import day
from tests.mobile.fake_inspection import PASSWORD, USER, FakeServer

Open = Callable[..., Tablet]
Refusal = Callable[[Callable[[], object]], str]
PHOTO = random.Random(5).randbytes(600_000)
NAME = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    made = Vault(Database(tmp_path_factory.mktemp("vault") / "v.sqlite"), lambda: bytes(32))
    made._use(bytes(32))
    return made


@pytest.fixture
def file(vault: Vault, tmp_path: Path) -> SealedFile:
    return SealedFile(vault, tmp_path / "x.sealed", "x")


def attached(tablet: Tablet, content: bytes = PHOTO) -> Path:
    draft = tablet.start(day.VISIT, day.SCALE)
    draft.set_note("Chưa gửi")
    name = draft.paper.attach(content, "image/jpeg")
    draft.finish()
    return tablet.attachments.folder / f"{name}.sealed"


def as_earlier_release(file: Path, content: bytes = PHOTO) -> Path:
    """How a tablet without sealed photographs left them."""
    file.unlink()
    plain = file.with_suffix("")
    plain.write_bytes(content)
    return plain


@settings(max_examples=150)
@given(
    size=st.integers(0, 3 * CHUNK + 2)
    | st.sampled_from([CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1]),
    offset=st.integers(0, 3 * CHUNK + 2),
    length=st.integers(-1, 2 * CHUNK),
)
def test_any_part_is_read_as_from_a_plain_file(
    vault: Vault, tmp_path_factory: pytest.TempPathFactory, size: int, offset: int, length: int
) -> None:
    content = random.Random(size).randbytes(size)
    kept = SealedFile(vault, tmp_path_factory.getbasetemp() / "any.sealed", "any")
    kept.write(content)
    assert kept.read(offset, length) == content[offset : None if length < 0 else offset + length]


def test_what_was_cut_exchanged_or_altered_ends_what_is_read(
    vault: Vault, file: SealedFile, tmp_path: Path
) -> None:
    path, content, sealed = tmp_path / "x.sealed", PHOTO[: 3 * CHUNK], CHUNK + SEAL_BYTES
    file.write(content)
    whole = path.read_bytes()
    for n in (0, 5, sealed, sealed + 5, 2 * sealed, 3 * sealed - 1):
        path.write_bytes(whole[:n])
        assert content.startswith(file.read())
        assert file.read() != content
    path.write_bytes(whole[sealed : 2 * sealed] + whole[:sealed] + whole[2 * sealed :])
    assert file.read() == b"", "no chunk passes for another"
    path.write_bytes(whole[: 2 * sealed] + bytes([whole[2 * sealed] ^ 1]) + whole[2 * sealed + 1 :])
    assert (file.read(), file.read(CHUNK, 10)) == (content[: 2 * CHUNK], content[CHUNK : CHUNK + 10])
    path.write_bytes(whole)
    assert SealedFile(vault, path, "y").read() == b"", "no file passes for another"


def test_nothing_of_a_photograph_lies_readable_on_the_disk(tablet: Tablet, tmp_path: Path) -> None:
    attached(tablet)
    tablet.close()
    on_disk = b"".join(path.read_bytes() for path in (tmp_path / "tablet").rglob("*") if path.is_file())
    for at in range(0, len(PHOTO) - 32, 4096):
        assert PHOTO[at : at + 32] not in on_disk


def test_signed_out_no_photograph_can_be_read(tablet: Tablet, refusal: Refusal) -> None:
    attached(tablet)
    tablet.sign_out()
    assert refusal(lambda: tablet.attachments.read(NAME)) == "signed-out"


@pytest.mark.parametrize("written", [0, 1, 100_000, 600_112])
def test_a_kill_while_one_is_written_leaves_none_and_the_next_try_writes_it(
    tablet: Tablet, open_tablet: Open, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    folder = tablet.attachments.folder

    def killed(half: Path, target: Path) -> Path:
        content = half.read_bytes()
        half.write_bytes(content[:written])
        raise KeyboardInterrupt

    draft = tablet.start(day.VISIT, day.SCALE)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            draft.paper.attach(PHOTO, "image/jpeg")
    assert [path.suffix for path in folder.iterdir()] == [".half"]
    assert not draft.sheet.attachments, "no fact names what is not whole"
    tablet.close()
    again = open_tablet()
    again.sign_in(USER, PASSWORD)
    assert list(folder.iterdir()) == [], "what was begun is cleared away"
    name = again.drafts.get(draft.id).paper.attach(PHOTO, "image/jpeg")
    assert again.attachments.read(name) == PHOTO


def test_unsent_photographs_of_an_earlier_release_are_sealed_and_sent(
    tablet: Tablet, open_tablet: Open, server: FakeServer
) -> None:
    plain = as_earlier_release(attached(tablet))
    (plain.parent / "0.half").write_bytes(PHOTO[:5000])
    tablet.close()
    again = open_tablet()
    again.network.away = True
    again.sign_in(USER, PASSWORD)
    assert [path.name for path in plain.parent.iterdir()] == [f"{NAME}.sealed"]
    assert again.attachments.read(NAME) == PHOTO
    again.network.away = False
    assert again.sync().complete
    assert server.attachments == {NAME: PHOTO}


@pytest.mark.parametrize("moment", ["before the first file", "before the plain one goes"])
def test_a_kill_while_an_older_tablets_are_sealed_leaves_them_for_the_next_sign_in(
    tablet: Tablet, open_tablet: Open, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    plain = as_earlier_release(attached(tablet))
    tablet.close()
    again = open_tablet()

    def killed(path: Path, *rest: object, **more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace" if moment.startswith("before the first") else "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            again.sign_in(USER, PASSWORD)
    assert plain.read_bytes() == PHOTO
    again.close()
    third = open_tablet()
    third.sign_in(USER, PASSWORD)
    assert not plain.exists()
    assert third.attachments.read(NAME) == PHOTO


def test_a_full_disk_keeps_nobody_out_and_an_older_tablets_photographs_are_sent_all_the_same(
    tablet: Tablet, open_tablet: Open, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = as_earlier_release(attached(tablet))
    tablet.close()
    again = open_tablet()

    def full(self: SealedFile, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(SealedFile, "write", full)
        again.sign_in(USER, PASSWORD)
        assert again.sync().complete
    assert server.attachments == {NAME: PHOTO}
    assert plain.exists()
    again.close()
    third = open_tablet()
    third.sign_in(USER, PASSWORD)
    assert [path.name for path in plain.parent.iterdir()] == [f"{NAME}.sealed"]


def test_a_damaged_one_of_an_earlier_release_is_kept_as_it_is(tablet: Tablet, open_tablet: Open) -> None:
    as_earlier_release(attached(tablet), b"damaged")
    tablet.close()
    again = open_tablet()
    again.sign_in(USER, PASSWORD)
    assert (again.attachments.read(NAME), again.attachments.is_sound(NAME)) == (b"damaged", False)


def test_a_disk_that_is_full_refuses_the_photograph_and_keeps_the_draft(
    tablet: Tablet, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = tablet.start(day.VISIT, day.SCALE)

    def full(self: SealedFile, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SealedFile, "write", full)
    assert refusal(lambda: draft.paper.attach(PHOTO, "image/jpeg")) == "storage-full"
    assert not draft.sheet.attachments
