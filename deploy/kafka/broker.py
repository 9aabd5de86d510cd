"""One real Apache Kafka node: its storage formatted, started on Java, ready when it answers a client."""

import base64
import logging
import shutil
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from deploy.local import ports
from deploy.local.processes import ROOT, Listener, NotStarted, Process

HERE = Path(__file__).parent
LIB = ROOT / ".vernier" / "kafka-lib"


@dataclass(frozen=True)
class Guarded:
    """A second way in, by TLS and with a name and password (SASL_SSL, SCRAM-SHA-512), beside the open one."""

    port: int
    keystore: Path
    """The broker's key and certificate, one after the other (PEM)."""
    user: str
    password: str


def apache_kafka(state: Path, port: int, listener: Listener, guarded: Guarded | None = None) -> Process:
    """The broker as a process; its data are in the state folder and survive a restart."""
    folder = state / "kafka"
    return Process(
        "kafka",
        [*_java(folder), "-Xms256m", "-Xmx512m", "kafka.Kafka", str(folder / "server.properties")],
        log=state / "logs" / "kafka.log",
        ready=lambda: ports.answers(port) and _answers_client(port),
        before=lambda: _prepare(folder, port, guarded),
        listener=listener,
    )


def _prepare(folder: Path, port: int, guarded: Guarded | None) -> None:
    """Writes the configuration; formats the storage if there is none."""
    if shutil.which("java") is None or not (LIB / "pom.xml").exists():
        raise NotStarted(
            "Apache Kafka is not set up: deploy/kafka/artifacts fetches it (Java 17 and Maven needed)"
        )
    folder.mkdir(parents=True, exist_ok=True)
    address, controller, data = f"{ports.HOST}:{port}", f"{ports.HOST}:{ports.free()}", folder / "data"
    doors = {"BROKER": address} | ({"GUARDED": f"{ports.HOST}:{guarded.port}"} if guarded else {})
    advertised = ",".join(f"{name}://{each}" for name, each in doors.items())
    here = f"""
listeners={advertised},CONTROLLER://{controller}
advertised.listeners={advertised}
controller.quorum.voters=1@{controller}
log.dirs={data}
"""
    config = folder / "server.properties"
    config.write_text((HERE / "server.properties").read_text("utf-8") + here + _guard(guarded), "utf-8")
    if (data / "meta.properties").exists():
        return
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    tool = [
        *_java(folder),
        "kafka.tools.StorageTool",
        "format",
        f"--cluster-id={cluster}",  # one word: an id may begin with a dash
        "--config",
        str(config),
        *(_scram(guarded) if guarded else ()),
    ]
    done = subprocess.run(tool, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise NotStarted(
            f"Apache Kafka's storage in {data} could not be formatted: {done.stderr.strip()[-300:]}"
        )


def _guard(guarded: Guarded | None) -> str:
    if guarded is None:
        return ""
    return f"""
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,GUARDED:SASL_SSL
listener.name.guarded.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.guarded.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.guarded.ssl.keystore.type=PEM
listener.name.guarded.ssl.keystore.location={guarded.keystore}
"""


def _scram(guarded: Guarded) -> tuple[str, str]:
    return "--add-scram", f"SCRAM-SHA-512=[name={guarded.user},password={guarded.password}]"


def _java(folder: Path) -> list[str]:
    return [
        "java",
        *("-cp", f"{LIB}/*"),
        f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
        f"-Dkafka.logs.dir={folder}",
        "-Djava.net.preferIPv4Stack=true",
    ]


def _answers_client(port: int) -> bool:
    from kafka.admin import KafkaAdminClient
    from kafka.errors import KafkaError

    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    try:
        admin = KafkaAdminClient(bootstrap_servers=f"{ports.HOST}:{port}", request_timeout_ms=3000)
    except KafkaError:
        return False
    try:
        admin.list_topics()
    except KafkaError:
        return False
    finally:
        admin.close()
    return True
