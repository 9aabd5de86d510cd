"""What the registry listens to: results that change an instrument's status, and every step for its audit trail."""

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
)
from services.kernel.model import Envelope, Event, Handler
from services.notifications.events import NoticeFailed, NoticeSent
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
    | CertificateSuperseded
    | CertificateRevoked
    | SealAffixed
    | SealVoided
    | SealLost
    | SealValidated
    | SealInvalidated
    | AttentionRaised
)


def on_verification(event: VerificationRecorded, envelope: Envelope) -> None:
    if event.verdict == "fail":
        instruments.on(
            envelope, event.instrument_id, lambda each: each.failed(event.verified_at, event.verified_on)
        )
    note([event.instrument_id], envelope)


def on_certificate(event: CertificateIssued, envelope: Envelope) -> None:
    instruments.on(
        envelope,
        event.instrument_id,
        lambda each: each.passed(
            event.verified_at, event.verified_on, event.valid_until, event.number, decided=event.decided
        ),
    )
    note([event.instrument_id], envelope)


def on_revocation(event: CertificateRevoked, envelope: Envelope) -> None:
    instruments.on(envelope, event.instrument_id, lambda each: each.revoked(event.number))
    note([event.instrument_id], envelope)


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
    CertificateSuperseded: on_step,
    CertificateRevoked: on_revocation,
    SealAffixed: on_step,
    SealVoided: on_step,
    SealLost: on_step,
    SealValidated: on_step,
    SealInvalidated: on_step,
    AttentionRaised: on_step,
    NoticeSent: on_notice,
    NoticeFailed: on_notice,
}
