"""The register of certificate numbers: gives the next one, keeps some for a tablet, and accounts for every one of them."""

from collections.abc import Iterator
from typing import Any

from services.inspection.domain.certificate_number import (
    CertificateNumber,
    number_id,
    write_number,
)
from services.inspection.domain.wording import typed
from services.inspection.office import office
from services.inspection.storage import certificate_numbers, certificates, last_of_series, numbers_of
from services.kernel.model import Itself, Origin, Rejected, Stale, now, today
from services.kernel.together import Together

ATTEMPTS = 200
MOST_IN_HAND = 200
"""What a tablet may hold unused; more would only have to be cancelled at the end of the year."""


def number_of(certificate_id: str, year: int, by: Origin) -> CertificateNumber:
    """The number that a certificate has, or else the next of its year."""
    given = (each for each in numbers_of(certificate_id) if each.status == "issued")
    return next(given, None) or _append(year, by, status="issued", certificate_id=certificate_id)


def claim(number: CertificateNumber, certificate_id: str, by: Origin) -> CertificateNumber:
    """The number for this certificate. Raises Rejected `number-taken`, Stale."""
    number.take(certificate_id, now())
    return certificate_numbers.commit(number, by=by)


def give_back(certificate_id: str, text: str, kept: str, by: Origin) -> None:
    """Cancels a number that was taken for a certificate which somebody else had issued under another one."""
    for each in certificate_numbers.query(certificate_id=certificate_id, number=text, status="issued"):
        event = each.cancel(f"The certificate was issued under {kept} at the same time.", now())
        certificate_numbers.commit(each, *([event] if event else []), by=by)


def by_text(text: str) -> CertificateNumber | None:
    """The number that a tablet or a person wrote, however it was typed."""
    return next(certificate_numbers.query(number_typed=typed(text), limit=1), None)


def reserve(
    reservation_id: str, tablet_id: str, inspector_id: str, year: int, count: int, by: Origin
) -> list[CertificateNumber]:
    """Numbers for a tablet. The same reservation again finds the same numbers, and completes one that broke off.

    Raises Rejected 422 (another year than this or the next), 409 (too many in hand; a reservation of another tablet).
    """
    if year not in (today().year, today().year + 1):
        detail = f"year: numbers are reserved for {today().year} and {today().year + 1}. Ask for one of them."
        raise Rejected("invalid-input", detail, field="year", status=422)
    have = list(certificate_numbers.query(reservation_id=reservation_id, order="sequence"))
    if any((each.tablet_id, each.year) != (tablet_id, year) for each in have):
        detail = f"Reservation {reservation_id} is another one. Ask under an id of your own."
        raise Rejected("already-exists", detail, field="id")
    held = certificate_numbers.query(inspector_id=inspector_id, status="reserved", tablet_id=tablet_id)
    if sum(each.year == year for each in held) + count - len(have) > MOST_IN_HAND:
        detail = f"count: a tablet holds at most {MOST_IN_HAND} unused numbers. Use or release some first."
        raise Rejected("numbers-in-hand", detail, field="count")
    kept = {"reservation_id": reservation_id, "tablet_id": tablet_id, "inspector_id": inspector_id}
    while len(have) < count:
        have.append(_append(year, by, status="reserved", **kept))
    return have


def release(numbers: Iterator[CertificateNumber], reason: str, by: Origin) -> list[CertificateNumber]:
    """Cancels what is still unused; what was used meanwhile stays as it is."""
    cancelled = []
    for each in numbers:
        if each.status != "reserved":
            continue
        event = each.cancel(reason, now())
        try:
            cancelled.append(certificate_numbers.commit(each, *([event] if event else []), by=by))
        except Stale:
            continue
    return cancelled


def close(year: int, by: Origin) -> list[CertificateNumber]:
    """Cancels what was reserved in a past year and never used. Raises Rejected 409 while the year is not over."""
    if year >= today().year:
        raise Rejected("year-not-over", f"{year} is not over yet. Close it afterwards.", field="year")
    unused = certificate_numbers.query(series=office().series(year), status="reserved", order="sequence")
    return release(unused, f"Not used in {year}.", by)


def balance(year: int) -> dict[str, Any]:
    """How every number of a year is accounted for. `missing` and `without_certificate` are empty in a sound register."""
    series = office().series(year)
    counts = {"reserved": 0, "issued": 0, "cancelled": 0}
    expected, missing = 1, list[int]()
    owed: dict[str | None, str] = {}
    for each in certificate_numbers.query(series=series, order="sequence"):
        missing += range(expected, each.sequence)
        expected = each.sequence + 1
        counts[each.status] += 1
        if each.status == "issued":
            owed[each.certificate_id] = each.number
    for row in certificates.collection.find({"series": series}, {"number": 1}):
        if owed.get(row["_id"]) == row["number"]:
            del owed[row["_id"]]
    return {
        "series": series,
        "last": expected - 1,
        **counts,
        "missing": missing,
        "without_certificate": sorted(owed.values()),
    }


def in_hand(inspector_id: str) -> list[dict[str, Any]]:
    """The unused numbers of an inspector's tablets, by tablet and year."""
    found: dict[tuple[str, int], list[str]] = {}
    for each in certificate_numbers.query(
        inspector_id=inspector_id, status="reserved", order="series sequence"
    ):
        found.setdefault((str(each.tablet_id), each.year), []).append(each.number)
    return [
        {"tablet_id": tablet_id, "year": year, "numbers": numbers}
        for (tablet_id, year), numbers in sorted(found.items())
    ]


def enter_earlier() -> None:
    """Enters the numbers of certificates that were issued before there was this register. Idempotent."""
    by = Itself(actor="service/inspection")
    fields = {"series": 1, "sequence": 1, "number": 1, "issued_at": 1}
    for row in certificates.collection.find({}, fields).sort([("series", 1), ("sequence", 1)]):
        if certificate_numbers.find(number_id(row["series"], row["sequence"])) is not None:
            continue
        entry = CertificateNumber(
            id=number_id(row["series"], row["sequence"]),
            series=row["series"],
            year=int(row["series"].rsplit("/", 1)[1]),
            sequence=row["sequence"],
            number=row["number"],
            number_typed=typed(row["number"]),
            status="issued",
            certificate_id=row["_id"],
            touched_at=row["issued_at"],
        )
        certificate_numbers.add(entry, by=by)


def _append(year: int, by: Origin, **values: Any) -> CertificateNumber:
    """The next place of a series. Raises Stale."""
    return _appended((year, by, values))


def _fill_places(wanted: list[tuple[int, Origin, dict[str, Any]]]) -> list[CertificateNumber | Exception]:
    """For all who ask at once: they would all try the same place, and all but one in vain."""
    made: dict[int, CertificateNumber | Exception] = {}
    for year in {year for year, _, _ in wanted}:
        places = [place for place, each in enumerate(wanted) if each[0] == year]
        filled = _fill_next(year, [wanted[place][1:] for place in places])
        made |= dict(zip(places, filled, strict=True))
    return [made[place] for place in range(len(wanted))]


_appended = Together(_fill_places)


def _fill_next(year: int, wanted: list[tuple[Origin, dict[str, Any]]]) -> list[CertificateNumber | Exception]:
    """Fills the next places of a series; who comes second to a place, to another process, tries the one after.

    A place is tried only when the one before is filled, so a crash at any moment leaves no gap.
    """
    series = office().series(year)
    last, made = last_of_series(series), list[CertificateNumber | Exception]()
    for _ in range(ATTEMPTS):
        numbers = [
            _number(series, last + place, year, values)
            for place, (_, values) in enumerate(wanted[len(made) :], 1)
        ]
        filled = certificate_numbers.add_in_order(
            [
                (number, [number.reserved()] if number.status == "reserved" else [], by)
                for number, (by, _) in zip(numbers, wanted[len(made) :], strict=True)
            ]
        )
        made += filled
        if len(made) == len(wanted):
            return made
        last += len(filled) + 1
    return made + [Stale(f"certificate series {series}") for _ in wanted[len(made) :]]


def _number(series: str, sequence: int, year: int, values: dict[str, Any]) -> CertificateNumber:
    number = write_number(office().certificate_pattern, sequence, year)
    return CertificateNumber(
        id=number_id(series, sequence),
        series=series,
        year=year,
        sequence=sequence,
        number=number,
        number_typed=typed(number),
        touched_at=now(),
        **values,
    )
