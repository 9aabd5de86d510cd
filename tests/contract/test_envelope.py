"""Every sample is a CloudEvent 1.0 in structured JSON, with the extensions that Vernier promises."""

import re
from datetime import datetime

import pytest

from services.kernel.model import Entity
from tests.contract.samples import sample, sampled

# https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
REQUIRED = {"specversion", "id", "source", "type"}
OPTIONAL = {"datacontenttype", "dataschema", "subject", "time", "data"}
EXTENSIONS = {"sequence", "traceparent", "actor", "causationid"}

EVENT_ID = re.compile(r"^[a-z_]+/[0-9A-Za-z][0-9A-Za-z_-]{0,63}@[1-9][0-9]*$")
INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

pytestmark = pytest.mark.parametrize("type", sampled())


def test_it_has_the_attributes_that_cloudevents_asks_for(type: str) -> None:
    event = sample(type)
    assert event.keys() >= REQUIRED
    assert event["specversion"] == "1.0"
    assert event["type"] == type
    assert all(event[name] and isinstance(event[name], str) for name in REQUIRED)


def test_other_attributes_are_those_promised_and_well_named(type: str) -> None:
    names = sample(type).keys() - REQUIRED - OPTIONAL
    assert names == EXTENSIONS
    assert all(re.fullmatch(r"[a-z0-9]{1,20}", name) for name in names)


def test_type_and_source_name_the_service(type: str) -> None:
    found = re.fullmatch(r"vernier\.([a-z]+)\.([a-z_]+)\.([a-z_]+)\.v([1-9][0-9]*)", type)
    assert found, "a type is vernier.<service>.<noun>.<verb in the past>.v<version>"
    assert sample(type)["source"] == f"/vernier/{found[1]}"
    assert sample(type)["dataschema"] == f"urn:vernier:schema:{type}"


def test_subject_and_sequence_make_the_id(type: str) -> None:
    event = sample(type)
    assert isinstance(event["sequence"], int)
    assert event["sequence"] >= 1
    assert event["id"] == f"{event['subject']}@{event['sequence']}"
    assert EVENT_ID.match(event["id"])


def test_the_subject_is_a_kind_that_the_service_keeps(type: str) -> None:
    service = type.split(".")[1]
    kinds = {
        each.kind
        for each in Entity.__subclasses__()
        if each.__module__.startswith(f"services.{service}.") and hasattr(each, "kind")
    }
    assert sample(type)["subject"].split("/")[0] in kinds


def test_time_is_rfc_3339_in_utc_with_milliseconds(type: str) -> None:
    time = sample(type)["time"]
    assert INSTANT.match(time)
    assert datetime.fromisoformat(time).utcoffset() is not None


def test_it_belongs_to_a_trace_and_to_somebody(type: str) -> None:
    event = sample(type)
    assert re.fullmatch(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", event["traceparent"])
    assert re.fullmatch(r"(account|service)/[0-9A-Za-z-]+", event["actor"])
    assert event["causationid"] is None or EVENT_ID.match(event["causationid"])
