"""The gates between a verification and a certificate, and what else a person should look at; ARCHITECTURE §6."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from metrology import Catalogue, UnknownType
from services.inspection.domain.attention import Concern
from services.inspection.domain.body import VerificationBody
from services.inspection.domain.evidence import Asked
from services.inspection.domain.known import Inspector, Instrument, Standard, Visit
from services.inspection.domain.status_record import StatusRecord, differences
from services.inspection.domain.verification import PENDING, Verification
from services.kernel.model import Instant


@dataclass(frozen=True)
class Facts:
    """What the server knows about the things that a record names; None for what it does not know."""

    inspector_id: str
    received_at: Instant
    inspector: Inspector | None
    instrument: Instrument
    standards: Mapping[str, Standard | None]
    visit: Visit | None
    catalogue: Catalogue
    corrected: Verification | None = None
    last_status: StatusRecord | None = None
    failed_before: bool = False
    """Whether the instrument failed before, as our own verifications say, and none after repair has passed since."""
    ever_failed: bool = False
    """Whether our own verifications tell of a fail at all: the register's word follows from them, and lags."""
    missing_attachments: Sequence[str] = ()
    pictures: Sequence[Asked] = ()
    """What the office asks for, whatever the type and the day."""
    doubts: Sequence[str] = ()
    """Why a person must look before the record earns a certificate, or that one said not to rely on it."""


def concerns(body: VerificationBody, facts: Facts, day: date) -> list[Concern]:
    """Every shut gate and every oddity of a verification that took place on a day, the legal ones first."""
    return [
        *_inspector(facts, body.type_code, day),
        *_standards(body, facts, day),
        *_instrument(body, facts, day),
        *_regime(body, facts.catalogue, day),
        *visit_concerns(
            body.visit_id, facts.visit, body.instrument_id, facts.inspector_id, facts.received_at
        ),
        *_correction(body, facts),
        *_signatures(body),
        *_status(body, facts),
        *_mismatches(body),
    ]


def evidence_concerns(
    asked: Sequence[str], body: VerificationBody, missing: Sequence[str]
) -> Iterator[Concern]:
    """A procedure or the office may ask for pictures: without one no certificate, with some still on the way none yet."""
    named = {each.purpose for each in body.attachments}
    for purpose in asked:
        if purpose not in named:
            yield _shut("evidence-missing", purpose=purpose)
    if asked and missing:
        yield Concern(PENDING, {"count": str(len(missing))}, withholds=True, quiet=True)


def visit_concerns(
    visit_id: str | None, visit: Visit | None, instrument_id: str, inspector_id: str, received_at: Instant
) -> Iterator[Concern]:
    """Work on a visit that was cancelled or given away before it came in is kept and credited; a person is told.

    What had come in by then was in order, whether this service heard of the visit's change or of the work first.
    """
    if visit_id is None:
        yield _odd("visit-unplanned")
        return
    if visit is None:
        yield _odd("visit-unknown", visit=visit_id)
        return
    if visit.was_cancelled(received_at):
        yield _odd("visit-cancelled", visit=visit.id)
    if not visit.was_of(inspector_id, received_at):
        yield _odd("visit-other-inspector", visit=visit.id)
    if instrument_id not in visit.instrument_ids:
        yield _odd("visit-other-instrument", visit=visit.id)


def doubt_concerns(doubts: Sequence[str]) -> Iterator[Concern]:
    """Whether the record is the inspector's own work: the matter was raised when the record came."""
    for each in doubts:
        yield Concern(each, withholds=True, quiet=True)


def _shut(reason: str, heard_from: str = "", **words: object) -> Concern:
    told = {name: str(word) for name, word in words.items()}
    return Concern(reason, told, withholds=True, heard_from=heard_from)


def _odd(reason: str, **words: object) -> Concern:
    return Concern(reason, {name: str(word) for name, word in words.items()})


def _inspector(facts: Facts, type_code: str, day: date) -> Iterator[Concern]:
    """TT 24/2013 Art. 32, 34, 36: a card that covers the type, valid on the day, not suspended.

    A suspension that ends opens no gate: the register does not say of which days it was.
    """
    inspector, id, source = facts.inspector, facts.inspector_id, f"inspector/{facts.inspector_id}"
    if inspector is None:
        yield _shut("inspector-unknown", source, inspector=id)
        return
    if inspector.suspended:
        yield _shut("inspector-suspended", inspector=inspector.name)
    if day > inspector.card_valid_until:
        until = inspector.card_valid_until
        yield _shut("card-expired", source, inspector=inspector.name, until=until, day=day)
    if type_code not in inspector.type_codes:
        yield _shut("card-type", source, inspector=inspector.name, type=type_code)


def _standards(body: VerificationBody, facts: Facts, day: date) -> Iterator[Concern]:
    """TT 24/2013 Art. 43.4: every standard used is certified, in date on the day, and meant for the type."""
    if not body.standard_ids:
        yield _shut("standard-missing")
    for id in dict.fromkeys(body.standard_ids):
        standard, source = facts.standards.get(id), f"standard/{id}"
        if standard is None:
            yield _shut("standard-unknown", source, standard=id)
            continue
        certified = standard.certified_on(day)
        if not certified.holds_on(day):
            yield _shut(
                "standard-expired",
                source,
                standard=standard.code,
                since=certified.valid_from,
                until=certified.valid_until,
                day=day,
            )
        if body.type_code not in standard.type_codes:
            yield _shut("standard-type", source, standard=standard.code, type=body.type_code)


def _instrument(body: VerificationBody, facts: Facts, day: date) -> Iterator[Concern]:
    """TT 24/2013 Art. 41: an identity; barred after a fail until a verification after repair passes."""
    instrument, source = facts.instrument, f"instrument/{facts.instrument.id}"
    if not instrument.serial.strip():
        yield _shut("instrument-no-identity", source, instrument=instrument.id)
    found = body.found_on_site
    if found is not None and found.serial_assigned and found.serial.strip() != instrument.serial:
        yield _odd(
            "serial-differs", instrument=instrument.id, serial=found.serial, registered=instrument.serial
        )
    if instrument.status == "retired":
        yield _shut("instrument-retired", instrument=instrument.id)
    barred = facts.failed_before if facts.ever_failed else instrument.status == "barred"
    if barred and not _after_repair(body, facts.catalogue, day):
        yield _shut("instrument-barred", source, instrument=instrument.id)
    if instrument.type_code != body.type_code:
        yield _shut("type-differs", source, told=body.type_code, known=instrument.type_code)


def _after_repair(body: VerificationBody, catalogue: Catalogue, day: date) -> bool:
    """As new, where the catalogue knows no verification after repair."""
    try:
        as_new = "after_repair" not in catalogue.regimes(body.type_code, day)
    except UnknownType:
        as_new = False
    return body.regime == "after_repair" or (body.regime == "initial" and as_new)


def _regime(body: VerificationBody, catalogue: Catalogue, day: date) -> Iterator[Concern]:
    """TT 23/2013 Art. 4, 19: the catalogue provides this regime for this type on the day."""
    source = f"instrument_type/{body.type_code}"
    try:
        if body.regime not in catalogue.regimes(body.type_code, day):
            yield _shut("regime-not-allowed", source, regime=body.regime, type=body.type_code)
    except UnknownType:
        yield _shut("type-unknown", source, type=body.type_code, day=day)
    if body.regime == "after_repair" and body.after_repair_reason is None:
        yield _odd("repair-reason-missing")


def _correction(body: VerificationBody, facts: Facts) -> Iterator[Concern]:
    """A correction edits nothing: both facts stand, and a person decides which is in force."""
    if body.corrects is None:
        return
    if facts.corrected is None:
        yield _odd("correction-unknown", corrected=body.corrects)
    elif facts.corrected.instrument_id != body.instrument_id:
        yield _shut("correction-other-instrument", corrected=body.corrects)
    else:
        yield _odd("record-corrected", corrected=body.corrects, because=body.correction_reason)


def _signatures(body: VerificationBody) -> Iterator[Concern]:
    """A tablet that can take signatures brings both, or says why the enterprise's is not there."""
    if body.signatures is None:
        return
    signed = {each.role for each in body.signatures}
    if "inspector" not in signed:
        yield _odd("signature-missing", role="inspector")
    if "representative" not in signed and body.refused_to_sign is None:
        yield _odd("signature-missing", role="representative")


def _mismatches(body: VerificationBody) -> Iterator[Concern]:
    """What the inspector noted as otherwise than registered: the register or the instrument is wrong."""
    if body.mismatches:
        told = [f"{each.what}: {each.expected or '?'} → {each.found}" for each in body.mismatches]
        yield _odd("mismatch-noted", differences="; ".join(told)[:1000])


def _status(body: VerificationBody, facts: Facts) -> Iterator[Concern]:
    """A part, a program or a seal otherwise than it had been left: somebody has been at the instrument."""
    if body.status_record is None or facts.last_status is None:
        return
    if found := differences(facts.last_status, body.status_record):
        yield _odd("status-differs", differences="; ".join(found)[:1000])
