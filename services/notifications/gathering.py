"""What is told together becomes one notice.

A notice is one insert that holds its matters, and an index lets no event into two notices. So however many senders gather
at once, and wherever one is killed: an event is in exactly one notice. What is in one without being marked as taken is
met by that index the next time, and marked then.
"""

from datetime import datetime, timedelta

from services.kernel.heartbeat import beat
from services.kernel.model import AlreadyDone, Itself, derived_id
from services.kernel.settings import settings
from services.notifications.heard import MOST_MATTERS, Heard, ready
from services.notifications.notice import CHANNEL, Notice
from services.notifications.storage import is_told, mark_taken, notices, waiting, waiting_in

ITSELF = Itself(actor="service/notifications")
MOST_WAITING = 10 * MOST_MATTERS
"""So many of the longest waiting are looked at in a round; they leave, and then come those behind them."""


def gather_once(at: datetime) -> None:
    """Makes notices of the groups that need not wait longer."""
    quiet = timedelta(seconds=settings().notice_quiet_seconds)
    for group, since in waiting(at - quiet, MOST_WAITING).items():
        if ready(since, at, quiet):
            _gather(group, at, quiet)


def _gather(group: str, at: datetime, quiet: timedelta) -> None:
    """One notice after the other, for more can wait than one holds."""
    full = True
    while full:
        found = waiting_in(group, MOST_MATTERS)
        if not ready([each.since for each in found if each.since], at, quiet):
            return
        told = _told(found, at)
        mark_taken(told)
        beat()
        full = len(found) == MOST_MATTERS and bool(told)


def _told(found: list[Heard], at: datetime) -> list[Heard]:
    """Those that are in a notice now: all of them in a new one, or some in one that was made before."""
    matters = [each.matter for each in found if each.matter]
    first = found[0]
    id = derived_id(matters[0].event_id, first.enterprise_id, CHANNEL)
    notice = Notice.begin(id, first.topic, first.enterprise_id, matters, at, old=first.old)
    try:
        notices.add(notice, by=ITSELF)
    except AlreadyDone:
        return [each for each in found if each.matter and is_told(each.matter.event_id)]
    return found
