"""The collections of inspection, their indexes, and the queries that its doors and handlers ask.

What is asked often is asked by what an index covers whole, and sifted here: see `services.kernel.store.LOCK`.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

from pymongo import WriteConcern
from pymongo.errors import DuplicateKeyError

from services.inspection.domain.assigned_serial import SerialRange
from services.inspection.domain.attachment import Attachment, Upload
from services.inspection.domain.attention import Attention
from services.inspection.domain.certificate import Certificate
from services.inspection.domain.certificate_number import CertificateNumber
from services.inspection.domain.enrolment import Enrolment
from services.inspection.domain.known import (
    Enterprise,
    Inspector,
    Instrument,
    InstrumentType,
    Site,
    Standard,
    Visit,
)
from services.inspection.domain.past import Past
from services.inspection.domain.record import Record
from services.inspection.domain.seal import Seal
from services.inspection.domain.seal_batch import SealBatch
from services.inspection.domain.stocktake import Stocktake
from services.inspection.domain.tablet import Tablet
from services.inspection.domain.transfer import Transfer
from services.inspection.domain.verification import Verification
from services.inspection.domain.visit_report import VisitReport
from services.kernel.model import Instant, instant_text, now
from services.kernel.store import DURABLE, Aggregate, Projection, Store
from services.kernel.together import Together

PART = 500
CONTACT_STEP = timedelta(seconds=10)
"""A tablet that calls again within it is not noted again."""


def _meta(collection: str, *indexes: dict[str, Any]) -> dict[str, Any]:
    return {
        "collection": collection,
        "db_alias": "inspection",
        "auto_create_index": False,
        "indexes": list(indexes),
    }


class EnterpriseDocument(Projection):
    meta = _meta("enterprises", {"fields": ["touched_at"]})


class SiteDocument(Projection):
    meta = _meta("sites", {"fields": ["touched_at"]})


class InstrumentTypeDocument(Projection):
    meta = _meta("instrument_types", {"fields": ["touched_at"]})


class InstrumentDocument(Projection):
    meta = _meta("instruments", {"fields": ["touched_at"]}, {"fields": ["enterprise_id"]})


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
        {"fields": ["instrument_ids"]},
        {"fields": ["site_id"]},
        {"fields": ["enterprise_id"]},
    )


class TabletDocument(Aggregate):
    meta = _meta("tablets", {"fields": ["inspector_id"]})


class EnrolmentDocument(Aggregate):
    meta = _meta("enrolments", {"fields": ["code_hash"], "unique": True}, {"fields": ["inspector_id"]})


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
        {"fields": ["inspector_id", "verified_on"]},
        {"fields": ["type_code", "verified_on"]},
        {"fields": ["verdict", "verified_on"]},
        {"fields": ["visit_id", "instrument_id"]},
        {"fields": ["corrects"], "sparse": True},
        {"fields": ["shut_by"], "partialFilterExpression": {"shut_by": {"$gt": ""}}},
        {"fields": ["touched_at"]},
    )


class VisitReportDocument(Aggregate):
    meta = _meta("visit_reports", {"fields": ["inspector_id", "touched_at"]}, {"fields": ["visit_id"]})


class CertificateDocument(Aggregate):
    meta = _meta(
        "certificates",
        {"fields": ["series", "sequence"], "unique": True},
        {"fields": ["number"], "unique": True},
        {"fields": ["instrument_id", "status"]},
        {"fields": ["enterprise_id", "id"]},
        {"fields": ["inspector_id", "touched_at"]},
        {"fields": ["verification_id"]},
        {"fields": ["inspector_id", "verified_on"]},
        {"fields": ["number_typed"]},
        {"fields": ["serial"]},
        {"fields": ["serial_typed", "verified_at"]},
        {"fields": ["verified_on"]},
        {"fields": ["type_code", "verified_on"]},
        {"fields": ["standard_ids", "verified_on"]},
    )


class CertificateNumberDocument(Aggregate):
    meta = _meta(
        "certificate_numbers",
        {"fields": ["series", "sequence"]},
        {"fields": ["number_typed"]},
        {"fields": ["certificate_id"]},
        {"fields": ["inspector_id", "status"]},
        {"fields": ["reservation_id"]},
    )


class SerialRangeDocument(Aggregate):
    meta = _meta(
        "serial_ranges",
        {"fields": ["office", "first"]},
        {"fields": ["reservation_id"], "unique": True},
        {"fields": ["inspector_id"]},
        {"fields": ["tablet_id"]},
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
        {"fields": ["touched_at"]},
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
        {"fields": ["status", "raised_at", "id"]},
        {"fields": ["status", "reason"]},
        {"fields": ["record_id"]},
        {"fields": ["inspector_id", "touched_at"]},
        {"fields": ["seal_number", "status"]},
    )


class AttachmentDocument(Aggregate):
    meta = _meta(
        "attachments",
        {"fields": ["status", "awaited_since"]},
        {"fields": ["named_by"]},
        {"fields": ["inspector_id", "touched_at"]},
    )


class UploadDocument(Aggregate):
    meta = _meta("uploads")


enterprises = Store(EnterpriseDocument, Enterprise)
sites = Store(SiteDocument, Site)
instrument_types = Store(InstrumentTypeDocument, InstrumentType)
instruments = Store(InstrumentDocument, Instrument)
standards = Store(StandardDocument, Standard)
inspectors = Store(InspectorDocument, Inspector)
visits = Store(VisitDocument, Visit)
tablets = Store(TabletDocument, Tablet)
enrolments = Store(EnrolmentDocument, Enrolment)
records = Store(RecordDocument, Record)
verifications = Store(VerificationDocument, Verification)
visit_reports = Store(VisitReportDocument, VisitReport)
certificates = Store(CertificateDocument, Certificate)
certificate_numbers = Store(CertificateNumberDocument, CertificateNumber)
serial_ranges = Store(SerialRangeDocument, SerialRange)
seal_batches = Store(SealBatchDocument, SealBatch)
seals = Store(SealDocument, Seal)
attachments = Store(AttachmentDocument, Attachment)
uploads = Store(UploadDocument, Upload)
transfers = Store(TransferDocument, Transfer)
stocktakes = Store(StocktakeDocument, Stocktake)
attentions = Store(AttentionDocument, Attention)

STORES: list[Store[Any]] = [
    enterprises, sites, instrument_types, instruments, standards, inspectors, visits,
    tablets, enrolments, records, verifications, visit_reports, certificates, certificate_numbers, serial_ranges,
    seal_batches, seals, transfers, stocktakes, attachments, uploads, attentions,
]  # fmt: skip


def note_contact(tablet: Tablet) -> None:
    """Writes when a tablet was last heard, to some seconds. Losing it costs nothing: no journal."""
    at, noted = now(), _contacts.setdefault(tablets.collection.database.client, {})
    last = noted.get(tablet.id) or tablet.last_contact_at
    if last is not None and at - last < CONTACT_STEP:
        return
    noted[tablet.id] = at
    quick = tablets.collection.with_options(write_concern=WriteConcern(w=1, j=False))
    quick.update_one({"_id": tablet.id}, {"$set": {"last_contact_at": instant_text(at)}})


def chain_of(tablet_id: str, first: int, last: int) -> dict[int, set[str]]:
    """The hashes of a tablet's records from one sequence number to another, both included."""
    found: dict[int, set[str]] = {}
    where = {"tablet_id": tablet_id, "sequence": {"$gte": first, "$lte": last}}
    for row in records.collection.find(where, {"sequence": 1, "hash": 1, "claimed_hash": 1, "status": 1}):
        if row["status"] == "conflict":
            continue
        found.setdefault(row["sequence"], set()).update({row["hash"], row.get("claimed_hash") or row["hash"]})
    return found


_latest: WeakKeyDictionary[Any, dict[str, dict[int, set[str]]]] = WeakKeyDictionary()
_contacts: WeakKeyDictionary[Any, dict[str, Instant]] = WeakKeyDictionary()
"""What this process noted of tablets, by the database in which it did."""


def latest_link(tablet_id: str) -> dict[int, set[str]]:
    """As `chain_of`, the record of a tablet that this process kept last: what is durable here stays so.

    Usually the next one follows it, and nobody needs to be asked.
    """
    return _latest.get(records.collection.database.client, {}).get(tablet_id, {})


def note_link(record: Record) -> None:
    if record.sequence is not None and record.status != "conflict":
        client = records.collection.database.client
        _latest.setdefault(client, {})[record.tablet_id] = {record.sequence: record.hashes}


def is_forked(tablet_id: str, sequence: int, id: str) -> bool:
    """Whether a record other than this one stands at its place in the chain."""
    return any(each != id for each in _at_place((tablet_id, sequence)))


def records_at(tablet_id: str, sequence: int) -> list[Record]:
    """The records at a place of a tablet's chain, those beside others aside; usually one."""
    found = records.query(tablet_id=tablet_id, sequence=sequence)
    return [each for each in found if each.status != "conflict"]


def _ask_places(places: list[tuple[str, int]]) -> list[list[str]]:
    """The records at some places of chains, those beside others aside: one question for each tablet."""
    found: dict[tuple[str, int], list[str]] = {each: [] for each in places}
    for tablet_id in {tablet_id for tablet_id, _ in places}:
        asked = [sequence for each, sequence in places if each == tablet_id]
        where = {"tablet_id": tablet_id, "sequence": {"$in": asked}}
        for row in records.collection.find(where, {"sequence": 1, "status": 1}):
            if row["status"] != "conflict":
                found[tablet_id, row["sequence"]].append(row["_id"])
    return [found[each] for each in places]


_at_place = Together(_ask_places)
_past_rows = verifications.by("instrument_id", Past.model_fields)
_certificate_rows = certificates.by("instrument_id")
_number_rows = certificate_numbers.by("certificate_id")


def past_of(instrument_id: str) -> list[Past]:
    """Every verification of an instrument, in short."""
    return [Past.model_validate({**row, "id": row["_id"]}) for row in _past_rows(instrument_id)]


def certificates_of(instrument_id: str) -> list[Certificate]:
    """Every certificate of an instrument."""
    return [certificates.read(row) for row in _certificate_rows(instrument_id)]


def numbers_of(certificate_id: str) -> list[CertificateNumber]:
    """The numbers that were taken for a certificate, lowest first."""
    found = [certificate_numbers.read(row) for row in _number_rows(certificate_id)]
    return sorted(found, key=lambda each: each.sequence)


def sequences_of(tablet_id: str) -> list[int]:
    """Every sequence number that a tablet has handed in."""
    rows = records.collection.find({"tablet_id": tablet_id}, {"sequence": 1, "status": 1, "_id": 0})
    return [row["sequence"] for row in rows if row["sequence"] is not None and row["status"] != "conflict"]


def broken_links_of(tablet_id: str) -> list[int]:
    """The sequence numbers of a tablet's records that do not follow the one before."""
    rows = records.collection.find(
        {"tablet_id": tablet_id}, {"sequence": 1, "status": 1, "flags": 1, "_id": 0}
    )
    broken = (row for row in rows if row["status"] != "conflict" and "chain-broken" in row["flags"])
    return sorted({row["sequence"] for row in broken})


def parts(ids: Iterable[str]) -> Iterator[list[str]]:
    """A list of ids in lists for which to ask one after the other: the embedded engine compares each with each.

    Nothing else may stand beside it in the condition, or the engine looks at every document of the collection.
    """
    listed = list(ids)
    for start in range(0, len(listed), PART):
        yield listed[start : start + PART]


def records_by_id(ids: Iterable[str]) -> dict[str, Record]:
    return {record.id: record for part in parts(ids) for record in records.query(id__in=part)}


_seen_last: dict[tuple[str, str], int] = {}


def last_of_series(series: str) -> int:
    """The highest sequence number of a series of certificates; 0 before the first.

    Numbers only rise, so it looks from the last one that this process has seen.
    """
    collection = certificate_numbers.collection
    place = (collection.database.name, series)
    least = _seen_last.get(place, 0)
    found = collection.find({"series": series, "sequence": {"$gte": least}}, {"sequence": 1})
    last = max((int(row["sequence"]) for row in found), default=0)
    if last < least:
        _seen_last.pop(place)
        return last_of_series(series)
    _seen_last[place] = last
    return last


def kept_original(id: str) -> bytes | None:
    """A signed document as it was first handed out."""
    found = certificates.collection.database["originals"].find_one({"_id": id})
    return bytes(found["content"]) if found else None


def keep_original(id: str, content: bytes) -> bool:
    """Keeps a signed document; False when there is one already. One insert, so of two at once one is kept.

    A document is some 80 KB, far below the 16 MB at which GridFS would be needed, and GridFS writes in two steps.
    """
    originals = certificates.collection.database["originals"].with_options(write_concern=DURABLE)
    try:
        originals.insert_one({"_id": id, "content": content, "kept_at": instant_text(now())})
    except DuplicateKeyError:
        return False
    return True


def attention_counts(status: str) -> list[dict[str, Any]]:
    """How many matters of a status there are of each reason, the most frequent first."""
    stages: list[dict[str, Any]] = [
        {"$match": {"status": status}},
        {"$group": {"_id": "$reason", "count": {"$sum": 1}, "oldest": {"$min": "$raised_at"}}},
        {"$sort": {"count": -1, "_id": 1}},
    ]
    found = attentions.collection.aggregate(stages)
    return [{"reason": row["_id"], "count": row["count"], "oldest": row["oldest"]} for row in found]
