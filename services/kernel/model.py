"""The words every service speaks: ids, instants, text, entities, events, and the refusals of a rule."""

import builtins
import secrets
import time
import unicodedata
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Protocol, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present instant, UTC."""
    return datetime.now(UTC)


def local_date(instant: datetime) -> date:
    """The calendar day, in Vietnam, of an instant."""
    return instant.astimezone(VIETNAM).date()


def today() -> date:
    """The present calendar day in Vietnam."""
    return local_date(now())


def new_id() -> str:
    """A UUIDv7 (RFC 9562 §5.7): ids made later sort later, so a database keeps neighbours together."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))


def derived_id(*parts: str) -> str:
    """The id of a thing made on behalf of an event: the same parts give the same id, so a retry meets its own trace."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join(parts)))


def instant_text(value: datetime) -> str:
    """RFC 3339 in UTC, milliseconds, fixed width: as text it sorts as time does, in the database too."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone, for example 2026-03-05T02:00:00Z")
    return value.astimezone(UTC)


def _not_future(value: date) -> date:
    if value > today():
        raise ValueError("the date lies in the future; give the day on which it happened")
    return value


def _nfc(value: object) -> object:
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


def _decimal(value: object) -> object:
    if isinstance(value, float):
        raise ValueError('a measured value is a decimal string such as "20.05", never a binary float')
    return value


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("a measured value must be a finite number")
    return value


Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$")]
Text = Annotated[str, BeforeValidator(_nfc), StringConstraints(min_length=1, max_length=300)]
LongText = Annotated[str, BeforeValidator(_nfc), StringConstraints(max_length=4000)]
Instant = Annotated[datetime, AfterValidator(_aware), PlainSerializer(instant_text, when_used="json")]
PastDate = Annotated[date, AfterValidator(_not_future)]
Number = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    AfterValidator(_finite),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "examples": ["20.05"]}),
]


class Fact(BaseModel):
    """A plain value object. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Quantity(Fact):
    """A measured value with its unit (VIM 1.1, 1.19), such as 20.05 L."""

    value: Number
    unit: Annotated[str, StringConstraints(min_length=1, max_length=20)]


class Event(BaseModel):
    """A fact in the past tense. Readers ignore fields they do not know: changes are additive only (Zalando 107)."""

    model_config = ConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)
    type: ClassVar[str]
    known: ClassVar[dict[str, builtins.type["Event"]]] = {}

    def __init_subclass__(cls, *, type: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if type is not None:
            cls.type = type
            Event.known[type] = cls

    @classmethod
    def service(cls) -> str:
        """The service that publishes it: the second word of the type."""
        return cls.type.split(".")[1]


class Origin(Protocol):
    """On whose behalf something is done: a caller of the API, an event, or a loop of the service itself."""

    @property
    def actor(self) -> str: ...
    @property
    def traceparent(self) -> str: ...


def new_traceparent() -> str:
    """A W3C trace context for a chain that begins here."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


class Itself(Fact):
    """A service that acts of its own accord: a loop that watches the calendar, a command at deployment."""

    actor: str
    traceparent: str = Field(default_factory=new_traceparent)


class Envelope(BaseModel):
    """CloudEvents 1.0, structured JSON. `sequence`, `traceparent`, `actor` and `causationid` are extensions."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    specversion: str = "1.0"
    id: str
    type: str
    source: str
    subject: str
    time: Instant
    datacontenttype: str = "application/json"
    dataschema: str
    sequence: Annotated[int, Field(ge=1)]
    traceparent: str
    actor: str
    causationid: str | None = None
    data: dict[str, Any]

    @classmethod
    def wrap(cls, event: Event, subject: str, sequence: int, origin: Origin, at: datetime) -> Self:
        return cls(
            id=f"{subject}@{sequence}",
            type=event.type,
            source=f"/vernier/{event.service()}",
            subject=subject,
            time=at,
            dataschema=f"urn:vernier:schema:{event.type}",
            sequence=sequence,
            traceparent=origin.traceparent,
            actor=origin.actor,
            causationid=origin.id if isinstance(origin, Envelope) else None,
            data=event.model_dump(mode="json"),
        )

    def event(self) -> Event:
        """The event inside, as its class. Fields that a later release added are ignored, in its parts too.

        Raises:
            KeyError: no service of this release publishes such a type.
            pydantic.ValidationError: the data do not fit the class.
        """
        return Event.known[self.type].model_validate(self.data, extra="ignore")


class Entity(BaseModel):
    """The root of an aggregate. Its methods check the rules, change it and RETURN the event that happened."""

    model_config = ConfigDict(extra="ignore", validate_assignment=True)
    kind: ClassVar[str]
    id: Id
    version: int = 0
    seen: dict[str, int] = Field(default_factory=dict, repr=False)

    def __init_subclass__(cls, *, kind: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if kind is not None:
            cls.kind = kind

    @property
    def subject(self) -> str:
        return f"{self.kind}/{self.id}"

    def state(self) -> dict[str, Any]:
        """What is stored of it, as JSON: one form in the database, in events and in the API."""
        return self.model_dump(mode="json", exclude={"id", "version", "seen"})

    def view(self) -> dict[str, Any]:
        """What a reader of the API is shown of it."""
        return self.model_dump(mode="json", exclude={"seen"})


class Rejected(Exception):
    """A rule says no. `problem` is stable, for programs; the sentence says what to do, for people."""

    def __init__(self, problem: str, detail: str, *, field: str | None = None, status: int = 409) -> None:
        super().__init__(detail)
        self.problem, self.detail, self.field, self.status = problem, detail, field, status


class NotFound(Rejected):
    def __init__(self, what: str, id: str) -> None:
        super().__init__("not-found", f"There is no {what} {id}. Check the id.", status=404)


class Stale(Rejected):
    """Somebody else wrote the aggregate since it was read."""

    def __init__(self, subject: str) -> None:
        super().__init__("stale", f"{subject} was changed by somebody else. Read it again and repeat.")


class AlreadyDone(Rejected):
    """A creation met an existing one: with the same id (its own trace) or the same unique key."""

    def __init__(self, subject: str, key: dict[str, Any]) -> None:
        words = ", ".join(f"{name} {value}" for name, value in key.items()) or "the same distinguishing data"
        super().__init__("already-exists", f"There is already a {subject.split('/')[0]} with {words}.")
        self.key = key


class NotYet(Exception):
    """A handler lacks a fact that another event will bring: handled again later, then set aside as a dead letter."""


Handler = Callable[[Any, Envelope], None]
