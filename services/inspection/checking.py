"""The public check: what may be told to anyone about a certificate, by its QR, its number or the instrument's serial."""

from datetime import date
from typing import Literal

from services.inspection.domain.certificate import Certificate
from services.inspection.domain.particulars import Words
from services.inspection.domain.statement import Statement, read_statement
from services.inspection.domain.wording import country, typed
from services.inspection.keys import published_keys
from services.inspection.numbering import by_text
from services.inspection.storage import certificates
from services.kernel.model import Fact, today

Status = Literal["valid", "expired", "superseded", "revoked", "unknown", "altered", "several"]
MOST = 5


class Shown(Fact):
    """Of a certificate only what stands on the instrument itself: nothing of its owner, its place or any person."""

    status: Literal["valid", "expired", "superseded", "revoked"]
    number: str
    type_name: Words
    maker: str
    country: Words | None
    model: str
    serial: str
    verified_on: date
    valid_until: date | None
    replaced_by: str | None


class Answer(Fact):
    """`several` instruments of different makers may bear one serial; each is then told with its own status."""

    asked: Literal["qr", "number", "serial"]
    status: Status
    on: date
    awaited: bool
    """The number is held by an inspector's tablet, which has not handed in its record yet."""
    certificates: list[Shown]


def check(question: str) -> Answer:
    read = read_statement(question, published_keys())
    if read.kind == "altered":
        return _answer("qr", "altered")
    if read.statement is not None:
        return _of_statement(read.statement)
    wanted = typed(question)
    by_number = list(certificates.query(number_typed=wanted, limit=MOST))
    if by_number:
        return _found("number", by_number)
    by_serial: dict[str, Certificate] = {}
    for each in certificates.query(serial_typed=wanted, order="-verified_at -edition", limit=10 * MOST):
        shown = by_serial.setdefault(each.instrument_id, each)
        if shown.status != "in_force" and each.status == "in_force":
            by_serial[each.instrument_id] = each
    if by_serial:
        return _found("serial", list(by_serial.values())[:MOST])
    number = by_text(question)
    awaited = number is not None and number.status == "reserved"
    return _answer("number", "unknown", awaited=awaited)


def _of_statement(statement: Statement) -> Answer:
    """Genuine words that differ from the register's were signed for something else: the paper is not to be relied on."""
    found = next(certificates.query(number=statement.number, limit=1), None)
    if found is None:
        return _answer("qr", "unknown")
    if Statement.of(found) != statement:
        return _answer("qr", "altered")
    return _found("qr", [found])


def _found(asked: Literal["qr", "number", "serial"], found: list[Certificate]) -> Answer:
    shown = [_shown(each) for each in found]
    return _answer(asked, shown[0].status if len(shown) == 1 else "several", shown)


def _answer(
    asked: Literal["qr", "number", "serial"],
    status: Status,
    shown: list[Shown] | None = None,
    *,
    awaited: bool = False,
) -> Answer:
    return Answer(asked=asked, status=status, on=today(), awaited=awaited, certificates=shown or [])


def _shown(certificate: Certificate) -> Shown:
    code = Words(vi=certificate.type_code, en=certificate.type_code)
    successor = certificates.find(certificate.superseded_by) if certificate.superseded_by else None
    return Shown(
        status=_status(certificate),
        number=certificate.number,
        type_name=certificate.particulars.type_name if certificate.particulars else code,
        maker=certificate.maker,
        country=country(certificate.country),
        model=certificate.model,
        serial=certificate.serial,
        verified_on=certificate.verified_on,
        valid_until=certificate.valid_until,
        replaced_by=successor.number if successor else None,
    )


def _status(certificate: Certificate) -> Literal["valid", "expired", "superseded", "revoked"]:
    if certificate.status != "in_force":
        return certificate.status
    if certificate.valid_until is not None and certificate.valid_until < today():
        return "expired"
    return "valid"
