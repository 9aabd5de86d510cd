"""What inspection listens to: the facts of registry and scheduling, and its own evidence, verdicts and certificates."""

from services.inspection.certifying import certify, on_gate_opened, settle
from services.inspection.deciding import (
    on_attachment_received,
    on_attention_resolved,
    on_decision,
    on_verification_for_gates,
)
from services.inspection.domain.known import (
    Enterprise,
    Inspector,
    Instrument,
    InstrumentType,
    Site,
    Standard,
    Visit,
    VisitStatus,
)
from services.inspection.events import (
    AttachmentReceived,
    AttentionResolved,
    CertificateIssued,
    CertificateRevoked,
    RecordReceived,
    SealAffixed,
    SealLost,
    SealsDestroyed,
    SealsFound,
    SealsIssued,
    SealsLost,
    SealsReceived,
    SealsReturned,
    SealsTransferred,
    SealVoided,
    StocktakeDecided,
    StocktakeTaken,
    VerificationEvidenced,
    VerificationReconsidered,
    VerificationRecorded,
    VerificationReinstated,
    VerificationReviewed,
    VerificationSetAside,
    VisitReported,
)
from services.inspection.judging import on_record_received
from services.inspection.reconsidering import compare, on_register
from services.inspection.seal_review import on_seal_used, on_seals_moved, on_stocktake
from services.inspection.sealing import tell_seals, tell_seals_of_certificate
from services.inspection.storage import (
    enterprises,
    inspectors,
    instrument_types,
    instruments,
    past_of,
    sites,
    standards,
    verifications,
    visits,
)
from services.inspection.visit_review import on_visit_reported, review_verification, review_visit
from services.kernel.model import Envelope, Event, Handler, now
from services.registry.events import (
    EnterpriseRegistered,
    EnterpriseUpdated,
    InspectorRegistered,
    InspectorSuspended,
    InspectorUpdated,
    InstrumentRegistered,
    InstrumentRetired,
    InstrumentTypeDefined,
    InstrumentUpdated,
    SiteRegistered,
    SiteUpdated,
    StandardRegistered,
    StandardUpdated,
)
from services.scheduling.events import (
    VisitAnnounced,
    VisitCancelled,
    VisitCompleted,
    VisitConfirmed,
    VisitEnded,
    VisitRescheduled,
)


def on_enterprise(event: EnterpriseRegistered | EnterpriseUpdated, envelope: Envelope) -> None:
    enterprises.keep(envelope, Enterprise(id=event.enterprise_id, touched_at=now(), **event.model_dump()))


def on_site(event: SiteRegistered | SiteUpdated, envelope: Envelope) -> None:
    sites.keep(envelope, Site(id=event.site_id, touched_at=now(), **event.model_dump()))


def on_instrument_type(event: InstrumentTypeDefined, envelope: Envelope) -> None:
    rows = event.model_dump(mode="json")["rows"]
    instrument_types.keep(envelope, InstrumentType(id=event.code, touched_at=now(), rows=rows))
    on_register(envelope.subject, envelope)


def on_instrument(
    event: InstrumentRegistered | InstrumentUpdated | InstrumentRetired, envelope: Envelope
) -> None:
    """Each verification has one told: gates are asked about only where what they ask for changes, or on a repeat."""
    at, asked = now(), list[bool]()
    told = Instrument(id=event.instrument_id, touched_at=at, known_at=at, **event.model_dump())
    instruments.on(envelope, told.id, lambda known: asked.append(known.retell(told)), lambda: told)
    if asked[-1:] != [False]:
        on_register(envelope.subject, envelope)


def on_standard(event: StandardRegistered | StandardUpdated, envelope: Envelope) -> None:
    told = Standard(id=event.standard_id, touched_at=now(), **event.model_dump())
    standards.on(envelope, told.id, lambda known: known.retell(told), lambda: told)
    on_register(envelope.subject, envelope)


def on_inspector(
    event: InspectorRegistered | InspectorUpdated | InspectorSuspended, envelope: Envelope
) -> None:
    inspectors.keep(envelope, Inspector(id=event.inspector_id, touched_at=now(), **event.model_dump()))
    on_register(envelope.subject, envelope)


VisitEvent = VisitAnnounced | VisitConfirmed | VisitRescheduled | VisitCancelled | VisitCompleted | VisitEnded

STATUS: dict[type[Event], VisitStatus] = {
    VisitAnnounced: "announced",
    VisitConfirmed: "confirmed",
    VisitRescheduled: "rescheduled",
    VisitCancelled: "cancelled",
    VisitCompleted: "completed",
    VisitEnded: "ended",
}


def on_visit(event: VisitEvent, envelope: Envelope) -> None:
    given = isinstance(event, VisitRescheduled) and event.previous_inspector_id != event.inspector_id
    told = Visit(
        id=event.visit_id,
        touched_at=now(),
        status=STATUS[type(event)],
        site_id=event.site_id,
        enterprise_id=event.enterprise_id,
        inspector_id=event.inspector_id,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        instrument_ids=[item.instrument_id for item in event.items],
        regimes=[item.regime for item in event.items],
        past_inspectors=[event.previous_inspector_id] if isinstance(event, VisitRescheduled) else [],
        given_at=envelope.time if given else None,
        cancelled_at=envelope.time if isinstance(event, VisitCancelled) else None,
    )
    visits.on(envelope, told.id, lambda visit: visit.retell(told), lambda: told)
    new = isinstance(event, VisitAnnounced)
    if new or told.given_at or told.cancelled_at:
        review_visit(told.id, envelope, new=new)


def on_verification(event: VerificationRecorded, envelope: Envelope) -> None:
    """The seals first: the certificate makes them valid."""
    verification = verifications.get(event.verification_id)
    tell_seals(verification, envelope)
    certify(verification, envelope)
    on_verification_for_gates(verification, envelope)
    review_verification(verification, envelope)
    if not verification.earns_certificate and not verification.waits:
        compare(verification.id, past_of(verification.instrument_id), envelope)


def on_verification_reconsidered(event: VerificationReconsidered, envelope: Envelope) -> None:
    on_gate_opened(event, envelope)
    settle(event.instrument_id, past_of(event.instrument_id), envelope)


def on_verification_decided(event: VerificationSetAside | VerificationReinstated, envelope: Envelope) -> None:
    """Certificates follow the decision, and what asked for it is dealt with."""
    settle(event.instrument_id, past_of(event.instrument_id), envelope)
    on_decision(event, envelope)
    compare(event.verification_id, past_of(event.instrument_id), envelope)


def on_certificate(event: CertificateIssued | CertificateRevoked, envelope: Envelope) -> None:
    past = past_of(event.instrument_id)
    settle(event.instrument_id, past, envelope)
    tell_seals_of_certificate(event, past, envelope)
    compare(event.verification_id, past, envelope)


HANDLERS: dict[type[Event], Handler] = {
    EnterpriseRegistered: on_enterprise,
    EnterpriseUpdated: on_enterprise,
    SiteRegistered: on_site,
    SiteUpdated: on_site,
    InstrumentTypeDefined: on_instrument_type,
    InstrumentRegistered: on_instrument,
    InstrumentUpdated: on_instrument,
    InstrumentRetired: on_instrument,
    StandardRegistered: on_standard,
    StandardUpdated: on_standard,
    InspectorRegistered: on_inspector,
    InspectorUpdated: on_inspector,
    InspectorSuspended: on_inspector,
    VisitAnnounced: on_visit,
    VisitConfirmed: on_visit,
    VisitRescheduled: on_visit,
    VisitCancelled: on_visit,
    VisitCompleted: on_visit,
    VisitEnded: on_visit,
    RecordReceived: on_record_received,
    AttachmentReceived: on_attachment_received,
    VisitReported: on_visit_reported,
    VerificationRecorded: on_verification,
    VerificationEvidenced: on_gate_opened,
    VerificationReviewed: on_gate_opened,
    VerificationReconsidered: on_verification_reconsidered,
    AttentionResolved: on_attention_resolved,
    VerificationSetAside: on_verification_decided,
    VerificationReinstated: on_verification_decided,
    CertificateIssued: on_certificate,
    CertificateRevoked: on_certificate,
    SealAffixed: on_seal_used,
    SealVoided: on_seal_used,
    SealLost: on_seal_used,
    SealsReceived: on_seals_moved,
    SealsIssued: on_seals_moved,
    SealsReturned: on_seals_moved,
    SealsTransferred: on_seals_moved,
    SealsLost: on_seals_moved,
    SealsDestroyed: on_seals_moved,
    SealsFound: on_seals_moved,
    StocktakeTaken: on_stocktake,
    StocktakeDecided: on_stocktake,
}
