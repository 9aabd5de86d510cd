"""The register of assigned serial numbers: keeps ranges for tablets, hears on what a number was put, accounts for all."""

from collections.abc import Iterable
from typing import Any

from services.inspection.domain.assigned_serial import SerialRange, Standing, read_serial, write_serial
from services.inspection.domain.attention import Concern
from services.inspection.domain.body import VerificationBody
from services.inspection.events import SerialAssigned
from services.inspection.office import office
from services.inspection.storage import serial_ranges
from services.kernel.model import AlreadyDone, Envelope, Origin, Rejected, Stale, now

ATTEMPTS = 200
MOST_IN_HAND = 100
"""What a tablet may hold unused: an instrument without a number is rare."""

STANDINGS: tuple[Standing, ...] = ("reserved", "used", "cancelled")


def reserve(reservation_id: str, tablet_id: str, inspector_id: str, count: int, by: Origin) -> SerialRange:
    """A range for a tablet. The same reservation again finds the same range.

    Raises Rejected 409 (too many in hand; a reservation of another tablet), Stale.
    """
    for _ in range(ATTEMPTS):
        have = next(serial_ranges.query(reservation_id=reservation_id, limit=1), None)
        if have is not None:
            if have.tablet_id != tablet_id:
                detail = f"Reservation {reservation_id} is another one. Ask under an id of your own."
                raise Rejected("already-exists", detail, field="id")
            return have
        held = serial_ranges.query(tablet_id=tablet_id, inspector_id=inspector_id)
        if sum(len(each.numbers("reserved")) for each in held) + count > MOST_IN_HAND:
            detail = f"count: a tablet holds at most {MOST_IN_HAND} unused serial numbers. Use or release some first."
            raise Rejected("serials-in-hand", detail, field="count")
        made = _next(reservation_id, tablet_id, inspector_id, count)
        try:
            return serial_ranges.add(made, made.reserved(), by=by)
        except AlreadyDone:  # the place, or this very reservation, was taken a moment ago
            continue
    raise Stale("serial ranges")


def cancel(tablet_id: str, reason: str, by: Origin) -> list[str]:
    """The unused numbers of a tablet, which are given no more from now on. Raises Stale."""
    cancelled: list[str] = []
    for each in list(serial_ranges.query(tablet_id=tablet_id, order="first")):
        if event := each.cancel(reason, now()):
            serial_ranges.commit(each, event, by=by)
            cancelled += event.serials
    return cancelled


def note_serial(record_id: str, tablet_id: str, body: VerificationBody, envelope: Envelope) -> Concern | None:
    """Keeps in mind on which instrument a number was put, and says what is wrong with it, if anything is."""
    found = body.found_on_site
    if found is None or not found.serial_assigned:
        return None
    words = {"serial": found.serial[:100], "instrument": body.instrument_id, "tablet": tablet_id}
    read = read_serial(found.serial)
    kept = by_number(*read) if read else None
    if read is None or kept is None:
        return Concern("serial-not-reserved", words)

    def change(one: SerialRange) -> SerialAssigned | None:
        return one.use(read[1], body.instrument_id, record_id, now())

    serial_ranges.on(envelope, kept.id, change)
    uses = serial_ranges.get(kept.id).uses(read[1])
    if uses[0].instrument_id != body.instrument_id:
        return Concern("serial-taken", words | {"other": uses[0].instrument_id})
    if kept.tablet_id != tablet_id:
        return Concern("serial-not-reserved", words)
    if kept.cancelled_at is not None and kept.cancelled_at <= uses[0].at:
        return Concern("serial-was-cancelled", words)
    return None


def by_number(of_office: str, sequence: int) -> SerialRange | None:
    """The range in which a number lies."""
    before = serial_ranges.query(office=of_office, first__lte=sequence, order="-first", limit=1)
    found = next(before, None)
    return found if found is not None and found.last >= sequence else None


def in_hand(inspector_id: str) -> list[dict[str, Any]]:
    """The numbers that an inspector's tablets may still give, by tablet."""
    found: dict[str, list[str]] = {}
    for each in serial_ranges.query(inspector_id=inspector_id, order="first"):
        if unused := each.numbers("reserved"):
            found.setdefault(each.tablet_id, []).extend(unused)
    return [{"tablet_id": tablet_id, "numbers": numbers} for tablet_id, numbers in sorted(found.items())]


def balance() -> dict[str, Any]:
    """How every number of this office is accounted for. `missing` and `twice` are empty in a sound register."""
    counts: dict[str, int] = dict.fromkeys(STANDINGS, 0)
    expected, missing, twice = 1, list[str](), list[str]()
    for each in serial_ranges.query(office=office().office, order="first"):
        missing += [each.number(sequence) for sequence in range(expected, each.first)]
        expected = each.last + 1
        for standing in STANDINGS:
            counts[standing] += len(each.numbers(standing))
        twice += _twice(each)
    return {"office": office().office, "last": expected - 1, **counts, "missing": missing, "twice": twice}


def _twice(one: SerialRange) -> Iterable[str]:
    sequences = [each.sequence for each in one.used]
    return [one.number(each) for each in sorted(set(sequences)) if sequences.count(each) > 1]


def _next(reservation_id: str, tablet_id: str, inspector_id: str, count: int) -> SerialRange:
    """The range that begins where the last one ends."""
    of_office = office().office
    before = next(serial_ranges.query(office=of_office, order="-first", limit=1), None)
    first = before.last + 1 if before else 1
    return SerialRange(
        id=write_serial(of_office, first),
        office=of_office,
        first=first,
        last=first + count - 1,
        reservation_id=reservation_id,
        tablet_id=tablet_id,
        inspector_id=inspector_id,
        touched_at=now(),
    )
