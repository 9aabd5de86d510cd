"""Hears of verdicts: gives a certificate for a pass with every gate open, and settles which certificate is in force."""

from services.inspection.domain.certificate import Certificate, certificate_id
from services.inspection.events import CertificateIssued, VerificationRecorded
from services.inspection.office import office
from services.inspection.storage import certificates, last_of_series, verifications
from services.kernel.model import AlreadyDone, Envelope, Stale, now

ATTEMPTS = 50


def on_verification_for_certificate(event: VerificationRecorded, envelope: Envelope) -> None:
    verification = verifications.get(event.verification_id)
    if verification.earns_certificate:
        _issue(verification.id, envelope)
    elif verification.verdict == "fail":
        settle(verification.instrument_id, envelope)


def on_certificate_issued(event: CertificateIssued, envelope: Envelope) -> None:
    settle(event.instrument_id, envelope)


def _issue(verification_id: str, envelope: Envelope) -> None:
    """Takes the number after the highest of its series; who comes second to a number tries the next."""
    verification = verifications.get(verification_id)
    series = office().series(verification.verified_on.year)
    for _ in range(ATTEMPTS):
        if certificates.find(certificate_id(verification_id)) is not None:
            return
        sequence = last_of_series(series) + 1
        made = Certificate.of(verification, office().certificate_pattern, series, sequence, now())
        try:
            certificates.add(made, made.issued(), by=envelope)
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
        key=lambda each: (each.verified_at, each.id),
    )
    fails = verifications.query(instrument_id=instrument_id, verdict="fail", order="-verified_at", limit=1)
    failed = next(fails, None)
    for each in in_force:
        if failed is not None and each.verified_at < failed.verified_at:
            reason = f"The instrument failed its verification on {failed.verified_on.isoformat()}."
            certificates.on(envelope, each.id, lambda old, reason=reason: old.revoke(reason, now()))  # type: ignore[misc]
        elif each is not in_force[-1]:
            by = in_force[-1].id
            certificates.on(envelope, each.id, lambda old, by=by: old.supersede(by, now()))  # type: ignore[misc]
