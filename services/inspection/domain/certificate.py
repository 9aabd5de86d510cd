"""The certificate of verification (giấy chứng nhận kiểm định, TT 24/2013 Art. 41): issued, reissued, superseded, revoked."""

from datetime import date, datetime
from typing import Any, Literal

from services.inspection.domain.body import SealTold
from services.inspection.domain.certificate_number import CertificateNumber
from services.inspection.domain.particulars import Particulars
from services.inspection.domain.verification import StandardUsed, Verification
from services.inspection.domain.wording import typed
from services.inspection.events import CertificateIssued, CertificateRevoked, CertificateSuperseded
from services.kernel.model import Entity, Instant, Rejected, derived_id

RESULT = "Đạt yêu cầu kỹ thuật đo lường"
"""The very words of TT 24/2013 Art. 41."""


def certificate_id(verification_id: str, edition: int = 1) -> str:
    parts = [verification_id] if edition == 1 else [verification_id, str(edition)]
    return derived_id("certificate", *parts)


class Certificate(Entity, kind="certificate"):
    """One in force per passing verification. What it says is copied when it is issued and never computed again.

    A later edition says the same with what was wrong put right, and takes the place of the one before.
    """

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
    standards: list[StandardUsed] = []
    standard_ids: list[str] = []
    seals_affixed: list[SealTold] = []
    record_hash: str | None = None
    particulars: Particulars | None = None
    number_typed: str = ""
    serial_typed: str = ""
    edition: int = 1
    corrects: str | None = None
    replaces: str | None = None
    reissue_reason: str | None = None
    issued_at: Instant
    status: Literal["in_force", "superseded", "revoked"] = "in_force"
    superseded_by: str | None = None
    revoked_reason: str | None = None
    lapsed: bool = False
    """Revoked because of what else is known of the instrument, not by a person: should that change, it is given anew."""
    touched_at: Instant

    @classmethod
    def of(
        cls,
        verification: Verification,
        number: CertificateNumber,
        particulars: Particulars,
        at: datetime,
        edition: int = 1,
    ) -> "Certificate":
        """The certificate of a verification that passed with every gate open; a later edition after a decision."""
        copied = set(cls.model_fields) & set(Verification.model_fields) - {
            "id",
            "version",
            "seen",
            "touched_at",
        }
        return cls(
            id=certificate_id(verification.id, edition),
            edition=edition,
            verification_id=verification.id,
            number=number.number,
            number_typed=typed(number.number),
            serial_typed=typed(verification.serial),
            series=number.series,
            sequence=number.sequence,
            particulars=particulars,
            issued_at=at,
            touched_at=at,
            **{name: getattr(verification, name) for name in copied},
        )

    def next_edition_id(self) -> str:
        """Raises Rejected `not-in-force`: only what counts can be put right."""
        self._must_be_in_force()
        return certificate_id(self.verification_id, self.edition + 1)

    def reissue(
        self, number: CertificateNumber, particulars: Particulars, reason: str, at: datetime
    ) -> "Certificate":
        """The next edition, under a number of its own. The verification and its validity stay what they were."""
        changed = {
            "id": self.next_edition_id(),
            "version": 0,
            "seen": {},
            "number": number.number,
            "number_typed": typed(number.number),
            "series": number.series,
            "sequence": number.sequence,
            "particulars": particulars,
            "edition": self.edition + 1,
            "replaces": self.id,
            "reissue_reason": reason,
            "issued_at": at,
            "touched_at": at,
        }
        return self.model_copy(update=changed)

    def issued(self) -> CertificateIssued:
        return CertificateIssued(**self._told())

    def supersede(self, by: str, at: datetime) -> CertificateSuperseded | None:
        """A newer one takes its place. Nothing happens to one that is no longer in force."""
        if self.status != "in_force":
            return None
        self.status, self.superseded_by, self.touched_at = "superseded", by, at
        return CertificateSuperseded(**self._told(), by_certificate_id=by)

    def lapse(self, reason: str, at: datetime, **because: Any) -> CertificateRevoked | None:
        """What else is known of the instrument revokes it. Nothing happens to one that is no longer in force."""
        if self.status != "in_force":
            return None
        self.lapsed = True
        return self._revoked(reason, at, **because)

    def withdraw(self, reason: str, at: datetime) -> CertificateRevoked:
        """A person revokes it, for good. Raises Rejected `not-in-force`."""
        self._must_be_in_force()
        return self._revoked(reason, at)

    @property
    def may_return(self) -> bool:
        """Whether it ended by what else is known, so that a next edition is due should that change."""
        return self.status == "superseded" or self.lapsed

    def _revoked(self, reason: str, at: datetime, **because: Any) -> CertificateRevoked:
        self.status, self.revoked_reason, self.touched_at = "revoked", reason, at
        return CertificateRevoked(**self._told(), reason=reason, **because)

    def _must_be_in_force(self) -> None:
        if self.status != "in_force":
            detail = (
                f"Certificate {self.number} is {self.status} and no longer in force. Look for its successor."
            )
            raise Rejected("not-in-force", detail, field="id")

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
            "edition": self.edition,
            "corrects": self.corrects,
        }
