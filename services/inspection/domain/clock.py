"""The tablet's clock and ours: how far apart they were, and when the verification really took place."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.inspection.domain.attention import Concern
from services.kernel.model import local_date

TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True)
class Timing:
    """Offsets are server minus tablet. Within two minutes the tablet's own time stands; beyond, it is corrected."""

    finished_at: datetime
    received_at: datetime
    offset_ms: int

    @classmethod
    def of(cls, finished_at: datetime, received_at: datetime, told_ms: int | None, seen_ms: int) -> "Timing":
        """`told_ms` is what the tablet knew when it recorded, `seen_ms` what the push showed."""
        return cls(finished_at, received_at, seen_ms if told_ms is None else told_ms)

    @property
    def is_off(self) -> bool:
        return abs(timedelta(milliseconds=self.offset_ms)) > TOLERANCE

    @property
    def verified_at(self) -> datetime:
        if not self.is_off:
            return self.finished_at
        try:
            return self.finished_at + timedelta(milliseconds=self.offset_ms)
        except OverflowError:
            return self.finished_at

    @property
    def verified_on(self) -> date:
        """The calendar day in Vietnam."""
        return local_date(self.verified_at)

    def concerns(self, tablet_id: str) -> list[Concern]:
        found = []
        if self.is_off:
            found.append(
                Concern("clock-off", {"tablet": tablet_id, "seconds": str(round(self.offset_ms / 1000))})
            )
        if self.verified_at > self.received_at + TOLERANCE:
            found.append(Concern("date-future", {"day": self.verified_on.isoformat()}, withholds=True))
        return found
