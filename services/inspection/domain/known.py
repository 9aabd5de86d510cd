"""What inspection knows of other services' things: copies kept from their events, for gates, pulls and certificates."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from services.kernel.model import Entity, Fact, Instant, Quantity

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

    def retell(self, newer: "Instrument") -> bool:
        """Takes over what is newly said; whether that is anything that a gate asks for."""
        before = self._asked()
        for name in set(Instrument.model_fields) - {"id", "version", "seen", "known_at"}:
            setattr(self, name, getattr(newer, name))
        return self._asked() != before

    def _asked(self) -> tuple[str, bool, bool]:
        return self.type_code, bool(self.serial.strip()), self.status == "barred"


class StandardCertificate(Fact):
    """One of the certificates that a reference standard has had, one after the other."""

    certificate_number: str
    valid_from: date
    valid_until: date

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_until


class Standard(Entity, kind="standard"):
    """A reference standard as last told, and its earlier certificates: what is handed in late was measured under one."""

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
    past_certificates: list[StandardCertificate] = Field(default_factory=list)

    @property
    def certificate(self) -> StandardCertificate:
        return StandardCertificate(
            certificate_number=self.certificate_number,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )

    def certified_on(self, day: date) -> StandardCertificate:
        """The certificate that held on a day, the newest first; the newest of all when none did."""
        known = [self.certificate, *reversed(self.past_certificates)]
        return next((each for each in known if each.holds_on(day)), self.certificate)

    def retell(self, newer: "Standard") -> None:
        """Takes over what is newly said. What is told again of the same certificate corrects it."""
        known = {each.certificate_number: each for each in [*self.past_certificates, self.certificate]}
        for name in set(Standard.model_fields) - {"id", "version", "seen", "past_certificates"}:
            setattr(self, name, getattr(newer, name))
        known.pop(self.certificate_number, None)
        self.past_certificates = list(known.values())


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
