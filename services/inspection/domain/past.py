"""An instrument's verifications in short: what is asked of all of them each time another one comes."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from pydantic import ConfigDict

from services.inspection.domain.body import SealTold
from services.inspection.domain.status_record import StatusRecord
from services.kernel.model import Fact, Instant


class Past(Fact):
    """A verification without its readings, drawings and explanations, which are most of it."""

    model_config = ConfigDict(extra="ignore")

    id: str
    tablet_id: str
    inspector_id: str
    enterprise_id: str
    visit_id: str | None
    received_at: Instant
    verified_at: Instant
    verified_on: date
    verdict: str
    withheld: list[str]
    corrects: str | None
    set_aside: dict[str, Any] | None
    status_record: StatusRecord | None
    seals_affixed: list[SealTold]

    @property
    def rank(self) -> tuple[Instant, bool, str]:
        """Of an instrument's verifications the later one counts; of the same moment, the correction."""
        return self.verified_at, self.corrects is not None, self.id

    @property
    def earns_certificate(self) -> bool:
        return self.verdict == "pass" and not self.withheld and self.set_aside is None

    @property
    def counts(self) -> bool:
        """Whether the instrument's status can follow from it."""
        return self.earns_certificate or (self.verdict == "fail" and self.set_aside is None)


def counting(past: Iterable[Past]) -> Past | None:
    """The verification from which the instrument's status follows: the last that counts."""
    return max((each for each in past if each.counts), key=lambda each: each.rank, default=None)


def in_the_way(past: Iterable[Past], set_aside: str, in_favour_of: str) -> Past | None:
    """A third verification that would count, if one were set aside in favour of another."""
    others = [each for each in past if each.id != set_aside]
    first, named = counting(others), next(each for each in others if each.id == in_favour_of)
    return first if first is not None and first.rank > named.rank else None


def repeats(past: Iterable[Past], id: str, visit_id: str) -> list[Past]:
    """Which tell of the instrument once more on a visit, as far as one verification shows it: itself, if another came
    before, and those that came after. Of two, whichever is looked at when both are there, it is the later one that is named.
    """
    same = sorted(
        (each for each in past if each.visit_id == visit_id), key=lambda each: (each.received_at, each.id)
    )
    own = next((place for place, each in enumerate(same) if each.id == id), len(same))
    return [each for each in same[max(own, 1) :] if each.corrects is None]


def last_status(past: Iterable[Past], before: Instant, aside: Iterable[str]) -> StatusRecord | None:
    """The status record of the last verification up to an instant that has one, some verifications aside."""
    not_these = set(aside)
    found = [
        each
        for each in past
        if each.status_record is not None and each.verified_at <= before and each.id not in not_these
    ]
    last = max(found, key=lambda each: (each.verified_at, each.id), default=None)
    return last.status_record if last else None
