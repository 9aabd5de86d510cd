"""What became of an inspector's records: taken or not, the server's verdict, the certificate, what keeps it back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from services.inspection.storage import (
    attachments,
    attentions,
    certificates,
    parts,
    records,
    records_by_id,
    verifications,
    visit_reports,
)
from services.kernel.model import instant_text, now
from services.kernel.store import Store

KEPT = timedelta(days=90)
"""A tablet that begins anew holds no older records that would wait for their results."""


def results_since(inspector_id: str, since: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each record of which anything was touched after an instant: when, and its result."""
    since = since or instant_text(now() - KEPT)
    touched: dict[str, str] = {}
    asked: list[tuple[Store[Any], str]] = [
        (records, "_id"), (verifications, "_id"), (certificates, "verification_id"), (attentions, "record_id"),
        (attachments, "named_by"), (visit_reports, "_id"),
    ]  # fmt: skip
    for store, key in asked:
        where = {"inspector_id": inspector_id, "touched_at": {"$gt": since}}
        for row in store.collection.find(where, {key: 1, "touched_at": 1}):
            named = row[key] if isinstance(row[key], list) else [row[key]]
            for id in named:
                if id is not None:
                    touched[id] = max(touched.get(id, ""), row["touched_at"])
    ids = sorted(touched)
    for part in parts(ids):
        yield from _results(part, touched)


def _results(ids: list[str], touched: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    found = records_by_id(ids)
    judged = {each.id: each for each in verifications.query(id__in=ids)}
    given = {
        each.verification_id: each
        for each in certificates.query(verification_id__in=ids, order="issued_at id")
    }
    ended = {each.id: each.visit_id for each in visit_reports.query(id__in=ids)}
    here = {each.id for each in attachments.query(named_by__in=ids) if each.status == "received"}
    raised: dict[str, list[str]] = {}
    for each in attentions.query(order="raised_at id", record_id__in=ids):
        if each.status != "open":
            continue
        raised.setdefault(str(each.record_id), []).append(each.reason)
    for id in ids:
        if (record := found.get(id)) is None:
            continue
        verification, certificate = judged.get(id), given.get(id)
        yield (
            touched[id],
            {
                "record_id": record.record_id,
                "status": record.status,
                "verification_id": verification.id if verification else None,
                "visit_id": ended.get(id),
                "verdict": verification.verdict if verification else None,
                "certificate_number": certificate.number if certificate else None,
                "valid_until": certificate.valid_until.isoformat()
                if certificate and certificate.valid_until
                else None,
                "withheld": verification.withheld if verification else [],
                "set_aside": verification.set_aside.reason
                if verification and verification.set_aside
                else None,
                "missing_attachments": [sha256 for sha256 in record.attachments if sha256 not in here],
                "attention": raised.get(id, []),
            },
        )
