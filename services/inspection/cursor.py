"""The cursor of a pull: since when, and digests of what the tablet was given of the last half minute."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import StringConstraints, ValidationError

from services.kernel.model import Fact, Instant, Rejected, instant_text

OVERLAP = timedelta(seconds=30)
"""How late a handler's write may become visible, and how far apart the clocks of our own machines may be."""

MOST_RECENT = 400
"""A cursor travels in an address. If more was touched in the last half minute, the next pull brings it once more."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Digests = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{8})*$", max_length=8 * MOST_RECENT)]


class Cursor(Fact):
    """`recent` has a short digest of each element touched in the overlap before `at`; `whole` covers what every answer
    holds in full, `procedures` the list of procedures, which is given in full whenever it changed.

    Whatever was touched since the beginning of the overlap is looked at, and sent unless the tablet was given just
    that: so a write that became visible late is not missed, and nothing else is sent twice.
    """

    at: Instant
    recent: Digests
    whole: Digest
    procedures: Digest | None = None

    @classmethod
    def after(cls, at: datetime, recent: Iterable[str], whole: Any, procedures: Any) -> "Cursor":
        """The cursor of an answer, from the digests of its recent elements and what it holds in full."""
        digests = "".join(recent)
        kept = digests if len(digests) <= 8 * MOST_RECENT else ""
        return cls(at=at, recent=kept, whole=digest(whole), procedures=digest(procedures))

    def given(self) -> set[str]:
        """The digests of the recent elements that the tablet has."""
        return {self.recent[start : start + 8] for start in range(0, len(self.recent), 8)}

    @property
    def since(self) -> str:
        """From which instant on touched things are looked at."""
        return instant_text(self.at - OVERLAP)

    def write(self) -> str:
        return base64.urlsafe_b64encode(self.model_dump_json().encode()).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """Raises Rejected 400 for a text that no pull of ours gave."""
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return Cursor.model_validate_json(decoded)
    except (binascii.Error, ValidationError, ValueError) as error:
        raise Rejected(
            "cursor-unknown", "This cursor is not ours. Pull without one.", field="cursor", status=400
        ) from error


def short_digest(value: Any) -> str:
    return digest(value)[:8]


def digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def overlap_before(at: datetime) -> str:
    return instant_text(at - OVERLAP)
