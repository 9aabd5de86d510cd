"""What notifications listens to: what an enterprise must be told, and the names that a letter needs."""

from datetime import timedelta
from itertools import count

from services.inspection.events import CertificateIssued, VerificationRecorded
from services.kernel.model import Envelope, Event, Handler, derived_id, local_date, now
from services.kernel.settings import settings
from services.notifications.notice import Closed, Matter, Notice, Topic
from services.notifications.register import Enterprise, Inspector, Instrument, InstrumentType, Site
from services.notifications.storage import (
    enterprises,
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

CHANNEL = "email"

# What of a verification no letter to the enterprise tells; the record itself does.
UNTOLD = {
    "points",
    "procedure",
    "standard_ids",
    "seals_affixed",
    "seals_removed",
    "seals_voided",
    "tablet_verdict",
}


def on_enterprise(event: EnterpriseRegistered | EnterpriseUpdated, envelope: Envelope) -> None:
    enterprises.keep(envelope, Enterprise(id=event.enterprise_id, **event.model_dump()))


def on_site(event: SiteRegistered | SiteUpdated, envelope: Envelope) -> None:
    sites.keep(envelope, Site(id=event.site_id, **event.model_dump()))


def on_instrument(
    event: InstrumentRegistered | InstrumentUpdated | InstrumentRetired, envelope: Envelope
) -> None:
    instruments.keep(envelope, Instrument(id=event.instrument_id, **event.model_dump()))


def on_instrument_type(event: InstrumentTypeDefined, envelope: Envelope) -> None:
    instrument_types.keep(envelope, InstrumentType(id=event.code, **event.model_dump(mode="json")))


def on_inspector(
    event: InspectorRegistered | InspectorUpdated | InspectorSuspended, envelope: Envelope
) -> None:
    inspectors.keep(envelope, Inspector(id=event.inspector_id, **event.model_dump()))


def on_due(event: VerificationDue, envelope: Envelope) -> None:
    """Adds the instrument to the notice of its enterprise, lead and day: the first of them that is not closed.

    One that has this event already says so by its inbox mark, be it closed or not; so an event that comes again stops
    at the notice that told of it and never reaches the next.
    """
    at, old = now(), _is_old(envelope)
    day = local_date(envelope.time).isoformat()
    matter = Matter(event_id=envelope.id, data=event.model_dump(mode="json"))
    for number in count(1):
        id = derived_id("verification_due", event.enterprise_id, event.lead, day, str(number), CHANNEL)
        begun = Notice.begin(id, "verification_due", event.enterprise_id, at, gathers=True, old=old)
        try:
            notices.on(envelope, id, lambda each: each.gather(matter, at, old=old), lambda first=begun: first)  # type: ignore[misc]
            return
        except Closed:
            continue


def on_visit(event: VisitAnnounced | VisitRescheduled | VisitCancelled, envelope: Envelope) -> None:
    if isinstance(event, VisitAnnounced):
        _tell("visit_announced", event.enterprise_id, event, envelope)
    elif isinstance(event, VisitRescheduled):
        _tell("visit_rescheduled", event.enterprise_id, event, envelope)
    elif event.announced:
        _tell("visit_cancelled", event.enterprise_id, event, envelope)


def on_certificate(event: CertificateIssued, envelope: Envelope) -> None:
    _tell("certificate_issued", event.enterprise_id, event, envelope)


def on_verification(event: VerificationRecorded, envelope: Envelope) -> None:
    """A pass is told of with its certificate, when that is issued; here only what no certificate will follow."""
    if event.verdict == "fail":
        _tell("verification_failed", event.enterprise_id, event, envelope)
    elif event.verdict == "pass" and event.withheld:
        _tell("certificate_withheld", event.enterprise_id, event, envelope)


def _tell(topic: Topic, enterprise_id: str, event: Event, envelope: Envelope) -> None:
    id = derived_id(envelope.id, enterprise_id, CHANNEL)
    matter = Matter(event_id=envelope.id, data=event.model_dump(mode="json", exclude=UNTOLD))
    begun = Notice.begin(id, topic, enterprise_id, now(), gathers=False, old=_is_old(envelope))
    notices.on(envelope, id, lambda each: each.tell(matter), lambda: begun)


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
}
