"""The mail sink keeps what it accepts, whole, one file per message."""

import smtplib
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from deploy.local import mailsink, ports


@pytest.fixture
def sink(tmp_path: Path):
    port = ports.free()
    controller = mailsink.serve(tmp_path / "mail", ports.HOST, port)
    yield port, tmp_path / "mail"
    controller.stop()


def test_an_accepted_message_is_a_file(sink: tuple[int, Path]) -> None:
    port, folder = sink
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"] = "vernier@localhost", "ketoan@xangdaukinhbac.vn"
    message["Subject"] = "Cột đo xăng dầu sắp đến hạn kiểm định"
    message.set_content("Kính gửi Quý cơ sở,\n.\nhạn: 31/03/2027\n")
    with smtplib.SMTP(ports.HOST, port) as client:
        client.send_message(message)
        client.send_message(message)
    kept = sorted(folder.glob("*.eml"))
    assert len(kept) == 2
    read = message_from_bytes(kept[0].read_bytes(), policy=policy.default)
    assert read["Subject"] == "Cột đo xăng dầu sắp đến hạn kiểm định"
    assert "hạn: 31/03/2027" in read.get_body().get_content()  # type: ignore[union-attr]
    assert not list(folder.glob(".*"))
