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


class EnrolmentIssued(Event, type="vernier.inspection.enrolment.issued.v1"):
    """A one-time code to enrol a tablet was issued for an inspector. The code itself is told to nobody else."""

    enrolment_id: Id
    inspector_id: Id
    expires_at: Instant


class EnrolmentUsed(Event, type="vernier.inspection.enrolment.used.v1"):
    """A one-time code was spent by a tablet."""

    enrolment_id: Id
    inspector_id: Id
    tablet_id: Id


class TabletSuspended(Event, type="vernier.inspection.tablet.suspended.v1"):
    """A tablet is given no more work. What it still hands in is kept and flagged."""

    tablet_id: Id
    inspector_id: Id
    reason: str


class TabletResumed(Event, type="vernier.inspection.tablet.resumed.v1"):
    """A tablet is given work again."""

    tablet_id: Id
    inspector_id: Id
    reason: str


class TabletWipeOrdered(Event, type="vernier.inspection.tablet.wipe_ordered.v1"):
    """At its next contact a tablet is to hand in what it has and then to erase itself."""

    tablet_id: Id
    inspector_id: Id
    reason: str


class TabletWiped(Event, type="vernier.inspection.tablet.wiped.v1"):
    """A tablet has handed in what it had and erases itself, its keys too."""

    tablet_id: Id
    inspector_id: Id


class RecordReceived(Event, type="vernier.inspection.record.received.v1"):
    """A tablet's record is durable here. `status` says whether it could be read; evidence is kept in either case."""

    record_id: Id
    tablet_id: Id
    inspector_id: Id
    kind: str
    status: Literal["accepted", "rejected", "conflict"]
    hash: str
    tablet_sequence: int


Ending = Literal["done", "partly", "closed", "refused"]
"""How a visit ended: all done, part of it, nobody there, not let in."""


class VisitReported(Event, type="vernier.inspection.visit.reported.v1"):
    """The inspector told how a visit ended. Verifications made on it come as records of their own, before or after."""

    record_id: Id
    visit_id: Id
    inspector_id: Id
    ending: Ending
    reason: str
    ended_at: Instant
    verified: list[Id]
    """The instruments that were verified there: what a verdict is still to come of is not left undone."""


class AttachmentReceived(Event, type="vernier.inspection.attachment.received.v1"):
    """A photograph or signature is here, whole. Its id is the SHA-256 of its bytes; `claimed` is the one it was sent as.

    Told again when it comes once more under another name.
    """

    attachment_id: Id
    size: int
    media_type: str
    inspector_id: Id
    claimed: str | None = None


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
    corrects: Id | None = None
    """The verification that this one corrects, with a reason; that one stays as it is."""


class VerificationEvidenced(Event, type="vernier.inspection.verification.evidenced.v1"):
    """The last attachment that the procedure asks for has arrived: the gate `evidence-pending` is open."""

    verification_id: Id
    instrument_id: Id
    withheld: list[str]


class VerificationReviewed(Event, type="vernier.inspection.verification.reviewed.v1"):
    """A person looked at a doubt about a record (its tablet was suspended, say), and decided whether to rely on it."""

    verification_id: Id
    instrument_id: Id
    doubt: str
    """what had been in doubt: `tablet-suspended`, `bad-hash` or `bad-signature`"""
    relied_on: bool
    """whether the gate is open now; else it stays shut as `not-relied-on`"""
    withheld: list[str]


class VerificationReconsidered(Event, type="vernier.inspection.verification.reconsidered.v1"):
    """What a verification had been judged by was heard late, from the register or of another verification.

    Gates that had been shut for lack of it are open, or one is shut that had been open. Its verdict is the same.
    """

    verification_id: Id
    instrument_id: Id
    opened: list[str]
    """gates that are open now"""
    shut: list[str]
    """gates that had been open and are shut now"""
    withheld: list[str]


class VerificationSetAside(Event, type="vernier.inspection.verification.set_aside.v1"):
    """A dispatcher decided that another verification of the instrument is in force instead of this one, and why.

    Until it is reinstated its verdict and its certificates do not count, whether they are heard of before or after.
    """

    verification_id: Id
    instrument_id: Id
    in_force_id: Id
    reason: str


class VerificationReinstated(Event, type="vernier.inspection.verification.reinstated.v1"):
    """A verification that had been set aside counts again, and why."""

    verification_id: Id
    instrument_id: Id
    reason: str


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
    edition: int = 1
    """Of the verification's certificate: one issued anew takes the place of the one before."""
    corrects: Id | None = None
    """The verification that this one's corrects: of two of the same moment the correction counts."""


class CertificateIssued(_Certificate, type="vernier.inspection.certificate.issued.v1"):
    """A certificate of verification (giấy chứng nhận kiểm định) was given for a passing verification."""

    decided: bool = False
    """A dispatcher decided that this verification is in force, even over a later one."""


class CertificateSuperseded(_Certificate, type="vernier.inspection.certificate.superseded.v1"):
    """A newer certificate of the same instrument took its place."""

    by_certificate_id: Id


class CertificateRevoked(_Certificate, type="vernier.inspection.certificate.revoked.v1"):
    """A certificate was withdrawn; it proves nothing from that moment."""

    reason: str
    by_verification_id: Id | None = None
    """The later verification that failed and ended it, if it was that."""
    withheld: list[str] = []
    """Gates of its own verification that were shut since, if it was these: `instrument-barred` …

    With neither, a person decided so.
    """


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


class SerialsReserved(Event, type="vernier.inspection.serial_range.reserved.v1"):
    """Serial numbers were kept for a tablet, which may give them to instruments that bear none while it is offline."""

    first: str
    """first number of the range, as it is put on an instrument"""
    last: str
    """last number of the range, as it is put on an instrument"""
    tablet_id: Id
    inspector_id: Id


class SerialAssigned(Event, type="vernier.inspection.serial_range.assigned.v1"):
    """An inspector gave an instrument that bore none a serial number (TT 24/2013 Art. 41)."""

    serial: str
    instrument_id: Id
    record_id: Id
    tablet_id: Id
    """for which the number had been kept"""


class SerialsCancelled(Event, type="vernier.inspection.serial_range.cancelled.v1"):
    """Serial numbers that were kept for a tablet are given to no instrument any more."""

    serials: list[str]
    """the numbers, as they would have been put on instruments"""
    tablet_id: Id
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
    at: Instant | None = None


class _Seals(Event):
    batch_id: Id
    kind: SealKind
    series: str
    first: int
    last: int
    at: Instant


class SealsReturned(_Seals, type="vernier.inspection.seal.returned.v1"):
    """An inspector gave unused seals back into the office's stock."""

    inspector_id: Id
    """who gave them back"""
    reason: str | None


class SealsTransferred(_Seals, type="vernier.inspection.seal.transferred.v1"):
    """Unused seals went from one inspector to another: the office says so, or both of them do."""

    from_inspector_id: Id
    to_inspector_id: Id


class SealsLost(_Seals, type="vernier.inspection.seal.range_lost.v1"):
    """Unused seals cannot be found. Whoever meets one of their numbers reports it."""

    inspector_id: Id | None
    """who held them; null: they lay in stock"""
    reason: str


class SealsDestroyed(_Seals, type="vernier.inspection.seal.destroyed.v1"):
    """Unused seals were destroyed, those of an inspector who leaves for example."""

    inspector_id: Id | None
    """who held them; null: they lay in stock"""
    reason: str


class SealsFound(_Seals, type="vernier.inspection.seal.found.v1"):
    """Seals that the ledger had as lost or destroyed are there after all."""

    inspector_id: Id | None
    """in whose hand they are; null: in stock"""
    reason: str


class _Transfer(Event):
    transfer_id: Id
    batch_id: Id
    kind: SealKind
    series: str
    first: int
    last: int
    from_inspector_id: Id
    to_inspector_id: Id
    at: Instant


class SealTransferDeclared(_Transfer, type="vernier.inspection.seal_transfer.declared.v1"):
    """One side says that seals changed hands. The ledger waits until the other side or the office says so too."""

    said_by: str


class SealTransferConfirmed(_Transfer, type="vernier.inspection.seal_transfer.confirmed.v1"):
    """The other side, or the office, confirmed that the seals changed hands."""

    confirmed_by: str


class SealTransferDeclined(_Transfer, type="vernier.inspection.seal_transfer.declined.v1"):
    """A declared transfer did not take place; the seals are where they were."""

    reason: str


class _Seal(Event):
    number: str
    kind: SealKind | None
    verification_id: Id | None
    instrument_id: Id | None
    inspector_id: Id | None
    place: str | None


class SealAffixed(_Seal, type="vernier.inspection.seal.affixed.v1"):
    """A numbered seal was fitted to one place of one instrument. It is not valid before its certificate is issued."""

    withheld: list[str] = []
    """why no certificate will follow, so that the seal does not become valid; empty: one will"""


class SealVoided(_Seal, type="vernier.inspection.seal.voided.v1"):
    """A seal is void: damaged, allotted to an instrument that failed, or removed."""

    reason: str


class SealLost(_Seal, type="vernier.inspection.seal.lost.v1"):
    """A seal cannot be found. Whoever meets its number reports it."""

    reason: str


class SealValidated(_Seal, type="vernier.inspection.seal.validated.v1"):
    """A seal became valid: the certificate of the verification that fitted it was issued."""

    certificate_id: Id


class SealInvalidated(_Seal, type="vernier.inspection.seal.invalidated.v1"):
    """A seal still hangs on its instrument and proves nothing: its certificate was revoked."""

    certificate_id: Id
    reason: str


class SealCount(Fact):
    """Numbers first to last of a series, both included."""

    series: str
    first: int
    last: int


class StocktakeTaken(Event, type="vernier.inspection.stocktake.taken.v1"):
    """Somebody counted the unused seals in one hand. The ledger is not changed by it."""

    stocktake_id: Id
    inspector_id: Id | None
    """whose seals were counted; null: those in stock"""
    at: Instant
    counted: list[SealCount]
    missing: list[SealCount]
    surplus: list[SealCount]


class StocktakeDecided(Event, type="vernier.inspection.stocktake.decided.v1"):
    """A person decided what became of numbers in which count and ledger differ."""

    stocktake_id: Id
    inspector_id: Id | None
    """whose seals were counted; null: those in stock"""
    series: str
    first: int
    last: int
    decision: Literal["lost", "found", "left"]
    reason: str


class AttentionRaised(Event, type="vernier.inspection.attention.raised.v1"):
    """A person must look: two facts do not fit together, and the software does not choose between them.

    Told again of the same matter when what it is about has changed (`detail` says what is so now), or is there again after
    the matter had closed itself. What a person resolved is not raised again.
    """

    attention_id: Id
    reason: str
    detail: str
    record_id: Id | None
    instrument_id: Id | None
    inspector_id: Id | None


class AttentionResolved(Event, type="vernier.inspection.attention.resolved.v1"):
    """A person looked, decided and wrote down why; or what the matter was about is no more, and it closed itself."""

    attention_id: Id
    reason: str
    note: str
    record_id: Id | None = None
    relied_on: bool = True
    """whether a record that was in doubt is relied on all the same"""
