"""How every client of Kafka reaches it: in the clear, by TLS, with a name and password; as the environment says."""

import ssl
from typing import Any

from services.kernel.settings import settings


def client_options() -> dict[str, Any]:
    """What a client of kafka-python is told: where the brokers are, how they are spoken to, who we are."""
    told = settings()
    options: dict[str, Any] = {
        "bootstrap_servers": told.kafka.split(","),
        "security_protocol": told.kafka_protocol,
        "ssl_context": tls(),
    }
    if told.kafka_signs_in:
        name, password = credentials()
        options |= {
            "sasl_mechanism": told.kafka_mechanism,
            "sasl_plain_username": name,
            "sasl_plain_password": password,
        }
    return options


def tls() -> ssl.SSLContext | None:
    """Brokers must show a certificate of this authority for the very name they are called by; None without TLS."""
    told = settings()
    if not told.kafka_by_tls:
        return None
    context = ssl.create_default_context(cafile=told.kafka_ca_file)
    if told.kafka_certificate_file is not None:
        context.load_cert_chain(told.kafka_certificate_file, told.kafka_key_file)
    return context


def credentials() -> tuple[str, str]:
    """Name and password; only where the protocol asks for them."""
    told = settings()
    assert told.kafka_user is not None
    assert told.kafka_password is not None
    return told.kafka_user, told.kafka_password.get_secret_value()
