"""A one-time code by which an inspector's tablet makes its signing key known; only its hash is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta

from services.inspection.events import EnrolmentIssued, EnrolmentUsed
from services.kernel.model import Entity, Instant, Rejected

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter looks like another or like a digit."""

LENGTH = 16
"""80 random bits: no number of guesses that a server would answer finds one, and its hash needs no salt."""

LIFETIME = timedelta(hours=24)
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_code() -> str:
    """Four groups of four letters, for a QR image or to be typed: `7K2M-…`."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, LENGTH, 4))


def code_hash(code: str) -> str:
    """SHA-256 of a code as it is meant, however it was typed."""
    return hashlib.sha256(code.upper().translate(READ_AS).encode()).hexdigest()


class Enrolment(Entity, kind="enrolment"):
    """Issued for one inspector, good for one tablet and one day."""

    inspector_id: str
    code_hash: str
    issued_at: Instant
    expires_at: Instant
    used_at: Instant | None = None
    tablet_id: str | None = None

    @classmethod
    def of(cls, id: str, inspector_id: str, code: str, at: datetime) -> "Enrolment":
        return cls(
            id=id,
            inspector_id=inspector_id,
            code_hash=code_hash(code),
            issued_at=at,
            expires_at=at + LIFETIME,
        )

    def issued(self) -> EnrolmentIssued:
        return EnrolmentIssued(
            enrolment_id=self.id, inspector_id=self.inspector_id, expires_at=self.expires_at
        )

    def use(self, tablet_id: str, inspector_id: str, at: datetime) -> EnrolmentUsed | None:
        """None for a repeat by the same tablet.

        Raises Rejected 403: `code-wrong` (another inspector's), `code-used`, `code-expired`.
        """
        if inspector_id != self.inspector_id:
            raise wrong_code()
        if self.tablet_id == tablet_id:
            return None
        if self.tablet_id is not None:
            detail = "This code has enrolled another tablet. Ask an administrator for a new one."
            raise Rejected("code-used", detail, field="code", status=403)
        if at > self.expires_at:
            detail = "This code has expired. Ask an administrator for a new one."
            raise Rejected("code-expired", detail, field="code", status=403)
        self.used_at, self.tablet_id = at, tablet_id
        return EnrolmentUsed(enrolment_id=self.id, inspector_id=inspector_id, tablet_id=tablet_id)


def wrong_code() -> Rejected:
    """The same words whether nobody or somebody else was given the code."""
    detail = "This is no enrolment code of yours. Type it again, or ask an administrator for a new one."
    return Rejected("code-wrong", detail, field="code", status=403)
