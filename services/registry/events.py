"""What the registry publishes. Each event carries the whole state of its subject, so a reader needs no call back."""

from datetime import date
from typing import Literal

from pydantic import Field

from services.kernel.model import Event, Fact, Id, Quantity


class _Enterprise(Event):
    enterprise_id: Id
    tax_code: str
    name: str
    address: str
    language: Literal["vi", "en"]
    contact_name: str
    contact_email: str | None
    contact_phone: str | None


class EnterpriseRegistered(_Enterprise, type="vernier.registry.enterprise.registered.v1"):
    """An enterprise (cơ sở) that owns or uses measuring instruments was entered in the register."""


class EnterpriseUpdated(_Enterprise, type="vernier.registry.enterprise.updated.v1"):
    """The name, address, language or contact of an enterprise changed."""


class _Site(Event):
    site_id: Id
    enterprise_id: Id
    name: str
    address: str
    ward_code: str
    ward_name: str
    latitude: float
    longitude: float


class SiteRegistered(_Site, type="vernier.registry.site.registered.v1"):
    """A place where an enterprise keeps instruments was entered in the register."""


class SiteUpdated(_Site, type="vernier.registry.site.updated.v1"):
    """The name, address or position of a site changed."""


class CatalogueRow(Fact):
    """One state of one type of instrument, with the days on which it is law (TT 23/2013 Art. 4, as amended)."""

    code: str
    name_vi: str
    name_en: str
    type_approval: bool
    initial: bool
    periodic: bool
    after_repair: bool
    interval_months: int | None
    effective_from: date
    effective_to: date | None
    in_force: bool
    trust: str
    source: str


class InstrumentTypeDefined(Event, type="vernier.registry.instrument_type.defined.v1"):
    """The catalogue says of a type of instrument which controls it needs and how often, now and in other times."""

    code: str
    rows: list[CatalogueRow]


InstrumentStatus = Literal["registered", "in_service", "barred", "retired"]


class _Instrument(Event):
    instrument_id: Id
    type_code: str
    enterprise_id: Id
    site_id: Id
    maker: str
    country: str | None
    model: str
    serial: str
    serial_assigned: bool
    year: int | None
    characteristics: dict[str, Quantity | str]
    status: InstrumentStatus
    registered_on: date
    last_verified_on: date | None
    valid_until: date | None
    certificate_number: str | None


class InstrumentRegistered(_Instrument, type="vernier.registry.instrument.registered.v1"):
    """An instrument was entered in the register. With an earlier certificate if it has one."""


class InstrumentUpdated(_Instrument, type="vernier.registry.instrument.updated.v1"):
    """An instrument's data, site, status or validity changed."""


class InstrumentRetired(_Instrument, type="vernier.registry.instrument.retired.v1"):
    """An instrument is no longer used; it falls due no more."""

    reason: str


class _Standard(Event):
    standard_id: Id
    code: str
    name: str
    maker: str
    serial: str
    certificate_number: str
    valid_from: date
    valid_until: date
    type_codes: list[str] = Field(description="types of instrument that it may be used to verify")
    expanded_uncertainty: Quantity | None


class StandardRegistered(_Standard, type="vernier.registry.standard.registered.v1"):
    """A reference standard (chuẩn đo lường) with its certificate was entered in the register."""


class StandardUpdated(_Standard, type="vernier.registry.standard.updated.v1"):
    """A reference standard was certified anew, or its data changed."""


class _Inspector(Event):
    inspector_id: Id
    name: str
    card_number: str
    card_valid_until: date
    type_codes: list[str] = Field(description="types of instrument that the card covers")
    suspended: bool


class InspectorRegistered(_Inspector, type="vernier.registry.inspector.registered.v1"):
    """A holder of an inspector's card (thẻ kiểm định viên, TT 24/2013 Art. 32) was entered in the register."""


class InspectorUpdated(_Inspector, type="vernier.registry.inspector.updated.v1"):
    """An inspector's card was renewed or its fields changed."""


class InspectorSuspended(_Inspector, type="vernier.registry.inspector.suspended.v1"):
    """An inspector may not verify until further notice (TT 24/2013 Art. 36)."""

    reason: str


class AccountOpened(Event, type="vernier.registry.account.opened.v1"):
    """A person may sign in. No password and no name is published."""

    account_id: Id
    roles: list[str]
    enterprise_id: Id | None
    inspector_id: Id | None


class AccountClosed(Event, type="vernier.registry.account.closed.v1"):
    """A person may not sign in any more."""

    account_id: Id
    reason: str


class SessionOpened(Event, type="vernier.registry.session.opened.v1"):
    """Somebody signed in with a password."""

    session_id: Id
    account_id: Id


class SessionClosed(Event, type="vernier.registry.session.closed.v1"):
    """A session ended: signed out, closed with the account, or its refresh token was used twice."""

    session_id: Id
    account_id: Id
    reason: Literal["signed_out", "account_closed", "token_reused"]
