"""What a process is told by its environment. Every name begins with VERNIER_; nothing else is read from outside."""

from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="VERNIER_", extra="ignore")

    mongo: str = "mongodb://127.0.0.1:27017"
    kafka: str = "127.0.0.1:9092"
    kafka_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """How brokers are spoken to; SSL means TLS, SASL means that we sign in."""
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_user: str | None = None
    kafka_password: SecretStr | None = None
    kafka_ca_file: Path | None = None
    """The authority (PEM) whose certificates brokers show; those of the machine when none is named."""
    kafka_certificate_file: Path | None = None
    kafka_key_file: Path | None = None
    """Our own certificate and its key (PEM), where brokers ask for one."""
    kafka_message_bytes: int = Field(1_048_576, ge=1_000, le=100_000_000)
    """The largest message that the broker takes (its message.max.bytes)."""
    database_prefix: str = "vernier"
    topic_prefix: str = "vernier"
    partitions: int = Field(8, ge=1, le=512)
    replication: int = Field(1, ge=1, le=7)
    state: Path = Path(".vernier")
    heartbeat: Path | None = None

    host: str = "127.0.0.1"
    port: int = 8100
    proxies: str = "127.0.0.1"
    """Whose word (X-Forwarded-For) is taken for where a call comes from: addresses with commas between, or * for all."""
    session_seconds: float = Field(30.0, ge=3, le=300)
    """How long Kafka waits for a silent worker before its partitions go to another one."""
    lanes: int = Field(64, ge=1, le=512)

    issuer: str = "http://127.0.0.1:8101"
    audience: str = "vernier"
    roles_claim: str = "roles"
    enterprise_claim: str = "enterprise"
    inspector_claim: str = "inspector"

    signing_key_file: Path | None = None
    admin_password: SecretStr | None = None
    access_minutes: int = Field(15, ge=1, le=720)
    refresh_days: int = Field(14, ge=1, le=90)

    s3_endpoint: str | None = None
    """Of a server that speaks S3, such as https://s3.example; the cloud of that name when none is given."""
    s3_bucket: str | None = None
    s3_prefix: str = ""
    """A folder in the bucket, where others use it too."""
    s3_region: str = "us-east-1"
    s3_access_key: str | None = None
    s3_secret_key: SecretStr | None = None
    s3_ca_file: Path | None = None
    """The certificate (PEM) that its TLS is checked with, besides the usual ones."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    smtp_tls: bool = False
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str = "vernier@localhost"
    notice_max_age_days: int = Field(3, ge=0, le=365)
    notice_quiet_seconds: float = Field(60, ge=0, le=3600)
    """When no more came for so long, what an enterprise is told together leaves in one letter; or after ten times that."""

    @property
    def kafka_by_tls(self) -> bool:
        return self.kafka_protocol in ("SSL", "SASL_SSL")

    @property
    def kafka_signs_in(self) -> bool:
        return self.kafka_protocol in ("SASL_PLAINTEXT", "SASL_SSL")

    @model_validator(mode="after")
    def _can_reach_kafka(self) -> Self:
        """What the protocol needs is there, and nothing is told that would be left unused: it was meant to protect."""
        if self.kafka_signs_in and (self.kafka_user is None or self.kafka_password is None):
            raise ValueError(
                f"VERNIER_KAFKA_PROTOCOL={self.kafka_protocol} needs VERNIER_KAFKA_USER and VERNIER_KAFKA_PASSWORD"
            )
        if (self.kafka_ca_file or self.kafka_certificate_file) and not self.kafka_by_tls:
            raise ValueError(
                "VERNIER_KAFKA_CA_FILE and VERNIER_KAFKA_CERTIFICATE_FILE need VERNIER_KAFKA_PROTOCOL=SSL or SASL_SSL"
            )
        return self

    def topic(self, service: str) -> str:
        return f"{self.topic_prefix}.{service}"

    def database(self, service: str) -> str:
        return f"{self.database_prefix}_{service}"


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
