"""One document = one aggregate = one transaction: state, history and inbox mark are written together or not at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from pymongo.errors import BulkWriteError, DuplicateKeyError

from services.kernel.model import AlreadyDone, Entity, Envelope, Event, NotFound, Origin, Stale, now
from services.kernel.settings import settings

E = TypeVar("E", bound=Entity)
DURABLE = WriteConcern(w="majority", j=True)
ATTEMPTS = 20
DUPLICATE_KEY = 11000


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

    meta: dict[str, Any] = {
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

    meta: dict[str, Any] = {"abstract": True, "auto_create_index": False, "indexes": [LOCK]}


Document = type[Aggregate] | type[Projection]


@dataclass(frozen=True)
class Store(Generic[E]):
    """The only door through which an entity is read and written."""

    document: Document
    entity: type[E]

    @property
    def collection(self) -> Collection[dict[str, Any]]:
        collection = cast(Collection[dict[str, Any]], self.document._get_collection())
        return collection.with_options(write_concern=DURABLE)

    def find(self, id: str) -> E | None:
        found = self.collection.find_one({"_id": id}, {"history": 0})
        return self._entity(found) if found else None

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
            yield self._entity(row)

    def history(self, id: str) -> list[Envelope]:
        """Every event of one aggregate, oldest first. Raises NotFound."""
        found = self.collection.find_one({"_id": id}, {"history": 1})
        if found is None:
            raise NotFound(self.entity.kind, id)
        return [Envelope.model_validate(each) for each in found["history"]]

    def add(self, entity: E, *events: Event, by: Origin) -> E:
        """Creates the aggregate. Raises AlreadyDone when its id or a unique key is taken."""
        document = self._document(entity, events, by)
        try:
            self.collection.insert_one(document)
        except DuplicateKeyError as error:
            raise AlreadyDone(entity.subject, _key(error.details or {})) from error
        return self._created(entity, document)

    def add_many(self, made: Sequence[tuple[E, Sequence[Event]]], by: Origin) -> list[E | AlreadyDone]:
        """Creates many aggregates in one round trip, each a transaction of its own.

        The answer has one element for each, in order: the aggregate created, or the AlreadyDone that `add` would raise.
        """
        if not made:
            return []
        documents = [self._document(entity, events, by) for entity, events in made]
        refused: dict[int, AlreadyDone] = {}
        try:
            self.collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            details = error.details or {}
            for each in details.get("writeErrors", []):
                if each["code"] != DUPLICATE_KEY:
                    raise
                refused[each["index"]] = AlreadyDone(made[each["index"]][0].subject, _key(each))
            if details.get("writeConcernErrors"):
                raise
        return [
            refused.get(index) or self._created(entity, document)
            for index, ((entity, _), document) in enumerate(zip(made, documents, strict=True))
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
        envelopes, seen = self._envelopes(entity, events, by), self._seen(entity, by)
        version = entity.version + max(len(envelopes), 1)
        change: dict[str, Any] = {"$set": {**entity.state(), "version": version, "seen": seen}}
        if envelopes:
            change["$set"]["pending"] = True
            change["$push"] = {"history": {"$each": envelopes}}
        try:
            result = self.collection.update_one({"_id": entity.id, "version": entity.version}, change)
        except DuplicateKeyError as error:
            raise AlreadyDone(entity.subject, _key(error.details or {})) from error
        if result.matched_count == 0:
            raise Stale(entity.subject)
        return entity.model_copy(update={"version": version, "seen": seen})

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
        for attempt in range(ATTEMPTS):
            # The first event of an aggregate makes ours of the same id: then there is nothing to be found yet.
            begins = cause.sequence == 1 and cause.subject.endswith(f"/{id}")
            first = attempt == 0 and create is not None and begins
            entity = None if first else self.find(id)
            fresh = entity is None
            if entity is None:
                if create is None:
                    return
                entity = create()
            elif entity.seen.get(cause.subject, 0) >= cause.sequence:
                return
            outcome = change(entity)
            events = [] if outcome is None else [outcome] if isinstance(outcome, Event) else list(outcome)
            try:
                self.add(entity, *events, by=cause) if fresh else self.commit(entity, *events, by=cause)
                return
            except Stale:
                continue
            except AlreadyDone:
                if fresh and self.find(id) is not None:
                    continue
                raise
        raise Stale(f"{self.entity.kind}/{id}")

    def keep(self, cause: Envelope, entity: E) -> None:
        """Keeps the newest copy of a fact that another service owns: a projection's whole state is replaced."""

        def replace(old: E) -> None:
            for name in set(type(entity).model_fields) - {"id", "version", "seen"}:
                setattr(old, name, getattr(entity, name))

        self.on(cause, entity.id, replace, lambda: entity)

    def _entity(self, row: dict[str, Any]) -> E:
        return self.entity.model_validate({**row, "id": row["_id"]})

    def _document(self, entity: E, events: Sequence[Event], by: Origin) -> dict[str, Any]:
        envelopes = self._envelopes(entity, events, by)
        document: dict[str, Any] = {"_id": entity.id, **entity.state(), "seen": self._seen(entity, by)}
        if issubclass(self.document, Aggregate):
            document |= {"history": envelopes, "relayed": 0}
            if envelopes:
                document["pending"] = True
        return document | {"version": max(len(envelopes), 1)}

    def _created(self, entity: E, document: dict[str, Any]) -> E:
        return entity.model_copy(update={"version": document["version"], "seen": document["seen"]})

    def _envelopes(self, entity: E, events: Sequence[Event], by: Origin) -> list[dict[str, Any]]:
        at = now()
        return [
            Envelope.wrap(event, entity.subject, entity.version + number, by, at).model_dump(mode="json")
            for number, event in enumerate(events, start=1)
        ]

    def _seen(self, entity: E, by: Origin) -> dict[str, int]:
        return entity.seen | {by.subject: by.sequence} if isinstance(by, Envelope) else entity.seen


def _key(details: Mapping[str, Any]) -> dict[str, Any]:
    key = details.get("keyValue") or {}
    return {name.removeprefix("_"): key[name] for name in key}


def open_database(service: str) -> None:
    """Connects a service to its own database; its documents name the service as their `db_alias`."""
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
