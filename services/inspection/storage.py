"""The collections of inspection, their indexes, and the queries that its doors and handlers ask."""

from collections.abc import Iterable
from typing import Any

from pymongo import WriteConcern

from services.inspection.domain.attention import Attention
from services.inspection.domain.certificate import Certificate
from services.inspection.domain.known import (
    Enterprise,
    Inspector,
    Instrument,
    InstrumentType,
    Site,
    Standard,
    Visit,
)
from services.inspection.domain.record import Record
from services.inspection.domain.seal import Seal
from services.inspection.domain.seal_batch import SealBatch
from services.inspection.domain.stocktake import Stocktake
from services.inspection.domain.tablet import Tablet
from services.inspection.domain.transfer import Transfer
from services.inspection.domain.verification import Verification
from services.kernel.model import instant_text, now
from services.kernel.store import Aggregate, Projection, Store


def _meta(collection: str, *indexes: dict[str, Any]) -> dict[str, Any]:
    return {
        "collection": collection,
        "db_alias": "inspection",
        "auto_create_index": False,
        "indexes": list(indexes),
    }


class EnterpriseDocument(Projection):
    meta = _meta("enterprises")


class SiteDocument(Projection):
    meta = _meta("sites")


class InstrumentTypeDocument(Projection):
    meta = _meta("instrument_types", {"fields": ["touched_at"]})


class InstrumentDocument(Projection):
    meta = _meta("instruments", {"fields": ["enterprise_id"]})


class StandardDocument(Projection):
    meta = _meta("standards", {"fields": ["touched_at"]})


class InspectorDocument(Projection):
    meta = _meta("inspectors")


class VisitDocument(Projection):
    meta = _meta(
        "visits",
        {"fields": ["inspector_id", "status"]},
        {"fields": ["inspector_id", "touched_at"]},
        {"fields": ["past_inspectors", "touched_at"]},
    )


class TabletDocument(Aggregate):
    meta = _meta("tablets", {"fields": ["inspector_id"]})


class RecordDocument(Aggregate):
    meta = _meta("records", {"fields": ["tablet_id", "sequence"]}, {"fields": ["inspector_id", "touched_at"]})


class VerificationDocument(Aggregate):
    meta = _meta(
        "verifications",
        {"fields": ["instrument_id", "verified_at"]},
        {"fields": ["enterprise_id", "id"]},
        {"fields": ["inspector_id", "touched_at"]},
        {"fields": ["standard_ids", "verified_on"]},
        {"fields": ["verified_on"]},
        {"fields": ["visit_id", "instrument_id"]},
    )


class CertificateDocument(Aggregate):
    meta = _meta(
        "certificates",
        {"fields": ["series", "sequence"], "unique": True},
        {"fields": ["number"], "unique": True},
        {"fields": ["instrument_id", "status"]},
        {"fields": ["enterprise_id", "id"]},
        {"fields": ["inspector_id", "touched_at"]},
        {"fields": ["verification_id"]},
    )


class SealBatchDocument(Aggregate):
    meta = _meta(
        "seal_batches",
        {"fields": ["series", "first"]},
        {"fields": ["holdings.inspector_id"]},
        {"fields": ["movements.to_inspector_id"]},
    )


class SealDocument(Aggregate):
    # The range of serials comes last in its index: with a field behind it, the embedded engine passes over the last number.
    meta = _meta(
        "seals",
        {"fields": ["series", "serial"]},
        {"fields": ["instrument_id", "status"]},
        {"fields": ["instrument_ids", "status"]},
    )


class TransferDocument(Aggregate):
    meta = _meta(
        "seal_transfers",
        {"fields": ["from_inspector_id", "status"]},
        {"fields": ["to_inspector_id", "status"]},
        {"fields": ["status", "id"]},
    )


class StocktakeDocument(Aggregate):
    meta = _meta("stocktakes", {"fields": ["status", "id"]}, {"fields": ["inspector_id", "id"]})


class AttentionDocument(Aggregate):
    meta = _meta(
        "attentions",
        {"fields": ["status", "id"]},
        {"fields": ["record_id"]},
        {"fields": ["inspector_id", "touched_at"]},
        {"fields": ["seal_number", "status"]},
    )


enterprises = Store(EnterpriseDocument, Enterprise)
sites = Store(SiteDocument, Site)
instrument_types = Store(InstrumentTypeDocument, InstrumentType)
instruments = Store(InstrumentDocument, Instrument)
standards = Store(StandardDocument, Standard)
inspectors = Store(InspectorDocument, Inspector)
visits = Store(VisitDocument, Visit)
tablets = Store(TabletDocument, Tablet)
records = Store(RecordDocument, Record)
verifications = Store(VerificationDocument, Verification)
certificates = Store(CertificateDocument, Certificate)
seal_batches = Store(SealBatchDocument, SealBatch)
seals = Store(SealDocument, Seal)
transfers = Store(TransferDocument, Transfer)
stocktakes = Store(StocktakeDocument, Stocktake)
attentions = Store(AttentionDocument, Attention)

STORES: list[Store[Any]] = [
    enterprises, sites, instrument_types, instruments, standards, inspectors, visits,
    tablets, records, verifications, certificates, seal_batches, seals, transfers, stocktakes,
    attentions,
]  # fmt: skip


def note_contact(tablet_id: str, sequence: int, hash: str | None) -> None:
    """Writes when a tablet was last heard and how far its chain has come. Losing it costs nothing: no journal."""
    at = instant_text(now())
    quick = tablets.collection.with_options(write_concern=WriteConcern(w=1, j=False))
    quick.update_one({"_id": tablet_id}, {"$set": {"last_contact_at": at}})
    if hash is not None:
        further = {"$set": {"last_sequence": sequence, "last_hash": hash}}
        behind = {"$or": [{"last_sequence": {"$exists": False}}, {"last_sequence": {"$lt": sequence}}]}
        quick.update_one({"_id": tablet_id, **behind}, further)


def chain_of(tablet_id: str, first: int, last: int) -> dict[int, set[str]]:
    """The hashes of a tablet's records from one sequence number to another, both included."""
    found: dict[int, set[str]] = {}
    where = {"tablet_id": tablet_id, "sequence": {"$gte": first, "$lte": last}, "status": {"$ne": "conflict"}}
    for row in records.collection.find(where, {"sequence": 1, "hash": 1, "claimed_hash": 1}):
        found.setdefault(row["sequence"], set()).update({row["hash"], row.get("claimed_hash") or row["hash"]})
    return found


def sequences_of(tablet_id: str) -> list[int]:
    """Every sequence number that a tablet has handed in."""
    where = {"tablet_id": tablet_id, "sequence": {"$ne": None}, "status": {"$ne": "conflict"}}
    return [row["sequence"] for row in records.collection.find(where, {"sequence": 1, "_id": 0})]


def records_by_id(ids: Iterable[str]) -> dict[str, Record]:
    wanted = list(ids)
    return {record.id: record for record in records.query(id__in=wanted)} if wanted else {}


def last_of_series(series: str) -> int:
    """The highest sequence number of a series of certificates; 0 before the first."""
    found = certificates.collection.find({"series": series}, {"sequence": 1}).sort("sequence", -1).limit(1)
    return next((int(row["sequence"]) for row in found), 0)
