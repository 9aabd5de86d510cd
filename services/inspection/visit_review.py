"""Hears of visits and of what was done on them: raises what does not fit, and closes what has come to fit since.

A visit may be heard of, moved and cancelled before its reports and verifications are, or after.
"""

from collections.abc import Iterable, Iterator

from services.inspection.domain.attention import Attention, Concern
from services.inspection.domain.gates import visit_concerns
from services.inspection.domain.verification import Verification
from services.inspection.domain.visit_report import VisitReport
from services.inspection.events import VisitReported
from services.inspection.raising import about_record, close, raise_attention
from services.inspection.storage import attentions, records, verifications, visit_reports, visits
from services.kernel.model import Envelope

UNKNOWN = "visit-unknown"
OF_VISIT = {
    UNKNOWN, "visit-cancelled", "visit-cancelled-reported", "visit-other-inspector", "visit-other-instrument",
}  # fmt: skip
"""What depends on the visit, and not only on what was recorded."""
FITS = "What is known of the visit now fits what was recorded."

Work = VisitReport | Verification


def review_visit(visit_id: str, envelope: Envelope, *, new: bool) -> None:
    """Looks again at what was done on a visit that is new here, was cancelled, or became another inspector's.

    When it is new, that is what had been looked at without it. The visit is written first and the work on it is asked for
    then, and a report is written before its visit is asked for: of two that come at once, the later to look sees both.
    (Not so a verification that is judged in the very second in which its visit is withdrawn: a question for each record
    would be too dear.)
    """
    if visits.get(visit_id).seen[envelope.subject] > envelope.sequence:
        return  # A repeat: what came after it was handled, and so it was itself.
    work: list[Work] = [*visit_reports.query(visit_id=visit_id), *verifications.query(visit_id=visit_id)]
    for each in work:
        if not new or _open(each, {UNKNOWN}):
            _review(each, envelope)


def on_visit_reported(event: VisitReported, envelope: Envelope) -> None:
    _review(visit_reports.get(event.record_id), envelope)


def review_verification(verification: Verification, envelope: Envelope) -> None:
    """The visit may have become known while the record was judged without it."""
    if UNKNOWN in verification.concerns:
        _review(verification, envelope)


def _review(work: Work, envelope: Envelope) -> None:
    """What a person must look at follows from both; so it is worked out anew, and again after raising: the visit may have
    become known or changed meanwhile, and found nothing to close."""
    raised: set[str] = set()
    while (wanted := {each.id: each for each in _wanted(work)}).keys() - raised:
        for attention in wanted.values():
            raise_attention(envelope, attention)
        raised |= wanted.keys()
    for matter in _open(work, OF_VISIT):
        if matter.id not in wanted:
            close(matter, FITS, envelope)


def _wanted(work: Work) -> Iterator[Attention]:
    record, visit = records.get(work.id), visits.find(str(work.visit_id))
    found: Iterable[Concern] = (
        work.concerns(visit)
        if isinstance(work, VisitReport)
        else visit_concerns(work.visit_id, visit, work.instrument_id, work.inspector_id, work.received_at)
    )
    for concern in found:
        words = concern.words.values() if isinstance(work, Verification) else ()
        yield about_record(concern, work.id, *words, record=record)


def _open(work: Work, reasons: set[str]) -> list[Attention]:
    found = attentions.query(record_id=work.id)
    return [each for each in found if each.status == "open" and each.reason in reasons]
