"""What photographs may cost: how large they are kept, whether they wait for Wi-Fi, how many bytes a day they may take."""

from __future__ import annotations

from .clock import Clock
from .database import Database
from .network import Network
from .picture import MEASURES, Measure

WIFI_ONLY, DAILY, SPENT = "photos_by_wifi_only", "metered_bytes_a_day", "metered_bytes_spent"
MEASURE, USUAL = "photo_measure", "medium"


class Budget:
    """Holds back attachments, never records.  It counts what goes and comes while `Network.metered` is true."""

    def __init__(self, database: Database, clock: Clock, network: Network) -> None:
        self._database, self._clock, self._network = database, clock, network
        network.spent = self._spend

    @property
    def wifi_only(self) -> bool:
        """Whether attachments wait for a network that is not metered; true until it is set otherwise."""
        return self._database.bookmark(WIFI_ONLY) != "no"

    @wifi_only.setter
    def wifi_only(self, wanted: bool) -> None:
        self._database.set_bookmark(WIFI_ONLY, "yes" if wanted else "no")

    @property
    def daily_bytes(self) -> int | None:
        """The most bytes a day over a metered network; None for no such limit."""
        kept = self._database.bookmark(DAILY)
        return int(kept) if kept else None

    @daily_bytes.setter
    def daily_bytes(self, most: int | None) -> None:
        self._database.set_bookmark(DAILY, "" if most is None else str(most))

    @property
    def measure_name(self) -> str:
        """One of MEASURES: how large photographs are kept and sent."""
        kept = self._database.bookmark(MEASURE)
        return kept if kept in MEASURES else USUAL

    @measure_name.setter
    def measure_name(self, name: str) -> None:
        assert name in MEASURES
        self._database.set_bookmark(MEASURE, name)

    @property
    def measure(self) -> Measure:
        return MEASURES[self.measure_name]

    @property
    def spent_today(self) -> int:
        """Bytes of requests and answers over metered networks on the present day in Vietnam."""
        day, _, count = (self._database.bookmark(SPENT) or "").partition(" ")
        return int(count) if day == self._clock.today().isoformat() else 0

    def allows(self, size: int) -> bool:
        """Whether so many bytes of an attachment may be sent now."""
        if not self._network.metered:
            return True
        if self.wifi_only:
            return False
        return self.daily_bytes is None or self.spent_today + size <= self.daily_bytes

    def _spend(self, count: int) -> None:
        if self._network.metered:
            total = self.spent_today + count
            self._database.set_bookmark(SPENT, f"{self._clock.today().isoformat()} {total}")
