"""One document = one aggregate = one transaction: state, history and inbox mark are written together or not at all."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from mongoengine import (
    BooleanField,
    DictField,
    DynamicDocument,
    IntField,
    ListField,
    StringField,
    connect,
    disconnect,
)
from pymongo import WriteConcern
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError, PyMongoError

from services.kernel.documents import Documents, Row, key_of
from services.kernel.model import AlreadyDone, Entity, Envelope, Event, NotFound, Origin, Stale, now
from services.kernel.settings import settings
from services.kernel.together import Together, Turns

E = TypeVar("E", bound=Entity)
DURABLE = WriteConcern(w="majority", j=True)
ATTEMPTS = 20
RECENT_SECONDS, MOST_RECENT = 1.0, 4096

LOCK = {"fields": ["id", "version", "relayed"], "name": "lock"}
"""For the condition of every commit, and of the relay's mark. MongoDB finds the id and looks at the version; the embedded
engine, for a condition that no index covers whole, looks at every document of the collection."""


class Aggregate(DynamicDocument):
    """What every collection of aggregates has beside the state; ARCHITECTURE §3."""

    id = StringField(primary_key=True)
    version = IntField(required=True)
    history = ListField(DictField())
    relayed = IntField(required=True)
    pending = BooleanField()
    seen = DictField()

    meta: Row = {
        "abstract": True,
        "auto_create_index": False,
        "indexes": [
            {"fields": ["pending", "id"], "partialFilterExpression": {"pending": True}, "name": "outbox"},
            LOCK,
        ],
    }


class Projection(DynamicDocument):
    """A reader's own copy of facts that another service owns. It can be dropped and rebuilt from the events."""

    id = StringField(primary_key=True)
    version = IntField(required=True)
    seen = DictField()

    meta: Row = {"abstract": True, "auto_create_index": False, "indexes": [LOCK]}


Document = type[Aggregate] | type[Projection]


@dataclass(frozen=True)
class Wish(Generic[E]):
    """What one event wants of an aggregate."""

    cause: Envelope
    change: Callable[[E], Iterable[Event] | Event | None]

    def outcome(self, entity: E) -> list[Event]:
        """Changes it; what happened."""
        outcome = self.change(entity)
        return [] if outcome is None else [outcome] if isinstance(outcome, Event) else list(outcome)


@dataclass(frozen=True)
class Store(Generic[E]):
    """The only door through which an entity is read and written."""

    document: Document
    entity: type[E]

    @property
    def collection(self) -> Collection[Row]:
        collection = cast(Collection[Row], self.document._get_collection())
        return collection.with_options(write_concern=DURABLE)

    def find(self, id: str) -> E | None:
        [found] = self._documents.find([id])
        return self.read(found) if found else None

    def find_each(self, *ids: str) -> list[E]:
        """Those of some that are there."""
        return [self.read(found) for found in self._documents.find(list(ids)) if found]

    def by(self, field: str, fields: Iterable[str] = ()) -> Together[str, list[Row]]:
        """Asks for the documents (or these fields of them) whose `field`, the first of an index, has a value.

        Make it once: those who ask it at the same moment ask together.
        """
        return self._documents.by(field, fields)

    def recent(self, id: str) -> E | None:
        """As `find`, but what was written within the last second may be lacking.

        For copies that lag behind their service anyway, and that a burst asks for over and over. Not to be altered:
        others hold the same one.
        """
        until, opened, found = self._recent.get(id, (0.0, 0, None))
        if found is None or opened != _opened or time.monotonic() >= until:
            found = self.find(id)
            if found is not None:
                if len(self._recent) >= MOST_RECENT:
                    self._recent.clear()
                self._recent[id] = time.monotonic() + RECENT_SECONDS, _opened, found
        return found

    def get(self, id: str) -> E:
        """Raises NotFound."""
        found = self.find(id)
        if found is None:
            raise NotFound(self.entity.kind, id)
        return found

    def query(self, *, order: str = "id", limit: int = 0, **where: Any) -> Iterator[E]:
        """Entities whose fields fit, in mongoengine's words: `status="due"`, `due_on__lte=…`, `__raw__={…}`.

        `order` names one field or several, separated by spaces; a minus in front turns one round.
        """
        found = self.document.objects(**where).order_by(*order.split())
        if issubclass(self.document, Aggregate):
            found = found.exclude("history")
        found = found.limit(limit) if limit else found
        for row in found.as_pymongo():
            yield self.read(row)

    def history(self, id: str) -> list[Envelope]:
        """Every event of one aggregate, oldest first. Raises NotFound."""
        found = self.collection.find_one({"_id": id}, {"history": 1})
        if found is None:
            raise NotFound(self.entity.kind, id)
        return [Envelope.model_validate(each) for each in found["history"]]

    def add(self, entity: E, *events: Event, by: Origin) -> E:
        """Creates the aggregate. Raises AlreadyDone when its id or a unique key is taken."""
        document = self._document(entity, events, by)
        [refused] = self._documents.insert([document])
        if refused is not None:
            raise refused
        return self._created(entity, document)

    def add_in_order(self, made: Sequence[tuple[E, Sequence[Event], Origin]]) -> list[E]:
        """Creates aggregates up to the first whose id or key is taken.

        Whatever hinders it, what is there then is a beginning of the list.
        """
        documents = [self._document(entity, events, by) for entity, events, by in made]
        created = [self._created(each[0], document) for each, document in zip(made, documents, strict=True)]
        return created[: self._documents.insert_in_order(documents)]

    def add_many(self, made: Sequence[tuple[E, Sequence[Event]]], by: Origin) -> list[E | AlreadyDone]:
        """Creates many aggregates in one round trip, each a transaction of its own.

        The answer has one element for each, in order: the aggregate created, or the AlreadyDone that `add` would raise.
        """
        if not made:
            return []
        documents = [self._document(entity, events, by) for entity, events in made]
        refused = self._documents.insert(documents)
        for error in refused:
            if error is not None and not isinstance(error, AlreadyDone):
                raise error
        return [
            error if isinstance(error, AlreadyDone) else self._created(entity, document)
            for error, (entity, _), document in zip(refused, made, documents, strict=True)
        ]

    def add_once(self, entity: E, event: Event, by: Origin, moment: frozenset[str] = frozenset()) -> E:
        """Creates the aggregate under an id that the client chose. The same command again finds the first one's result.

        `moment` names what of the event the day of the command gives and not the command: a retry may come after
        midnight. Raises AlreadyDone when the id stands for something else, or a unique key is taken.
        """
        try:
            return self.add(entity, event, by=by)
        except AlreadyDone:
            first = self.find(entity.id)
            if first is None:
                raise
            told, tells = self.history(entity.id)[0].data, event.model_dump(mode="json")
            if any(told.get(name) != value for name, value in tells.items() if name not in moment):
                raise
            return first

    def commit(self, entity: E, *events: Event, by: Origin) -> E:
        """Writes a changed aggregate with its events, if nobody wrote it since it was read. Raises Stale, AlreadyDone.

        An event's sequence is the version that it made. A change without an event counts as a version too.
        """
        envelopes = self._envelopes(entity, events, by)
        update = {"version": entity.version + max(len(envelopes), 1), "seen": self._seen(entity, by)}
        changed = entity.model_copy(update=update)
        try:
            where = {"_id": entity.id, "version": entity.version}
            result = self.collection.update_one(where, self._written(changed, envelopes))
        except DuplicateKeyError as error:
            raise AlreadyDone(entity.subject, key_of(error.details or {})) from error
        finally:
            self._recent.pop(entity.id, None)
        if result.matched_count == 0:
            raise Stale(entity.subject)
        return changed

    def on(
        self,
        cause: Envelope,
        id: str,
        change: Callable[[E], Iterable[Event] | Event | None],
        create: Callable[[], E] | None = None,
    ) -> None:
        """A handler's door: applies one event to one aggregate exactly once, however often the event arrives.

        `change` alters the entity and returns what happened, if anything did. `create` makes it when it is missing;
        without `create` a missing aggregate is left alone (the event is about something this service does not keep).
        """
        wish = Wish(cause, change)
        with self._turns(id, wish) as mine:
            if mine:
                self._fulfil(id, wish, create)

    def keep(self, cause: Envelope, entity: E) -> None:
        """Keeps the newest copy of a fact that another service owns: a projection's whole state is replaced."""

        def replace(old: E) -> None:
            for name in set(type(entity).model_fields) - {"id", "version", "seen"}:
                setattr(old, name, getattr(entity, name))

        self.on(cause, entity.id, replace, lambda: entity)

    @cached_property
    def _documents(self) -> Documents:
        return Documents(lambda: self.collection, self.entity.kind)

    @cached_property
    def _recent(self) -> dict[str, tuple[float, int, E]]:
        return {}

    @cached_property
    def _turns(self) -> Turns[Wish[E]]:
        return Turns()

    def _fulfil(self, id: str, wish: Wish[E], create: Callable[[], E] | None) -> None:
        """Together with what lanes behind this one want of the same aggregate; unless that fails: then each alone."""
        for attempt in range(ATTEMPTS):
            # The first event of an aggregate makes ours of the same id: then there is nothing to be found yet.
            begins = wish.cause.sequence == 1 and wish.cause.subject.endswith(f"/{id}")
            first = attempt == 0 and create is not None and begins
            entity = None if first else self.find(id)
            fresh = entity is None
            behind = [] if fresh or attempt > 0 else self._turns.behind(id)
            try:
                if entity is not None:
                    self._change_by(entity, [wish, *behind])
                elif create is not None:
                    entity = create()
                    self.add(entity, *wish.outcome(entity), by=wish.cause)
                self._turns.fulfilled(id, len(behind))
                return
            except Stale:
                continue
            except PyMongoError:
                raise
            except AlreadyDone:
                if not behind and not (fresh and self.find(id) is not None):
                    raise
            except Exception:
                if not behind:
                    raise
        raise Stale(f"{self.entity.kind}/{id}")

    def _change_by(self, entity: E, wishes: Iterable[Wish[E]]) -> None:
        """Those that are not heard yet, in one write. Raises Stale, AlreadyDone, and what a change raises."""
        id, version, envelopes = entity.id, entity.version, list[Row]()
        for wish in wishes:
            if entity.seen.get(wish.cause.subject, 0) < wish.cause.sequence:
                added = self._envelopes(entity, wish.outcome(entity), wish.cause)
                entity.version += max(len(added), 1)
                entity.seen = self._seen(entity, wish.cause)
                envelopes += added
        if entity.version > version:
            self._documents.update((id, version, self._written(entity, envelopes)))
            self._recent.pop(id, None)

    def _written(self, entity: E, envelopes: list[Row]) -> Row:
        """What a changed aggregate's document becomes."""
        change: Row = {"$set": {**entity.state(), "version": entity.version, "seen": entity.seen}}
        if envelopes:
            change["$set"]["pending"] = True
            change["$push"] = {"history": {"$each": envelopes}}
        return change

    def read(self, row: Row) -> E:
        """The entity in a document."""
        return self.entity.model_validate({**row, "id": row["_id"]})

    def _document(self, entity: E, events: Sequence[Event], by: Origin) -> Row:
        envelopes = self._envelopes(entity, events, by)
        document: Row = {"_id": entity.id, **entity.state(), "seen": self._seen(entity, by)}
        if issubclass(self.document, Aggregate):
            document |= {"history": envelopes, "relayed": 0}
            if envelopes:
                document["pending"] = True
        return document | {"version": max(len(envelopes), 1)}

    def _created(self, entity: E, document: Row) -> E:
        return entity.model_copy(update={"version": document["version"], "seen": document["seen"]})

    def _envelopes(self, entity: E, events: Sequence[Event], by: Origin) -> list[Row]:
        at = now()
        return [
            Envelope.wrap(event, entity.subject, entity.version + number, by, at).model_dump(mode="json")
            for number, event in enumerate(events, start=1)
        ]

    def _seen(self, entity: E, by: Origin) -> dict[str, int]:
        return entity.seen | {by.subject: by.sequence} if isinstance(by, Envelope) else entity.seen


_opened = 0
"""How often a database was opened: what was read from another one is not believed any more."""


def open_database(service: str) -> None:
    """Connects a service to its own database; its documents name the service as their `db_alias`."""
    global _opened
    _opened += 1
    disconnect(alias=service)
    for document in (*Aggregate.__subclasses__(), *Projection.__subclasses__()):
        # mongoengine forgets an old connection by the class's bare name, which two services may share.
        if document._meta["db_alias"] == service:
            document._disconnect()
    connect(
        settings().database(service),
        alias=service,
        host=settings().mongo,
        uuidRepresentation="standard",
        w="majority",
        journal=True,
        serverSelectionTimeoutMS=5000,
    )


def make_indexes(stores: Iterable[Store[Any]]) -> None:
    """All indexes of a service, by one explicit command at deployment."""
    for store in stores:
        store.document.ensure_indexes()
