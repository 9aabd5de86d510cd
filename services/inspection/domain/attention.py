"""What a person must look at: two facts that do not fit together. One matter for its cause, resolved with a note."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from services.inspection.domain.sentences import sentences
from services.inspection.events import AttentionRaised, AttentionResolved
from services.kernel.model import Entity, Instant, Rejected, derived_id

DOUBTS = ("tablet-suspended", "bad-hash", "bad-signature")
"""Reasons to ask whether a record is the inspector's own work. It is kept and judged; a certificate waits for the answer."""


@dataclass(frozen=True)
class Concern:
    """A reason for attention, with the words of its sentence. One that `withholds` is a shut gate.

    One that is `quiet` needs nobody: the gate opens by itself when what it waits for arrives.
    """

    reason: str
    words: dict[str, str] = field(default_factory=dict)
    withholds: bool = False
    quiet: bool = False
    heard_from: str = ""
    """The subject (`standard/s1`) of the register whose word may open the gate."""


class Attention(Entity, kind="attention"):
    """Its id is derived from the cause, so that the same cause raises it once."""

    reason: str
    detail: str
    detail_en: str
    record_id: str | None = None
    tablet_id: str | None = None
    instrument_id: str | None = None
    inspector_id: str | None = None
    enterprise_id: str | None = None
    seal_number: str | None = None
    status: Literal["open", "resolved"] = "open"
    raised_at: Instant
    touched_at: Instant
    resolved_at: Instant | None = None
    resolved_by: str | None = None
    note: str | None = None
    relied_on: bool = True
    """Of a doubt that was looked at: whether the record is relied on all the same."""
    closed_itself: bool = False
    """Resolved by nobody: what it was about was no more. Is that there again, so is the matter."""

    @classmethod
    def of(cls, concern: Concern, *cause: str, at: datetime, **refs: Any) -> "Attention":
        vietnamese, english = sentences(concern.reason, concern.words)
        return cls(
            id=attention_id(concern.reason, *cause),
            reason=concern.reason,
            detail=vietnamese,
            detail_en=english,
            raised_at=at,
            touched_at=at,
            **refs,
        )

    def raised(self) -> AttentionRaised:
        return AttentionRaised(
            attention_id=self.id,
            reason=self.reason,
            detail=self.detail,
            record_id=self.record_id,
            instrument_id=self.instrument_id,
            inspector_id=self.inspector_id,
        )

    def raised_again(self, told: "Attention") -> AttentionRaised:
        """What it is about is there again, or is more or less than was said: the matter is open, in the words of now."""
        if self.status == "resolved":
            self.status, self.raised_at, self.closed_itself = "open", told.raised_at, False
            self.resolved_at = self.resolved_by = self.note = None
        self.detail, self.detail_en, self.touched_at = told.detail, told.detail_en, told.touched_at
        return self.raised()

    def close(self, note: str, actor: str, at: datetime) -> AttentionResolved:
        """What it was about is no more, so nobody needs to look. Raises Rejected 409 when it was resolved before."""
        event = self.resolve(note, actor, at)
        self.closed_itself = True
        return event

    def resolve(self, note: str, actor: str, at: datetime, relied_on: bool = True) -> AttentionResolved:
        """Raises Rejected 409 when somebody resolved it before, 422 `not-in-doubt`."""
        if not relied_on and self.reason not in DOUBTS:
            detail = "relied_on: only a record that is in doubt can be one not to rely on. Leave it out."
            raise Rejected("not-in-doubt", detail, field="relied_on", status=422)
        if self.status == "resolved":
            raise Rejected(
                "already-resolved",
                f"It was resolved by {self.resolved_by}: {self.note}. There is nothing left to do.",
            )
        self.status, self.note, self.resolved_by = "resolved", note, actor
        self.resolved_at = self.touched_at = at
        self.relied_on = relied_on
        return AttentionResolved(
            attention_id=self.id,
            reason=self.reason,
            note=note,
            record_id=self.record_id,
            relied_on=relied_on,
        )


def attention_id(reason: str, *cause: str) -> str:
    return derived_id("attention", reason, *cause)
