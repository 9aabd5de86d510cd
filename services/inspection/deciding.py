"""What opens a shut gate or closes a matter later: evidence that arrives, and a dispatcher's decision which fact counts."""

from services.inspection.attaching import missing
from services.inspection.domain.attention import DOUBTS, Attention, Concern
from services.inspection.domain.verification import PENDING, Verification
from services.inspection.events import (
    AttachmentReceived,
    AttentionResolved,
    VerificationReinstated,
    VerificationSetAside,
)
from services.inspection.gathering import looked_at
from services.inspection.raising import raise_attention
from services.inspection.reconsidering import look_again
from services.inspection.storage import attachments, attentions, verifications
from services.kernel.model import Envelope, Event, now

DECIDED = ("verified-twice", "record-corrected")


def on_attachment_received(event: AttachmentReceived, envelope: Envelope) -> None:
    if event.claimed is not None:
        words = {"claimed": event.claimed, "found": event.attachment_id}
        attention = Attention.of(
            Concern("attachment-differs", words),
            event.claimed,
            event.attachment_id,
            at=now(),
            inspector_id=event.inspector_id,
        )
        raise_attention(envelope, attention)
    for record_id in attachments.get(event.attachment_id).named_by:
        _open_if_whole(record_id, envelope)


def on_verification_for_gates(verification: Verification, envelope: Envelope) -> None:
    """What a gate waits for may have come while the record was being judged: the last attachment, a person's answer,
    the register's word, the record that this one corrects.
    """

    def change(each: Verification) -> list[Event]:
        told: list[Event | None] = [each.evidenced(missing(one.sha256 for one in each.attachments), now())]
        for doubt in DOUBTS:
            if (relied_on := looked_at(doubt, each.id)) is not None:
                told.append(each.reviewed(doubt, relied_on, now()))
        return [one for one in told if one is not None]

    if verification.hears_late or "correction-unknown" in verification.concerns:
        look_again(verification.id, envelope, also=change)
    elif {PENDING, *DOUBTS} & set(verification.withheld):
        verifications.on(envelope, verification.id, change)


def on_attention_resolved(event: AttentionResolved, envelope: Envelope) -> None:
    """A doubt about a record was looked at: its certificate follows, or never will."""
    if event.reason in DOUBTS and event.record_id is not None:
        verifications.on(
            envelope, event.record_id, lambda each: each.reviewed(event.reason, event.relied_on, now())
        )


def on_decision(event: VerificationSetAside | VerificationReinstated, envelope: Envelope) -> None:
    """Whoever decides which verification counts has dealt with what asked for it."""
    ids = [event.verification_id]
    if isinstance(event, VerificationSetAside):
        ids.append(event.in_force_id)
    for matter in list(attentions.query(record_id__in=ids)):
        if matter.reason not in DECIDED or matter.status != "open":
            continue
        attentions.commit(matter, matter.resolve(event.reason, envelope.actor, now()), by=envelope)


def _open_if_whole(verification_id: str, envelope: Envelope) -> None:
    found = verifications.find(verification_id)
    if found is not None and PENDING in found.withheld:
        lacking = missing(each.sha256 for each in found.attachments)
        verifications.on(envelope, verification_id, lambda each: each.evidenced(lacking, now()))
