"""One real Apache Kafka node: its storage formatted, started on Java, ready when it answers a client."""

import base64
import logging
import shutil
import subprocess
import uuid
from pathlib import Path

from deploy.local import ports
from deploy.local.processes import ROOT, Listener, NotStarted, Process

HERE = Path(__file__).parent
LIB = ROOT / ".vernier" / "kafka-lib"


def apache_kafka(state: Path, port: int, listener: Listener) -> Process:
    """The broker as a process; its data are in the state folder and survive a restart."""
    folder = state / "kafka"
    return Process(
        "kafka",
        [*_java(folder), "-Xms256m", "-Xmx512m", "kafka.Kafka", str(folder / "server.properties")],
        log=state / "logs" / "kafka.log",
        ready=lambda: ports.answers(port) and _answers_client(port),
        before=lambda: _prepare(folder, port),
        listener=listener,
    )


def _prepare(folder: Path, port: int) -> None:
    """Writes the configuration; formats the storage if there is none."""
    if shutil.which("java") is None or not (LIB / "pom.xml").exists():
        raise NotStarted(
            "Apache Kafka is not set up: deploy/kafka/artifacts fetches it (Java 17 and Maven needed)"
        )
    folder.mkdir(parents=True, exist_ok=True)
    address, controller, data = f"{ports.HOST}:{port}", f"{ports.HOST}:{ports.free()}", folder / "data"
    here = f"""
listeners=BROKER://{address},CONTROLLER://{controller}
advertised.listeners=BROKER://{address}
controller.quorum.voters=1@{controller}
log.dirs={data}
"""
    config = folder / "server.properties"
    config.write_text((HERE / "server.properties").read_text("utf-8") + here, "utf-8")
    if (data / "meta.properties").exists():
        return
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    tool = [
        *_java(folder),
        "kafka.tools.StorageTool",
        "format",
        "--cluster-id",
        cluster,
        "--config",
        str(config),
    ]
    done = subprocess.run(tool, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise NotStarted(
            f"Apache Kafka's storage in {data} could not be formatted: {done.stderr.strip()[-300:]}"
        )


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
