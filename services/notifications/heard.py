"""What was heard and waits to be told: what an enterprise is told of alike leaves in one notice.

Alike are due dates of one lead and day, and results (certificate issued, withheld, failed) of one day of verification. No
such letter is urgent to the minute, and once made it takes nothing more: so they wait for each other, until nothing came
for a while, by default a minute (VERNIER_NOTICE_QUIET_SECONDS), and never more than ten times as long. A tablet hands in a
visit within seconds, but it comes along several partitions, behind what all other tablets hand in that evening, and a
certificate of which photographs are asked follows when the last of them has come over a slow network. Where tablets are
online all day and hand in each record when it is signed, a quarter of an hour makes few letters of one visit.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.kernel.model import Entity, Id, Instant, derived_id
from services.notifications.notice import CHANNEL, Matter, Topic

LONGEST_WAIT = 10
"""Who has waited for so many quiet times leaves, though more may come."""
MOST_MATTERS = 200
"""So many leave when the first of them has waited one quiet time; the next ones are another notice."""


class Heard(Entity, kind="heard"):
    """One event, by which its id is made. Once a notice has taken it, it stays as the mark that it was heard."""

    topic: Topic
    enterprise_id: Id
    old: bool
    group: Id | None
    since: Instant | None
    matter: Matter | None

    @classmethod
    def of(
        cls,
        topic: Topic,
        enterprise_id: str,
        alike: Sequence[str],
        matter: Matter,
        at: datetime,
        *,
        old: bool,
    ) -> "Heard":
        """It waits with what is of the same topic and enterprise, and like it in these words."""
        return cls(
            id=derived_id(matter.event_id, CHANNEL),
            topic=topic,
            enterprise_id=enterprise_id,
            old=old,
            group=derived_id(topic, enterprise_id, *alike, str(old), CHANNEL),
            since=at,
            matter=matter,
        )


def ready(since: Sequence[datetime], at: datetime, quiet: timedelta) -> bool:
    """Whether those that wait in one group since then, longest waiting first, are to leave now."""
    if not since or since[0] + quiet > at:
        return False
    return len(since) >= MOST_MATTERS or since[-1] + quiet <= at or since[0] + LONGEST_WAIT * quiet <= at
