"""A one-time code: read as it is meant, good once, for one inspector, for a day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain.enrolment import LETTERS, LIFETIME, Enrolment, code_hash, new_code
from services.inspection.events import EnrolmentUsed
from services.kernel.model import Rejected

AT = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
CODE = "7K2M-9QXC-3VHT-A1B0"


def issued() -> Enrolment:
    return Enrolment.of("n1", "k1", CODE, AT)


@given(st.sampled_from(["-", " ", ""]), st.booleans())
def test_a_code_is_read_as_it_is_meant(between: str, small: bool) -> None:
    typed = CODE.replace("-", between).replace("0", "O").replace("1", "l")
    assert code_hash(typed.lower() if small else typed) == code_hash(CODE)


def test_codes_are_long_plain_and_never_the_same() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    for code in codes:
        assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
        assert set(code) - {"-"} <= set(LETTERS)


def test_it_is_used_once_and_a_repeat_is_no_second_use() -> None:
    enrolment = issued()
    assert isinstance(enrolment.use("t1", "k1", AT), EnrolmentUsed)
    assert enrolment.use("t1", "k1", AT + 2 * LIFETIME) is None
    assert refusal(enrolment, "t2", "k1", AT) == "code-used"


@pytest.mark.parametrize(
    ("inspector", "late", "code"),
    [("k2", timedelta(0), "code-wrong"), ("k1", LIFETIME + timedelta(seconds=1), "code-expired")],
)
def test_it_is_good_for_one_inspector_and_one_day(inspector: str, late: timedelta, code: str) -> None:
    assert refusal(issued(), "t1", inspector, AT + late) == code


def refusal(enrolment: Enrolment, tablet_id: str, inspector_id: str, at: datetime) -> str:
    with pytest.raises(Rejected) as refused:
        enrolment.use(tablet_id, inspector_id, at)
    assert refused.value.status == 403
    return refused.value.problem
