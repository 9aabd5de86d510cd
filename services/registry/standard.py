"""A reference standard (chuẩn đo lường): what instruments are compared with, and how long its certificate holds."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.kernel.model import Entity, Fact, Id, Quantity, Rejected, Text, derived_id
from services.registry.events import StandardRegistered, StandardUpdated


class StandardData(Fact):
    name: Text
    maker: Text
    serial: Text
    certificate_number: Text
    valid_from: date
    valid_until: date
    type_codes: Annotated[list[Id], Field(min_length=1, max_length=100)]
    expanded_uncertainty: Quantity | None = None


class Standard(Entity, kind="standard"):
    """It may be used only while its certificate of standard is in date (TT 24/2013 Art. 43.4)."""

    code: Text
    name: Text
    maker: Text
    serial: Text
    certificate_number: Text
    valid_from: date
    valid_until: date
    type_codes: list[Id]
    expanded_uncertainty: Quantity | None

    @classmethod
    def register(cls, id: str | None, code: str, data: StandardData) -> tuple["Standard", StandardRegistered]:
        """Raises Rejected `certificate-dates`."""
        _check(data)
        standard = cls(id=id or derived_id("standard", code), code=code, **dict(data))
        return standard, StandardRegistered.model_validate(standard._facts())

    def update(self, data: StandardData) -> StandardUpdated | None:
        """A new certificate, or corrected data. Raises Rejected `certificate-dates`."""
        _check(data)
        before = self.state()
        for name, value in data:
            setattr(self, name, value)
        return StandardUpdated.model_validate(self._facts()) if self.state() != before else None

    def _facts(self) -> dict[str, object]:
        return {"standard_id": self.id, **self.state()}


def _check(data: StandardData) -> None:
    if data.valid_until < data.valid_from:
        detail = "The certificate of the standard ends before it begins. Correct one of the dates."
        raise Rejected("certificate-dates", detail, field="valid_until", status=422)
