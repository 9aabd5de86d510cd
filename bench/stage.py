"""The stage of a benchmark: engines of its own, services as real processes, CPU read from the operating system."""

import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pymongo import MongoClient

from deploy.local import ports
from deploy.local.engines import embedded_broker, embedded_database
from deploy.local.processes import Process
from deploy.local.topology import command, outer_environment, service_process


class Stage:
    """A broker and a database in a temporary folder. Every run has topics and databases of its own."""

    def __init__(self, kafka: bool) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="vernier-bench-")
        self.state = Path(self._folder.name)
        broker_port, database_port = ports.free(), ports.free()
        self.kafka, self.mongo = (
            f"127.0.0.1:{broker_port}",
            f"mongodb://127.0.0.1:{database_port}/?retryWrites=false",
        )
        self._engines = [
            _broker(kafka, self.state, broker_port),
            embedded_database(self.state, database_port, _silent),
        ]

    def __enter__(self) -> Self:
        for engine in self._engines:
            engine.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for engine in reversed(self._engines):
            engine.stop()
        self._folder.cleanup()

    def run(self) -> "Run":
        return Run(self)


class Run:
    """One run: names of its own in the broker and the database, and the settings that say so."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.name = f"b{uuid.uuid4().hex[:8]}"
        self.environment = {
            "VERNIER_KAFKA": stage.kafka,
            "VERNIER_MONGO": stage.mongo,
            "VERNIER_DATABASE_PREFIX": self.name,
            "VERNIER_TOPIC_PREFIX": self.name,
            "VERNIER_STATE": str(stage.state),
            "VERNIER_SESSION_SECONDS": "6",
        }
        os.environ.update(self.environment)
        self.client: MongoClient[dict[str, Any]] = MongoClient(stage.mongo)

    def topic(self, service: str) -> str:
        return f"{self.name}.{service}"

    def collection(self, service: str, name: str) -> Any:
        return self.client[f"{self.name}_{service}"][name]

    def migrate(self, *services: str) -> None:
        for service in services:
            popen = command(service, ("migrate",), {**outer_environment(), **self.environment})
            said = popen.communicate()[0]
            if popen.returncode:
                raise SystemExit(f"{service} migrate failed: {said}")

    @contextmanager
    def process(self, service: str, kind: str) -> Iterator[Process]:
        """A real process of a service, ready."""
        environment = {**outer_environment(), **self.environment}
        made = service_process(service, kind, "", self.stage.state, environment, _silent)
        made.start()
        try:
            yield made
        finally:
            made.stop()


def cpu_seconds(process: Process) -> float:
    """User and system time that a process has used so far, children not counted."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def own_cpu_seconds() -> float:
    return time.process_time()


def median(values: list[float]) -> float:
    return statistics.median(values)


def _silent(name: str, line: str) -> None:
    """The services' words stand in their logs."""


def _broker(kafka: bool, state: Path, port: int) -> Process:
    if not kafka:
        return embedded_broker(state, port, _silent)
    from deploy.kafka.broker import apache_kafka

    return apache_kafka(state, port, _silent)
