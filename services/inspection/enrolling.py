"""Enrols a tablet: its one-time code is spent for it, then its key is known. A repeat of the call finishes it."""

from datetime import datetime

from services.inspection.domain.enrolment import code_hash, wrong_code
from services.inspection.domain.tablet import Tablet
from services.inspection.storage import enrolments, tablets
from services.kernel.model import AlreadyDone, Origin, Rejected


def enrol(tablet: Tablet, code: str | None, at: datetime, by: Origin) -> Tablet:
    """The tablet as it is known now.

    Raises Rejected 409 `tablet-taken`, 403 `code-needed`, `code-wrong`, `code-used`, `code-expired`.
    """
    event = tablet.enrolled()
    known = tablets.find(tablet.id)
    if known is None:
        _spend(code, tablet, at, by)
        try:
            return tablets.add(tablet, event, by=by)
        except AlreadyDone:
            known = tablets.get(tablet.id)
    known.enrol_again(tablet.inspector_id, tablet.public_key)
    return known


def _spend(code: str | None, tablet: Tablet, at: datetime, by: Origin) -> None:
    if code is None:
        detail = "This tablet is not enrolled. Ask an administrator for a one-time code and enter it."
        raise Rejected("code-needed", detail, field="code", status=403)
    found = next(enrolments.query(code_hash=code_hash(code), limit=1), None)
    if found is None:
        raise wrong_code()
    event = found.use(tablet.id, tablet.inspector_id, at)
    if event is not None:
        enrolments.commit(found, event, by=by)
