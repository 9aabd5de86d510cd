"""Serial numbers for instruments that bear none: ranges kept for tablets, and on which instrument each number stands."""

import re
from datetime import datetime
from typing import Literal

from services.inspection.events import SerialAssigned, SerialsCancelled, SerialsReserved
from services.kernel.model import Entity, Fact, Instant

Standing = Literal["reserved", "used", "cancelled"]


def write_serial(office: str, sequence: int) -> str:
    """The number as it is put on the instrument: `BN-S000021`.

    The register's own are `BN-` and ten hexadecimal digits. The S is none, so neither ever gives a number of the other.
    """
    return f"{office}-S{sequence:06d}"


def read_serial(text: str) -> tuple[str, int] | None:
    """The office and the sequence of an assigned number; None for any other serial number."""
    found = re.fullmatch(r"([0-9A-Za-z-]{1,20})-S(\d{6,15})", "".join(text.split()), re.ASCII)
    return (found[1], int(found[2])) if found else None


class SerialUse(Fact):
    """A number was put on an instrument, as a record says."""

    sequence: int
    instrument_id: str
    record_id: str
    at: Instant


class SerialRange(Entity, kind="serial_range"):
    """Numbers first to last, both included, which only one tablet gives. Its id is the place where it begins; the next
    range begins where this one ends, so that no number is in two, and none is left out.
    """

    office: str
    first: int
    last: int
    reservation_id: str
    tablet_id: str
    inspector_id: str
    used: list[SerialUse] = []
    cancelled: str | None = None
    """Why the unused ones are given no more; null: they may be."""
    cancelled_at: Instant | None = None
    touched_at: Instant

    def reserved(self) -> SerialsReserved:
        return SerialsReserved(
            first=self.number(self.first),
            last=self.number(self.last),
            tablet_id=self.tablet_id,
            inspector_id=self.inspector_id,
        )

    def number(self, sequence: int) -> str:
        return write_serial(self.office, sequence)

    def uses(self, sequence: int) -> list[SerialUse]:
        """The instruments on which the number stands, in the order they were heard of: one, or something is wrong."""
        return [each for each in self.used if each.sequence == sequence]

    def standing(self, sequence: int) -> Standing:
        if self.uses(sequence):
            return "used"
        return "cancelled" if self.cancelled is not None else "reserved"

    def numbers(self, standing: Standing) -> list[str]:
        used = {each.sequence for each in self.used}
        if standing == "used":
            return [self.number(each) for each in sorted(used)]
        if (self.cancelled is not None) != (standing == "cancelled"):
            return []
        return [self.number(each) for each in range(self.first, self.last + 1) if each not in used]

    def use(self, sequence: int, instrument_id: str, record_id: str, at: datetime) -> SerialAssigned | None:
        """It stands on an instrument: a fact, also of a number that was cancelled or stands on another one already.

        Nothing happens when another record tells the same.
        """
        if any(each.instrument_id == instrument_id for each in self.uses(sequence)):
            return None
        use = SerialUse(sequence=sequence, instrument_id=instrument_id, record_id=record_id, at=at)
        self.used, self.touched_at = [*self.used, use], at
        return SerialAssigned(
            serial=self.number(sequence),
            instrument_id=instrument_id,
            record_id=record_id,
            tablet_id=self.tablet_id,
        )

    def cancel(self, reason: str, at: datetime) -> SerialsCancelled | None:
        """The unused ones are given no more. Nothing happens when there are none, or it was said before."""
        if self.cancelled is not None or not (unused := self.numbers("reserved")):
            return None
        self.cancelled, self.cancelled_at, self.touched_at = reason, at, at
        return SerialsCancelled(serials=unused, tablet_id=self.tablet_id, reason=reason)
