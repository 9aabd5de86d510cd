"""A notice to an enterprise: what it tells of, and whether it left.

pending → sent, failed (and pending again when somebody asks for it) or suppressed: too old when it was heard of.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from services.kernel.model import Entity, Fact, Id, Instant, Rejected
from services.notifications.events import NoticeFailed, NoticeRetried, NoticeSent

Topic = Literal[
    "verification_due",
    "visit_announced",
    "visit_rescheduled",
    "visit_cancelled",
    "certificate_issued",
    "certificate_withheld",
    "certificate_revoked",
    "verification_failed",
]
Status = Literal["pending", "sent", "failed", "suppressed"]

CHANNEL: Literal["email"] = "email"

LEASE = timedelta(minutes=2)
"""How long a claimed notice is its sender's. Longer than an SMTP server may take to answer (mail.TIMEOUT_SECONDS)."""
BACK_OFF = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400))
AWAY = timedelta(seconds=10)


class Matter(Fact):
    """One event that the notice tells of, with what of it a letter needs."""

    event_id: str
    data: dict[str, Any]

    @property
    def instrument_ids(self) -> list[str]:
        items = self.data.get("items")
        return [each["instrument_id"] for each in items] if items else [self.data["instrument_id"]]


class Delivery(Fact):
    """What was really sent, to which address."""

    at: Instant
    recipient: str
    subject: str
    text: str


class Notice(Entity, kind="notice"):
    enterprise_id: Id
    channel: Literal["email"] = CHANNEL
    topic: Topic
    status: Status
    matters: list[Matter]
    """Several only of what was gathered. An event is in one notice: an index sees to it."""
    created_at: Instant
    next_try_at: Instant | None = None
    attempts: int = 0
    reason: str | None = None
    delivery: Delivery | None = None

    @classmethod
    def begin(
        cls, id: str, topic: Topic, enterprise_id: str, matters: Sequence[Matter], at: datetime, *, old: bool
    ) -> "Notice":
        """An old one is kept as suppressed: it says that nothing was sent, and why."""
        return cls(
            id=id,
            enterprise_id=enterprise_id,
            topic=topic,
            status="suppressed" if old else "pending",
            matters=list(matters),
            created_at=at,
            next_try_at=None if old else at,
            reason="too-old" if old else None,
        )

    def claim(self, at: datetime) -> None:
        """A sender takes it in hand: another one leaves it alone until the lease ends."""
        self.attempts, self.next_try_at = self.attempts + 1, at + LEASE

    def release(self, at: datetime) -> None:
        """The mail server went away: that was no attempt."""
        self.attempts, self.next_try_at = self.attempts - 1, at + AWAY

    def postpone(self, reason: str, at: datetime) -> NoticeFailed | None:
        """It could not be sent now. After the last attempt it has failed."""
        if self.attempts > len(BACK_OFF):
            return self.fail(reason)
        self.reason, self.next_try_at = reason, at + BACK_OFF[self.attempts - 1]
        return None

    def fail(self, reason: str) -> NoticeFailed:
        """It can not be sent, now or later."""
        self.status, self.reason, self.next_try_at = "failed", reason, None
        return NoticeFailed(**self._facts(), reason=reason)

    def sent(self, delivery: Delivery) -> NoticeSent:
        """The mail server took it."""
        self.status, self.delivery, self.next_try_at, self.reason = "sent", delivery, None, None
        return NoticeSent(**self._facts())

    def retry(self, at: datetime) -> NoticeRetried:
        """Begins anew after a failure, for example when the address was corrected. Raises Rejected `notice-state`."""
        if self.status != "failed":
            raise Rejected(
                "notice-state", f"The notice is {self.status}; only a failed one can be tried again."
            )
        self.status, self.attempts, self.reason, self.next_try_at = "pending", 0, None, at
        return NoticeRetried(**self._facts())

    def summary(self) -> dict[str, Any]:
        """What lists show of it."""
        view = self.model_dump(mode="json", exclude={"seen", "matters", "delivery"})
        sent = self.delivery.model_dump(mode="json") if self.delivery else {}
        shown = {
            "sent_at": sent.get("at"),
            "recipient": sent.get("recipient"),
            "subject": sent.get("subject"),
        }
        return view | shown | {"instrument_ids": self._instrument_ids(), "about": self.matters[0].event_id}

    def _instrument_ids(self) -> list[str]:
        return list(dict.fromkeys(id for matter in self.matters for id in matter.instrument_ids))

    def _facts(self) -> dict[str, Any]:
        return {
            "notice_id": self.id,
            "enterprise_id": self.enterprise_id,
            "instrument_ids": self._instrument_ids(),
            "channel": self.channel,
            "topic": self.topic,
            "about": self.matters[0].event_id,
        }
