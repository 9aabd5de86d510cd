"""What notifications publishes: that a notice left, or could not."""

from typing import Literal

from services.kernel.model import Event, Id


class _Notice(Event):
    notice_id: Id
    enterprise_id: Id
    instrument_ids: list[Id]
    channel: Literal["email"]
    topic: str
    about: str
    """The id of the event that the notice tells of; of several, the one that waited longest."""


class NoticeSent(_Notice, type="vernier.notifications.notice.sent.v1"):
    """The outside gateway (SMTP server) took the notice."""


class NoticeFailed(_Notice, type="vernier.notifications.notice.failed.v1"):
    """The notice could not be delivered and will not be tried again."""

    reason: str


class NoticeRetried(_Notice, type="vernier.notifications.notice.retried.v1"):
    """A notice that had failed is to be tried again, because somebody asked for it."""
