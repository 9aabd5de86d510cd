"""What an office may set for itself: its names, its certificates' numbers, the keys it signs with, where bytes lie."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.inspection.domain.certificate_number import check_pattern, series_of
from services.kernel.model import Text


class Office(BaseSettings):
    """No national rule for certificate numbers is known; every body has its own pattern."""

    model_config = SettingsConfigDict(env_prefix="VERNIER_", extra="ignore")

    office: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,19}$")] = "BN"
    certificate_pattern: Annotated[str, AfterValidator(check_pattern)] = "{sequence:05d}/{year}/BN-KĐ"
    office_name: Text = "Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng Bắc Ninh"
    office_name_en: Text = "Bac Ninh Technical Centre of Standards, Metrology and Quality"
    office_parent: Text = "Ủy ban nhân dân tỉnh Bắc Ninh · Sở Khoa học và Công nghệ"
    office_address: Text = "Tỉnh Bắc Ninh, Việt Nam"
    office_place: Text = "Bắc Ninh"
    office_country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "VN"
    head_title: Text = "Giám đốc"
    head_title_en: Text = "Director"
    head_name: Annotated[str, Field(max_length=300)] = ""

    public_address: Annotated[str, Field(pattern=r"^https?://[^\s/]+$")] = "http://127.0.0.1:8102"
    """Where anyone finds `/check`; it stands in the QR of every certificate."""
    checks_per_minute: Annotated[int, Field(ge=1, le=6000)] = 60

    office_key_file: Path | None = None
    office_certificate_file: Path | None = None
    statement_key_file: Path | None = None
    former_statement_keys_file: Path | None = None
    """Public keys (JWK set) of statements on paper that is still about."""

    pkcs11_module: Path | None = None
    pkcs11_token: str = ""
    pkcs11_pin: SecretStr | None = None
    pkcs11_key: str = ""
    """Label of the key and of its certificate in the token."""

    originals: Path | None = None
    """A folder for signed documents; in the database when none is named."""

    attachments: Literal["gridfs", "disk", "s3"] = "gridfs"
    """Where photographs and signatures lie: in the database, in the folder `attachments` of VERNIER_STATE, or in the
    bucket that the settings VERNIER_S3_… name."""

    evidence: dict[str, date] = {}
    """Pictures without which no certificate is given, each with the first day of verifications that need it; which there
    are says data/evidence.toml. None at first: tablets may have no camera."""

    def series(self, year: int) -> str:
        """The series in which numbers follow each other without a gap."""
        return series_of(self.office, year)


@cache
def office() -> Office:
    """The settings of this office, read once."""
    return Office()
