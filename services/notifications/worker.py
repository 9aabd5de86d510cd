"""What notifications listens to: what an enterprise must be told, and the names that a letter needs."""

from contextlib import suppress
from datetime import timedelta

from services.inspection.events import CertificateIssued, CertificateRevoked, VerificationRecorded
from services.kernel.model import AlreadyDone, Envelope, Event, Handler, derived_id, local_date, now
from services.kernel.settings import settings
from services.notifications.heard import Heard
from services.notifications.notice import CHANNEL, Matter, Notice, Topic
from services.notifications.register import Enterprise, Inspector, Instrument, InstrumentType, Site
from services.notifications.storage import (
    enterprises,
    heard,
    inspectors,
    instrument_types,
    instruments,
    notices,
    sites,
)
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
from services.scheduling.events import VerificationDue, VisitAnnounced, VisitCancelled, VisitRescheduled

TOLD = {
    "instrument_id", "type_code", "serial", "site_id", "regime", "lead", "due_on", "verified_on", "valid_until", "number",
    "inspector_id", "starts_at", "ends_at", "previous_starts_at", "items", "reason", "withheld",
}  # fmt: skip
"""What of an event a letter may say or look up. The rest stays in the event."""


def on_enterprise(event: EnterpriseRegistered | EnterpriseUpdated, envelope: Envelope) -> None:
    enterprises.keep(envelope, Enterprise(id=event.enterprise_id, **event.model_dump()))


def on_site(event: SiteRegistered | SiteUpdated, envelope: Envelope) -> None:
    sites.keep(envelope, Site(id=event.site_id, **event.model_dump()))


def on_instrument(
    event: InstrumentRegistered | InstrumentUpdated | InstrumentRetired, envelope: Envelope
) -> None:
    told = Instrument(id=event.instrument_id, **event.model_dump())
    if not isinstance(event, InstrumentRegistered):
        # Every verification changes an instrument, seldom what a letter says of it. Without a mark for it, the event
        # can only come again to say the same as the last one marked.
        kept = instruments.find(told.id)
        if kept is not None and kept.state() == told.state():
            return
    instruments.keep(envelope, told)


def on_instrument_type(event: InstrumentTypeDefined, envelope: Envelope) -> None:
    instrument_types.keep(envelope, InstrumentType(id=event.code, **event.model_dump(mode="json")))


def on_inspector(
    event: InspectorRegistered | InspectorUpdated | InspectorSuspended, envelope: Envelope
) -> None:
    inspectors.keep(envelope, Inspector(id=event.inspector_id, **event.model_dump()))


def on_due(event: VerificationDue, envelope: Envelope) -> None:
    _tell_together("verification_due", event, envelope, event.lead, local_date(envelope.time).isoformat())


def on_visit(event: VisitAnnounced | VisitRescheduled | VisitCancelled, envelope: Envelope) -> None:
    if isinstance(event, VisitAnnounced):
        _tell("visit_announced", event, envelope)
    elif isinstance(event, VisitRescheduled):
        _tell("visit_rescheduled", event, envelope)
    elif event.announced:
        _tell("visit_cancelled", event, envelope)


def on_certificate(event: CertificateIssued, envelope: Envelope) -> None:
    _tell_together("certificate_issued", event, envelope, event.verified_on.isoformat())


def on_revocation(event: CertificateRevoked, envelope: Envelope) -> None:
    """What a person withdrew, or should not have been given; a later failure is told by a letter of its own."""
    if event.by_verification_id is None:
        _tell_together("certificate_revoked", event, envelope, local_date(envelope.time).isoformat())


def on_verification(event: VerificationRecorded, envelope: Envelope) -> None:
    """A pass is told of with its certificate, when that is issued; here only what no certificate will follow."""
    if event.verdict == "fail":
        _tell_together("verification_failed", event, envelope, event.verified_on.isoformat())
    elif event.verdict == "pass" and event.withheld:
        _tell_together("certificate_withheld", event, envelope, event.verified_on.isoformat())


def _tell(
    topic: Topic, event: VisitAnnounced | VisitRescheduled | VisitCancelled, envelope: Envelope
) -> None:
    """It is a notice of its own, at once. An event that comes again is refused by the id made of it."""
    id = derived_id(envelope.id, event.enterprise_id, CHANNEL)
    matters, old = [_matter(event, envelope)], _is_old(envelope)
    with suppress(AlreadyDone):
        notices.add(Notice.begin(id, topic, event.enterprise_id, matters, now(), old=old), by=envelope)


def _tell_together(
    topic: Topic,
    event: VerificationDue | CertificateIssued | CertificateRevoked | VerificationRecorded,
    envelope: Envelope,
    *alike: str,
) -> None:
    """It waits for what is like it; a sender gathers them. An event that comes again is refused by the id made of it."""
    matter, old = _matter(event, envelope), _is_old(envelope)
    with suppress(AlreadyDone):
        heard.add(Heard.of(topic, event.enterprise_id, alike, matter, now(), old=old), by=envelope)


def _matter(event: Event, envelope: Envelope) -> Matter:
    return Matter(event_id=envelope.id, data=event.model_dump(mode="json", include=TOLD))


def _is_old(envelope: Envelope) -> bool:
    """A history read again, after a rebuild or a long stop, must not become mail of things long past."""
    return now() - envelope.time > timedelta(days=settings().notice_max_age_days)


HANDLERS: dict[type[Event], Handler] = {
    EnterpriseRegistered: on_enterprise,
    EnterpriseUpdated: on_enterprise,
    SiteRegistered: on_site,
    SiteUpdated: on_site,
    InstrumentRegistered: on_instrument,
    InstrumentUpdated: on_instrument,
    InstrumentRetired: on_instrument,
    InstrumentTypeDefined: on_instrument_type,
    InspectorRegistered: on_inspector,
    InspectorUpdated: on_inspector,
    InspectorSuspended: on_inspector,
    VerificationDue: on_due,
    VisitAnnounced: on_visit,
    VisitRescheduled: on_visit,
    VisitCancelled: on_visit,
    VerificationRecorded: on_verification,
    CertificateIssued: on_certificate,
    CertificateRevoked: on_revocation,
}
