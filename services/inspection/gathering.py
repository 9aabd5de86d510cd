"""Gathers what the server knows of the things that a record names."""

from collections.abc import Iterator
from typing import TypeVar

from metrology import Catalogue
from services.inspection import evidence
from services.inspection.attaching import missing
from services.inspection.domain.attention import DOUBTS, attention_id
from services.inspection.domain.body import VerificationBody
from services.inspection.domain.clock import Timing
from services.inspection.domain.gates import Facts
from services.inspection.domain.known import Instrument
from services.inspection.domain.past import barring, before, last_status
from services.inspection.domain.record import Record
from services.inspection.domain.verification import NOT_RELIED_ON
from services.inspection.storage import (
    attentions,
    inspectors,
    instrument_types,
    past_of,
    standards,
    verifications,
    visits,
)
from services.kernel.model import Entity
from services.kernel.store import Store

E = TypeVar("E", bound=Entity)


def facts_of(record: Record, body: VerificationBody, instrument: Instrument, *, recent: bool) -> Facts:
    """`recent` copies may lack what was told within the last second: enough for who is told of it when it comes."""

    def known(store: Store[E], id: str) -> E | None:
        return store.recent(id) if recent else store.find(id)

    at = Timing.of(
        body.finished_at, record.received_at, record.clock_offset_ms, record.clock_offset_at_push_ms
    ).verified_at
    kind = known(instrument_types, body.type_code)
    past = [each for each in past_of(body.instrument_id) if each.id != record.id]
    earlier = before(past, at, body.corrects)
    return Facts(
        inspector_id=record.inspector_id,
        received_at=record.received_at,
        inspector=known(inspectors, record.inspector_id),
        instrument=instrument,
        standards={id: known(standards, id) for id in dict.fromkeys(body.standard_ids)},
        visit=known(visits, body.visit_id) if body.visit_id else None,
        catalogue=Catalogue(kind.rows if kind else []),
        corrected=verifications.find(body.corrects) if body.corrects else None,
        last_status=last_status(earlier),
        failed_before=barring(earlier) is not None,
        ever_failed=any(each.verdict == "fail" for each in past),
        missing_attachments=missing(each.sha256 for each in body.attachments),
        pictures=evidence.asked(),
        doubts=list(_doubts(record)),
    )


def looked_at(doubt: str, record_id: str) -> bool | None:
    """Whether a record that is in doubt is relied on; None while nobody has looked."""
    matter = attentions.find(attention_id(doubt, record_id))
    return matter.relied_on if matter is not None and matter.status == "resolved" else None


def _doubts(record: Record) -> Iterator[str]:
    """Those that nobody has dispelled: a person may have looked before the record could be judged."""
    for each in record.flags:
        if each in DOUBTS and (told := looked_at(each, record.id)) is not True:
            yield each if told is None else NOT_RELIED_ON
