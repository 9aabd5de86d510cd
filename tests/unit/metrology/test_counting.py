"""Which result of an instrument counts, whatever order the results are heard in."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from metrology import counting

BEGAN = datetime(2026, 3, 5, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Heard:
    verification_id: str
    hour: int
    edition: int = 0
    ended: bool = False
    corrects: str | None = None

    @property
    def verified_at(self) -> datetime:
        return BEGAN + timedelta(hours=self.hour)


FAILED, PASSED = Heard("kd-1", 1), Heard("kd-2", 5, edition=1)
RESULTS = st.builds(
    Heard, st.sampled_from(["kd-1", "kd-2", "kd-3"]), st.integers(0, 3), st.integers(0, 2), st.booleans()
)


def test_nothing_heard_nothing_counts() -> None:
    assert counting([]) is None
    assert counting([FAILED], {"kd-1"}) is None


def test_the_later_verification_counts_passed_or_failed() -> None:
    assert counting([PASSED, FAILED]) == PASSED
    later = replace(FAILED, hour=6)
    assert counting([later, PASSED]) == later


def test_of_the_same_moment_the_correction_counts() -> None:
    right = Heard("a-kd", 1, edition=1, corrects="kd-1")
    assert counting([right, FAILED]) == right


def test_of_one_verification_the_last_edition_of_its_certificate_counts() -> None:
    anew = replace(PASSED, edition=2)
    assert counting([anew, PASSED]) == anew
    assert counting([replace(anew, ended=True), PASSED]) == PASSED


def test_what_was_set_aside_does_not_count() -> None:
    later = replace(FAILED, hour=6)
    assert counting([later, PASSED], {"kd-1"}) == PASSED


def test_what_has_ended_counts_only_where_nothing_else_does() -> None:
    revoked = replace(PASSED, ended=True)
    assert counting([FAILED, revoked]) == FAILED
    assert counting([revoked]) == revoked


@given(st.lists(RESULTS, unique_by=lambda each: (each.verification_id, each.edition)), st.data())
def test_the_order_in_which_they_are_heard_does_not_matter(results: list[Heard], data: st.DataObject) -> None:
    assert counting(data.draw(st.permutations(results))) == counting(results)
