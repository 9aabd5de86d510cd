"""A type of instrument in the catalogue of group 2: which controls the law asks for, since when, how often."""

from datetime import date

from metrology.catalogue import Catalogue, Entry
from metrology.refusal import BadInput, UnknownType
from services.kernel.model import Entity, Rejected
from services.registry.events import CatalogueRow, InstrumentTypeDefined


class InstrumentType(Entity, kind="instrument_type"):
    """Its id is the code, such as 19 or 43b. The states of different times stand side by side."""

    rows: list[CatalogueRow]

    @classmethod
    def define(cls, code: str, rows: list[CatalogueRow]) -> tuple["InstrumentType", InstrumentTypeDefined]:
        """Raises Rejected when a row cannot be right or speaks of another code, or there is none."""
        _check(code, rows)
        kind = cls(id=code, rows=rows)
        return kind, kind._defined()

    def redefine(self, rows: list[CatalogueRow]) -> InstrumentTypeDefined | None:
        """Takes the new rows; nothing happened when they are the old ones. Raises Rejected like `define`."""
        _check(self.id, rows)
        if rows == self.rows:
            return None
        self.rows = rows
        return self._defined()

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue(row.model_dump(mode="json") for row in self.rows)

    def on(self, day: date) -> Entry | None:
        """What is law of it on that day, if anything is."""
        try:
            return self.catalogue.entry(self.id, day)
        except UnknownType:
            return None

    def _defined(self) -> InstrumentTypeDefined:
        return InstrumentTypeDefined(code=self.id, rows=self.rows)


def _check(code: str, rows: list[CatalogueRow]) -> None:
    if not rows:
        raise Rejected("catalogue-row", "Give at least one row.", field="rows", status=422)
    for number, row in enumerate(rows):
        if row.code != code:
            detail = f"Row {number} is of type {row.code}, not {code}. Send it to its own address."
            raise Rejected("catalogue-row", detail, field=f"rows.{number}.code", status=422)
        try:
            Entry.of(row.model_dump(mode="json"))
        except BadInput as error:
            field = f"rows.{number}.{error.field}"
            raise Rejected("catalogue-row", str(error), field=field, status=422) from error
