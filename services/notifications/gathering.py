"""What fell due together becomes one notice.

A notice is one insert that holds its matters, and an index lets no event into two notices. So however many senders gather
at once, and wherever one is killed: an event is in exactly one notice. What is in one without being marked as taken is
met by that index the next time, and marked then.
"""

from datetime import datetime

from services.kernel.heartbeat import beat
from services.kernel.model import AlreadyDone, Itself, derived_id
from services.notifications.due import MOST_MATTERS, QUIET, Due, ready
from services.notifications.notice import CHANNEL, Notice
from services.notifications.storage import is_told, mark_taken, notices, waiting_in, waiting_since

ITSELF = Itself(actor="service/notifications")


def gather_once(at: datetime) -> None:
    """Makes notices of the groups that need not wait longer, as far as the longest waiting belong to them."""
    for group in dict.fromkeys(each.group for each in waiting_since(at - QUIET, MOST_MATTERS) if each.group):
        while ready(waiting := waiting_in(group, MOST_MATTERS), at) and (told := _told(waiting, at)):
            mark_taken(told)
            beat()


def _told(waiting: list[Due], at: datetime) -> list[Due]:
    """Those that are in a notice now: all of them in a new one, or some in one that was made before."""
    matters = [each.matter for each in waiting if each.matter]
    first = waiting[0]
    id = derived_id(matters[0].event_id, first.enterprise_id, CHANNEL)
    notice = Notice.begin(id, "verification_due", first.enterprise_id, matters, at, old=first.old)
    try:
        notices.add(notice, by=ITSELF)
    except AlreadyDone:
        return [each for each in waiting if each.matter and is_told(each.matter.event_id)]
    return waiting
