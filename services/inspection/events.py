"""What inspection publishes: evidence received, verdicts, certificates, seals, and what needs a person's attention."""

from datetime import date
from typing import Any, Literal

from services.kernel.model import Event, Fact, Id, Instant

Regime = Literal["initial", "periodic", "after_repair"]
SealKind = Literal["stamp", "lead_seal", "mark"]


class TabletEnrolled(Event, type="vernier.inspection.tablet.enrolled.v1"):
    """A tablet's signing key was made known; records it signs are taken from now on."""

    tablet_id: Id
    inspector_id: Id
    public_key: str


class RecordReceived(Event, type="vernier.inspection.record.received.v1"):
    """A tablet's record is durable here. `status` says whether it could be read; evidence is kept in either case."""

    record_id: Id
    tablet_id: Id
    inspector_id: Id
    kind: str
    status: Literal["accepted", "rejected", "conflict"]
    hash: str
    tablet_sequence: int


class PointVerdict(Fact):
    """The verdict on one point of measurement, as metrology explained it."""

    id: str
    verdict: Literal["pass", "fail", "incomplete"]
    error: str | None
    limit: str | None
    unit: str | None


class SealUse(Fact):
    """A seal fitted to, or found on and removed from, a place of an instrument."""

    number: str
    place: str


class VerificationRecorded(Event, type="vernier.inspection.verification.recorded.v1"):
    """An instrument was verified. The verdict is the server's; the tablet's own is beside it."""

    verification_id: Id
    visit_id: Id | None
    instrument_id: Id
    enterprise_id: Id
    site_id: Id
    type_code: str
    serial: str
    inspector_id: Id
    regime: Regime
    verified_at: Instant
    verified_on: date
    verdict: Literal["pass", "fail", "incomplete"]
    tablet_verdict: str | None
    points: list[PointVerdict]
    procedure: dict[str, Any]
    standard_ids: list[Id]
    seals_affixed: list[SealUse]
    seals_removed: list[SealUse]
    seals_voided: list[SealUse]
    withheld: list[str]
    """Gates that are shut, so that no certificate can follow a pass: `card-expired`, `standard-expired` …"""


class _Certificate(Event):
    certificate_id: Id
    number: str
    verification_id: Id
    instrument_id: Id
    enterprise_id: Id
    inspector_id: Id
    type_code: str
    serial: str
    verified_at: Instant
    verified_on: date
    valid_until: date | None


class CertificateIssued(_Certificate, type="vernier.inspection.certificate.issued.v1"):
    """A certificate of verification (giấy chứng nhận kiểm định) was given for a passing verification."""


class CertificateSuperseded(_Certificate, type="vernier.inspection.certificate.superseded.v1"):
    """A newer certificate of the same instrument took its place."""

    by_certificate_id: Id


class CertificateRevoked(_Certificate, type="vernier.inspection.certificate.revoked.v1"):
    """A certificate was withdrawn; it proves nothing from that moment."""

    reason: str


class CertificateNumberReserved(Event, type="vernier.inspection.certificate_number.reserved.v1"):
    """A number was kept for a tablet, which may give it to a certificate while it is offline."""

    number: str
    series: str
    """The office and the year in which numbers follow each other without a gap."""
    tablet_id: Id
    inspector_id: Id


class CertificateNumberCancelled(Event, type="vernier.inspection.certificate_number.cancelled.v1"):
    """A number that no certificate will have; with its reason it leaves no gap in the register."""

    number: str
    series: str
    """The office and the year in which numbers follow each other without a gap."""
    reason: str


class SealsReceived(Event, type="vernier.inspection.seal.received.v1"):
    """A batch of numbered seals came into the office's stock."""

    batch_id: Id
    kind: SealKind
    series: str
    first: int
    last: int


class SealsIssued(Event, type="vernier.inspection.seal.issued.v1"):
    """Numbered seals were handed to an inspector."""

    batch_id: Id
    kind: SealKind
    series: str
    first: int
    last: int
    inspector_id: Id


class _Seal(Event):
    number: str
    kind: SealKind | None
    verification_id: Id | None
    instrument_id: Id | None
    inspector_id: Id | None
    place: str | None


class SealAffixed(_Seal, type="vernier.inspection.seal.affixed.v1"):
    """A numbered seal was fitted to one place of one instrument."""


class SealVoided(_Seal, type="vernier.inspection.seal.voided.v1"):
    """A seal is void: damaged, allotted to an instrument that failed, or removed."""

    reason: str


class SealLost(_Seal, type="vernier.inspection.seal.lost.v1"):
    """A seal cannot be found. Whoever meets its number reports it."""

    reason: str


class AttentionRaised(Event, type="vernier.inspection.attention.raised.v1"):
    """A person must look: two facts do not fit together, and the software does not choose between them."""

    attention_id: Id
    reason: str
    detail: str
    record_id: Id | None
    instrument_id: Id | None
    inspector_id: Id | None


class AttentionResolved(Event, type="vernier.inspection.attention.resolved.v1"):
    """A person looked, decided and wrote down why."""

    attention_id: Id
    reason: str
    note: str
