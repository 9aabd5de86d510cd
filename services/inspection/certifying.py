"""Hears of verdicts: gives a certificate for a pass with every gate open, and settles which certificate is in force."""

from services.inspection import numbering
from services.inspection.domain.attention import Attention, Concern
from services.inspection.domain.certificate import Certificate, certificate_id
from services.inspection.domain.certificate_number import CertificateNumber
from services.inspection.domain.past import Past
from services.inspection.domain.verification import Verification
from services.inspection.events import (
    VerificationEvidenced,
    VerificationReinstated,
    VerificationReviewed,
    VerificationSetAside,
)
from services.inspection.judging import raise_attention
from services.inspection.naming import particulars_of
from services.inspection.office import office
from services.inspection.storage import certificates, certificates_of, past_of, verifications
from services.kernel.model import AlreadyDone, Envelope, Origin, Rejected, now


def on_gate_opened(event: VerificationEvidenced | VerificationReviewed, envelope: Envelope) -> None:
    certify(verifications.get(event.verification_id), envelope)


def certify(verification: Verification, envelope: Envelope) -> None:
    """A certificate for a pass with every gate open, as soon as it is so."""
    if verification.earns_certificate:
        _issue(verification, envelope)
        return
    if verification.waits:
        return  # its number is used, only not yet
    if verification.certificate_number is not None:
        _spoil(verification, verification.certificate_number, envelope)
    if verification.verdict == "fail":
        settle(verification.instrument_id, past_of(verification.instrument_id), envelope)


def on_set_aside(event: VerificationSetAside, envelope: Envelope) -> None:
    """Certificates follow the decision: that of the one set aside is withdrawn, the one in force gets one of its own."""
    for each in list(certificates.query(verification_id=event.verification_id)):
        certificates.on(envelope, each.id, lambda old: old.revoke(event.reason, now()))
    _decide(event.in_force_id, envelope)


def on_reinstated(event: VerificationReinstated, envelope: Envelope) -> None:
    _decide(event.verification_id, envelope)


def _decide(verification_id: str, envelope: Envelope) -> None:
    """A certificate that was superseded or withdrawn does not come back: a next edition is given, under its own number."""
    verification = verifications.get(verification_id)
    if not verification.earns_certificate:
        settle(verification.instrument_id, past_of(verification.instrument_id), envelope)
        return
    given = list(certificates.query(verification_id=verification_id, order="edition"))
    if not any(each.status == "in_force" for each in given):
        _issue(verification, envelope, edition=given[-1].edition + 1 if given else 1, decided=True)


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
    if number.status == "cancelled":
        _look("number-was-cancelled", text, verification, envelope)
    try:
        return numbering.claim(number, id, envelope)
    except Rejected as rejected:
        if rejected.problem != "number-taken":
            raise
        _look("number-taken", text, verification, envelope)
        return None


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
    """Of an instrument's certificates only the newest edition for its last verification is in force, in whatever
    order they came in. A later failing verification ends every earlier certificate (TT 23/2013 Art. 20.7c).
    """
    known = {each.id: each for each in past}
    in_force = sorted(
        (each for each in certificates_of(instrument_id) if each.status == "in_force"),
        key=lambda each: (*known[each.verification_id].rank, each.edition, each.id),
    )
    fails = [each for each in past if each.verdict == "fail" and each.set_aside is None]
    failed = max(fails, key=lambda each: each.rank, default=None)
    for each in in_force:
        if failed is not None and known[each.verification_id].rank < failed.rank:
            reason = f"The instrument failed its verification on {failed.verified_on.isoformat()}."
            certificates.on(envelope, each.id, lambda old, reason=reason: old.revoke(reason, now()))  # type: ignore[misc]
        elif each is not in_force[-1]:
            by = in_force[-1].id
            certificates.on(envelope, each.id, lambda old, by=by: old.supersede(by, now()))  # type: ignore[misc]
