"""An instrument that fell due and waits to be told of: those of one enterprise, lead and day leave in one notice."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.kernel.model import Entity, Id, Instant
from services.notifications.notice import Matter

QUIET = timedelta(seconds=3)
"""A group is told of when nothing was added for so long …"""
LONGEST_WAIT = timedelta(seconds=30)
"""… or when one has waited as long as this …"""
MOST_MATTERS = 200
"""… or when so many wait; the next ones are another notice."""


class Due(Entity, kind="due"):
    """One event, by which its id is made. Once a notice has taken it, it stays as the mark that it was heard."""

    enterprise_id: Id
    old: bool
    group: Id | None
    since: Instant | None
    matter: Matter | None


def ready(group: Sequence[Due], at: datetime) -> bool:
    """Whether those that wait in one group, longest waiting first, are to leave now."""
    if not group:
        return False
    first, last = group[0].since, group[-1].since
    assert first is not None
    assert last is not None
    return len(group) >= MOST_MATTERS or last + QUIET <= at or first + LONGEST_WAIT <= at
