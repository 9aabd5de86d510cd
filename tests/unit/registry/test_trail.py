"""The order of a trail: by time and always the same, whatever the order in which its steps are found."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.kernel.model import Envelope
from services.registry.trail import Step, TrailStep

START = datetime(2026, 11, 2, 3, tzinfo=UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def step(subject: str, sequence: int, millisecond: int = 0, cause: str | None = None) -> Step:
    envelope = Envelope(
        id=f"{subject}@{sequence}",
        type="vernier.inspection.seal.affixed.v1",
        source="/vernier/inspection",
        subject=subject,
        time=START + timedelta(milliseconds=millisecond),
        dataschema="urn:vernier:schema:vernier.inspection.seal.affixed.v1",
        sequence=sequence,
        traceparent=TRACE,
        actor="account/kdv",
        causationid=cause,
        data={"number": "A-1", "place": "x" * 101, "readings": [1, 2], "left": None},
    )
    return Step.of(envelope)


PLACES = st.tuples(
    st.sampled_from(["seal/A-1", "seal/A-2", "visit/v1"]),
    st.integers(1, 12),
    st.integers(0, 2),
    st.sampled_from([None, "record/r1@1"]),
)


@given(st.data())
def test_the_order_does_not_depend_on_how_steps_are_found(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(PLACES, max_size=12, unique_by=lambda each: each[:2]))
    steps = [step(*each) for each in chosen]
    found = data.draw(st.permutations(steps))
    ordered = sorted(found, key=lambda each: each.place)
    assert ordered == sorted(steps, key=lambda each: each.place)
    assert [each.time for each in ordered] == sorted(each.time for each in steps)


def test_of_one_millisecond_the_cause_comes_first_and_the_tenth_event_after_the_ninth() -> None:
    steps = [
        step("seal/A-1", 10),
        step("seal/A-1", 9),
        step("a/1", 1, cause="seal/A-1@9"),
        step("z/1", 1, -1),
    ]
    ordered = [each.id for each in sorted(steps, key=lambda each: each.place)]
    assert ordered == ["z/1@1", "seal/A-1@9", "seal/A-1@10", "a/1@1"]


def test_what_is_long_stays_in_the_event() -> None:
    assert step("seal/A-1", 1).data == {"number": "A-1", "left": None}


def test_a_step_has_one_id_for_each_instrument_and_the_same_at_every_arrival() -> None:
    first, again = (TrailStep.of("cot-1", step("seal/A-1", 1)) for _ in range(2))
    assert first == again
    others = [TrailStep.of("cot-2", step("seal/A-1", 1)), TrailStep.of("cot-1", step("seal/A-1", 2))]
    assert len({each.id for each in [first, *others]}) == 3
