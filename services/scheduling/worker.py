"""What scheduling listens to: the register, from which it keeps copies, and results, which move the next due date."""

from datetime import date

from services.inspection.events import (
    CertificateIssued,
    CertificateRevoked,
    CertificateSuperseded,
    VerificationRecorded,
    VerificationReinstated,
    VerificationSetAside,
    VisitReported,
)
from services.kernel.model import Envelope, Event, Handler, NotYet
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
)
from services.scheduling.facts import Registered, Result
from services.scheduling.inspector import Inspector
from services.scheduling.obligation import Obligation
from services.scheduling.register import Enterprise, InstrumentType, Site
from services.scheduling.storage import enterprises, inspectors, instrument_types, obligations, sites, visits
from services.scheduling.visit import Done, Report

Instrument = InstrumentRegistered | InstrumentUpdated | InstrumentRetired
Certificate = CertificateIssued | CertificateSuperseded | CertificateRevoked


def on_enterprise(event: EnterpriseRegistered | EnterpriseUpdated, envelope: Envelope) -> None:
    enterprises.keep(envelope, Enterprise(id=event.enterprise_id, **event.model_dump()))


def on_site(event: SiteRegistered | SiteUpdated, envelope: Envelope) -> None:
    sites.keep(envelope, Site(id=event.site_id, **event.model_dump()))


def on_inspector(
    event: InspectorRegistered | InspectorUpdated | InspectorSuspended, envelope: Envelope
) -> None:
    inspectors.keep(envelope, Inspector(id=event.inspector_id, **event.model_dump()))


def on_instrument_type(event: InstrumentTypeDefined, envelope: Envelope) -> None:
    instrument_types.keep(envelope, InstrumentType(id=event.code, **event.model_dump(mode="json")))


def on_instrument(event: Instrument, envelope: Envelope) -> None:
    facts = Registered(
        registered_on=event.registered_on,
        last_verified_on=event.last_verified_on,
        valid_until=event.valid_until,
        barred=event.status == "barred",
        retired=event.status == "retired",
    )
    obligations.on(
        envelope,
        event.instrument_id,
        lambda each: each.told_by_registry(
            event.type_code, event.serial, event.enterprise_id, event.site_id, facts
        ),
        lambda: Obligation(id=event.instrument_id, registered=facts, **_identity(event)),
    )


def on_verification(event: VerificationRecorded, envelope: Envelope) -> None:
    if event.verdict == "fail":
        _verified(event, envelope, edition=0)
    if event.visit_id is None:
        return
    if event.verdict != "incomplete":
        outcome = Done(
            instrument_id=event.instrument_id,
            verification_id=event.verification_id,
            verdict=event.verdict,
            verified_at=event.verified_at,
            corrects=event.corrects,
        )
        visits.on(envelope, event.visit_id, lambda visit: visit.record(outcome))
    elif event.tablet_verdict != "incomplete":
        visits.on(envelope, event.visit_id, lambda visit: visit.record_incomplete(event.instrument_id))


def on_visit_reported(event: VisitReported, envelope: Envelope) -> None:
    told = event.model_dump(include={"record_id", "ending", "reason", "ended_at", "verified"})
    visits.on(envelope, event.visit_id, lambda visit: visit.end(Report(**told), event.inspector_id))


def on_certificate(event: Certificate, envelope: Envelope) -> None:
    ended = not isinstance(event, CertificateIssued)
    _verified(event, envelope, event.edition, ended=ended, valid_until=event.valid_until)


def on_decision(event: VerificationSetAside | VerificationReinstated, envelope: Envelope) -> None:
    if obligations.find(event.instrument_id) is None:
        raise NotYet(f"instrument {event.instrument_id} is not known")
    aside = isinstance(event, VerificationSetAside)
    obligations.on(
        envelope, event.instrument_id, lambda each: each.decided(event.verification_id, set_aside=aside)
    )


def _verified(
    event: VerificationRecorded | Certificate,
    envelope: Envelope,
    edition: int,
    ended: bool = False,
    valid_until: date | None = None,
) -> None:
    result = Result(
        verification_id=event.verification_id,
        edition=edition,
        ended=ended,
        corrects=event.corrects,
        verified_at=event.verified_at,
        verified_on=event.verified_on,
        valid_until=valid_until,
    )
    obligations.on(
        envelope,
        event.instrument_id,
        lambda each: each.verified(result),
        lambda: Obligation(id=event.instrument_id, results=[result], **_identity(event)),
    )


def _identity(event: Instrument | VerificationRecorded | Certificate) -> dict[str, str]:
    return {name: getattr(event, name) for name in ("type_code", "serial", "enterprise_id")}


HANDLERS: dict[type[Event], Handler] = {
    EnterpriseRegistered: on_enterprise,
    EnterpriseUpdated: on_enterprise,
    SiteRegistered: on_site,
    SiteUpdated: on_site,
    InspectorRegistered: on_inspector,
    InspectorUpdated: on_inspector,
    InspectorSuspended: on_inspector,
    InstrumentTypeDefined: on_instrument_type,
    InstrumentRegistered: on_instrument,
    InstrumentUpdated: on_instrument,
    InstrumentRetired: on_instrument,
    VerificationRecorded: on_verification,
    CertificateIssued: on_certificate,
    CertificateSuperseded: on_certificate,
    CertificateRevoked: on_certificate,
    VerificationSetAside: on_decision,
    VerificationReinstated: on_decision,
    VisitReported: on_visit_reported,
}
