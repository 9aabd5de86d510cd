"""A message for any name: one recipient, lines that every mail server takes, and the name as it was."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.mail import Mail, compose

names = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=300).filter(
    str.strip
)


@given(names | st.sampled_from(['Nguyễn, "Bếp" <a@b.vn>', "Kinh Bac & Co; x@y.vn", "=?utf-8?q?x?="]))
def test_a_name_survives_and_adds_no_recipient(name: str) -> None:
    mail = Mail(
        key="k",
        sender_name=name,
        recipient_name=name,
        recipient="hanh@kinhbac.example",
        language="vi",
        subject="Lịch kiểm định",
        text="Kính gửi",
        html="<p>Kính gửi</p>",
    )
    raw = compose(mail, "kiem-dinh@vernier.example").as_bytes()
    head = raw.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    for field, address in (("From", "kiem-dinh@vernier.example"), ("To", "hanh@kinhbac.example")):
        shown = make_header(decode_header(message_from_bytes(raw)[field]))
        assert str(shown) == f"{' '.join(name.split())} <{address}>"
        parsed = message_from_bytes(raw, policy=policy.default)[field].addresses
        assert [each.addr_spec for each in parsed] == [address]
