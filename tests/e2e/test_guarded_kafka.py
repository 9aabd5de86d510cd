"""Kafka behind TLS and a password: every client gets through with the right ones, and none with others."""

import datetime
import ipaddress
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.kafka.broker import Guarded, apache_kafka
from deploy.local import ports
from deploy.local.platform import LocalPlatform
from deploy.local.processes import ROOT
from tests.e2e.town import Town

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        not os.environ.get("VERNIER_TEST_KAFKA"), reason="needs Apache Kafka: make test-kafka"
    ),
]

USER, PASSWORD = "vernier", "mat-khau-cua-kafka"


@dataclass(frozen=True)
class Authority:
    """A certificate authority of our own, and the key and certificate that it made for the broker at 127.0.0.1."""

    certificate: Path
    keystore: Path


def make_authority(folder: Path) -> Authority:
    folder.mkdir()
    own, brokers = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Vernier test authority {folder.name}")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)

    def certificate(
        subject: x509.Name, key: ec.EllipticCurvePublicKey, extension: x509.ExtensionType
    ) -> bytes:
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + datetime.timedelta(days=1))
            .add_extension(extension, critical=False)
            .sign(own, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM)

    root = folder / "ca.pem"
    root.write_bytes(certificate(name, own.public_key(), x509.BasicConstraints(ca=True, path_length=None)))
    at = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ports.HOST))])
    broker = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kafka")])
    keystore = folder / "broker.pem"
    keystore.write_bytes(
        brokers.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate(broker, brokers.public_key(), at)
    )
    return Authority(root, keystore)


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings with which a client gets through the guarded door of a running broker."""
    folder = tmp_path_factory.mktemp("guarded")
    authority = make_authority(folder / "ours")
    guarded = Guarded(ports.free(), authority.keystore, USER, PASSWORD)
    broker = apache_kafka(folder, ports.free(), lambda name, line: None, guarded)
    broker.start(120)
    yield {
        "VERNIER_KAFKA": f"{ports.HOST}:{guarded.port}",
        "VERNIER_KAFKA_PROTOCOL": "SASL_SSL",
        "VERNIER_KAFKA_USER": USER,
        "VERNIER_KAFKA_PASSWORD": PASSWORD,
        "VERNIER_KAFKA_CA_FILE": str(authority.certificate),
    }
    broker.stop(30)


def test_an_event_goes_through_relay_broker_and_worker(access: dict[str, str], tmp_path: Path) -> None:
    with LocalPlatform(tmp_path, "free", environment=access) as platform:
        town = Town(platform)
        [id] = [each.result() for each in town.register(1)]
        town.wait(lambda: town.known_to_scheduling([id]), "the instrument to arrive through the guarded door")
        town.close()


def test_with_another_password_or_authority_nothing_gets_through(
    access: dict[str, str], tmp_path: Path
) -> None:
    """In a process of its own: the client leaves what it could not connect to the collector."""
    stranger = str(make_authority(tmp_path / "another").certificate)
    for wrong in ({"VERNIER_KAFKA_PASSWORD": "sai"}, {"VERNIER_KAFKA_CA_FILE": stranger}, {}):
        done = subprocess.run(
            [sys.executable, "-c", "from services.kernel.topics import make_topics; make_topics(())"],
            cwd=ROOT,
            env={**os.environ, **access, **wrong},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert (done.returncode == 0) == (wrong == {}), done.stderr
