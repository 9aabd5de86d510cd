"""The audit trail of an instrument: every step of every service that concerns it, as its events told."""

from typing import Any

from services.kernel.model import Entity, Envelope, Fact, Instant


class Step(Fact):
    """One event, without what is long: who did it, when, because of what."""

    id: str
    type: str
    time: Instant
    actor: str
    subject: str
    causationid: str | None
    traceparent: str
    data: dict[str, str | int | bool | None]

    @classmethod
    def of(cls, envelope: Envelope) -> "Step":
        short = {name: value for name, value in envelope.data.items() if _is_short(value)}
        told = envelope.model_dump(include=set(cls.model_fields) - {"data"})
        return cls(**told, data=short)


class Trail(Entity, kind="trail"):
    """Its id is the instrument's."""

    steps: list[Step] = []

    def note(self, envelope: Envelope) -> None:
        if all(step.id != envelope.id for step in self.steps):
            self.steps = [*self.steps, Step.of(envelope)]


def _is_short(value: Any) -> bool:
    return value is None or isinstance(value, bool | int) or (isinstance(value, str) and len(value) <= 100)
