"""Cuts a batch into its records without parsing them, so that one unreadable record never blocks the rest."""

import json
import re
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.inspection.domain.body import Moment
from services.kernel.model import Id, Instant, Rejected

MOST = 200

BLANK = re.compile(r"[ \t\n\r]*+")
READER = json.JSONDecoder()

# Possessive, so that it takes time in proportion to the text whatever the text is.
TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}:,]', re.DOTALL)


class Head(BaseModel):
    """What stands in a batch beside the records."""

    model_config = ConfigDict(extra="forbid")
    tablet_id: Id
    sent_at: Moment
    records: list[None] = Field(max_length=0)


@dataclass(frozen=True)
class Batch:
    tablet_id: str
    sent_at: Instant
    records: list[str]
    """Each the very text that the tablet sent."""


def read_batch(body: bytes) -> Batch:
    """Raises Rejected 400 (no JSON object in UTF-8), 413 (more than 200 records), 422 (no such batch)."""
    try:
        text = body.decode("utf-8")
        head_text, records = _cut(text)
        head = Head.model_validate(json.loads(head_text))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        raise Rejected("invalid-input", f"{field}: {first['msg']}.", field=field, status=422) from error
    except (ValueError, RecursionError) as error:
        raise Rejected(
            "unreadable", f"The body is no JSON text in UTF-8 ({error}). Send it again, whole.", status=400
        ) from error
    if len(records) > MOST:
        detail = f"A batch holds at most {MOST} records; this one has {len(records)}. Halve it."
        raise Rejected("too-large", detail, field="records", status=413)
    if not records:
        detail = "records: a batch holds at least one record."
        raise Rejected("invalid-input", detail, field="records", status=422)
    return Batch(head.tablet_id, head.sent_at, records)


def _cut(text: str) -> tuple[str, list[str]]:
    """The text with an empty list of records, and the text of each record.

    Sound records are found by the JSON reader, which is ten times as fast; one that is not sends all through `_cut_any`.
    """
    depth, key, last = 0, "", ""
    for token in TOKEN.finditer(text):
        sign = token.group()
        if sign in "[{":
            depth += 1
            if depth == 2 and sign == "[" and key == '"records"':
                found = _sound(text, token.end())
                if found is None:
                    break
                closed, pieces = found
                return text[: token.end()] + text[closed:], pieces
        elif sign in "]}":
            depth -= 1
        elif sign == ":" and depth == 1:
            key = last
        last = sign
    return _cut_any(text)


def _sound(text: str, at: int) -> tuple[int, list[str]] | None:
    """Where the list ends that begins before `at`, and its elements; None unless each of them is JSON."""
    pieces: list[str] = []
    at = _skip(text, at)
    if text[at : at + 1] == "]":
        return at, pieces
    while True:
        try:
            _, end = READER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return None
        pieces.append(text[at:end])
        at = _skip(text, end)
        if text[at : at + 1] == "]":
            return at, pieces
        if text[at : at + 1] != ",":
            return None
        at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    blank = BLANK.match(text, at)
    assert blank
    return blank.end()


def _cut_any(text: str) -> tuple[str, list[str]]:
    """As `_cut`, whatever the records are."""
    depth, key, last = 0, "", ""
    opened = closed = begin = -1
    pieces: list[str] = []
    for token in TOKEN.finditer(text):
        sign, inside = token.group(), opened >= 0 > closed
        if sign in "[{":
            depth += 1
            if depth == 2 and sign == "[" and key == '"records"' and opened < 0:
                opened = begin = token.end()
        elif sign in "]}":
            depth -= 1
            if inside and depth == 1:
                pieces.append(text[begin : token.start()].strip())
                closed = token.start()
        elif sign == "," and inside and depth == 2:
            pieces.append(text[begin : token.start()].strip())
            begin = token.end()
        elif sign == ":" and depth == 1:
            key = last
        last = sign
    if closed < 0:
        return text, []
    return text[:opened] + text[closed:], [] if pieces == [""] else pieces
