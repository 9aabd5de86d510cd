"""The certificate of verification (giấy chứng nhận kiểm định, TT 24/2013 Art. 41) and the pattern of its number."""

import string
from datetime import date, datetime
from typing import Any, Literal

from services.inspection.domain.verification import Verification
from services.inspection.events import CertificateIssued, CertificateRevoked, CertificateSuperseded
from services.kernel.model import Entity, Instant, derived_id

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


def certificate_id(verification_id: str) -> str:
    return derived_id("certificate", verification_id)


class Certificate(Entity, kind="certificate"):
    """One per passing verification. What it says is copied when it is issued and never computed again."""

    number: str
    series: str
    sequence: int
    verification_id: str
    instrument_id: str
    enterprise_id: str
    site_id: str
    inspector_id: str
    type_code: str
    maker: str
    country: str | None
    model: str
    serial: str
    characteristics: dict[str, Any]
    procedure: dict[str, Any]
    regime: str
    verified_at: Instant
    verified_on: date
    valid_until: date | None
    issued_at: Instant
    status: Literal["in_force", "superseded", "revoked"] = "in_force"
    superseded_by: str | None = None
    revoked_reason: str | None = None
    touched_at: Instant

    @classmethod
    def of(
        cls, verification: Verification, pattern: str, series: str, sequence: int, at: datetime
    ) -> "Certificate":
        """The next certificate of a series, for a verification that passed with every gate open."""
        copied = set(cls.model_fields) & set(Verification.model_fields) - {
            "id",
            "version",
            "seen",
            "touched_at",
        }
        return cls(
            id=certificate_id(verification.id),
            verification_id=verification.id,
            number=write_number(pattern, sequence, verification.verified_on.year),
            series=series,
            sequence=sequence,
            issued_at=at,
            touched_at=at,
            **{name: getattr(verification, name) for name in copied},
        )

    def issued(self) -> CertificateIssued:
        return CertificateIssued(**self._told())

    def supersede(self, by: str, at: datetime) -> CertificateSuperseded | None:
        """A newer one takes its place. Nothing happens to one that is no longer in force."""
        if self.status != "in_force":
            return None
        self.status, self.superseded_by, self.touched_at = "superseded", by, at
        return CertificateSuperseded(**self._told(), by_certificate_id=by)

    def revoke(self, reason: str, at: datetime) -> CertificateRevoked | None:
        """It proves nothing any more. Nothing happens to one that is no longer in force."""
        if self.status != "in_force":
            return None
        self.status, self.revoked_reason, self.touched_at = "revoked", reason, at
        return CertificateRevoked(**self._told(), reason=reason)

    def _told(self) -> dict[str, Any]:
        return {
            "certificate_id": self.id,
            "number": self.number,
            "verification_id": self.verification_id,
            "instrument_id": self.instrument_id,
            "enterprise_id": self.enterprise_id,
            "inspector_id": self.inspector_id,
            "type_code": self.type_code,
            "serial": self.serial,
            "verified_at": self.verified_at,
            "verified_on": self.verified_on,
            "valid_until": self.valid_until,
        }
