"""The names that a certificate and a record print, as the copies kept here have them now."""

from typing import Any

from services.inspection.domain.known import InstrumentType
from services.inspection.domain.particulars import Particulars, Words, characteristics, method
from services.inspection.domain.verification import Verification
from services.inspection.storage import enterprises, inspectors, instrument_types, instruments, sites
from services.kernel.model import NotYet


def particulars_of(verification: Verification) -> Particulars:
    """Raises NotYet when an event that brings one of the names is still on its way."""
    enterprise, site = enterprises.recent(verification.enterprise_id), sites.recent(verification.site_id)
    inspector, kind = (
        inspectors.recent(verification.inspector_id),
        instrument_types.recent(verification.type_code),
    )
    if enterprise is None or site is None:
        missing = (
            f"enterprise {verification.enterprise_id}"
            if enterprise is None
            else f"site {verification.site_id}"
        )
        raise NotYet(f"{missing} is not known yet")
    instrument = instruments.find(verification.instrument_id)
    return Particulars(
        type_name=_type_name(kind, verification),
        year=instrument.year if instrument else None,
        enterprise_name=enterprise.name,
        enterprise_address=enterprise.address,
        site_name=site.name,
        site_address=site.address,
        inspector_name=inspector.name if inspector else "",
        inspector_card=verification.inspector_card or "",
        method=method(verification.procedure),
        characteristics=list(characteristics(verification.procedure, verification.characteristics)),
    )


def _type_name(kind: InstrumentType | None, verification: Verification) -> Words:
    """As the catalogue called the type on the day; its code where the catalogue says nothing."""
    day = verification.verified_on.isoformat()
    rows: list[dict[str, Any]] = sorted(kind.rows, key=lambda row: str(row["effective_from"])) if kind else []
    in_force = [row for row in rows if str(row["effective_from"]) <= day] or rows
    if not in_force:
        return Words(vi=verification.type_code, en=verification.type_code)
    return Words(vi=in_force[-1]["name_vi"], en=in_force[-1]["name_en"])
