"""The cursor of a pull: since when, and a digest of what the tablet then had of the last half minute."""

import base64
import binascii
import hashlib
import json
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import StringConstraints, ValidationError

from services.kernel.model import Fact, Instant, Rejected, instant_text

OVERLAP = timedelta(seconds=30)
"""How late a handler's write may become visible, and how far apart the clocks of our own machines may be."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class Cursor(Fact):
    """`recent` covers what was touched in the overlap before `at`, `whole` what every answer holds in full.

    Whatever was touched after `at` is sent. What was touched in the overlap is sent again only when it is no longer
    what the tablet was given: then something had become visible late.
    """

    at: Instant
    recent: Digest
    whole: Digest

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


def digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def overlap_before(at: datetime) -> str:
    return instant_text(at - OVERLAP)
