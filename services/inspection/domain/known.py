"""What inspection knows of other services' things: copies kept from their events, for gates, pulls and certificates."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from services.kernel.model import Entity, Instant, Quantity

VisitStatus = Literal["announced", "confirmed", "rescheduled", "cancelled", "completed", "ended"]
OPEN: tuple[VisitStatus, ...] = ("announced", "confirmed", "rescheduled")


class Enterprise(Entity, kind="enterprise"):
    touched_at: Instant
    tax_code: str
    name: str
    address: str
    language: str
    contact_name: str
    contact_email: str | None
    contact_phone: str | None


class Site(Entity, kind="site"):
    touched_at: Instant
    enterprise_id: str
    name: str
    address: str
    ward_code: str
    ward_name: str
    latitude: float
    longitude: float


class InstrumentType(Entity, kind="instrument_type"):
    """A type of the catalogue; its id is the code, its rows are what the law asks at different times."""

    touched_at: Instant
    rows: list[dict[str, Any]]


class Instrument(Entity, kind="instrument"):
    touched_at: Instant
    type_code: str
    enterprise_id: str
    site_id: str
    maker: str
    country: str | None
    model: str
    serial: str
    serial_assigned: bool
    year: int | None
    characteristics: dict[str, Quantity | str]
    status: str
    last_verified_on: date | None
    valid_until: date | None
    certificate_number: str | None
    known_at: Instant | None = None
    """When it was first heard of: a visit that was told before shows it from then on."""

    def retell(self, newer: "Instrument") -> None:
        """Takes over what is newly said."""
        for name in set(Instrument.model_fields) - {"id", "version", "seen", "known_at"}:
            setattr(self, name, getattr(newer, name))


class Standard(Entity, kind="standard"):
    touched_at: Instant
    code: str
    name: str
    maker: str
    serial: str
    certificate_number: str
    valid_from: date
    valid_until: date
    type_codes: list[str]
    expanded_uncertainty: Quantity | None


class Inspector(Entity, kind="inspector"):
    touched_at: Instant
    name: str
    card_number: str
    card_valid_until: date
    type_codes: list[str]
    suspended: bool


class Visit(Entity, kind="visit"):
    """A visit as last told, and every inspector who ever had it: each of them must hear that it is gone."""

    touched_at: Instant
    status: VisitStatus
    site_id: str
    enterprise_id: str
    inspector_id: str
    starts_at: Instant
    ends_at: Instant
    instrument_ids: list[str]
    regimes: list[str]
    past_inspectors: list[str] = Field(default_factory=list)
    given_at: Instant | None = None
    """When it became the present inspector's, if it had been another's."""
    cancelled_at: Instant | None = None

    def retell(self, newer: "Visit") -> None:
        """Takes over what is newly said; remembers who had it before."""
        former = [*self.past_inspectors, *newer.past_inspectors, self.inspector_id]
        for name in set(Visit.model_fields) - {"id", "version", "seen", "past_inspectors", "given_at"}:
            setattr(self, name, getattr(newer, name))
        self.given_at = newer.given_at or self.given_at
        self.past_inspectors = sorted(set(former) - {self.inspector_id})

    def was_of(self, inspector_id: str, at: Instant) -> bool:
        """Whether it was this inspector's at an instant, as far as is known: the present one's, or not given away yet."""
        if self.given_at is None or at >= self.given_at:
            return self.inspector_id == inspector_id
        return inspector_id in [self.inspector_id, *self.past_inspectors]

    def was_cancelled(self, at: Instant) -> bool:
        """Whether it had been cancelled at an instant."""
        return self.status == "cancelled" and (self.cancelled_at is None or self.cancelled_at <= at)

    def is_work_of(self, inspector_id: str) -> bool:
        return self.inspector_id == inspector_id and self.status in OPEN
