"""An enterprise (cơ sở): who owns or uses measuring instruments, and whom to tell."""

from typing import Annotated, Literal

from pydantic import AfterValidator, EmailStr, StringConstraints
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength
from stdnum.vn import mst

from services.kernel.model import Entity, Fact, Text, derived_id
from services.registry.events import EnterpriseRegistered, EnterpriseUpdated


def _tax_code(value: str) -> str:
    try:
        plain = mst.validate(value)
    except InvalidChecksum as error:
        raise ValueError(
            "the check digit of the tax code is wrong; compare it with the certificate"
        ) from error
    except (InvalidComponent, InvalidFormat, InvalidLength) as error:
        raise ValueError(
            "a tax code has 10 digits, or 10 and 3 for a branch, such as 0100233488-001"
        ) from error
    return plain if len(plain) == 10 else f"{plain[:10]}-{plain[10:]}"


TaxCode = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20), AfterValidator(_tax_code)]
"""Mã số thuế: 10 digits of which the last checks the others, and -NNN for a dependent unit (TT 86/2024/TT-BTC Art. 5)."""

Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 .]{8,16}$")]


class Contact(Fact):
    contact_name: Text
    contact_email: EmailStr | None = None
    contact_phone: Phone | None = None


class EnterpriseData(Contact):
    """What can be said of an enterprise, and said anew."""

    name: Text
    address: Text
    language: Literal["vi", "en"] = "vi"


class Enterprise(Entity, kind="enterprise"):
    tax_code: TaxCode
    name: Text
    address: Text
    language: Literal["vi", "en"]
    contact_name: Text
    contact_email: EmailStr | None
    contact_phone: Phone | None

    @classmethod
    def register(
        cls, id: str | None, tax_code: str, data: EnterpriseData
    ) -> tuple["Enterprise", EnterpriseRegistered]:
        """One enterprise for each tax code: without an id of the client's, the tax code gives it."""
        enterprise = cls(id=id or derived_id("enterprise", tax_code), tax_code=tax_code, **data.model_dump())
        return enterprise, EnterpriseRegistered.model_validate(enterprise._facts())

    def update(self, data: EnterpriseData) -> EnterpriseUpdated | None:
        """Takes the new data; nothing happened when they are the old ones."""
        before = self.state()
        for name, value in data:
            setattr(self, name, value)
        return EnterpriseUpdated.model_validate(self._facts()) if self.state() != before else None

    def _facts(self) -> dict[str, object]:
        return {"enterprise_id": self.id, **self.state()}
