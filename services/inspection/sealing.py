"""Hears of verdicts: what became of each seal that a verification names, and which of it a person must look at."""

from services.inspection.domain.attention import Attention, Concern
from services.inspection.domain.body import SealTold
from services.inspection.domain.seal import Action, Seal, SealFact, seal_id
from services.inspection.domain.verification import Verification
from services.inspection.events import SealAffixed, SealVoided, VerificationRecorded
from services.inspection.judging import raise_attention
from services.inspection.storage import batch_of, seals, verifications
from services.kernel.model import Envelope, Event, now

FAILED = "The instrument failed its verification."


def on_verification_for_seals(event: VerificationRecorded, envelope: Envelope) -> None:
    """Each seal is one aggregate: all that this verification tells of it is written together."""
    verification = verifications.get(event.verification_id)
    told: dict[str, list[tuple[Action, SealTold, str | None]]] = {}
    for action, each, reason in _told(verification):
        told.setdefault(seal_id(each.number), []).append((action, each, reason))
    for id, uses in told.items():
        _tell(id, uses, verification, envelope)


def _told(verification: Verification) -> list[tuple[Action, SealTold, str | None]]:
    failed = verification.verdict == "fail"
    return [
        *(("removed", each, each.reason) for each in verification.seals_removed),
        *(("affixed", each, None) for each in verification.seals_affixed),
        *(("voided", each, FAILED) for each in verification.seals_affixed if failed),
        *(("voided", each, each.reason) for each in verification.seals_voided),
    ]


def _tell(
    id: str, uses: list[tuple[Action, SealTold, str | None]], verification: Verification, envelope: Envelope
) -> None:
    at = now()

    def change(seal: Seal) -> list[Event]:
        events: list[Event | None] = []
        for action, each, reason in uses:
            fact = SealFact(
                action=action,
                verification_id=verification.id,
                instrument_id=verification.instrument_id,
                inspector_id=verification.inspector_id,
                place=each.place,
                at=verification.verified_at,
                reason=reason,
            )
            events.append(seal.tell(fact, each.kind, at))
        return [event for event in events if event is not None]

    first = uses[0][1]
    seals.on(envelope, id, change, lambda: Seal.first_used(first.number, first.kind, at))


def on_seal_affixed(event: SealAffixed, envelope: Envelope) -> None:
    seal = seals.get(seal_id(event.number))
    if seal.used_twice():
        _look("seal-used-twice", event, envelope)
    if seal.series is None or seal.serial is None or (batch := batch_of(seal.series, seal.serial)) is None:
        _look("seal-unknown", event, envelope)
    elif batch.holder(seal.serial) != event.inspector_id:
        _look("seal-not-held", event, envelope)


def on_seal_voided(event: SealVoided, envelope: Envelope) -> None:
    seal = seals.get(seal_id(event.number))
    if seal.used_twice():
        _look("seal-used-twice", event, envelope)
    if seal.removed_elsewhere():
        _look("seal-elsewhere", event, envelope)


def _look(reason: str, event: SealAffixed | SealVoided, envelope: Envelope) -> None:
    attention = Attention.of(
        Concern(reason, {"seal": event.number}),
        event.number,
        str(event.verification_id),
        at=now(),
        record_id=event.verification_id,
        instrument_id=event.instrument_id,
        inspector_id=event.inspector_id,
        seal_number=event.number,
    )
    raise_attention(envelope, attention)
