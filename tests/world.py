"""Services in one thread, without a broker: HTTP in, events in, and `drain()` until nothing is left to do."""

import importlib
import json
import random
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Self, TypeVar

import httpx
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import ECKey
from mongoengine.connection import disconnect, get_connection

from services.kernel.cli import Service
from services.kernel.inbox import Inbox
from services.kernel.model import Envelope, Event, Itself, now
from services.kernel.relay import relay_once
from services.kernel.settings import settings
from services.kernel.store import make_indexes, open_database
from services.kernel.tokens import KeySource, Role, TokenCheck

ROUNDS = 200

K = TypeVar("K", bound=Event)


class Tokens:
    """An issuer of tokens for tests: a key of its own, and the key set it publishes."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = ECKey.generate_key("P-256", {"kid": "test", "use": "sig", "alg": "ES256"})

    def source(self) -> KeySource:
        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/.well-known/openid-configuration":
                return httpx.Response(200, json={"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"})
            return httpx.Response(200, json={"keys": [self.key.as_dict(private=False)]})

        return KeySource(self.issuer, httpx.Client(transport=httpx.MockTransport(answer)))

    def issue(self, account: str, roles: Iterable[str], lifetime: float = 600, **claims: str | None) -> str:
        at = int(time.time())
        body = {
            "iss": self.issuer,
            "aud": settings().audience,
            "sub": account,
            "iat": at,
            "exp": at + int(lifetime),
            "roles": list(roles),
            **{name: value for name, value in claims.items() if value is not None},
        }
        return jwt.encode({"alg": "ES256", "kid": "test"}, body, self.key)


class Door(TestClient):
    """An HTTP client of one service that carries somebody's token."""

    def __init__(self, app: Any, token: str | None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        super().__init__(app, raise_server_exceptions=False, headers=headers)


class World:
    """Some services on one database: `world.door("registry", "dispatcher")`, `world.publish(…)`, `world.drain()`.

    `drain` runs relays and inboxes to quiescence; it can deliver everything twice and aggregates in any order.
    """

    def __init__(self, *names: str) -> None:
        self.tokens = Tokens(settings().issuer)
        self.services: dict[str, Service] = {}
        self.inboxes: dict[str, Inbox] = {}
        self.apps: dict[str, Any] = {}
        self.queue: deque[bytes] = deque()
        self.sent: list[Envelope] = []
        self.sequences: dict[str, int] = {}
        for name in names:
            self._open(name)

    def _open(self, name: str) -> None:
        service: Service = importlib.import_module(f"services.{name}.service").SERVICE
        open_database(name)
        get_connection(name).drop_database(settings().database(name))
        make_indexes(service.stores)
        inbox = Inbox(name, service.handlers, delays=())
        inbox.make_indexes()
        self.services[name], self.inboxes[name] = service, inbox

    def door(
        self,
        service: str,
        *roles: Role,
        account: str = "nguoi-dung",
        enterprise: str | None = None,
        inspector: str | None = None,
        token: str | None = None,
    ) -> Door:
        """A client with these roles; without roles and token, one that has not signed in."""
        if service not in self.apps:
            app = self.services[service].api()
            app.state.check = TokenCheck(self.tokens.source())
            self.apps[service] = app
        if token is None and roles:
            token = self.tokens.issue(account, roles, enterprise=enterprise, inspector=inspector)
        return Door(self.apps[service], token)

    def publish(
        self, event: Event, subject: str, sequence: int | None = None, actor: str = "account/test"
    ) -> Envelope:
        """An event of a service that is not in this world, as if its relay had sent it."""
        sequence = sequence or self.sequences.get(subject, 0) + 1
        self.sequences[subject] = max(sequence, self.sequences.get(subject, 0))
        envelope = Envelope.wrap(event, subject, sequence, Itself(actor=actor), now())
        self.queue.append(_message(envelope))
        return envelope

    def deliver(self, envelope: Envelope) -> None:
        """The same envelope once more."""
        self.queue.append(_message(envelope))

    def drain(self, *, twice: bool = False, shuffle: int | None = None, behind: str | None = None) -> Self:
        """Relays and handles until nothing is pending. Fails when it does not come to rest, or a letter is left.

        With `shuffle` some of what has arrived waits while others, and what follows from them, go before it. `behind` is a
        subject whose events are left for a later drain: its partition is far behind the others.
        """
        chance, held = random.Random(shuffle), list[bytes]()
        for _ in range(ROUNDS):
            arrived = list(self.queue) + self._relay()
            self.queue.clear()
            if behind is not None:
                held += [raw for raw in arrived if json.loads(raw)["subject"] == behind]
                arrived = [raw for raw in arrived if json.loads(raw)["subject"] != behind]
            if not arrived:
                break
            if shuffle is not None:
                arrived = _disorder(arrived, chance)
                handled = chance.randint(1, len(arrived))
                arrived, waiting = arrived[:handled], arrived[handled:]
                self.queue.extend(waiting)
            for raw in arrived:
                self.sent.append(Envelope.model_validate_json(raw))
                for inbox in self.inboxes.values():
                    inbox.receive(raw)
                    if twice:
                        inbox.receive(raw)
        else:
            raise AssertionError(f"still not quiet after {ROUNDS} rounds: {[e.type for e in self.sent[-5:]]}")
        self.queue.extend(held)
        if not held:
            self._replay_letters()
        return self

    def _relay(self) -> list[bytes]:
        taken: list[bytes] = []

        def take(messages: list[tuple[str, bytes]]) -> list[bool]:
            taken.extend(raw for _, raw in messages)
            return [True] * len(messages)

        for service in self.services.values():
            relay_once(service.stores, take)
        return taken

    def _replay_letters(self) -> None:
        """A letter that lacked another fact goes through once that fact is there; whatever stays is a fault."""
        for name, inbox in self.inboxes.items():
            while True:
                handled, left = inbox.replay()
                if not handled:
                    break
                self.drain()
            if left:
                letters = "\n".join(
                    f"{letter['type']}: {letter['trace'] or letter['error']}"
                    for letter in inbox.open_letters()
                )
                raise AssertionError(f"{name} has dead letters:\n{letters}")

    def events(self, kind: type[K]) -> list[K]:
        """The events of one class that were delivered so far, in order."""
        found = [envelope.event() for envelope in self.sent]
        return [event for event in found if isinstance(event, kind)]

    def close(self) -> None:
        for name in self.services:
            get_connection(name).drop_database(settings().database(name))
            disconnect(alias=name)
        self.services.clear()


def _message(envelope: Envelope) -> bytes:
    return json.dumps(envelope.model_dump(mode="json"), ensure_ascii=False).encode()


def _disorder(messages: list[bytes], chance: random.Random) -> list[bytes]:
    """Another order, in which each aggregate's own events stay in theirs: what partitions by key promise."""
    lanes: dict[str, deque[bytes]] = {}
    for raw in messages:
        lanes.setdefault(json.loads(raw)["subject"], deque()).append(raw)
    mixed = []
    while lanes:
        subject = chance.choice(sorted(lanes))
        mixed.append(lanes[subject].popleft())
        if not lanes[subject]:
            del lanes[subject]
    return mixed


MakeWorld = Callable[..., World]
__all__ = ["Door", "MakeWorld", "Tokens", "World"]
