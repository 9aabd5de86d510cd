"""The window of time of a visit, and when one is possible."""

from datetime import datetime, timedelta

from services.kernel.model import Fact, Instant, Rejected

LONGEST = timedelta(hours=24)


class Window(Fact):
    """When the inspector comes: two instants, at most 24 hours apart."""

    starts_at: Instant
    ends_at: Instant

    def must_be_possible(self) -> None:
        """Raises Rejected `window-order`, `window-too-long`."""
        if self.ends_at <= self.starts_at:
            detail = "The visit ends before it begins. Correct starts_at or ends_at."
            raise Rejected("window-order", detail, field="ends_at", status=422)
        if self.ends_at - self.starts_at > LONGEST:
            detail = "A visit lasts 24 hours at most. Make one visit for each day."
            raise Rejected("window-too-long", detail, field="ends_at", status=422)

    def must_lie_ahead(self, at: datetime) -> None:
        """Raises Rejected `window-past`."""
        if self.starts_at < at:
            raise Rejected(
                "window-past", "The visit begins in the past. Move it to a later time.", field="starts_at"
            )
