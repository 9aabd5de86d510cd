"""The way out by e-mail: the only file that knows SMTP."""

import smtplib
import ssl
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime

from services.kernel.model import Fact
from services.kernel.settings import Settings, settings

TIMEOUT_SECONDS = 20.0


class Away(Exception):
    """The mail server cannot be reached, or does not let us in. That is no fault of the message."""


class Deferred(Exception):
    """The server did not take this message now (a 4xx answer); it may later."""


class Refused(Exception):
    """The server will never take this message (a 5xx answer), or the address is no address."""


class Mail(Fact):
    """A message to one person. `key` is the same for every copy of it and becomes its Message-ID."""

    key: str
    sender_name: str
    recipient_name: str
    recipient: str
    language: str
    subject: str
    text: str
    html: str


class Post:
    """A connection to the mail server, kept from message to message and made anew when it is lost."""

    def __init__(self, config: Settings | None = None) -> None:
        self.config = config or settings()
        self._smtp: smtplib.SMTP | None = None

    def open(self) -> None:
        """Raises Away."""
        if self._smtp is not None:
            try:
                if self._smtp.noop()[0] == 250:
                    return
            except (smtplib.SMTPException, OSError):
                pass
            self.close()
        try:
            self._smtp = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise Away(f"{self.config.smtp_host}:{self.config.smtp_port}: {error}") from error

    def send(self, mail: Mail) -> None:
        """Hands one message over. Raises Away, Deferred, Refused."""
        assert self._smtp is not None
        sender = self.config.mail_from
        try:
            self._smtp.send_message(compose(mail, sender), from_addr=sender, to_addrs=mail.recipient)
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _refusal(code, answer) from error
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(f"the mail server cannot send to such an address: {error}") from error
        except (smtplib.SMTPException, OSError) as error:
            # Also a refused sender: that is our configuration, and the next message would meet it as well.
            self.close()
            raise Away(str(error)) from error

    def close(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _connect(self) -> smtplib.SMTP:
        config = self.config
        smtp = smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=TIMEOUT_SECONDS)
        try:
            if config.smtp_tls:
                smtp.starttls(context=ssl.create_default_context())
            if config.smtp_user:
                password = config.smtp_password.get_secret_value() if config.smtp_password else ""
                smtp.login(config.smtp_user, password)
        except (smtplib.SMTPException, OSError):
            smtp.close()
            raise
        return smtp


def compose(mail: Mail, sender: str) -> EmailMessage:
    """The message with its headers: plain text and the same as HTML. Raises Refused when the address is no address."""
    domain = sender.rpartition("@")[2] or "localhost"
    message = EmailMessage(policy=SMTP)
    try:
        message.set_raw("From", _mailbox("From", mail.sender_name, sender))
        message.set_raw("To", _mailbox("To", mail.recipient_name, mail.recipient))
    except (ValueError, IndexError, MessageError) as error:
        raise Refused(f"{mail.recipient} is no e-mail address: {error}") from error
    # Python 3.11, folding a subject itself, loses the space at which it folds it.
    message.set_raw("Subject", Header(_line(mail.subject), "utf-8", header_name="Subject").encode())
    message["Date"] = localtime()
    message["Message-ID"] = f"<{mail.key}@{domain}>"
    message["List-Id"] = f"<notices.{domain}>"
    message["Content-Language"] = mail.language
    # RFC 3834: no out-of-office answer to a machine.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def _mailbox(field: str, name: str, address: str) -> str:
    """A name and an address as they stand in a header, folded. Python takes 5 ms to fold an Address with a long name.

    Raises ValueError, IndexError, MessageError when the address is none.
    """
    spec = Address(addr_spec=address).addr_spec
    return f"{Header(_line(name), 'utf-8', header_name=field).encode()}\n <{spec}>"


def _line(text: str) -> str:
    """One line: a header ends where its line does, whatever a name contains."""
    return " ".join(text.split())


def _refusal(code: int, answer: bytes | str) -> Deferred | Refused:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return (Refused if code >= 500 else Deferred)(f"{code} {text}")
