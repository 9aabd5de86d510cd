"""Copies of what the registry says, as far as a letter names it."""

from datetime import date
from typing import Any, Literal

from metrology.catalogue import Catalogue
from metrology.refusal import UnknownType
from services.kernel.model import Entity, Id

Language = Literal["vi", "en"]


class Enterprise(Entity, kind="enterprise"):
    name: str
    language: Language
    contact_name: str
    contact_email: str | None


class Site(Entity, kind="site"):
    name: str
    address: str
    ward_name: str


class Instrument(Entity, kind="instrument"):
    type_code: str
    serial: str
    maker: str
    model: str
    site_id: Id


class InstrumentType(Entity, kind="instrument_type"):
    """Its id is the code. The rows are the catalogue's, as metrology reads them."""

    rows: list[dict[str, Any]]

    def name(self, language: Language, day: date) -> str:
        """What the catalogue calls it on a day; the code when it is not in force then."""
        try:
            entry = Catalogue(self.rows).entry(self.id, day)
        except UnknownType:
            return self.id
        return entry.name_vi if language == "vi" else entry.name_en


class Inspector(Entity, kind="inspector"):
    name: str
