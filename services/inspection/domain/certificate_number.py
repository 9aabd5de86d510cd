"""A certificate's number: the pattern an office writes it by, and what became of each number of a year."""

import string
from datetime import datetime
from typing import Literal

from services.inspection.events import CertificateNumberCancelled, CertificateNumberReserved
from services.kernel.model import Entity, Instant, Rejected

PATTERN_WORDS = {"sequence", "year", "yy"}


def check_pattern(pattern: str) -> str:
    """A pattern such as `{sequence:05d}/{year}/BN-KĐ`.

    Raises ValueError unless it names the sequence and the year: without both, two certificates would share a number.
    """
    named = {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}
    if "sequence" not in named or not named & {"year", "yy"} or named - PATTERN_WORDS:
        raise ValueError(
            "a certificate's number needs {sequence} and {year} or {yy}, and knows nothing else; "
            "for example {sequence:05d}/{year}/BN-KĐ"
        )
    pattern.format(sequence=1, year=2026, yy="26")
    return pattern


def write_number(pattern: str, sequence: int, year: int) -> str:
    return pattern.format(sequence=sequence, year=year, yy=f"{year % 100:02d}")


def series_of(office: str, year: int) -> str:
    """The series in which an office's numbers follow each other without a gap."""
    return f"{office}/{year}"


def number_id(series: str, sequence: int) -> str:
    return f"{series.replace('/', '-')}-{sequence:06d}"


class CertificateNumber(Entity, kind="certificate_number"):
    """One place in a series. Its id is that place, so a number is never given twice; places are filled in order, so
    none is left out. It is reserved for a tablet, issued with a certificate, or cancelled with a reason.
    """

    series: str
    year: int
    sequence: int
    number: str
    number_typed: str
    status: Literal["reserved", "issued", "cancelled"]
    reservation_id: str | None = None
    tablet_id: str | None = None
    inspector_id: str | None = None
    certificate_id: str | None = None
    reason: str | None = None
    touched_at: Instant

    def reserved(self) -> CertificateNumberReserved:
        """Only for one that is made for a tablet."""
        assert self.tablet_id is not None
        assert self.inspector_id is not None
        return CertificateNumberReserved(
            number=self.number, series=self.series, tablet_id=self.tablet_id, inspector_id=self.inspector_id
        )

    def take(self, certificate_id: str, at: datetime) -> None:
        """The certificate for which it is. A number cancelled unused may yet turn out to have been written on paper.

        Raises Rejected `number-taken` when another certificate has it.
        """
        if self.certificate_id not in (None, certificate_id):
            raise Rejected("number-taken", f"Number {self.number} belongs to another certificate.")
        self.status, self.certificate_id, self.reason, self.touched_at = "issued", certificate_id, None, at

    def cancel(self, reason: str, at: datetime) -> CertificateNumberCancelled | None:
        """It will not be used. Nothing happens to one that is cancelled already."""
        if self.status == "cancelled":
            return None
        self.status, self.reason, self.touched_at = "cancelled", reason, at
        return CertificateNumberCancelled(number=self.number, series=self.series, reason=reason)
