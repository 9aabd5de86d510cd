"""Hears of verdicts: gives a certificate for a pass with every gate open, and settles which certificate is in force."""

from datetime import datetime

from services.inspection.domain.certificate import Certificate, certificate_id
from services.inspection.domain.verification import Verification
from services.inspection.events import (
    CertificateIssued,
    VerificationEvidenced,
    VerificationRecorded,
    VerificationReinstated,
    VerificationSetAside,
)
from services.inspection.office import office
from services.inspection.storage import certificates, last_of_series, verifications
from services.kernel.model import AlreadyDone, Envelope, Stale, derived_id, now

ATTEMPTS = 50


def on_verification_for_certificate(
    event: VerificationRecorded | VerificationEvidenced, envelope: Envelope
) -> None:
    verification = verifications.get(event.verification_id)
    if verification.earns_certificate:
        _issue(verification, certificate_id(verification.id), envelope)
    elif verification.verdict == "fail":
        settle(verification.instrument_id, envelope)


def on_certificate_issued(event: CertificateIssued, envelope: Envelope) -> None:
    settle(event.instrument_id, envelope)


def on_set_aside(event: VerificationSetAside, envelope: Envelope) -> None:
    """Certificates follow the decision: that of the one set aside is withdrawn, the one in force gets one of its own."""
    for each in list(certificates.query(verification_id=event.verification_id)):
        certificates.on(envelope, each.id, lambda old: old.revoke(event.reason, now()))
    _decide(event.in_force_id, envelope)


def on_reinstated(event: VerificationReinstated, envelope: Envelope) -> None:
    _decide(event.verification_id, envelope)


def _decide(verification_id: str, envelope: Envelope) -> None:
    """A certificate that was superseded or withdrawn does not come back: a new one is given, under a number of its own."""
    verification = verifications.get(verification_id)
    if not verification.earns_certificate:
        settle(verification.instrument_id, envelope)
        return
    given = certificates.query(verification_id=verification_id)
    if not any(each.status == "in_force" for each in given):
        _issue(verification, derived_id("certificate", verification_id, envelope.id), envelope, decided=True)


def _issue(verification: Verification, id: str, envelope: Envelope, decided: bool = False) -> None:
    """Takes the number after the highest of its series; who comes second to a number tries the next."""
    series = office().series(verification.verified_on.year)
    for _ in range(ATTEMPTS):
        if certificates.find(id) is not None:
            return
        sequence = last_of_series(series) + 1
        made = Certificate.of(verification, office().certificate_pattern, series, sequence, now())
        made.id = id
        try:
            certificates.add(made, made.issued().model_copy(update={"decided": decided}), by=envelope)
            return
        except AlreadyDone:
            continue
    raise Stale(f"certificate series {series}")


def settle(instrument_id: str, envelope: Envelope) -> None:
    """Of an instrument's certificates only the one of its last verification is in force, whatever order they came in.

    A later failing verification ends every earlier certificate (TT 23/2013 Art. 20.7c).
    """
    known = {each.id: each for each in verifications.query(instrument_id=instrument_id)}
    in_force = sorted(
        certificates.query(instrument_id=instrument_id, status="in_force"),
        key=lambda each: _rank(known[each.verification_id]),
    )
    fails = [each for each in known.values() if each.verdict == "fail" and each.set_aside is None]
    failed = max(fails, key=_rank, default=None)
    for each in in_force:
        if failed is not None and _rank(known[each.verification_id]) < _rank(failed):
            reason = f"The instrument failed its verification on {failed.verified_on.isoformat()}."
            certificates.on(envelope, each.id, lambda old, reason=reason: old.revoke(reason, now()))  # type: ignore[misc]
        elif each is not in_force[-1]:
            by = in_force[-1].id
            certificates.on(envelope, each.id, lambda old, by=by: old.supersede(by, now()))  # type: ignore[misc]


def _rank(verification: Verification) -> tuple[datetime, bool, str]:
    """Of an instrument's verifications the later one counts; of the same moment, the correction."""
    return verification.verified_at, verification.corrects is not None, verification.id
