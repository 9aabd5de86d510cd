"""The registry's collections: their keys, their indexes, and the stores through which they are read and written."""

from collections.abc import Iterable
from typing import Any

from services.kernel.model import Envelope
from services.kernel.store import Aggregate, Projection, Store
from services.registry.account import Account, Session
from services.registry.enterprise import Enterprise
from services.registry.inspector import Inspector
from services.registry.instrument import Instrument
from services.registry.instrument_type import InstrumentType
from services.registry.site import Site
from services.registry.standard import Standard
from services.registry.trail import Step, TrailStep

PART = 500


def _meta(collection: str, *indexes: dict[str, Any]) -> dict[str, Any]:
    return {
        "collection": collection,
        "db_alias": "registry",
        "auto_create_index": False,
        "indexes": list(indexes),
    }


class EnterpriseDocument(Aggregate):
    meta = _meta("enterprises", {"fields": ["tax_code"], "unique": True})


class SiteDocument(Aggregate):
    meta = _meta("sites", {"fields": ["enterprise_id"]}, {"fields": ["ward_code"]})


class InstrumentTypeDocument(Aggregate):
    meta = _meta("instrument_types")


class InstrumentDocument(Aggregate):
    meta = _meta(
        "instruments",
        {"fields": ["identity"], "unique": True},
        {"fields": ["site_id"]},
        {"fields": ["enterprise_id", "id"]},
        {"fields": ["type_code", "id"]},
        {"fields": ["serial"]},
        {"fields": ["valid_until"]},
    )


class StandardDocument(Aggregate):
    meta = _meta("standards", {"fields": ["code"], "unique": True})


class InspectorDocument(Aggregate):
    meta = _meta("inspectors", {"fields": ["card_number"], "unique": True})


class AccountDocument(Aggregate):
    meta = _meta("accounts", {"fields": ["username"], "unique": True})


class SessionDocument(Aggregate):
    meta = _meta("sessions", {"fields": ["account_id"]})


class TrailStepDocument(Projection):
    meta = _meta("trail_steps", {"fields": ["instrument_id", "step.time"]})


enterprises = Store(EnterpriseDocument, Enterprise)
sites = Store(SiteDocument, Site)
instrument_types = Store(InstrumentTypeDocument, InstrumentType)
instruments = Store(InstrumentDocument, Instrument)
standards = Store(StandardDocument, Standard)
inspectors = Store(InspectorDocument, Inspector)
accounts = Store(AccountDocument, Account)
sessions = Store(SessionDocument, Session)
trail_steps = Store(TrailStepDocument, TrailStep)

STORES: list[Store[Any]] = [
    enterprises,
    sites,
    instrument_types,
    instruments,
    standards,
    inspectors,
    accounts,
    sessions,
    trail_steps,
]


def note(instrument_ids: Iterable[str], envelope: Envelope) -> None:
    """Adds the event to the trail of each instrument, of which the registry need not know yet.

    Nothing is asked first: what an earlier arrival of the event has added is met and stays.
    """
    step, ids = Step.of(envelope), list(dict.fromkeys(instrument_ids))
    for start in range(0, len(ids), PART):
        made = [TrailStep.of(id, step) for id in ids[start : start + PART]]
        trail_steps.add_many([(each, ()) for each in made], by=envelope)


def trail_of(instrument_id: str) -> list[Step]:
    """Every step of an instrument, the registry's own and those of the others, oldest first. Raises NotFound."""
    own = [Step.of(envelope) for envelope in instruments.history(instrument_id)]
    told = trail_steps.query(order="step.time", instrument_id=instrument_id)
    return sorted([*own, *(each.step for each in told)], key=lambda step: step.place)
