"""How often one client may ask without signing in: a bucket for each, kept in this process and bounded in number."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

MOST_CLIENTS = 10_000
ROUNDING = 1e-6
"""Who waited just as long as told is not sent away again for the last digit of a clock."""


class Rate:
    """So many calls a minute, and as many at once after a rest. Whoever rested longest is forgotten first."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute, self._clock = per_minute, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, client: str) -> int:
        """0 when the client may go on, which is counted; else after how many seconds it may ask again."""
        key, at, each = _household(client), self._clock(), 60 / self.per_minute
        with self._lock:
            level, since = self._buckets.pop(key, (0.0, at))
            level = max(0.0, level - (at - since) / each)
            allowed = level + 1 <= self.per_minute + ROUNDING
            self._buckets[key] = (level + 1 if allowed else level, at)
            while len(self._buckets) > MOST_CLIENTS:
                self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((level + 1 - self.per_minute) * each))


def _household(client: str) -> str:
    """One connection has a whole /64 of IPv6 addresses to itself."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else client
