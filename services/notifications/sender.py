"""The loop that sends what is pending.

SMTP itself is at-least-once: between the server's 250 and the commit of `sent` lies a moment in which this process can
die, and nobody can close it, because server and database share no transaction. The notice is then sent again when its
lease ends, with the same Message-ID, by which receiving systems fold the copies.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from pymongo.errors import PyMongoError

from services.kernel.heartbeat import beat, loop
from services.kernel.model import Stale, now
from services.notifications.events import NoticeFailed
from services.notifications.gathering import ITSELF, gather_once
from services.notifications.letter import Letter, Missing, Names, letter
from services.notifications.mail import Away, Deferred, Mail, Post, Refused
from services.notifications.notice import Delivery, Notice
from services.notifications.storage import notices, to_be_sent

log = logging.getLogger(__name__)

BATCH = 50
IDLE_SECONDS = 1.0
PATIENT_ATTEMPTS = 3
"""So often a letter waits for names that it lacks; then it leaves without them rather than never."""


def send_once(post: Post, at: Callable[[], datetime] = now) -> int:
    """Gathers what is told together, and sends a batch of what is pending; returns how many notices came to an end.

    Raises:
        Away: the mail server cannot be reached; the notices wait, and that counts as no attempt.
    """
    gather_once(at())
    waiting = list(to_be_sent(at(), BATCH))
    if not waiting:
        return 0
    post.open()
    ended, names = 0, Names()
    for notice in waiting:
        ended += _send(notice, post, names, at)
        # A slow mail server makes a round long; who takes this process for dead meanwhile has a letter sent twice.
        beat()
    return ended


def _send(notice: Notice, post: Post, names: Names, at: Callable[[], datetime]) -> bool:
    notice.claim(at())
    try:
        notice = notices.commit(notice, by=ITSELF)
    except Stale:
        # Another sender claimed it at this moment.
        return False
    event: NoticeFailed | None
    try:
        written = _written(notice, names)
        if written.address is None:
            event = notice.fail("no-contact-email")
        else:
            post.send(
                Mail(
                    key=notice.id,
                    sender_name=written.office,
                    recipient_name=written.contact,
                    recipient=written.address,
                    language=written.language,
                    subject=written.subject,
                    text=written.text,
                    html=written.html,
                )
            )
            sent = Delivery(at=at(), recipient=written.address, subject=written.subject, text=written.text)
            notices.commit(notice, notice.sent(sent), by=ITSELF)
            return True
    except (Missing, Deferred) as error:
        event = notice.postpone(str(error), at())
    except Refused as error:
        event = notice.fail(str(error))
    except Away:
        notice.release(at())
        notices.commit(notice, by=ITSELF)
        raise
    notices.commit(notice, *([event] if event else []), by=ITSELF)
    if event:
        log.warning("notice %s failed: %s", notice.id, event.reason)
    return event is not None


def _written(notice: Notice, names: Names) -> Letter:
    """Raises Missing. A letter that cannot be written for any other reason must not stop those behind it."""
    try:
        return letter(notice, names, patient=notice.attempts <= PATIENT_ATTEMPTS)
    except (KeyError, ValueError, TypeError, IndexError) as error:
        log.exception("notice %s cannot be written", notice.id)
        raise Missing(f"the letter cannot be written: {type(error).__name__} {error}") from error


def run_sender() -> None:
    """The process. Mail server or database away: it says so when that begins and tries again."""
    post, away = Post(), False

    def once() -> int:
        nonlocal away
        try:
            done = send_once(post)
        except (Away, PyMongoError) as error:
            if not away:
                log.warning("cannot send now, trying again: %s", error)
            away = True
            return 0
        away = False
        # What comes within a second goes out together: one look for it, one greeting, each name read once.
        return done if done >= BATCH else 0

    loop(once, IDLE_SECONDS)
    post.close()
