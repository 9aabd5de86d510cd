"""Hears of verdicts: gives a certificate for a pass with every gate open, and settles which certificate is in force."""

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
    for each in list(certificates.query(verification_id=event.verification_id, status="in_force")):
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
    if next(certificates.query(verification_id=verification_id, status="in_force", limit=1), None) is None:
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
    in_force = sorted(
        certificates.query(instrument_id=instrument_id, status="in_force"),
        key=lambda each: (each.verified_at, each.verification_id),
    )
    fails = verifications.query(
        instrument_id=instrument_id, verdict="fail", set_aside=None, order="-verified_at -id", limit=1
    )
    failed = next(fails, None)
    for each in in_force:
        if failed is not None and (each.verified_at, each.verification_id) < (failed.verified_at, failed.id):
            reason = f"The instrument failed its verification on {failed.verified_on.isoformat()}."
            certificates.on(envelope, each.id, lambda old, reason=reason: old.revoke(reason, now()))  # type: ignore[misc]
        elif each is not in_force[-1]:
            by = in_force[-1].id
            certificates.on(envelope, each.id, lambda old, by=by: old.supersede(by, now()))  # type: ignore[misc]
