"""How a visit ended, as its inspector told it: a fact of its own beside the verifications that were made there."""

from datetime import datetime

from services.inspection.domain.attention import Concern
from services.inspection.domain.clock import Timing
from services.inspection.domain.known import Visit
from services.inspection.domain.record import Record
from services.inspection.events import Ending, VisitReported
from services.kernel.model import Entity, Instant


class VisitReport(Entity, kind="visit_report"):
    """Its id is the record's. It is never changed; what is told of the same visit later is another one."""

    visit_id: str
    inspector_id: str
    ending: Ending
    reason: str
    ended_at: Instant
    verified: list[str]
    touched_at: Instant

    @classmethod
    def of(cls, record: Record, at: datetime) -> "VisitReport":
        """The report in an accepted record of the kind `visit`; its time as the server's clock would have it."""
        body = record.sent_visit().body
        timing = Timing.of(
            body.ended_at, record.received_at, record.clock_offset_ms, record.clock_offset_at_push_ms
        )
        return cls(
            id=record.id,
            visit_id=body.visit_id,
            inspector_id=record.inspector_id,
            ending=body.ending,
            reason=body.reason.strip(),
            ended_at=timing.verified_at,
            verified=list(dict.fromkeys(body.verified)),
            touched_at=at,
        )

    def reported(self) -> VisitReported:
        names = ("visit_id", "inspector_id", "ending", "reason", "ended_at", "verified")
        return VisitReported(record_id=self.id, **{name: getattr(self, name) for name in names})

    def concerns(self, visit: Visit | None) -> list[Concern]:
        """What a dispatcher should see: nobody was there or let in, or scheduling does not heed it as the visit is now."""
        found = []
        if self.ending in ("closed", "refused"):
            found.append(Concern(f"visit-{self.ending}", {"visit": self.visit_id, "because": self.reason}))
        if visit is None:
            found.append(Concern("visit-unknown", {"visit": self.visit_id}))
            return found
        if visit.status == "cancelled":
            found.append(Concern("visit-cancelled-reported", {"visit": self.visit_id}))
        if visit.inspector_id != self.inspector_id:
            found.append(Concern("visit-other-inspector", {"visit": self.visit_id}))
        return found
