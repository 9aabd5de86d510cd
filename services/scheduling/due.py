"""The loop that says what falls due. Cheap when idle: one look into an index."""

import logging
from collections.abc import Callable
from datetime import date

from pymongo.errors import PyMongoError

from services.kernel.heartbeat import loop
from services.kernel.model import Itself, Stale, today
from services.scheduling.storage import leads_to_say, obligations

log = logging.getLogger(__name__)

BATCH = 200
IDLE_SECONDS = 3.0
ITSELF = "service/scheduling"


def due_once(day: Callable[[], date] = today) -> int:
    """Says the leads whose day has come, of at most a batch of instruments; returns how many it said."""
    said, on = 0, day()
    for obligation in leads_to_say(on, BATCH):
        if (event := obligation.fall_due(on)) is None:
            continue
        try:
            obligations.commit(obligation, event, by=Itself(actor=ITSELF))
        except Stale:
            # A result or another copy of this loop was first; the next round sees what it made of it.
            continue
        said += 1
    return said


def run_due() -> None:
    """The process. The database away: it says so and tries again."""

    def once() -> int:
        try:
            return due_once()
        except PyMongoError as error:
            log.warning("database away, trying again: %s", error)
            return 0

    loop(once, IDLE_SECONDS)
