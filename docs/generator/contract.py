"""Who publishes which event and who reads it, read from the services themselves."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.kernel.cli import Service
from services.kernel.model import Event

SERVICES = Path(__file__).resolve().parents[2] / "services"


@dataclass(frozen=True)
class Published:
    """An event with the service that publishes it and those that read it."""

    event: type[Event]
    producer: str
    readers: tuple[str, ...]

    @property
    def type(self) -> str:
        return self.event.type

    @property
    def short(self) -> str:
        """Its type without the prefix that all share: `registry.site.registered.v1`."""
        return self.type.removeprefix("vernier.")

    @property
    def topic(self) -> str:
        return f"vernier.{self.producer}"

    @property
    def says(self) -> str:
        return " ".join((self.event.__doc__ or "").split())


def services() -> Iterator[Service]:
    """Every service: a folder with a service.py. In the order of their names."""
    for file in sorted(SERVICES.glob("*/service.py")):
        service: Service = importlib.import_module(f"services.{file.parent.name}.service").SERVICE
        yield service


def published() -> list[Published]:
    """Every event of every service, in the order in which the producers' files tell them."""
    for file in sorted(SERVICES.glob("*/events.py")):
        importlib.import_module(f"services.{file.parent.name}.events")
    handlers = {service.name: service.handlers for service in services()}
    ours = [event for event in Event.known.values() if event.__module__.startswith("services.")]
    return [
        Published(
            event, event.service(), tuple(name for name, handled in handlers.items() if event in handled)
        )
        for event in sorted(ours, key=lambda event: event.service())
    ]
