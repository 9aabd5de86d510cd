"""What came of a verification, as the registry heard of it."""

from datetime import date

from services.kernel.model import Fact, Id, Instant


class Result(Fact):
    """What inspection told of a verification: that it failed (edition 0), or of one edition of its certificate."""

    verification_id: Id
    edition: int
    ended: bool
    """Its certificate was superseded or revoked: it proves nothing any more."""
    corrects: Id | None
    verified_at: Instant
    verified_on: date
    valid_until: date | None
    certificate_number: str | None

    @property
    def key(self) -> tuple[str, int]:
        return self.verification_id, self.edition

    @property
    def certified(self) -> bool:
        return self.edition > 0 and not self.ended
