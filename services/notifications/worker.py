"""What notifications listens to: what an enterprise must be told, and the names that a letter needs."""

from datetime import timedelta

from services.inspection.events import CertificateIssued, VerificationRecorded
from services.kernel.model import Envelope, Event, Handler, derived_id, local_date, now
from services.kernel.settings import settings
from services.notifications.due import Due
from services.notifications.notice import CHANNEL, Matter, Notice, Topic
from services.notifications.register import Enterprise, Inspector, Instrument, InstrumentType, Site
from services.notifications.storage import (
    dues,
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
    """It waits with what else of its enterprise reaches the same lead on the same day; a sender gathers them."""
    old, day = _is_old(envelope), local_date(envelope.time).isoformat()
    due = Due(
        id=derived_id(envelope.id, CHANNEL),
        enterprise_id=event.enterprise_id,
        old=old,
        group=derived_id("verification_due", event.enterprise_id, event.lead, day, str(old), CHANNEL),
        since=now(),
        matter=Matter(event_id=envelope.id, data=event.model_dump(mode="json")),
    )
    dues.on(envelope, due.id, lambda _: None, lambda: due)


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
    notice = Notice.begin(id, topic, enterprise_id, [matter], now(), old=_is_old(envelope))
    notices.on(envelope, id, lambda _: None, lambda: notice)


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
