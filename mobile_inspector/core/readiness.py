"""Whether the inspector can leave the network behind: everything that a day's work will need, or what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import metrology

from .certificate_numbers import CertificateNumbers
from .gates import card_obstacles
from .refusal import Refused
from .route import needs
from .seals import Stock
from .texts import say
from .work import Visit, Work

MOST_CLOCK_MS = 120_000  # docs/sync.md: a clock further off raises attention


@dataclass(frozen=True, slots=True)
class Readiness:
    """`missing` says in words what is not there; empty: the tablet can go offline.

    `numbers`: the certificate numbers in hand for the year of the day.
    """

    visits: int
    instruments: int
    numbers: int
    missing: Sequence[Refused]

    @property
    def ready(self) -> bool:
        return not self.missing

    def words(self, language: str = "vi") -> str:
        """One sentence, or one for each thing that is missing."""
        counts = {"visits": self.visits, "instruments": self.instruments, "numbers": self.numbers}
        if self.ready:
            return say("ready", language, **counts)
        return " ".join(
            [say("not-ready", language, **counts), *(each.text(language) for each in self.missing)]
        )


def readiness(
    visits: Sequence[Visit],
    work: Work,
    stock: Stock,
    numbers: CertificateNumbers,
    on: date,
    *,
    offset_ms: int | None,
) -> Readiness:
    """Looks at everything; never raises for what is missing."""
    missing = [] if work.cursor else [Refused("never-synced")]
    if work.procedures_lacking():
        missing.append(Refused("procedures-lacking", count=len(work.procedures_lacking())))
    missing += _of_the_day(visits, work, on)
    if visits and next(stock.free(), None) is None:
        missing.append(Refused("seals-lacking"))
    if few := numbers.short(visits, on):
        missing.append(few)
    if offset_ms is not None and abs(offset_ms) > MOST_CLOCK_MS:
        missing.append(Refused("clock-off", minutes=round(abs(offset_ms) / 60_000)))
    instruments = sum(len(visit.items) for visit in visits)
    return Readiness(len(visits), instruments, len(numbers.free(on.year)), missing)


def _of_the_day(visits: Sequence[Visit], work: Work, on: date) -> Iterator[Refused]:
    """The card, the standards and the procedure of each type, and each instrument's own data; every sentence once."""
    told: set[str] = set()
    for need in needs(visits, work.standards(), on):
        found = card_obstacles(work.inspector(), need.type_code, on.isoformat())
        if not need.in_date:
            found.append(Refused("standard-lacking", type=need.type_code))
        for each in found:
            if str(each) not in told:
                told.add(str(each))
                yield each
    for visit in visits:
        for item in visit.items:
            instrument = item["instrument"]
            try:
                metrology.points(
                    instrument["type_code"], instrument["characteristics"], item["regime"], on, work.shelf()
                )
            except metrology.BadInput as error:
                serial = instrument.get("serial") or instrument["id"]
                yield Refused("instrument-unready", serial=serial, detail=error.message)
