"""The verification record (biên bản kiểm định): what was found on one instrument, by whom, with what, and the verdict."""

from datetime import date
from typing import Any, Literal

from services.inspection.domain.body import SealTold
from services.inspection.events import PointVerdict, Regime, SealUse, VerificationRecorded
from services.kernel.model import Entity, Fact, Instant

Verdict = Literal["pass", "fail", "incomplete"]


class StandardUsed(Fact):
    """A reference standard as it was certified on the day of the verification (TT 24/2013 Art. 43.4)."""

    id: str
    code: str | None = None
    serial: str | None = None
    certificate_number: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


class Verification(Entity, kind="verification"):
    """Its id is that of the record it was read from. It is never edited: a correction is a new fact."""

    record_hash: str
    tablet_id: str
    visit_id: str | None
    instrument_id: str
    enterprise_id: str
    site_id: str
    type_code: str
    maker: str
    country: str | None
    model: str
    serial: str
    inspector_id: str
    inspector_card: str | None
    regime: Regime
    after_repair_reason: str | None
    started_at: Instant
    finished_at: Instant
    verified_at: Instant
    verified_on: date
    received_at: Instant
    clock_offset_ms: int
    verdict: Verdict
    tablet_verdict: str
    points: list[dict[str, Any]]
    checks: list[dict[str, Any]]
    missing: list[dict[str, Any]]
    characteristics: dict[str, Any]
    conditions: dict[str, Any]
    procedure: dict[str, Any]
    standards: list[StandardUsed]
    standard_ids: list[str]
    seals_affixed: list[SealTold]
    seals_removed: list[SealTold]
    seals_voided: list[SealTold]
    withheld: list[str]
    concerns: list[str]
    valid_until: date | None
    certificate_number: str | None = None
    """The number that the tablet gave to the certificate, from those reserved for it."""
    note: str
    touched_at: Instant

    @property
    def earns_certificate(self) -> bool:
        return self.verdict == "pass" and not self.withheld

    def recorded(self) -> VerificationRecorded:
        copied = set(VerificationRecorded.model_fields) & set(Verification.model_fields)
        told = {name: getattr(self, name) for name in copied}
        told["points"] = [
            PointVerdict(
                id=str(point.get("id")),
                verdict=point["verdict"],
                error=point.get("error"),
                limit=point.get("limit"),
                unit=point.get("unit"),
            )
            for point in self.points
        ]
        for name in ("seals_affixed", "seals_removed", "seals_voided"):
            told[name] = [SealUse(number=seal.number, place=seal.place) for seal in getattr(self, name)]
        return VerificationRecorded(verification_id=self.id, **told)
