"""What clients of Kafka are told: TLS and a password where the settings say so, and never half of it."""

import ssl
from collections.abc import Iterator

import faust
import pytest

from services.kernel import worker
from services.kernel.kafka_access import client_options, tls
from services.kernel.settings import Settings, settings


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Settings for one test; `told.setenv(…)`."""
    monkeypatch.setenv("VERNIER_KAFKA", "b1:9093,b2:9093")
    return monkeypatch


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Settings are read once in a process."""
    settings.cache_clear()
    yield
    settings.cache_clear()


def sign_in(told: pytest.MonkeyPatch, protocol: str) -> None:
    told.setenv("VERNIER_KAFKA_PROTOCOL", protocol)
    told.setenv("VERNIER_KAFKA_USER", "vernier")
    told.setenv("VERNIER_KAFKA_PASSWORD", "bí mật")


def test_in_the_clear_nothing_is_added(told: pytest.MonkeyPatch) -> None:
    options = client_options()
    assert options["bootstrap_servers"] == ["b1:9093", "b2:9093"]
    assert (options["security_protocol"], options["ssl_context"]) == ("PLAINTEXT", None)
    assert not any(name.startswith("sasl") for name in options)
    assert worker._credentials() is None


@pytest.mark.parametrize("protocol", ["SASL_SSL", "SASL_PLAINTEXT"])
def test_a_name_and_password_reach_both_clients(told: pytest.MonkeyPatch, protocol: str) -> None:
    sign_in(told, protocol)
    options, ours = client_options(), worker._credentials()
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("vernier", "bí mật")
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert isinstance(ours, faust.SASLCredentials)
    assert (ours.username, ours.password, ours.mechanism.value) == ("vernier", "bí mật", "SCRAM-SHA-512")
    assert ours.protocol.value == options["security_protocol"] == protocol
    assert (options["ssl_context"] is not None) == (ours.ssl_context is not None) == (protocol == "SASL_SSL")
    assert "bí mật" not in repr(ours) + repr(settings())


def test_tls_asks_for_a_certificate_of_the_very_name(told: pytest.MonkeyPatch) -> None:
    told.setenv("VERNIER_KAFKA_PROTOCOL", "SSL")
    context = tls()
    assert context is not None
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
    assert isinstance(worker._credentials(), faust.SSLCredentials)


def test_half_an_access_is_refused_at_the_start(told: pytest.MonkeyPatch) -> None:
    told.setenv("VERNIER_KAFKA_PROTOCOL", "SASL_SSL")
    told.setenv("VERNIER_KAFKA_USER", "vernier")
    with pytest.raises(ValueError, match="VERNIER_KAFKA_PASSWORD"):
        Settings()
    told.setenv("VERNIER_KAFKA_PROTOCOL", "PLAINTEXT")
    told.setenv("VERNIER_KAFKA_CA_FILE", "/etc/ca.pem")
    with pytest.raises(ValueError, match="need VERNIER_KAFKA_PROTOCOL"):
        Settings()
