"""The command line that every service has: migrate, api, relay, worker, replay, rebuild, dead-letters, its own loops."""

import argparse
import logging
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from mongoengine.connection import get_db

from services.kernel import unsent
from services.kernel.inbox import Inbox
from services.kernel.log import speak
from services.kernel.model import Event, Handler
from services.kernel.settings import settings
from services.kernel.store import DURABLE, Projection, Store, make_indexes, open_database

log = logging.getLogger("vernier")

MIGRATE_SECONDS = 30.0


@dataclass(frozen=True)
class Service:
    """What a service is made of; one literal of it stands in its __main__.py."""

    name: str
    api: Callable[[], FastAPI]
    stores: list[Store[Any]]
    handlers: Mapping[type[Event], Handler]
    loops: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    prepare: Callable[[], None] | None = None

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.name, self.handlers)


def main(service: Service, argv: list[str] | None = None) -> None:
    commands: dict[str, Callable[[], None]] = {
        "migrate": lambda: migrate(service),
        "api": lambda: _api(service),
        "relay": lambda: _relay(service),
        "worker": lambda: _worker(service),
        "replay": lambda: _replay(service),
        "rebuild": lambda: rebuild(service),
        **service.loops,
    }
    parser = argparse.ArgumentParser(prog=f"python -m services.{service.name}")
    parser.add_argument("command", choices=[*commands, "dead-letters"])
    parser.add_argument("action", nargs="?", choices=["list", "replay"], help="of dead-letters")
    given = parser.parse_args(argv)
    if given.command == "dead-letters" and given.action is None:
        parser.error("say dead-letters list or dead-letters replay")
    speak()
    open_database(service.name)
    if given.command == "dead-letters":
        _dead_letters(service, given.action)
    else:
        commands[given.command]()


def migrate(service: Service) -> None:
    """Indexes, topics and what the service needs to exist. Idempotent; waits for a broker that is still starting."""
    from services.kernel.topics import KafkaError, make_topics

    make_indexes(service.stores)
    service.inbox.make_indexes()
    until = time.monotonic() + MIGRATE_SECONDS
    while True:
        try:
            make_topics()
            break
        except KafkaError as error:
            if time.monotonic() > until:
                sys.exit(
                    f"Kafka at {settings().kafka} does not answer ({error}). Start it or set VERNIER_KAFKA."
                )
            time.sleep(0.5)
    if service.prepare is not None:
        service.prepare()


def _api(service: Service) -> None:
    import uvicorn

    uvicorn.run(
        service.api(),
        host=settings().host,
        port=settings().port,
        forwarded_allow_ips=settings().proxies,
        log_level="warning",
        access_log=False,
    )


def _relay(service: Service) -> None:
    from services.kernel.relay import run_relay

    run_relay(service.name, service.stores)


def _worker(service: Service) -> None:
    from services.kernel.worker import run_worker

    run_worker(service.inbox, group_of(service.name))


def _replay(service: Service) -> None:
    from services.kernel.relay import replay

    print(f"{service.name}: {replay(service.stores)} aggregates will be sent again from their first event")


def group_of(service: str) -> str:
    """The consumer group. Its generation rises with every rebuild, so that the reader begins at the beginning."""
    found = get_db(service)["reader"].find_one({"_id": "generation"}) or {"value": 1}
    return f"{settings().topic_prefix}-{service}-{found['value']}"


def rebuild(service: Service) -> None:
    """Drops the copies of other services' facts and lets the worker read everything from the first event again.

    The worker must be stopped meanwhile and started afterwards. Aggregates stay: their inbox marks make the old
    events harmless.
    """
    for store in service.stores:
        if issubclass(store.document, Projection):
            store.collection.drop()
    make_indexes(service.stores)
    generations = get_db(service.name)["reader"].with_options(write_concern=DURABLE)
    if generations.find_one({"_id": "generation"}) is None:
        generations.insert_one({"_id": "generation", "value": 1})
    generations.update_one({"_id": "generation"}, {"$inc": {"value": 1}})
    print(f"{service.name}: start its worker again; it reads as {group_of(service.name)}")


def _dead_letters(service: Service, action: str) -> None:
    """Of both directions: what could not be handled here, and what the broker would not take."""
    if action == "list":
        for letter in service.inbox.open_letters():
            print(f"{letter['at']}  {letter['_id']}  {letter['type']}  {letter['error']}")
        for letter in unsent.listed(service.name):
            print(f"{letter['at']}  {letter['_id']}  {letter['type']}  not sent: {letter['reason']}")
        return
    opened = unsent.send_again(service.stores)
    handled, left = service.inbox.replay()
    print(f"{service.name}: {handled} handled, {left} left, {opened} given to the relay again")
    sys.exit(1 if left else 0)
