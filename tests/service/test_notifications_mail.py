"""From an event to a real e-mail over real SMTP: sent once, told again when it can, failed when it never will."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from random import Random
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as Handover

from deploy.local import ports
from services.kernel.model import Envelope, Event, now, today
from services.kernel.settings import Settings
from services.notifications.events import NoticeFailed, NoticeSent
from services.notifications.mail import Away, Post
from services.notifications.sender import send_once
from services.notifications.storage import instruments, notices
from services.registry.events import EnterpriseUpdated
from tests.unit.notifications import examples as n
from tests.unit.scheduling import examples as e
from tests.world import MakeWorld, World

LATER = timedelta(minutes=2)


class Mailbox:
    """A real SMTP server that keeps what it takes; `answers` are given in turn before it takes anything."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.answers: list[str] = []
        self.refused: dict[str, str] = {}
        self.port = ports.free()
        self.start()

    def start(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self) -> None:
        self.controller.stop()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Handover, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Handover) -> str:
        if self.answers:
            return self.answers.pop(0)
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.raw.append(envelope.original_content or b"")
        return "250 OK"

    def config(self) -> Settings:
        return Settings(smtp_host="127.0.0.1", smtp_port=self.port, mail_from="kiem-dinh@vernier.example")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.stop()


@pytest.fixture
def send(mailbox: Mailbox) -> Iterator[Callable[..., int]]:
    """Sends what is pending as if it were two minutes later, or another time."""
    post = Post(mailbox.config())
    yield lambda after=LATER: send_once(post, lambda: now() + after)
    post.close()


@pytest.fixture
def notifications(world: MakeWorld) -> World:
    here = world("notifications")
    here.publish(e.enterprise(), f"enterprise/{e.ENTERPRISE}")
    here.publish(e.instrument_type(), f"instrument_type/{e.DISPENSER}")
    here.publish(e.site(), f"site/{e.SITE}")
    here.publish(e.inspector(), f"inspector/{e.INSPECTOR}")
    for number in (1, 2, 3):
        here.publish(e.registered(f"cot-{number}"), f"instrument/cot-{number}")
    return here.drain()


def hear(here: World, event: Event, subject: str) -> None:
    here.publish(event, subject)
    here.drain()


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def header(raw: bytes, name: str) -> str:
    """As RFC 2047 reads it: Python's newer parser puts a space between two encoded words of a display name."""
    return str(make_header(decode_header(message_from_bytes(raw)[name])))


def state() -> tuple[str, str | None]:
    (notice,) = notices.query()
    return notice.status, notice.reason


def test_an_announced_visit_reaches_the_enterprise_in_its_language(
    notifications: World, mailbox: Mailbox, send: Callable[..., int]
) -> None:
    hear(notifications, n.announced(), "visit/v-1")
    assert send() == 1
    (mail,) = mailbox.mails
    assert mail["To"] == "Nguyễn Thị Hạnh <hanh@kinhbac.example>"
    assert header(mailbox.raw[0], "From") == "Bộ phận kiểm định phương tiện đo <kiem-dinh@vernier.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == "Lịch kiểm định tại Cửa hàng xăng dầu số 7: từ 08:00 đến 11:30 ngày 05/03/2027"
    text = body(mail)
    assert "Kiểm định viên Trần Văn Minh" in text
    assert "- Cột đo xăng dầu, số TS-cot-1: kiểm định định kỳ" in text
    assert "Quốc lộ 18, phường Vũ Ninh, Phường Vũ Ninh" in text
    assert "<li>Cột đo xăng dầu, số TS-cot-1: kiểm định định kỳ</li>" in body(mail, "html")
    (sent,) = notifications.drain().events(NoticeSent)
    assert isinstance(sent, NoticeSent)
    assert mail["Message-ID"] == f"<{sent.notice_id}@vernier.example>"
    assert (sent.topic, sent.about, sent.instrument_ids) == (
        "visit_announced",
        "visit/v-1@1",
        ["cot-1", "cot-2"],
    )
    assert send() == 0


def test_english_is_written_to_an_enterprise_that_reads_english(
    notifications: World, mailbox: Mailbox, send: Callable[..., int]
) -> None:
    english = e.enterprise().model_dump() | {"language": "en", "name": "Kinh Bac <Petrol> & Co"}
    hear(notifications, EnterpriseUpdated(**english), f"enterprise/{e.ENTERPRISE}")
    hear(notifications, n.announced(), "visit/v-1")
    send()
    (mail,) = mailbox.mails
    assert mail["Subject"] == "Verification visit at Cửa hàng xăng dầu số 7: 5 March 2027, 08:00 to 11:30"
    assert "- Fuel dispenser, no. TS-cot-1: periodic verification" in body(mail)
    assert "Kinh Bac &lt;Petrol&gt; &amp; Co" in body(mail, "html")


def test_instruments_that_fall_due_together_are_one_mail_and_those_that_come_later_the_next(
    notifications: World, mailbox: Mailbox, send: Callable[..., int]
) -> None:
    for number in (1, 2):
        notifications.publish(n.due(f"cot-{number}"), f"obligation/cot-{number}")
    notifications.publish(n.due("cot-3", lead="overdue"), "obligation/cot-3")
    notifications.drain(twice=True)
    assert send(after=timedelta()) == 0, "it waits a quiet moment for more"
    assert send() == 2
    notifications.publish(n.due("cot-4"), "obligation/cot-4")
    hear(notifications, e.registered("cot-4"), "instrument/cot-4")
    assert send() == 1
    told = notifications.drain().events(NoticeSent)
    assert sorted(each.instrument_ids for each in told if isinstance(each, NoticeSent)) == [
        ["cot-1", "cot-2"],
        ["cot-3"],
        ["cot-4"],
    ]
    subjects = sorted(mail["Subject"] for mail in mailbox.mails)
    assert subjects == [
        "Còn 30 ngày: 1 phương tiện đo đến hạn kiểm định",
        "Còn 30 ngày: 2 phương tiện đo đến hạn kiểm định",
        "Quá hạn: 1 phương tiện đo chưa được kiểm định",
    ]
    first = next(mail for mail in mailbox.mails if "Còn 30 ngày: 2" in mail["Subject"])
    assert "số TS-cot-1, tại Cửa hàng xăng dầu số 7: kiểm định định kỳ, hạn 31/03/2027" in body(first)


def test_an_event_that_comes_again_after_its_mail_left_brings_no_second_mail(
    notifications: World, mailbox: Mailbox, send: Callable[..., int]
) -> None:
    envelopes = [notifications.publish(n.due(f"cot-{i}"), f"obligation/cot-{i}") for i in (1, 2)]
    envelopes.append(notifications.publish(n.announced(), "visit/v-1"))
    envelopes += [notifications.publish(e.certificate(id), f"certificate/{id}") for id in ("cot-1", "cot-2")]
    notifications.drain()
    assert send() == 3
    hear(notifications, n.due("cot-3"), "obligation/cot-3")
    for each in envelopes * 2:
        notifications.deliver(each)
    notifications.drain(twice=True)
    assert send() == 1
    assert len(mailbox.mails) == 4
    assert "TS-cot-3" in body(mailbox.mails[-1])
    assert "TS-cot-1" not in body(mailbox.mails[-1])


@pytest.mark.parametrize(
    ("event", "topic", "words"),
    [
        (e.certificate(until=today()), "certificate_issued", "Giấy chứng nhận kiểm định số 00017-26"),
        (e.certificate(until=None), "certificate_issued", "có giá trị đến: không quy định thời hạn"),
        (e.revoked("Cấp nhầm phương tiện đo"), "certificate_revoked", "Lý do: Cấp nhầm phương tiện đo."),
        (
            e.revoked("…", withheld=["instrument-barred"]),
            "certificate_revoked",
            "Lý do: trước lần kiểm định đó",
        ),
        (e.verified(verdict="fail"), "verification_failed", "không đạt yêu cầu kỹ thuật đo lường"),
        (e.verified(withheld=["card-expired"]), "certificate_withheld", "giấy chứng nhận chưa được cấp"),
        (n.rescheduled(), "visit_rescheduled", "lúc 08:00 ngày 04/03/2027"),
        (n.cancelled(), "visit_cancelled", "Lý do: Mưa bão"),
    ],
)
def test_each_result_and_change_has_its_letter(
    notifications: World, mailbox: Mailbox, send: Callable[..., int], event: Event, topic: str, words: str
) -> None:
    hear(notifications, event, "some/thing")
    send()
    (mail,) = mailbox.mails
    assert words in body(mail)
    (sent,) = notifications.drain().events(NoticeSent)
    assert isinstance(sent, NoticeSent)
    assert sent.topic == topic


def test_a_certificate_that_a_failure_ended_needs_no_letter_beside_that_of_the_failure(
    notifications: World, mailbox: Mailbox, send: Callable[..., int]
) -> None:
    hear(notifications, e.verified(verdict="fail"), "verification/kd-cot-1")
    ended = e.revoked("The instrument failed its verification.", by_verification_id="kd-cot-1")
    hear(notifications, ended, "certificate/gcn-cot-1")
    send()
    (mail,) = mailbox.mails
    assert "không đạt yêu cầu kỹ thuật đo lường" in body(mail)


@pytest.mark.parametrize(
    ("language", "subject", "lines"),
    [
        (
            "vi",
            "Đạt kiểm định: đã cấp 3 giấy chứng nhận",
            "- Cột đo xăng dầu, số TS-cot-1, tại Cửa hàng xăng dầu số 7: "
            "giấy chứng nhận số 00017-26, có giá trị đến: 31/03/2099\n"
            "- Cột đo xăng dầu, số TS-cot-2, tại Cửa hàng xăng dầu số 7: "
            "giấy chứng nhận số 00018-26, có giá trị đến: không quy định thời hạn\n"
            "- Cột đo xăng dầu, số TS-cot-2, tại Cửa hàng xăng dầu số 7: "
            "giấy chứng nhận số 00019-26, có giá trị đến: 31/03/2099\n",
        ),
        (
            "en",
            "Passed: 3 certificates of verification issued",
            "- Fuel dispenser, no. TS-cot-1, at Cửa hàng xăng dầu số 7: "
            "certificate no. 00017-26, valid until: 31 March 2099\n"
            "- Fuel dispenser, no. TS-cot-2, at Cửa hàng xăng dầu số 7: "
            "certificate no. 00018-26, valid until: no end is laid down\n"
            "- Fuel dispenser, no. TS-cot-2, at Cửa hàng xăng dầu số 7: "
            "certificate no. 00019-26, valid until: 31 March 2099\n",
        ),
    ],
)
def test_certificates_of_one_day_are_one_mail_that_lists_each(
    notifications: World,
    mailbox: Mailbox,
    send: Callable[..., int],
    language: str,
    subject: str,
    lines: str,
) -> None:
    """Both certificates of one instrument too: which of them is in force no letter judges."""
    reader = e.enterprise().model_dump() | {"language": language}
    hear(notifications, EnterpriseUpdated(**reader), f"enterprise/{e.ENTERPRISE}")
    end = date(2099, 3, 31)
    for id, number, until in (("cot-2", 19, end), ("cot-2", 18, None), ("cot-1", 17, end)):
        told = e.certificate(id, until, number=f"000{number}-26")
        notifications.publish(told, f"certificate/gcn-{number}")
    notifications.drain(twice=True)
    assert send(after=timedelta()) == 0, "it waits a quiet moment for more"
    assert send() == 1
    (mail,) = mailbox.mails
    assert mail["Subject"] == subject
    assert lines in body(mail)
    assert body(mail, "html").count("<li>") == 3
    (sent,) = notifications.drain().events(NoticeSent)
    assert isinstance(sent, NoticeSent)
    assert sorted(sent.instrument_ids) == ["cot-1", "cot-2"]


@pytest.mark.parametrize(
    ("changes", "one", "several"),
    [
        (
            {"verdict": "fail"},
            "Không đạt kiểm định: Cột đo xăng dầu, số TS-cot-1",
            "Không đạt kiểm định: 2 phương tiện đo",
        ),
        (
            {"withheld": ["card-expired"]},
            "Kết quả kiểm định đang chờ: Cột đo xăng dầu, số TS-cot-1",
            "Kết quả kiểm định đang chờ: 2 phương tiện đo",
        ),
    ],
)
def test_two_words_on_one_instrument_are_a_letter_on_one_and_two_instruments_are_listed(
    notifications: World,
    mailbox: Mailbox,
    send: Callable[..., int],
    changes: dict[str, Any],
    one: str,
    several: str,
) -> None:
    for id, record in (("cot-1", "kd-1"), ("cot-1", "kd-2")):
        notifications.publish(e.verified(id, **changes), f"verification/{record}")
    notifications.drain()
    assert send() == 1
    for id, record in (("cot-1", "kd-3"), ("cot-2", "kd-4")):
        notifications.publish(e.verified(id, **changes), f"verification/{record}")
    notifications.drain()
    assert send() == 1
    assert [mail["Subject"] for mail in mailbox.mails] == [one, several]
    assert "- Cột đo" not in body(mailbox.mails[0])
    assert "- Cột đo xăng dầu, số TS-cot-2, tại Cửa hàng xăng dầu số 7\n" in body(mailbox.mails[1])


@pytest.mark.parametrize(
    "event", [e.verified(), e.verified(verdict="incomplete"), n.cancelled(announced=False)]
)
def test_what_brings_no_letter(notifications: World, event: Event) -> None:
    hear(notifications, event, "some/thing")
    assert list(notices.query()) == []


def test_a_server_that_is_away_costs_no_attempt(
    notifications: World, mailbox: Mailbox, send: Callable[..., int]
) -> None:
    hear(notifications, n.announced(), "visit/v-1")
    mailbox.stop()
    for _ in range(20):
        with pytest.raises(Away):
            send()
    assert state() == ("pending", None)
    mailbox.start()
    assert send() == 1
    assert len(mailbox.mails) == 1


def test_a_server_that_says_later_is_asked_again_and_again_and_then_it_has_failed(
    notifications: World, mailbox: Mailbox, send: Callable[..., int]
) -> None:
    hear(notifications, n.announced(), "visit/v-1")
    mailbox.answers = ["451 greylisted"] * 9
    assert send() == 0
    assert state() == ("pending", "451 greylisted")
    assert send(after=LATER) == 0, "it waits before it asks again"
    assert mailbox.answers == ["451 greylisted"] * 8
    for day in range(1, 9):
        send(after=timedelta(days=day))
    assert state() == ("failed", "451 greylisted")
    (failed,) = notifications.drain().events(NoticeFailed)
    assert isinstance(failed, NoticeFailed)
    assert failed.reason == "451 greylisted"


def test_a_refused_recipient_is_a_failure_at_once_and_can_be_tried_again(
    notifications: World, mailbox: Mailbox, send: Callable[..., int]
) -> None:
    mailbox.refused = {"hanh@kinhbac.example": "550 no such user"}
    hear(notifications, n.announced(), "visit/v-1")
    assert send() == 1
    assert state() == ("failed", "550 no such user")
    door = notifications.door("notifications", "dispatcher")
    (listed,) = door.get("/notices", params={"status": "failed"}).json()
    corrected = e.enterprise().model_dump() | {"contact_email": "ke-toan@kinhbac.example"}
    hear(notifications, EnterpriseUpdated(**corrected), f"enterprise/{e.ENTERPRISE}")
    assert door.post(f"/notices/{listed['id']}/retry").json()["status"] == "pending"
    assert send() == 1
    assert mailbox.mails[0]["To"] == "Nguyễn Thị Hạnh <ke-toan@kinhbac.example>"
    again = door.post(f"/notices/{listed['id']}/retry")
    assert (again.status_code, again.json()["type"]) == (409, "urn:vernier:problem:notice-state")
    trail = door.get(f"/notices/{listed['id']}/history").json()
    assert [each["type"].split(".")[3] for each in trail] == ["failed", "retried", "sent"]


@pytest.mark.parametrize(
    ("email", "reason"), [(None, "no-contact-email"), ("không phải địa chỉ", "is no e-mail address")]
)
def test_without_an_address_it_fails_with_the_reason(
    notifications: World, mailbox: Mailbox, send: Callable[..., int], email: str | None, reason: str
) -> None:
    changed = e.enterprise().model_dump() | {"contact_email": email}
    hear(notifications, EnterpriseUpdated(**changed), f"enterprise/{e.ENTERPRISE}")
    hear(notifications, n.announced(), "visit/v-1")
    assert send() == 1
    assert state()[0] == "failed"
    assert reason in (state()[1] or "")


def test_a_letter_waits_for_names_and_then_leaves_without_them(
    world: MakeWorld, mailbox: Mailbox, send: Callable[..., int]
) -> None:
    here = world("notifications")
    hear(here, n.announced(), "visit/v-1")
    assert send() == 0
    assert state() == ("pending", f"enterprise {e.ENTERPRISE} is not known yet")
    hear(here, e.enterprise(), f"enterprise/{e.ENTERPRISE}")
    for minutes in (10, 30):
        assert send(after=timedelta(minutes=minutes)) == 0
    assert send(after=timedelta(hours=2)) == 1
    assert "(chưa rõ)" in body(mailbox.mails[0])


def test_a_letter_on_several_waits_for_the_name_that_one_of_them_lacks(
    notifications: World, mailbox: Mailbox, send: Callable[..., int]
) -> None:
    for id in ("cot-1", "cot-4"):
        notifications.publish(e.certificate(id), f"certificate/{id}")
    notifications.drain()
    assert send() == 0
    assert state() == ("pending", "site None is not known yet")
    hear(notifications, e.registered("cot-4"), "instrument/cot-4")
    assert send(after=timedelta(minutes=5)) == 1
    assert "(chưa rõ)" not in body(mailbox.mails[0])


def test_a_history_of_long_ago_becomes_no_mail(
    world: MakeWorld, send: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = world("notifications")
    day = timedelta(days=1)
    for index, (age, subject) in enumerate(((4 * day, "visit/v-1"), (2 * day, "visit/v-2"))):
        monkeypatch.setattr("tests.world.now", lambda age=age: now() - age)
        here.publish(n.announced(), subject)
        here.publish(n.due(f"cot-{index}"), f"obligation/cot-{index}")
        here.publish(e.certificate(f"cot-{index}"), f"certificate/{index}")
    here.drain(twice=True)
    assert send() == 0
    found = sorted((each.topic, each.status) for each in notices.query())
    assert found == [
        ("certificate_issued", "pending"),
        ("certificate_issued", "suppressed"),
        ("verification_due", "pending"),
        ("verification_due", "suppressed"),
        ("visit_announced", "pending"),
        ("visit_announced", "suppressed"),
    ]


def test_a_sender_that_died_after_the_server_took_the_mail_sends_a_copy_with_the_same_message_id(
    notifications: World, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(notifications, n.announced(), "visit/v-1")
    post = Post(mailbox.config())
    taken = post.send

    def send_and_die(mail: Any) -> None:
        taken(mail)
        raise SystemExit

    monkeypatch.setattr(post, "send", send_and_die)
    with pytest.raises(SystemExit):
        send_once(post, lambda: now() + LATER)
    post.close()

    second = Post(mailbox.config())
    assert send_once(second, lambda: now() + LATER) == 0, "it is still the first sender's"
    assert send_once(second, lambda: now() + timedelta(minutes=5)) == 1
    second.close()
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1
    assert len(mailbox.mails) == 2


def test_two_senders_at_once_send_each_notice_once(notifications: World, mailbox: Mailbox) -> None:
    for number in range(10):
        notifications.publish(n.announced(), f"visit/v-{number}")
    notifications.drain()
    posts = [Post(mailbox.config()) for _ in range(4)]

    def at() -> datetime:
        return now() + LATER

    with ThreadPoolExecutor(len(posts)) as pool:
        counts = list(pool.map(lambda post: send_once(post, at), posts))
    for post in posts:
        post.close()
    assert sum(counts) == 10
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == len(mailbox.mails) == 10


def test_who_may_read_notices(notifications: World, send: Callable[..., int]) -> None:
    for number in range(3):
        notifications.publish(n.announced(), f"visit/v-{number}")
    notifications.drain()
    office = notifications.door("notifications", "dispatcher")
    owner = notifications.door("notifications", "enterprise", enterprise=e.ENTERPRISE)
    stranger = notifications.door("notifications", "enterprise", enterprise=e.OTHER_ENTERPRISE)
    listed = office.get("/notices", params={"limit": 2}).json()
    rest = office.get("/notices", params={"limit": 2, "after": listed[-1]["id"]}).json()
    assert len({each["id"] for each in listed + rest}) == 3
    assert [len(who.get("/notices").json()) for who in (owner, stranger)] == [3, 0]
    path = f"/notices/{listed[0]['id']}"
    assert [who.get(path).status_code for who in (office, owner, stranger)] == [200, 200, 403]
    assert "Trần Văn Minh" in office.get(path).json()["text"]
    send()
    assert owner.get(path).json()["recipient"] == "hanh@kinhbac.example"
    assert owner.post(f"{path}/retry").status_code == 403
    assert stranger.get("/notices", params={"enterprise_id": e.ENTERPRISE}).status_code == 403
    assert (
        notifications.door("notifications", "inspector", inspector="kdv").get("/notices").status_code == 403
    )
    assert notifications.door("notifications").get("/notices").status_code == 401
    assert office.get("/notices", params={"status": "lost"}).status_code == 422


@pytest.mark.parametrize("seed", range(5))
def test_an_instrument_is_known_as_it_was_told_last_whatever_comes_again(
    notifications: World, seed: int
) -> None:
    """Most of what is told of an instrument changes nothing that a letter shows, and is not written."""
    chance, told = Random(seed), list[Envelope]()
    for _ in range(12):
        event = e.updated("cot-1", serial=chance.choice(["A", "A", "B"]), valid_until=today())
        told.append(notifications.publish(event, "instrument/cot-1"))
        for each in chance.sample(told, min(3, len(told))):
            notifications.deliver(each)
        notifications.drain()
        assert instruments.get("cot-1").serial == event.serial
    assert instruments.get("cot-1").version < 1 + len(told)
