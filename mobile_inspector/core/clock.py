"""The tablet's three clocks: what its wall clock says, a counter nobody can set, and the day as the server would say it."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone

# A fixed offset: Vietnam has had no summer time since 1975, and Android ships no time zone files for Python.
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # counts on while an Android tablet sleeps


def instant_text(value: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, fixed width: sorts as text as it does in time."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_instant(text: str) -> datetime:
    """The instant in an RFC 3339 text.  Raises ValueError when it is none or has no time zone."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return value.astimezone(UTC)


class Clock:
    """The wall clock as it is (it may lie), a steady counter, and the offset to the server of the last contact."""

    def __init__(self) -> None:
        self.offset_ms: int | None = None

    def now(self) -> datetime:
        """The instant by the tablet's own clock, UTC: what goes into facts and records, right or wrong."""
        return datetime.now(UTC)

    def monotonic_ms(self) -> int:
        """Milliseconds since the tablet was started: never goes back, whatever is done to the wall clock."""
        return time.clock_gettime_ns(_STEADY) // 1_000_000

    def corrected(self) -> datetime:
        """The instant by the server's clock, as far as the tablet knows it: what validity dates are judged by."""
        return self.now() + timedelta(milliseconds=self.offset_ms or 0)

    def today(self) -> date:
        """The present day in Vietnam, by the corrected clock."""
        return self.corrected().astimezone(VIETNAM).date()
