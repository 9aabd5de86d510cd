"""Examples of what notifications hears from scheduling."""

from datetime import UTC, date, datetime
from typing import Any

from services.kernel.model import Itself
from services.scheduling.events import VerificationDue, VisitAnnounced, VisitCancelled, VisitRescheduled
from tests.unit.scheduling.examples import DISPENSER, ENTERPRISE, INSPECTOR, SITE

ITSELF = Itself(actor="service/notifications")

VISIT: dict[str, Any] = {
    "visit_id": "v-1",
    "site_id": SITE,
    "enterprise_id": ENTERPRISE,
    "inspector_id": INSPECTOR,
    "starts_at": datetime(2027, 3, 5, 1, 0, tzinfo=UTC),
    "ends_at": datetime(2027, 3, 5, 4, 30, tzinfo=UTC),
    "items": [{"instrument_id": id, "regime": "periodic"} for id in ("cot-1", "cot-2")],
}


def announced() -> VisitAnnounced:
    return VisitAnnounced(**VISIT)


def rescheduled() -> VisitRescheduled:
    before = {"previous_inspector_id": INSPECTOR, "previous_starts_at": datetime(2027, 3, 4, 1, tzinfo=UTC)}
    return VisitRescheduled(**VISIT, **before, reason="Kiểm định viên ốm")


def cancelled(announced: bool = True) -> VisitCancelled:
    return VisitCancelled(**VISIT, reason="Mưa bão", announced=announced)


def due(id: str = "cot-1", **changes: Any) -> VerificationDue:
    facts: dict[str, Any] = {
        "instrument_id": id,
        "enterprise_id": ENTERPRISE,
        "site_id": SITE,
        "type_code": DISPENSER,
        "serial": f"TS-{id}",
        "regime": "periodic",
        "due_on": date(2027, 3, 31),
        "lead": "30",
    }
    return VerificationDue(**facts | changes)
