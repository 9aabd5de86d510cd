"""The words of the kernel: ids, instants, numbers, envelopes."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.kernel.model import (
    Envelope,
    Event,
    Id,
    Instant,
    Itself,
    Number,
    PastDate,
    Quantity,
    Text,
    derived_id,
    instant_text,
    local_date,
    new_id,
    today,
)

INSTANTS = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2090, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))]),
)


class Weighed(Event, type="vernier.test.thing.weighed.v1"):
    """A thing was weighed."""

    mass: Quantity


def read(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value)


@given(INSTANTS, INSTANTS)
def test_instants_sort_as_text_as_they_do_in_time(one: datetime, other: datetime) -> None:
    by_text = instant_text(one) <= instant_text(other)
    by_time = one.replace(microsecond=one.microsecond // 1000 * 1000) <= other.replace(
        microsecond=other.microsecond // 1000 * 1000
    )
    assert by_text == by_time


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="time zone"):
        read(Instant, "2026-03-05T02:00:00")


def test_days_are_those_of_vietnam() -> None:
    assert local_date(datetime(2026, 3, 4, 17, 30, tzinfo=UTC)) == date(2026, 3, 5)
    with pytest.raises(ValidationError, match="future"):
        read(PastDate, today() + timedelta(days=1))


def test_ids_made_later_sort_later() -> None:
    made = [new_id() for _ in range(2)]
    assert made[0][14] == "7"
    assert made[0][:12] <= made[1][:12]
    assert len({new_id() for _ in range(1000)}) == 1000


def test_a_derived_id_depends_on_every_part_and_where_they_end() -> None:
    assert derived_id("a", "bc") == derived_id("a", "bc")
    assert derived_id("a", "bc") != derived_id("ab", "c")


@pytest.mark.parametrize("value", [1.5, "NaN", "Infinity", "1,5", "", "x", float("nan")])
def test_a_measured_value_is_a_decimal_and_finite(value: Any) -> None:
    with pytest.raises(ValidationError):
        read(Number, value)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9))
def test_a_measured_value_survives_json_to_the_last_digit(value: Decimal) -> None:
    told = TypeAdapter(Number).dump_json(value).decode().strip('"')
    assert "e" not in told.lower()
    assert Decimal(told) == value


def test_text_is_nfc_and_not_blank() -> None:
    decomposed = "Tra\u0323m xa\u0306ng"
    assert read(Text, f"  {decomposed} ") == "Trạm xăng"
    with pytest.raises(ValidationError):
        read(Text, "   ")


@pytest.mark.parametrize("id", ["", "a.b", "$x", "a b", "-a", "x" * 65, "a/b"])
def test_an_id_can_stand_in_a_path_and_in_a_field_name(id: str) -> None:
    with pytest.raises(ValidationError):
        read(Id, id)


def test_an_envelope_is_a_cloud_event_and_comes_back_as_its_class() -> None:
    cause = Itself(actor="account/binh")
    event = Weighed(mass=Quantity(value=Decimal("20.050"), unit="kg"))
    envelope = Envelope.wrap(event, "thing/1", 3, cause, datetime(2026, 3, 5, 2, 0, tzinfo=UTC))
    told = envelope.model_dump(mode="json")
    assert told["id"] == "thing/1@3"
    assert told["source"] == "/vernier/test"
    assert told["time"] == "2026-03-05T02:00:00.000Z"
    assert told["data"] == {"mass": {"value": "20.050", "unit": "kg"}}
    assert Envelope.model_validate(told).event() == event


def test_what_an_event_causes_carries_its_trace_and_its_person() -> None:
    at = datetime(2026, 3, 5, tzinfo=UTC)
    event = Weighed(mass=Quantity(value=Decimal(1), unit="kg"))
    cause = Envelope.wrap(event, "thing/1", 1, Itself(actor="account/binh"), at)
    effect = Envelope.wrap(event, "thing/2", 1, cause, at)
    assert (effect.causationid, effect.actor) == ("thing/1@1", "account/binh")
    assert effect.traceparent == cause.traceparent
