"""Hears of verdicts: gives a certificate for a pass with every gate open, and settles which certificate is in force."""

from typing import Any

from services.inspection import numbering
from services.inspection.domain.attention import Attention, Concern, attention_id
from services.inspection.domain.certificate import Certificate, certificate_id
from services.inspection.domain.certificate_number import CertificateNumber
from services.inspection.domain.past import Past, counting
from services.inspection.domain.verification import Verification
from services.inspection.events import (
    VerificationEvidenced,
    VerificationReconsidered,
    VerificationReviewed,
)
from services.inspection.naming import particulars_of
from services.inspection.office import office
from services.inspection.raising import close, raise_attention
from services.inspection.sealing import tell_seals
from services.inspection.storage import attentions, certificates, certificates_of, past_of, verifications
from services.kernel.model import AlreadyDone, Envelope, Origin, Rejected, now


def on_gate_opened(
    event: VerificationEvidenced | VerificationReviewed | VerificationReconsidered, envelope: Envelope
) -> None:
    certify(verifications.get(event.verification_id), envelope)


def certify(verification: Verification, envelope: Envelope) -> None:
    """A certificate for a pass with every gate open, as soon as it is so."""
    if verification.earns_certificate:
        _issue(verification, envelope)
        return
    if verification.waits:
        return  # its number is used, only not yet
    if verification.certificate_number is not None and not _was_certified(verification.id):
        _spoil(verification, verification.certificate_number, envelope)
    if verification.verdict == "fail":
        settle(verification.instrument_id, past_of(verification.instrument_id), envelope)


def _issue(verification: Verification, envelope: Envelope, edition: int = 1, decided: bool = False) -> None:
    """First a number, then the certificate: handled again after a crash between, it finds the number it had."""
    id = certificate_id(verification.id, edition)
    particulars = particulars_of(verification)
    claimed = _claimed(verification, id, envelope) if edition == 1 else None
    number = claimed or numbering.number_of(id, verification.verified_on.year, envelope)
    _add(Certificate.of(verification, number, particulars, now(), edition), envelope, decided)


def reissue(id: str, reason: str, by: Origin) -> Certificate:
    """The next edition of a certificate, with the names as they are now. Raises Rejected `not-in-force`, AlreadyDone."""
    old = certificates.get(id)
    particulars = particulars_of(verifications.get(old.verification_id))
    number = numbering.number_of(old.next_edition_id(), old.verified_on.year, by)
    return _add(old.reissue(number, particulars, reason, now()), by)


def _add(made: Certificate, by: Origin, decided: bool = False) -> Certificate:
    """Who comes second to a certificate gives back the number it took for it."""
    try:
        return certificates.add(made, made.issued().model_copy(update={"decided": decided}), by=by)
    except AlreadyDone:
        first = certificates.find(made.id)
        if first is not None and first.number != made.number:
            numbering.give_back(made.id, made.number, first.number, by)
        if isinstance(by, Envelope):
            return first or made
        raise


def _claimed(verification: Verification, id: str, envelope: Envelope) -> CertificateNumber | None:
    """The number that the tablet wrote on the certificate, when it was reserved for it; a person is told when not."""
    text = verification.certificate_number
    if text is None:
        return None
    number = numbering.by_text(text)
    if number is None or number.tablet_id != verification.tablet_id:
        _look("number-not-reserved", text, verification, envelope)
        return None
    if number.series != office().series(verification.verified_on.year):
        _look("number-other-year", text, verification, envelope)
        return None
    if number.status == "cancelled" and not _earned_late(verification, text, envelope):
        _look("number-was-cancelled", text, verification, envelope)
    try:
        return numbering.claim(number, id, envelope)
    except Rejected as rejected:
        if rejected.problem != "number-taken":
            raise
        _look("number-taken", text, verification, envelope)
        return None


def _earned_late(verification: Verification, text: str, envelope: Envelope) -> bool:
    """Whether this very verification had spoiled its number, before a gate opened: nobody needs to look any more."""
    matter = attentions.find(attention_id("number-without-certificate", verification.id, text))
    close(matter, "The certificate could be issued after all.", envelope)
    return matter is not None


def _spoil(verification: Verification, text: str, envelope: Envelope) -> None:
    """A number that the tablet gave to what earns no certificate stands on some paper: nobody else may have it."""
    number = numbering.by_text(text)
    if number is not None and number.tablet_id == verification.tablet_id and number.status == "reserved":
        numbering.release(
            iter([number]), f"Given to verification {verification.id}, which earned no certificate.", envelope
        )
    _look("number-without-certificate", text, verification, envelope)


def _look(reason: str, number: str, verification: Verification, envelope: Envelope) -> None:
    attention = Attention.of(
        Concern(reason, {"number": number}),
        verification.id,
        number,
        at=now(),
        record_id=verification.id,
        tablet_id=verification.tablet_id,
        instrument_id=verification.instrument_id,
        inspector_id=verification.inspector_id,
        enterprise_id=verification.enterprise_id,
    )
    raise_attention(envelope, attention)


def settle(instrument_id: str, past: list[Past], envelope: Envelope) -> None:
    """Of an instrument's certificates only the last edition for the verification that counts is in force.

    It follows from what is known, not from what was heard before: whatever order facts come in, however often, and with
    others at the same moment. A failing verification that counts ends every certificate (TT 23/2013 Art. 20.7c). One that
    a person withdrew does not return; one that lapsed is given anew, under a number of its own, when it counts again.
    """
    known, counts = {each.id: each for each in past}, counting(past)
    given = sorted(certificates_of(instrument_id), key=lambda each: each.edition)
    mine = [each for each in given if counts is not None and each.verification_id == counts.id]
    last = mine[-1] if mine else None
    for each in given:
        if each.status == "in_force" and each is not last and each.verification_id in known:
            _end(each, known[each.verification_id], counts, last, envelope)
    if counts is None or not counts.earns_certificate:
        return
    if last is None:
        verification = verifications.get(counts.id)
        tell_seals(verification, envelope)
        _issue(verification, envelope)
    elif last.may_return:
        _issue(verifications.get(counts.id), envelope, edition=last.edition + 1, decided=True)


def _end(
    certificate: Certificate, own: Past, counts: Past | None, last: Certificate | None, envelope: Envelope
) -> None:
    """Another takes its place; or it lapses, because nothing does. Until the other is there, both are in force."""
    because: dict[str, Any] = {}
    if own.set_aside is not None:
        reason = str(own.set_aside["reason"])
    elif own.withheld:
        reason = f"The verification does not earn a certificate: {', '.join(own.withheld)}."
        because = {"withheld": own.withheld}
    elif counts is not None and counts.verdict == "fail":
        reason = f"The instrument failed its verification on {counts.verified_on.isoformat()}."
        because = {"by_verification_id": counts.id}
    elif last is not None:
        certificates.on(envelope, certificate.id, lambda each: each.supersede(last.id, now()))
        return
    else:
        return
    certificates.on(envelope, certificate.id, lambda each: each.lapse(reason, now(), **because))


def _was_certified(verification_id: str) -> bool:
    return any(certificates.query(verification_id=verification_id, limit=1))
