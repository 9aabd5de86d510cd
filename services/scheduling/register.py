"""Copies of what the registry says of enterprises, sites and types of instrument."""

from datetime import date
from typing import Any

from metrology.catalogue import Catalogue, Entry
from metrology.refusal import UnknownType
from services.kernel.model import Entity, Id
from services.scheduling.events import Regime


class Enterprise(Entity, kind="enterprise"):
    name: str
    tax_code: str


class Site(Entity, kind="site"):
    enterprise_id: Id
    name: str
    address: str
    ward_code: str
    ward_name: str
    latitude: float
    longitude: float


class InstrumentType(Entity, kind="instrument_type"):
    """Its id is the code. The rows are the catalogue's, as metrology reads them."""

    rows: list[dict[str, Any]]

    def on(self, day: date) -> Entry | None:
        """What the catalogue says of it on a day; None when it is not in force then."""
        try:
            return Catalogue(self.rows).entry(self.id, day)
        except UnknownType:
            return None

    def regime_after_repair(self, day: date) -> Regime:
        """How it comes back into use. A type without control after repair is verified as if it were new."""
        entry = self.on(day)
        return "initial" if entry is not None and not entry.after_repair and entry.initial else "after_repair"
