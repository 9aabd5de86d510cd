"""Takes a batch of records from a tablet: one insert a record, and an answer for each that is the same at every repeat."""

from dataclasses import dataclass
from typing import Any

from services.inspection.domain.batch import Batch
from services.inspection.domain.chain import breaks
from services.inspection.domain.record import Arrival, Record, read_record
from services.inspection.domain.tablet import Tablet
from services.inspection.storage import (
    chain_of,
    latest_link,
    note_contact,
    note_link,
    records,
    records_by_id,
    tablets,
)
from services.kernel.model import AlreadyDone, Instant, NotFound, Origin, Rejected


def take(
    batch: Batch, inspector_id: str, received_at: Instant, by: Origin
) -> tuple[Tablet, list[dict[str, Any]]]:
    """The tablet, and the answers in order. Raises Rejected 409 (tablet not enrolled), 403 (somebody else's).

    A tablet that another process suspended within the last second may count as active still: so may its record.
    """
    tablet = tablets.recent(batch.tablet_id) or enrolled(batch.tablet_id)
    tablet.must_be_of(inspector_id)
    arrival = Arrival(tablet, batch.sent_at, received_at)
    arrived = _with_breaks([_of_suspended(read_record(raw, arrival), tablet) for raw in batch.records])
    kept = _keep(arrived, by)
    note_link(kept[-1].record)
    note_contact(tablet)
    return tablet, [_answer(new, each) for new, each in zip(arrived, kept, strict=True)]


def enrolled(tablet_id: str) -> Tablet:
    """Raises Rejected 409 `tablet-unknown`."""
    try:
        return tablets.get(tablet_id)
    except NotFound as error:
        detail = f"Tablet {tablet_id} is not enrolled. Enrol it with PUT /tablets/{{id}}, then send again."
        raise Rejected("tablet-unknown", detail, field="tablet_id") from error


def _of_suspended(record: Record, tablet: Tablet) -> Record:
    """What a suspended or wiped tablet still hands in may have been recorded before: it is kept, and a person looks."""
    if tablet.status == "active":
        return record
    return record.model_copy(update={"flags": [*record.flags, "tablet-suspended"]})


def _with_breaks(arrived: list[Record]) -> list[Record]:
    """Marks the links that do not follow the one before. A tablet pushes in order, so that one must be here by now."""
    sequences = [record.sequence for record in arrived if record.sequence is not None]
    if not sequences:
        return arrived
    known = latest_link(arrived[0].tablet_id)
    flags = breaks(arrived, known)
    if any(flags):
        known = chain_of(arrived[0].tablet_id, min(sequences) - 1, max(sequences))
        flags = breaks(arrived, known)
    return [
        record.model_copy(update={"flags": [*record.flags, flag]}) if flag else record
        for record, flag in zip(arrived, flags, strict=True)
    ]


@dataclass(frozen=True)
class _Kept:
    """What is durable here for a record, and whether this very push wrote it."""

    record: Record
    fresh: bool


def _keep(arrived: list[Record], by: Origin) -> list[_Kept]:
    """Each is kept as itself, met as the same record of an earlier push, or kept beside another that has its id."""
    kept = _insert(arrived, by)
    second = [n for n, each in enumerate(kept) if each.record.fingerprint != arrived[n].fingerprint]
    for n, each in zip(second, _insert([arrived[n].beside() for n in second], by), strict=True):
        kept[n] = each
    return kept


def _insert(new: list[Record], by: Origin) -> list[_Kept]:
    """The insert is the test for a repeat: of any number of senders one wins, and all answer with what it wrote."""
    made = records.add_many([(record, [record.received()]) for record in new], by=by)
    taken = records_by_id(new[n].id for n, each in enumerate(made) if isinstance(each, AlreadyDone))
    return [
        _Kept(each, True) if isinstance(each, Record) else _Kept(taken[new[n].id], False)
        for n, each in enumerate(made)
    ]


def _answer(new: Record, kept: _Kept) -> dict[str, Any]:
    """`duplicate` is said of an accepted record only: a repeat of any other hears its refusal again."""
    record = kept.record
    return {
        "id": new.record_id,
        "status": "duplicate" if record.status == "accepted" and not kept.fresh else record.status,
        "code": record.code,
        "field": record.field,
        "detail": record.detail,
        "receipt": record.receipt(),
    }
