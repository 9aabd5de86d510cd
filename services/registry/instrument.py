"""A measuring instrument: its identity, where it stands, and whether it may be used today."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from metrology import counting
from services.kernel.model import Entity, Fact, Id, PastDate, Quantity, Rejected, Text, new_id, today
from services.registry.events import (
    InstrumentRegistered,
    InstrumentRetired,
    InstrumentStatus,
    InstrumentUpdated,
)
from services.registry.instrument_type import InstrumentType
from services.registry.result import Result

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2: the certificate names the maker's country (TT 24/2013 Art. 41)."""

Characteristics = Annotated[dict[Id, Quantity | Text], Field(max_length=40)]
"""What its procedure needs: Max, Min, e, class, Q3 …, named as metrology names them."""


INNER = {"earlier_certificate", "results", "set_aside"}
"""From which status and dates follow; nobody else is told of them."""


class Nameplate(Fact):
    """What is written on the instrument, as far as it may be corrected later."""

    model: Text
    country: Country | None = None
    year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    characteristics: Characteristics = Field(default_factory=dict)


class EarlierCertificate(Fact):
    """A certificate from before this platform, or of another body; valid nationwide (TT 23/2013 Art. 20.6)."""

    number: Text
    verified_on: PastDate
    valid_until: date | None = None


class Instrument(Entity, kind="instrument"):
    """Status and dates follow from the earlier certificate and the results, whatever order these are heard in."""

    type_code: Id
    enterprise_id: Id
    site_id: Id
    maker: Text
    country: Country | None
    model: Text
    serial: Text
    serial_assigned: bool
    identity: str
    year: int | None
    characteristics: Characteristics
    status: InstrumentStatus
    registered_on: date
    last_verified_on: date | None
    valid_until: date | None
    certificate_number: str | None
    earlier_certificate: EarlierCertificate | None = None
    results: list[Result] = Field(default_factory=list)
    set_aside: list[Id] = Field(default_factory=list)
    """Verifications that do not count by a dispatcher's decision, whether their results were heard of yet or not."""

    def view(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude=INNER | {"seen"})

    @classmethod
    def register(
        cls,
        id: str | None,
        kind: InstrumentType,
        enterprise_id: str,
        site_id: str,
        maker: str,
        serial: str | None,
        nameplate: Nameplate,
        earlier: EarlierCertificate | None,
        serial_assigned: bool = False,
    ) -> tuple["Instrument", InstrumentRegistered]:
        """An instrument without a serial number is given one (TT 24/2013 Art. 41: the inspector must number it).

        Args:
            serial_assigned: the number was assigned on the spot, out of those reserved for an inspector's tablet.

        Raises:
            Rejected: `type-not-in-force`, `year-in-future`, `certificate-dates`, `certificate-without-cycle`.
        """
        if kind.on(today()) is None:
            detail = f"Type {kind.id} is not in the catalogue in force today. Take one from GET /catalogue."
            raise Rejected("type-not-in-force", detail, field="type_code", status=422)
        _check_year(nameplate)
        id = id or new_id()
        number = serial or assigned_serial(id)
        instrument = cls(
            id=id,
            type_code=kind.id,
            enterprise_id=enterprise_id,
            site_id=site_id,
            maker=maker,
            serial=number,
            serial_assigned=serial_assigned or serial is None,
            identity=identity(kind.id, maker, number),
            status="registered",
            registered_on=today(),
            last_verified_on=None,
            valid_until=None,
            certificate_number=None,
            **dict(nameplate),
        )
        if earlier is not None:
            instrument._take_over(kind, earlier)
        return instrument, InstrumentRegistered.model_validate(instrument._facts())

    def _take_over(self, kind: InstrumentType, earlier: EarlierCertificate) -> None:
        if earlier.valid_until is not None and earlier.valid_until < earlier.verified_on:
            detail = "The certificate ends before the day of verification. Correct one of the dates."
            raise Rejected("certificate-dates", detail, field="earlier_certificate.valid_until", status=422)
        until = earlier.valid_until
        if until is None and kind.on(earlier.verified_on) is not None:
            until = kind.catalogue.valid_until(kind.id, earlier.verified_on)
        self.earlier_certificate = earlier.model_copy(update={"valid_until": until})
        self._settle()

    def correct(self, nameplate: Nameplate) -> InstrumentUpdated | None:
        """Corrects what the nameplate says. Type, maker and serial are the identity and stay."""
        self._must_be_in_use()
        _check_year(nameplate)
        return self._changed(**dict(nameplate))

    def move(self, site_id: str, enterprise_id: str) -> InstrumentUpdated | None:
        """Puts it at another site, of the same enterprise or of its buyer."""
        self._must_be_in_use()
        return self._changed(site_id=site_id, enterprise_id=enterprise_id)

    def retire(self, reason: str) -> InstrumentRetired:
        """Raises Rejected `retired` when it already is."""
        self._must_be_in_use()
        self.status = "retired"
        return InstrumentRetired.model_validate({**self._facts(), "reason": reason})

    def verified(self, result: Result) -> InstrumentUpdated | None:
        """A verification failed, or a certificate was issued, superseded or revoked: what is told of it last counts.

        With a certificate in force it may be used until that ends; without, it is barred from use until a verification
        after repair passes (Law on Measurement Art. 38.2b).
        """
        self.results = [*(each for each in self.results if each.key != result.key), result]
        return self._settle()

    def decided(self, verification_id: str, *, set_aside: bool) -> InstrumentUpdated | None:
        """A dispatcher set a verification aside, or lets it count again."""
        others = [each for each in self.set_aside if each != verification_id]
        self.set_aside = [*others, verification_id] if set_aside else others
        return self._settle()

    def _settle(self) -> InstrumentUpdated | None:
        """A retired one stays so; what is heard of it late still says how it had last been verified."""
        retired: InstrumentStatus | None = "retired" if self.status == "retired" else None
        newest, earlier = counting(self.results, self.set_aside), self.earlier_certificate
        if newest is not None and (earlier is None or newest.verified_on >= earlier.verified_on):
            return self._changed(
                status=retired or ("in_service" if newest.certified else "barred"),
                last_verified_on=newest.verified_on,
                valid_until=newest.valid_until if newest.certified else None,
                certificate_number=newest.certificate_number if newest.certified else None,
            )
        return self._changed(
            status=retired or ("in_service" if earlier else "registered"),
            last_verified_on=earlier.verified_on if earlier else None,
            valid_until=earlier.valid_until if earlier else None,
            certificate_number=earlier.number if earlier else None,
        )

    def _changed(self, **values: object) -> InstrumentUpdated | None:
        before = {name: getattr(self, name) for name in values}
        for name, value in values.items():
            setattr(self, name, value)
        return InstrumentUpdated.model_validate(self._facts()) if before != values else None

    def _must_be_in_use(self) -> None:
        if self.status == "retired":
            raise Rejected("retired", "The instrument was retired. Register the one that took its place.")

    def _facts(self) -> dict[str, object]:
        return {"instrument_id": self.id, **self.model_dump(mode="json", exclude=INNER)}


def assigned_serial(id: str) -> str:
    """A number for an instrument that bears none: from its own id, so no counter is needed and none is given twice."""
    return f"BN-{id.replace('-', '').upper()[-10:]}"


def identity(type_code: str, maker: str, serial: str) -> str:
    """What makes an instrument one and the same: type, maker, serial; letter case and spaces make no difference."""
    return "|".join("".join(part.split()).casefold() for part in (type_code, maker, serial))


def _check_year(nameplate: Nameplate) -> None:
    if nameplate.year is not None and nameplate.year > today().year:
        detail = f"The year of make {nameplate.year} lies in the future. Correct it."
        raise Rejected("year-in-future", detail, field="year", status=422)
