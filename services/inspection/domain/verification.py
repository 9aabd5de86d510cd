"""The verification record (biên bản kiểm định): what was found on one instrument, by whom, with what, and the verdict."""

from datetime import date
from typing import Any, Literal

from services.inspection.domain.attention import DOUBTS
from services.inspection.domain.body import AttachmentTold, RefusalTold, SealTold, SignatureTold
from services.inspection.domain.status_record import StatusRecord
from services.inspection.events import (
    PointVerdict,
    Regime,
    SealUse,
    VerificationEvidenced,
    VerificationReconsidered,
    VerificationRecorded,
    VerificationReinstated,
    VerificationReviewed,
    VerificationSetAside,
)
from services.kernel.model import Entity, Fact, Instant, Rejected

Verdict = Literal["pass", "fail", "incomplete"]
PENDING = "evidence-pending"
NOT_RELIED_ON = "not-relied-on"
"""The gate that a person shut after looking at a doubt."""
OPENED_BY_REGISTER = (
    "inspector-unknown", "card-expired", "card-type",
    "standard-unknown", "standard-expired", "standard-type",
    "instrument-no-identity", "type-differs", "type-unknown", "regime-not-allowed",
)  # fmt: skip
"""Gates that open when the register tells what it had not told. None of them is shut by what it tells later."""
TURNED_BY_OTHERS = ("instrument-barred", "correction-other-instrument")
"""Gates that open and shut with what is known of other verifications."""


class StandardUsed(Fact):
    """A reference standard as it was certified on the day of the verification (TT 24/2013 Art. 43.4)."""

    id: str
    code: str | None = None
    serial: str | None = None
    certificate_number: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


class AsFound(Fact):
    """What was found before an adjustment; the verification's own points are then as left."""

    verdict: Verdict
    points: list[dict[str, Any]]
    readings: list[dict[str, Any]]


class SetAside(Fact):
    """A dispatcher's decision that another verification is in force."""

    in_favour_of: str
    reason: str
    by: str
    at: Instant


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
    steps: list[dict[str, Any]] = []
    checks: list[dict[str, Any]]
    missing: list[dict[str, Any]]
    readings: list[dict[str, Any]] = []
    as_found: AsFound | None = None
    characteristics: dict[str, Any]
    """As registered; `told_characteristics` as the inspector found them, with which it was judged."""
    told_characteristics: dict[str, Any] = {}
    conditions: dict[str, Any]
    procedure: dict[str, Any]
    standards: list[StandardUsed]
    standard_ids: list[str]
    seals_affixed: list[SealTold]
    seals_removed: list[SealTold]
    seals_voided: list[SealTold]
    withheld: list[str]
    shut_by: list[str] | None = None
    """What in the register shuts a gate, as it is known so far (`standard/s1`); null: nothing."""
    concerns: list[str]
    valid_until: date | None
    certificate_number: str | None = None
    """The number that the tablet gave to the certificate, from those reserved for it."""
    note: str
    status_record: StatusRecord | None = None
    attachments: list[AttachmentTold] = []
    signatures: list[SignatureTold] = []
    refused_to_sign: RefusalTold | None = None
    corrects: str | None = None
    correction_reason: str | None = None
    set_aside: SetAside | None = None
    touched_at: Instant

    @property
    def earns_certificate(self) -> bool:
        return self.verdict == "pass" and not self.withheld and self.set_aside is None

    @property
    def waits(self) -> bool:
        """Whether a certificate may still follow: attachments are on their way, or a person has yet to look at a doubt."""
        shut = {*self.withheld}
        return self.verdict == "pass" and bool(shut) and shut <= {PENDING, *DOUBTS} and self.set_aside is None

    @property
    def hears_late(self) -> bool:
        """Whether a gate is shut that opens when more is known."""
        return not {*OPENED_BY_REGISTER, *TURNED_BY_OTHERS}.isdisjoint(self.withheld)

    def evidenced(self, missing: list[str], at: Instant) -> VerificationEvidenced | None:
        """The gate `evidence-pending` opens when no attachment is missing any more."""
        if PENDING not in self.withheld or missing:
            return None
        self.withheld = [each for each in self.withheld if each != PENDING]
        self.touched_at = at
        return VerificationEvidenced(
            verification_id=self.id, instrument_id=self.instrument_id, withheld=self.withheld
        )

    def reviewed(self, doubt: str, relied_on: bool, at: Instant) -> VerificationReviewed | None:
        """A person looked at a doubt: its gate opens, or is shut for good."""
        if doubt not in self.withheld:
            return None
        left = [each for each in self.withheld if each != doubt]
        self.withheld = left if relied_on else list(dict.fromkeys([*left, NOT_RELIED_ON]))
        self.touched_at = at
        return VerificationReviewed(
            verification_id=self.id,
            instrument_id=self.instrument_id,
            doubt=doubt,
            relied_on=relied_on,
            withheld=self.withheld,
        )

    def reconsidered(self, judged: "Verification", at: Instant) -> VerificationReconsidered | None:
        """Judged by what is known now: which gates open, or shut, because something was heard late."""
        opened = [
            each
            for each in self.withheld
            if each in (*OPENED_BY_REGISTER, *TURNED_BY_OTHERS) and each not in judged.withheld
        ]
        shut = [each for each in judged.withheld if each in TURNED_BY_OTHERS and each not in self.withheld]
        self.withheld = [*(each for each in self.withheld if each not in opened), *shut]
        self.shut_by = judged.shut_by if self.hears_late else None
        if not opened and not shut:
            return None
        if any(each.startswith("standard-") for each in opened):
            self.standards = judged.standards
        self.inspector_card = self.inspector_card or judged.inspector_card
        self.valid_until = self.valid_until or judged.valid_until
        self.touched_at = at
        return VerificationReconsidered(
            verification_id=self.id,
            instrument_id=self.instrument_id,
            opened=opened,
            shut=shut,
            withheld=self.withheld,
        )

    def put_aside(self, other: "Verification", reason: str, by: str, at: Instant) -> VerificationSetAside:
        """Another verification of the same instrument is in force instead of this one; both stay as they are.

        Raises Rejected 422 `other-instrument`, 409 `set-aside` (this one, or the other, is so already).
        """
        if other.id == self.id or other.instrument_id != self.instrument_id:
            detail = (
                "Only another verification of the same instrument can be in force instead. Name that one."
            )
            raise Rejected("other-instrument", detail, field="in_favour_of", status=422)
        for each in (self, other):
            if each.set_aside is not None:
                detail = f"Verification {each.id} was set aside: {each.set_aside.reason}. Reinstate it first."
                raise Rejected("set-aside", detail)
        self.set_aside = SetAside(in_favour_of=other.id, reason=reason, by=by, at=at)
        self.touched_at = at
        return VerificationSetAside(
            verification_id=self.id, instrument_id=self.instrument_id, in_force_id=other.id, reason=reason
        )

    def reinstate(self, reason: str, at: Instant) -> VerificationReinstated:
        """It counts again. Raises Rejected 409 `not-set-aside`."""
        if self.set_aside is None:
            raise Rejected("not-set-aside", "It was not set aside. There is nothing to do.")
        self.set_aside, self.touched_at = None, at
        return VerificationReinstated(
            verification_id=self.id, instrument_id=self.instrument_id, reason=reason
        )

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
