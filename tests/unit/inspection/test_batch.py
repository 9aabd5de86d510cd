"""A batch is cut into records without understanding them, and whatever cannot be read stays as it came."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain.batch import _cut, _cut_any, read_batch
from services.inspection.domain.record import Arrival, read_record
from services.inspection.domain.tablet import Tablet
from services.kernel.model import Rejected
from tests.unit.inspection.evidence import FieldTablet

AT = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def batch(records: str) -> bytes:
    return f'{{"tablet_id": "t1", "records": [{records}], "sent_at": "2026-03-05T03:00:00Z"}}'.encode()


@given(st.lists(JSON, min_size=1, max_size=8), st.sampled_from([",", " ,\n"]), st.booleans())
def test_every_record_comes_out_as_it_went_in(values: list[Any], comma: str, ascii: bool) -> None:
    texts = [json.dumps(value, ensure_ascii=ascii) for value in values]
    found = read_batch(batch(comma.join(texts)).replace(b"\\ud", b"\\ue"))
    assert found.records == [text.replace("\\ud", "\\ue") for text in texts]
    assert (found.tablet_id, found.sent_at) == ("t1", AT)


@given(st.text(max_size=60))
def test_whatever_stands_in_the_list_there_is_an_answer_or_a_refusal(text: str) -> None:
    try:
        body = batch(text)
        found = read_batch(body)
    except (Rejected, UnicodeEncodeError):
        return
    tablet = Tablet(id="t1", inspector_id="k1", public_key=FieldTablet().public_key, enrolled_at=AT)
    for raw in found.records:
        record = read_record(raw, Arrival(tablet, AT, AT))
        assert (record.status, record.raw) == ("rejected", raw)
        assert record.model_dump_json()


def test_a_text_that_never_closes_its_quotes_costs_no_time() -> None:
    with pytest.raises(Rejected, match="no JSON"):
        read_batch(b'{"records": [' + b'"\\"' * 500_000)


def test_the_list_is_found_only_at_the_top() -> None:
    text = (
        '{"records": ["]", {"records": [1, 2]}, "[{"], "tablet_id": "t1", "sent_at": "2026-03-05T03:00:00Z"}'
    )
    assert read_batch(text.encode()).records == ['"]"', '{"records": [1, 2]}', '"[{"']
    nested = '{"tablet_id": "t1", "sent_at": "2026-03-05T03:00:00Z", "x": {"records": [1]}}'
    with pytest.raises(Rejected) as refused:
        read_batch(nested.encode())
    assert refused.value.status == 422


def test_two_lists_of_records_are_no_batch() -> None:
    text = '{"tablet_id": "t1", "sent_at": "2026-03-05T03:00:00Z", "records": [1], "records": [2]}'
    with pytest.raises(Rejected) as refused:
        read_batch(text.encode())
    assert refused.value.field == "records.0" or refused.value.field == "records"


@given(st.lists(JSON, max_size=5), st.sampled_from([None, 1]), st.booleans())
def test_the_quick_way_cuts_as_the_patient_one(made: list[Any], indent: int | None, first: bool) -> None:
    head = {"tablet_id": "t1", "sent_at": "2026-03-05T02:00:00Z"}
    whole = {"records": made, **head} if first else {**head, "records": made}
    text = json.dumps(whole, indent=indent, ensure_ascii=False)
    quick, patient = _cut(text), _cut_any(text)
    assert quick == patient or [json.loads(quick[0]), quick[1]] == [json.loads(patient[0]), patient[1]]
    assert [json.loads(piece) for piece in quick[1]] == made
