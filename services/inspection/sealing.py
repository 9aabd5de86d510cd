"""Hears of verdicts and certificates: what became of each seal that a verification names."""

from services.inspection.domain.body import SealTold
from services.inspection.domain.past import Past
from services.inspection.domain.seal import Action, Seal, SealFact, seal_id
from services.inspection.domain.verification import Verification
from services.inspection.events import CertificateIssued, CertificateRevoked
from services.inspection.storage import seals
from services.kernel.model import Envelope, Event, NotYet, now

FAILED = "The instrument failed its verification."

Use = tuple[Action, SealTold, str | None]


def tell_seals(verification: Verification, envelope: Envelope) -> None:
    """Each seal is one aggregate: all that this verification tells of it is written together."""
    told: dict[str, list[Use]] = {}
    for action, each, reason in _told(verification):
        told.setdefault(seal_id(each.number), []).append((action, each, reason))
    for id, uses in told.items():
        _tell(id, uses, verification, envelope)


def tell_seals_of_certificate(
    event: CertificateIssued | CertificateRevoked, past: list[Past], envelope: Envelope
) -> None:
    """The seals that the verification fitted are valid from now on, or prove nothing any more.

    Raises NotYet when a seal of the verification has not been written yet.
    """
    revoked = isinstance(event, CertificateRevoked)
    fitted = [seal for each in past if each.id == event.verification_id for seal in each.seals_affixed]
    for id, place in {seal_id(each.number): each.place for each in fitted}.items():
        if seals.find(id) is None:
            raise NotYet(f"seal {id} of verification {event.verification_id} is not written yet")
        fact = SealFact(
            action="invalidated" if revoked else "validated",
            verification_id=event.verification_id,
            instrument_id=event.instrument_id,
            inspector_id=event.inspector_id,
            place=place,
            at=envelope.time,
            certificate_id=event.certificate_id,
            reason=event.reason if isinstance(event, CertificateRevoked) else None,
        )
        seals.on(envelope, id, lambda seal, fact=fact: seal.tell(fact, now()))  # type: ignore[misc]


def _told(verification: Verification) -> list[Use]:
    failed = verification.verdict == "fail"
    return [
        *(("removed", each, each.reason) for each in verification.seals_removed),
        *(("affixed", each, None) for each in verification.seals_affixed),
        *(("voided", each, FAILED) for each in verification.seals_affixed if failed),
        *(("voided", each, each.reason) for each in verification.seals_voided),
    ]


def _tell(id: str, uses: list[Use], verification: Verification, envelope: Envelope) -> None:
    at = now()
    withheld = verification.withheld if verification.verdict == "pass" else [verification.verdict]

    def change(seal: Seal) -> list[Event]:
        events: list[Event | None] = []
        for action, each, reason in uses:
            fact = SealFact(
                action=action,
                of_kind=each.kind,
                verification_id=verification.id,
                instrument_id=verification.instrument_id,
                inspector_id=verification.inspector_id,
                place=each.place,
                at=verification.verified_at,
                reason=reason,
                withheld=withheld if action == "affixed" else [],
            )
            events.append(seal.tell(fact, at))
        return [event for event in events if event is not None]

    first = uses[0][1]
    seals.on(envelope, id, change, lambda: Seal.first_used(first.number, at))
