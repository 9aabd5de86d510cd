"""Assigned serial numbers: never one of the register's, and every one of a range is reserved, used or cancelled."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain.assigned_serial import SerialRange, read_serial, write_serial
from services.kernel.model import now
from services.registry.instrument import assigned_serial

OFFICES = st.from_regex(r"\A[0-9A-Za-z][0-9A-Za-z-]{0,19}\Z")


def kept(first: int = 21, last: int = 30) -> SerialRange:
    return SerialRange(
        id=write_serial("BN", first),
        office="BN",
        first=first,
        last=last,
        reservation_id="r1",
        tablet_id="t1",
        inspector_id="k1",
        touched_at=now(),
    )


@given(OFFICES, st.integers(1, 10**9), st.uuids(version=4))
def test_neither_ever_gives_a_number_of_the_other(office: str, sequence: int, id: uuid.UUID) -> None:
    written = write_serial(office, sequence)
    assert read_serial(written) == (office, sequence)
    assert read_serial(assigned_serial(str(id))) is None
    assert written.casefold() != assigned_serial(str(id)).casefold()


def test_what_only_looks_like_one_is_none() -> None:
    for text in ("", "TS-2024-00817", "BN-S12", "BN-SX00021", "BN-S00002١", "S000021", "BN-S000021-1"):
        assert read_serial(text) is None, text
    assert read_serial(" BN-S 000021 ") == ("BN", 21)


@given(st.lists(st.tuples(st.integers(21, 30), st.sampled_from("abc")), max_size=20), st.integers(0, 20))
def test_every_number_is_accounted_for_whatever_happens(uses: list[tuple[int, str]], before: int) -> None:
    one = kept()
    for place, (sequence, instrument) in enumerate(uses):
        if place == before:
            one.cancel("Máy được thay.", now())
        told = any(each.instrument_id == instrument for each in one.uses(sequence))
        assert (one.use(sequence, instrument, f"b{place}", now()) is None) == told
    standings = [*one.numbers("reserved"), *one.numbers("used"), *one.numbers("cancelled")]
    assert sorted(standings) == [write_serial("BN", each) for each in range(21, 31)]
    for sequence in range(21, 31):
        assert one.number(sequence) in one.numbers(one.standing(sequence))


def test_cancelling_names_the_unused_and_is_said_once() -> None:
    one = kept(21, 23)
    one.use(22, "i9", "b1", now())
    event = one.cancel("Mất máy.", now())
    assert event is not None
    assert event.serials == ["BN-S000021", "BN-S000023"]
    assert one.cancel("Mất máy.", now()) is None
