"""What the two official documents say, line by line: the certificate (TT 24/2013 Art. 41) and the record (biên bản)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from services.inspection.domain import wording
from services.inspection.domain.body import SealTold
from services.inspection.domain.certificate import RESULT, Certificate
from services.inspection.domain.particulars import Particulars, Words, condition_names, reading_units
from services.inspection.domain.statement import Statement
from services.inspection.domain.verification import Verification
from services.inspection.keys import signing_key
from services.inspection.office import Office, office
from services.inspection.printing import press, qr_svg
from services.inspection.signing import sign
from services.kernel.model import local_date

Json = dict[str, Any]
FAILED = Words(
    vi="Không đạt yêu cầu kỹ thuật đo lường",
    en="does not comply with the technical requirements of metrology",
)
RESULTS = {
    "pass": Words(vi=RESULT, en="complies with the technical requirements of metrology"),
    "fail": FAILED,
    "incomplete": Words(vi="Chưa đủ cơ sở để kết luận", en="no conclusion, the verification is incomplete"),
}
DONE = {
    "affixed": Words(vi="Gắn mới", en="affixed"),
    "removed": Words(vi="Tháo bỏ", en="removed"),
    "voided": Words(vi="Hủy", en="voided"),
}


def statement_of(certificate: Certificate) -> str:
    """The signed statement that stands in its QR. The same certificate always gives the same. Raises NoKey."""
    return Statement.of(certificate).sign(signing_key())


def check_address(statement: str) -> str:
    """What the QR holds: where to check, with the statement itself."""
    return f"{office().public_address}/check?q={statement}"


def certificate_pdf(
    certificate: Certificate, particulars: Particulars, replaced: str | None, at: datetime
) -> bytes:
    """The certificate, printed and signed by the office. Raises NoKey, Rejected `letter-missing`."""
    data = certificate_data(certificate, particulars, replaced, at)
    qr = qr_svg(check_address(statement_of(certificate)))
    printed = press("certificate").print(data, at, qr=qr)
    return sign(printed, f"Giấy chứng nhận kiểm định {certificate.number}")


def record_pdf(verification: Verification, particulars: Particulars) -> bytes:
    """The record of a verification, whatever its verdict. Raises Rejected `letter-missing`."""
    return press("record").print(_record(verification, particulars), verification.received_at)


def certificate_data(
    certificate: Certificate, particulars: Particulars, replaced: str | None, at: datetime
) -> Json:
    stamps = [each.number for each in certificate.seals_affixed if each.kind == "stamp"]
    seals = [_place(each) for each in certificate.seals_affixed if each.kind != "stamp"]
    return {
        "number": certificate.number,
        **_instrument(certificate, particulars),
        "result": RESULT,
        "verified_on": wording.day(certificate.verified_on),
        "stamps": ", ".join(stamps),
        "seals": ", ".join(seals),
        "valid_until": _until(certificate.valid_until),
        "replaces": replaced,
        "reissue_reason": certificate.reissue_reason,
        "signed_at": f"{office().office_place}, {wording.day_in_words(local_date(at))}",
        "check_address": f"{office().public_address.split('://')[1]}/check",
    }


def _record(verification: Verification, particulars: Particulars) -> Json:
    units = reading_units(
        verification.type_code,
        verification.told_characteristics or verification.characteristics,
        verification.regime,
        verification.verified_on,
        verification.procedure,
    )
    return {
        "number": verification.id,
        **_instrument(verification, particulars),
        "time": f"{wording.moment(verification.started_at)} - {wording.moment(verification.finished_at)}",
        "conditions": list(_conditions(verification)),
        "standards": [
            {
                "code": each.code or each.id,
                "serial": each.serial or "",
                "certificate_number": each.certificate_number or "",
                "valid_until": wording.day(each.valid_until) if each.valid_until else "",
            }
            for each in verification.standards
        ],
        "checks": [{"name": _before(each, ": "), "verdict": each["verdict"]} for each in verification.checks],
        "points": [
            _point(each, units.get(str(each["id"]).rpartition(".")[0], "")) for each in verification.points
        ],
        "missing": [each["explanation"] for each in verification.missing],
        "seals": list(_seals(verification)),
        "result": RESULTS[verification.verdict].model_dump(),
        "note": verification.note,
        "received_at": wording.moment(verification.received_at),
        "record_hash": verification.record_hash,
    }


def _instrument(of: Certificate | Verification, particulars: Particulars) -> Json:
    """What both documents say of the instrument, its user, the method and the inspector."""
    country = wording.country(of.country)
    return {
        "office": _office(office()),
        **particulars.model_dump(
            mode="json",
            include={
                "type_name", "enterprise_name", "enterprise_address", "site_name", "site_address", "inspector_name",
                "inspector_card", "method",
            },
        ),
        "maker": of.maker,
        "country": country.model_dump() if country else None,
        "model": of.model,
        "serial": of.serial,
        "year": str(particulars.year) if particulars.year else None,
        "characteristics": [
            {"name": each.name.model_dump(), "value": wording.measured(each.value)}
            for each in particulars.characteristics
        ],
        "regime": wording.REGIMES[of.regime].model_dump(),
    }  # fmt: skip


def _office(config: Office) -> Json:
    return {
        "parents": [each.strip() for each in config.office_parent.split("·")],
        "name": config.office_name,
        "name_en": config.office_name_en,
        "address": config.office_address,
        "head_title": config.head_title,
        "head_title_en": config.head_title_en,
        "head_name": config.head_name,
    }


def _until(day: date | None) -> str:
    return wording.day(day) if day else wording.NO_END.vi


def _point(point: Json, read_in: str) -> Json:
    """`read_in` is the unit of the readings; the error may have another, such as %."""
    unit = f" {point['unit']}" if point.get("unit") else ""
    limit = wording.limits(point.get("lower"), point.get("upper"))
    return {
        "name": _before(point, ": "),
        "indication": _in_unit(point.get("indication"), read_in),
        "reference": _in_unit(point.get("reference"), read_in),
        "error": f"{wording.number(point['error'])}{unit}" if point.get("error") is not None else "",
        "limit": f"{limit}{unit}" if limit else "",
        "verdict": point["verdict"],
    }


def _in_unit(value: str | None, unit: str) -> str:
    return f"{wording.number(value)} {unit}".strip() if value is not None else ""


def _before(outcome: Json, mark: str) -> Json:
    """What was looked at: the words of its explanation up to the finding."""
    return {language: text.partition(mark)[0] for language, text in outcome["explanation"].items()}


def _conditions(verification: Verification) -> Iterator[Json]:
    names = condition_names(verification.procedure)
    for id, value in verification.conditions.items():
        text = value if isinstance(value, str) else f"{wording.number(value['value'])} {value['unit']}"
        yield {"name": names.get(id, Words(vi=id, en=id)).model_dump(), "value": text}


def _seals(verification: Verification) -> Iterator[Json]:
    told = (
        ("removed", verification.seals_removed),
        ("affixed", verification.seals_affixed),
        ("voided", verification.seals_voided),
    )
    for done, seals in told:
        for each in seals:
            place = "; ".join(text for text in (each.place, each.reason) if text and text != "-")
            yield {"number": each.number, "done": DONE[done].model_dump(), "place": place}


def _place(seal: SealTold) -> str:
    return f"{seal.number} ({seal.place})" if seal.place and seal.place != "-" else seal.number
