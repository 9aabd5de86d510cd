"""What an office may set for itself: how its certificates are numbered, and where attachments lie."""

from functools import cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.inspection.domain.certificate import check_pattern


class Office(BaseSettings):
    """No national rule for certificate numbers is known; every body has its own pattern."""

    model_config = SettingsConfigDict(env_prefix="VERNIER_", extra="ignore")

    office: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,20}$")] = "BN"
    certificate_pattern: Annotated[str, AfterValidator(check_pattern)] = "{sequence:05d}/{year}/BN-KĐ"

    attachments: Literal["gridfs", "disk"] = "gridfs"
    """Where photographs and signatures lie: in the database, or in the folder `attachments` of VERNIER_STATE."""

    def series(self, year: int) -> str:
        """The series in which numbers follow each other without a gap."""
        return f"{self.office}/{year}"


@cache
def office() -> Office:
    """The settings of this office, read once."""
    return Office()
