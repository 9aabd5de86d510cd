"""What the registry listens to: results that change an instrument's status, and every step for its audit trail."""

from datetime import date

from services.inspection.events import (
    AttentionRaised,
    CertificateIssued,
    CertificateRevoked,
    CertificateSuperseded,
    SealAffixed,
    SealInvalidated,
    SealLost,
    SealValidated,
    SealVoided,
    VerificationRecorded,
    VerificationReinstated,
    VerificationSetAside,
)
from services.kernel.model import Envelope, Event, Handler
from services.notifications.events import NoticeFailed, NoticeSent
from services.registry.result import Result
from services.registry.storage import instruments, note
from services.scheduling.events import (
    RepairDeclared,
    VerificationDue,
    VisitAnnounced,
    VisitCancelled,
    VisitCompleted,
    VisitConfirmed,
    VisitEnded,
    VisitPlanned,
    VisitRescheduled,
)

Visit = (
    VisitPlanned
    | VisitAnnounced
    | VisitConfirmed
    | VisitRescheduled
    | VisitCancelled
    | VisitCompleted
    | VisitEnded
)
OneInstrument = (
    VerificationDue
    | RepairDeclared
    | SealAffixed
    | SealVoided
    | SealLost
    | SealValidated
    | SealInvalidated
    | AttentionRaised
)


def on_verification(event: VerificationRecorded, envelope: Envelope) -> None:
    if event.verdict == "fail":
        _verified(event, envelope, edition=0)
    note([event.instrument_id], envelope)


def on_certificate(
    event: CertificateIssued | CertificateSuperseded | CertificateRevoked, envelope: Envelope
) -> None:
    ended = not isinstance(event, CertificateIssued)
    _verified(event, envelope, event.edition, ended, event.valid_until, event.number)
    note([event.instrument_id], envelope)


def on_decision(event: VerificationSetAside | VerificationReinstated, envelope: Envelope) -> None:
    aside = isinstance(event, VerificationSetAside)
    instruments.on(
        envelope, event.instrument_id, lambda each: each.decided(event.verification_id, set_aside=aside)
    )
    note([event.instrument_id], envelope)


def _verified(
    event: VerificationRecorded | CertificateIssued | CertificateSuperseded | CertificateRevoked,
    envelope: Envelope,
    edition: int,
    ended: bool = False,
    valid_until: date | None = None,
    number: str | None = None,
) -> None:
    result = Result(
        verification_id=event.verification_id,
        edition=edition,
        ended=ended,
        corrects=event.corrects,
        verified_at=event.verified_at,
        verified_on=event.verified_on,
        valid_until=valid_until,
        certificate_number=number,
    )
    instruments.on(envelope, event.instrument_id, lambda each: each.verified(result))


def on_visit(event: Visit, envelope: Envelope) -> None:
    note([item.instrument_id for item in event.items], envelope)


def on_notice(event: NoticeSent | NoticeFailed, envelope: Envelope) -> None:
    note(event.instrument_ids, envelope)


def on_step(event: OneInstrument, envelope: Envelope) -> None:
    if event.instrument_id is not None:
        note([event.instrument_id], envelope)


HANDLERS: dict[type[Event], Handler] = {
    VerificationDue: on_step,
    RepairDeclared: on_step,
    VisitPlanned: on_visit,
    VisitAnnounced: on_visit,
    VisitConfirmed: on_visit,
    VisitRescheduled: on_visit,
    VisitCancelled: on_visit,
    VisitCompleted: on_visit,
    VisitEnded: on_visit,
    VerificationRecorded: on_verification,
    CertificateIssued: on_certificate,
    CertificateSuperseded: on_certificate,
    CertificateRevoked: on_certificate,
    VerificationSetAside: on_decision,
    VerificationReinstated: on_decision,
    SealAffixed: on_step,
    SealVoided: on_step,
    SealLost: on_step,
    SealValidated: on_step,
    SealInvalidated: on_step,
    AttentionRaised: on_step,
    NoticeSent: on_notice,
    NoticeFailed: on_notice,
}
