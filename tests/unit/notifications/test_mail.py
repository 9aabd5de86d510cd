"""A message of any words: one recipient, lines that every mail server takes, and names and subject as they were."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.mail import Mail, compose

names = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=300).filter(
    str.strip
)


def mail(**changes: str) -> Mail:
    facts = {
        "key": "k",
        "sender_name": "Bộ phận kiểm định",
        "recipient_name": "Nguyễn Thị Hạnh",
        "recipient": "hanh@kinhbac.example",
        "language": "vi",
        "subject": "Lịch kiểm định",
        "text": "Kính gửi",
        "html": "<p>Kính gửi</p>",
    }
    return Mail(**facts | changes)


@given(names | st.sampled_from(['Nguyễn, "Bếp" <a@b.vn>', "Kinh Bac & Co; x@y.vn", "=?utf-8?q?x?="]))
def test_a_name_survives_and_adds_no_recipient(name: str) -> None:
    raw = compose(mail(sender_name=name, recipient_name=name), "kiem-dinh@vernier.example").as_bytes()
    head = raw.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    for field, address in (("From", "kiem-dinh@vernier.example"), ("To", "hanh@kinhbac.example")):
        shown = make_header(decode_header(message_from_bytes(raw)[field]))
        assert str(shown) == f"{' '.join(name.split())} <{address}>"
        parsed = message_from_bytes(raw, policy=policy.default)[field].addresses
        assert [each.addr_spec for each in parsed] == [address]


words = st.sampled_from(["đã", "cấp", "3", "giấy", "chứng", "nhận", "kiểm", "định", "TS-1", "08:00"])


@given(names | st.lists(words, min_size=1).map(" ".join))
def test_a_subject_survives(subject: str) -> None:
    raw = compose(mail(subject=subject), "kiem-dinh@vernier.example").as_bytes()
    head = raw.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    for read in (
        str(make_header(decode_header(message_from_bytes(raw)["Subject"]))),
        message_from_bytes(raw, policy=policy.default)["Subject"],
    ):
        assert read == " ".join(subject.split())
