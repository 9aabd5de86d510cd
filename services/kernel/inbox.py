"""How one message is handled: once per aggregate, in order per subject, and never lost when a handler fails."""

import hashlib
import json
import logging
import re
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from mongoengine.connection import get_db
from pydantic import ValidationError
from pymongo.collection import Collection
from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    NotPrimaryError,
    WriteConcernError,
)

from services.kernel.lanes import pause
from services.kernel.model import Envelope, Event, Handler, instant_text, now
from services.kernel.store import DURABLE

log = logging.getLogger(__name__)

Outcome = Literal["handled", "ignored", "dead"]

DATABASE_AWAY = (AutoReconnect, ConnectionFailure, ExecutionTimeout, NotPrimaryError, WriteConcernError)
CLEAR_SECONDS = 0.25
HEAD = re.compile(rb'^\{"specversion":"1\.0","id":"[^"\\]*","type":"([a-z0-9_.]+)"')
HEAD_BYTES = 300
"""How every relay writes a message's beginning; one that begins otherwise is read whole."""
DELAYS = (0.05, 0.2, 0.5, 1.0, 2.0)


class Stopped(Exception):
    """The process was told to end while it waited; the message is not acknowledged and comes again."""


@dataclass
class Inbox:
    """The handlers of one service, with what surrounds them: retries, then dead letters.

    A letter closes the way for later events of its subject: they are set aside behind it, in order. Otherwise the
    inbox mark of a later event would make the replayed letter look handled already.
    """

    service: str
    handlers: Mapping[type[Event], Handler]
    delays: tuple[float, ...] = DELAYS
    stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _set_aside_count: int = 0
    _clear_until: float = 0.0

    @property
    def letters(self) -> Collection[dict[str, Any]]:
        letters: Collection[dict[str, Any]] = get_db(self.service)["dead_letters"]
        return letters.with_options(write_concern=DURABLE)

    def make_indexes(self) -> None:
        self.letters.create_index([("open", 1), ("subject", 1), ("at", 1)])

    def ignores(self, raw: bytes) -> bool:
        """Whether a message is plainly none of ours, by the type in its head; many are, and need no lane to say so."""
        found = HEAD.search(raw or b"", 0, HEAD_BYTES)
        event = Event.known.get(found.group(1).decode()) if found else None
        return event is not None and event not in self.handlers

    def receive(self, raw: bytes) -> Outcome:
        """Handles one message. No exception leaves it but Stopped."""
        try:
            envelope = Envelope.model_validate_json(raw)
        except ValidationError as invalid:
            unreadable = invalid
            self._database(lambda: self._set_aside(raw, None, unreadable))
            return "dead"
        handler = self.handlers.get(Event.known.get(envelope.type, Event))
        if handler is None:
            return "ignored"
        if self._database(lambda: self._blocked(envelope.subject)):
            self._database(lambda: self._set_aside(raw, envelope, None))
            return "dead"
        error = self._attempt(handler, envelope)
        if error is None:
            return "handled"
        self._database(lambda: self._set_aside(raw, envelope, error))
        return "dead"

    def _attempt(self, handler: Handler, envelope: Envelope) -> Exception | None:
        failure: Exception | None = None
        for delay in (*self.delays, None):
            try:
                event = envelope.event()
                self._database(partial(handler, event, envelope))
                return None
            except Stopped:
                raise
            except Exception as error:  # a handler may fail in any way; the partition goes on
                failure = error
                if isinstance(error, ValidationError):
                    break
            if delay is not None and pause(delay, self.stop):
                raise Stopped
        return failure

    def _database(self, act: Any) -> Any:
        """While the database is away there is nowhere to put a letter either: wait for it, for as long as it takes."""
        wait = 0.1
        while True:
            try:
                return act()
            except DATABASE_AWAY as error:
                log.warning("database away, trying again in %.1f s: %s", wait, error)
                if pause(wait, self.stop):
                    raise Stopped from error
                wait = min(wait * 2, 5.0)

    def _blocked(self, subject: str) -> bool:
        """Whether a letter of this subject is open. That there is no letter at all is believed for a moment."""
        if time.monotonic() < self._clear_until:
            return False
        count = self._set_aside_count
        if self.letters.find_one({"open": True}, {"_id": 1}) is None:
            with self._lock:
                if count == self._set_aside_count:  # no lane set one aside while this one looked
                    self._clear_until = time.monotonic() + CLEAR_SECONDS
            return False
        return self.letters.find_one({"open": True, "subject": subject}, {"_id": 1}) is not None

    def look_again(self) -> None:
        """Letters may be there of which this process does not know: its own new one, or another worker's."""
        with self._lock:
            self._set_aside_count += 1
            self._clear_until = 0.0

    def _set_aside(self, raw: bytes, envelope: Envelope | None, error: Exception | None) -> None:
        text = raw.decode("utf-8", "backslashreplace")
        letter = {
            "_id": envelope.id if envelope else hashlib.sha256(raw).hexdigest(),
            "open": True,
            "subject": envelope.subject if envelope else None,
            "type": envelope.type if envelope else None,
            "at": instant_text(now()),
            "order": time.time_ns(),
            "raw": text,
            "error": f"{type(error).__name__}: {error}"
            if error
            else "an earlier event of its subject is set aside",
            "trace": "".join(traceback.format_exception(error)) if error else "",
        }
        self.look_again()
        try:
            self.letters.insert_one(letter)
        except DuplicateKeyError:
            # Closed before and failing now, in a replay of the history for instance: it is open again. An open one stays.
            reopened = self.letters.update_one({"_id": letter["_id"], "open": False}, {"$set": letter})
            if not reopened.modified_count:
                return
        finally:
            self.look_again()
        log.error("dead letter %s (%s): %s", letter["_id"], letter["type"], letter["error"])

    def open_letters(self) -> Iterator[dict[str, Any]]:
        """The letters that wait for somebody, oldest first."""
        yield from self.letters.find({"open": True}).sort("order", 1)

    def replay(self) -> tuple[int, int]:
        """Handles the open letters again, in order; returns how many were handled and how many stay.

        A letter that fails again stays, and with it the later ones of its subject.
        """
        handled, stuck = 0, set[str | None]()
        letters = list(self.open_letters())
        for letter in letters:
            if letter["subject"] in stuck:
                continue
            error: Exception | None
            try:
                envelope = Envelope.model_validate(json.loads(letter["raw"]))
                handler = self.handlers.get(Event.known.get(envelope.type, Event))
                error = self._attempt(handler, envelope) if handler else None
            except (ValidationError, ValueError) as invalid:
                error = invalid
            if error is None:
                self.letters.update_one(
                    {"_id": letter["_id"]}, {"$set": {"open": False, "at": instant_text(now())}}
                )
                handled += 1
            else:
                log.error("dead letter %s fails again: %s", letter["_id"], error)
                stuck.add(letter["subject"])
        return handled, len(letters) - handled
