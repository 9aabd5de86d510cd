"""The whole platform as one object: engines first, then what the services need to exist, then their processes."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from deploy.local import ports
from deploy.local.engines import embedded_broker, embedded_database
from deploy.local.processes import Listener, NotStarted, Process, stop_all, wait_until_ready
from deploy.local.secrets import development_secrets
from deploy.local.topology import PROCESSES, SERVICES, command, mail_sink, outer_environment, service_process

START_SECONDS = 90.0

Broker = Literal["embedded", "kafka"]


class LocalPlatform:
    """Everything that Vernier is, on this machine; a context manager that leaves nothing running.

    Args:
        state: the folder of database, secrets, mail, logs and heartbeats; kept between runs.
        choose_ports: "fixed" for people (defaults or VERNIER_*_PORT), "free" for tests that run side by side.
        broker: "embedded" (memory only) or "kafka" (a real Apache Kafka, see deploy/kafka); not said, it is
            embedded unless VERNIER_TEST_KAFKA is set, which is how `make test-kafka` runs the same stories.
        environment: VERNIER_* settings from outside. VERNIER_KAFKA, VERNIER_MONGO or VERNIER_SMTP_HOST name
            an engine that runs already; then none is started in its place.
        listener: hears every line that a process says.
    """

    def __init__(
        self,
        state: Path,
        choose_ports: Literal["fixed", "free"] = "free",
        broker: Broker | None = None,
        environment: Mapping[str, str] | None = None,
        listener: Listener = lambda name, line: None,
    ) -> None:
        told = {
            name: value
            for name, value in (environment or {}).items()
            if name.startswith("VERNIER_") and value
        }
        broker = broker or ("kafka" if os.environ.get("VERNIER_TEST_KAFKA") else "embedded")
        self.state = state.resolve()
        self.secrets = development_secrets(self.state)
        self.mail_folder = self.state / "mail"
        self.broker: Process | None = None
        self.database: Process | None = None
        self.mail: Process | None = None
        self._listener = listener
        self._port: Callable[[str], int] = ports.free if choose_ports == "free" else ports.fixed(told)
        self._ports = {service: self._port(service) for service in SERVICES}
        self._broker_forgets = broker == "embedded" and "VERNIER_KAFKA" not in told
        self.environment = {
            **outer_environment(),
            "VERNIER_DATABASE_PREFIX": "vernier",
            "VERNIER_TOPIC_PREFIX": "vernier",
            "VERNIER_ISSUER": self.url("registry"),
            "VERNIER_SIGNING_KEY_FILE": str(self.secrets.signing_key_file),
            "VERNIER_OFFICE_KEY_FILE": str(self.secrets.office_key_file),
            "VERNIER_OFFICE_CERTIFICATE_FILE": str(self.secrets.office_certificate_file),
            "VERNIER_STATEMENT_KEY_FILE": str(self.secrets.statement_key_file),
            "VERNIER_PUBLIC_ADDRESS": self.url("inspection"),
            "VERNIER_ADMIN_PASSWORD": self.secrets.admin_password,
            "VERNIER_MAIL_FROM": "vernier@localhost",
            # A worker that was killed is missed soon. The embedded broker, moreover, lets a group wait half a
            # session before it begins.
            "VERNIER_SESSION_SECONDS": "6",
            # Whoever tries it out wants to see the letter.
            "VERNIER_NOTICE_QUIET_SECONDS": "3",
            **told,
            "VERNIER_HOST": ports.HOST,
            "VERNIER_STATE": str(self.state),
            **self._make_engines(told, broker),
        }
        self._services = {
            (service, kind): service_process(
                service, kind, self.url(service), self.state, self._environment_of(service), listener
            )
            for service, kind in PROCESSES
        }

    def url(self, service: str) -> str:
        return f"http://{ports.HOST}:{self._ports[service]}"

    def process(self, service: str, kind: str) -> Process:
        return self._services[service, kind]

    @property
    def engines(self) -> list[Process]:
        return [engine for engine in (self.broker, self.database, self.mail) if engine is not None]

    @property
    def processes(self) -> list[Process]:
        """All, in the order in which they are started."""
        return [*self.engines, *self._services.values()]

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts everything and waits until all is ready.

        Raises:
            NotStarted: something ended, refused or took too long.
        """
        for log in (self.state / "logs").glob("*.log"):
            log.unlink()
        has_history = self.database is None or (self.state / "database").exists()
        for engine in self.engines:
            engine.launch()
        wait_until_ready(self.engines, START_SECONDS)
        self.fill_broker(has_history)
        # Workers first: they take longest, since a consumer group waits for its members before it begins.
        for process in sorted(
            self._services.values(), key=lambda process: not process.name.endswith("worker")
        ):
            process.launch()
        wait_until_ready(self._services.values(), START_SECONDS)

    def stop(self) -> None:
        """Stops everything in reverse order: the services, then what they stand on."""
        stop_all(list(reversed(self._services.values())))
        stop_all(list(reversed(self.engines)))

    def fill_broker(self, has_history: bool = True) -> None:
        """Makes indexes and topics and, because the embedded broker forgets, has the histories sent again."""
        self.run_all("migrate")
        if has_history and self._broker_forgets:
            self.run_all("replay")

    def refill_broker(self) -> None:
        """After the broker died and was started again.

        The embedded one has forgotten everything, so a worker's place in a topic means nothing any more: it would wait
        for an offset that comes again with other messages, and miss those before it. Workers begin anew, from nothing.
        """
        workers = [process for (_, kind), process in self._services.items() if kind == "worker"]
        if self._broker_forgets:
            for worker in workers:
                worker.kill()  # it could only tell a broker that knows nothing of it that it leaves
        self.fill_broker()
        for worker in workers:
            worker.launch()

    def run_all(self, *arguments: str) -> None:
        """Runs one command of every service, side by side.

        Raises:
            NotStarted: one of them failed.
        """
        running = {each: command(each, arguments, self._environment_of(each)) for each in SERVICES}
        said = {service: popen.communicate()[0] for service, popen in running.items()}
        for service, output in said.items():
            name = f"{service}.{'-'.join(arguments)}"
            lines = [line for line in output.splitlines() if line.strip()]
            for line in lines:
                self._listener(name, line)
            if code := running[service].returncode:
                raise NotStarted(
                    f"{name} failed with code {code}: {lines[-1] if lines else 'it said nothing'}"
                )

    def run(self, service: str, *arguments: str) -> str:
        """What `python -m services.SERVICE ARGUMENTS` prints, in this platform's environment."""
        return command(service, arguments, self._environment_of(service)).communicate()[0]

    def _environment_of(self, service: str) -> dict[str, str]:
        return {**self.environment, "VERNIER_PORT": str(self._ports[service])}

    def _make_engines(self, told: Mapping[str, str], broker: Broker) -> dict[str, str]:
        """Makes the engines that are not told from outside; returns the settings that name them."""
        own: dict[str, str] = {}
        if "VERNIER_KAFKA" not in told:
            port = self._port("broker" if broker == "embedded" else "kafka")
            self.broker = _broker(broker)(self.state, port, self._listener)
            own["VERNIER_KAFKA"] = f"{ports.HOST}:{port}"
        if "VERNIER_MONGO" not in told:
            port = self._port("database")
            self.database = embedded_database(self.state, port, self._listener)
            # The embedded engine, which remembers thousands of writes that might be repeated, sorts them at every write.
            # The commits here are safe to repeat by themselves: a version or an id stands in each.
            own["VERNIER_MONGO"] = f"mongodb://{ports.HOST}:{port}/?retryWrites=false"
        if "VERNIER_SMTP_HOST" not in told:
            port = self._port("smtp")
            self.mail = mail_sink(self.mail_folder, port, self.state, self._listener)
            own |= {"VERNIER_SMTP_HOST": ports.HOST, "VERNIER_SMTP_PORT": str(port)}
        return own


def _broker(kind: Broker) -> Callable[[Path, int, Listener], Process]:
    if kind == "embedded":
        return embedded_broker
    from deploy.kafka.broker import apache_kafka

    return apache_kafka
