"""The audit trail of an instrument: every step of every service that concerns it, as its events told."""

from typing import Any, Self

from services.kernel.model import Entity, Envelope, Fact, Id, Instant, derived_id


class Step(Fact):
    """One event, without what is long: who did it, when, because of what."""

    id: str
    type: str
    time: Instant
    actor: str
    subject: str
    sequence: int
    causationid: str | None
    traceparent: str
    data: dict[str, str | int | bool | None]

    @classmethod
    def of(cls, envelope: Envelope) -> Self:
        short = {name: value for name, value in envelope.data.items() if _is_short(value)}
        told = envelope.model_dump(include=set(cls.model_fields) - {"data"})
        return cls(**told, data=short)

    @property
    def place(self) -> tuple[Any, ...]:
        """Its place among others: by time, then always the same.

        An event and what it caused can bear the same millisecond: what nothing caused comes first.
        """
        return self.time, self.causationid is not None, self.subject, self.sequence


class TrailStep(Entity, kind="trail_step"):
    """A step in the trail of one instrument: added once, never changed."""

    instrument_id: Id
    step: Step

    @classmethod
    def of(cls, instrument_id: str, step: Step) -> Self:
        """Its id is made of the event's and the instrument's, for an event can concern many: a repeat meets itself."""
        return cls(id=derived_id(step.id, instrument_id), instrument_id=instrument_id, step=step)


def _is_short(value: Any) -> bool:
    return value is None or isinstance(value, bool | int) or (isinstance(value, str) and len(value) <= 100)
