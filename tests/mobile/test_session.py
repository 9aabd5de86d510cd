"""Signing in: with the registry once, then without a network; and what lies on the disk meanwhile."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mobile_inspector.core import Refused, Tablet, Unreachable
from tests.mobile import day
from tests.mobile.day import ClockOfTheDay
from tests.mobile.fake_inspection import PASSWORD, USER, FakeServer

Open = Callable[..., Tablet]


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_the_first_sign_in_needs_the_network(open_tablet: Open) -> None:
    tablet = open_tablet()
    tablet.network.away = True
    assert refusal(lambda: tablet.sign_in(USER, PASSWORD)) == "first-sign-in-needs-network"
    tablet.network.away = False
    assert tablet.sign_in(USER, PASSWORD) is True


def test_a_wrong_password_opens_nothing_online_or_offline(tablet: Tablet, open_tablet: Open) -> None:
    tablet.close()
    again = open_tablet()
    assert refusal(lambda: again.sign_in(USER, "sai")) == "password-wrong"
    again.network.away = True
    assert refusal(lambda: again.sign_in(USER, "sai")) == "password-wrong"
    assert refusal(lambda: again.start(day.VISIT, day.SCALE)) == "signed-out"
    assert again.sign_in(f" {USER.upper()} ", PASSWORD) is False


def test_a_server_in_trouble_does_not_keep_the_inspector_out(
    tablet: Tablet, server: FakeServer, open_tablet: Open
) -> None:
    tablet.close()
    again = open_tablet()
    server.faults = iter(["down"])
    assert again.sign_in(USER, PASSWORD) is False


def test_a_tablet_belongs_to_one_inspector(tablet: Tablet, open_tablet: Open) -> None:
    tablet.close()
    again = open_tablet()
    assert refusal(lambda: again.sign_in("hoa.tt", PASSWORD)) == "tablet-taken"
    assert refusal(lambda: again.session.renew("hoa.tt", PASSWORD, "")) == "tablet-taken"


def test_offline_work_ends_after_the_days_agreed(
    tablet: Tablet, open_tablet: Open, clock: ClockOfTheDay
) -> None:
    tablet.close()
    again = open_tablet(offline_days=3)
    again.network.away = True
    clock.pass_by(days=3)
    assert again.sign_in(USER, PASSWORD) is False
    again.session.sign_out()
    clock.pass_by(minutes=1)
    assert refusal(lambda: again.sign_in(USER, PASSWORD)) == "offline-too-long"
    assert refusal(lambda: again.start(day.VISIT, day.SCALE)) == "signed-out"
    again.network.away = False
    assert again.sign_in(USER, PASSWORD) is True


def test_the_key_is_made_once(tablet: Tablet, open_tablet: Open) -> None:
    first = (tablet.session.device.tablet_id, tablet.session.device.public_key)
    tablet.close()
    again = open_tablet()
    again.sign_in(USER, PASSWORD)
    assert (again.session.device.tablet_id, again.session.device.public_key) == first
    assert len(list(again.journal.facts(kind="device.made"))) == 1


def test_a_password_changed_elsewhere_asks_for_the_old_one_once(
    tablet: Tablet, server: FakeServer, open_tablet: Open
) -> None:
    key = tablet.session.device.public_key
    tablet.close()
    server.password = "Mây trắng 2027"
    again = open_tablet()
    assert refusal(lambda: again.sign_in(USER, PASSWORD)) == "password-wrong"
    assert refusal(lambda: again.sign_in(USER, "Mây trắng 2027")) == "password-changed"
    assert refusal(lambda: again.sign_in(USER, "Mây trắng 2027", previous_password="sai")) == "password-wrong"
    again.sign_in(USER, "Mây trắng 2027", previous_password=PASSWORD)
    assert again.session.device.public_key == key
    again.close()
    third = open_tablet()
    third.network.away = True
    assert refusal(lambda: third.sign_in(USER, PASSWORD)) == "password-wrong"
    assert third.sign_in(USER, "Mây trắng 2027") is False


def test_a_forgotten_password_costs_neither_key_nor_record_with_the_recovery_code(
    tablet: Tablet, server: FakeServer, open_tablet: Open
) -> None:
    draft = tablet.start(day.VISIT, day.SCALE)
    draft.set_note("Chưa đo")
    sealed = draft.finish()
    begun = tablet.start(day.VISIT, day.DISPENSER)
    device, code = tablet.session.device.tablet_id, tablet.recovery_code()
    tablet.close()
    server.password = "mới"
    again = open_tablet()
    assert refusal(lambda: again.session.renew(USER, "mới", "0" * 20)) == "recovery-wrong"
    assert refusal(again.outbox) == "signed-out"
    again.session.renew(USER, "mới", f" {code.lower()} ")
    assert again.session.device.tablet_id == device
    again.drafts.get(begun.id).set_note("Vẫn còn")
    again.drafts.get(begun.id).finish()
    assert again.sync().complete
    assert server.made_durable == [sealed.id, begun.id]
    assert [record["id"] for record in server.chain(device)] == [sealed.id, begun.id]
    again.close()
    third = open_tablet()
    third.network.away = True
    assert third.sign_in(USER, "mới") is False


def test_the_refresh_token_is_kept_for_the_next_day_without_the_password_in_memory(
    tablet: Tablet, server: FakeServer, open_tablet: Open
) -> None:
    tablet.close()
    again = open_tablet()
    again.network.away = True
    again.sign_in(USER, PASSWORD)
    again.network.away = False
    server.calls.clear()
    assert again.sync().complete, again.sync().problem
    assert server.calls[0] == "POST /token"
    assert again.sync().complete
    assert server.calls.count("POST /token") == 1


def test_a_broken_answer_to_the_sign_in_is_no_sign_in(open_tablet: Open, server: FakeServer) -> None:
    tablet = open_tablet()
    server.faults = iter(["cut"])
    assert refusal(lambda: tablet.sign_in(USER, PASSWORD)) == "first-sign-in-needs-network"
    server.faults = iter(["cut"])
    with pytest.raises(Unreachable):
        tablet.session.renew(USER, PASSWORD, "")


def test_no_secret_lies_readable_on_the_disk_or_in_a_repr(
    tablet: Tablet, server: FakeServer, tmp_path: Path
) -> None:
    device = tablet.session.device
    secrets = [
        PASSWORD.encode(),
        device._key.private_bytes_raw(),
        *[token.encode() for token in server.refresh_tokens],
    ]
    shown = f"{device!r} {tablet.session.vault!r} {tablet.session!r} {vars(tablet.session)!r}".encode()
    files = [path.read_bytes() for path in (tmp_path / "tablet").iterdir() if path.is_file()]
    assert files
    for secret in secrets:
        assert secret not in shown
        assert not any(secret in content for content in files)


def test_other_users_of_the_machine_cannot_look_in(tablet: Tablet, tmp_path: Path) -> None:
    assert (tmp_path / "tablet").stat().st_mode & 0o077 == 0
    assert (tmp_path / "tablet" / "tablet.sqlite").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("url", ["", "inspection", "ftp://x.vn", "http://", "https://[::1"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    assert (
        refusal(lambda: Tablet.open(tmp_path, registry_url="https://x.vn", inspection_url=url))
        == "address-bad"
    )
