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
    instrument_id: str
    visit_id: str | None
    received_at: Instant
    verified_at: Instant
    verified_on: date
    verdict: str
    regime: str
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
    def is_after_repair(self) -> bool:
        """As new, where the catalogue knows no verification after repair: then its gate was open."""
        as_new = self.regime == "initial" and "instrument-barred" not in self.withheld
        return self.regime == "after_repair" or as_new

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


def before(past: Iterable[Past], at: Instant, corrected: str | None) -> list[Past]:
    """Those of an earlier moment than a verification, in order. What it corrects is none of them."""
    found = (each for each in past if each.verified_at < at and each.id != corrected)
    return sorted(found, key=lambda each: each.rank)


def last_status(earlier: Iterable[Past]) -> StatusRecord | None:
    """How the last of some verifications that has a status record left the instrument."""
    found = [each.status_record for each in earlier if each.status_record is not None]
    return found[-1] if found else None


def next_with_status(past: Iterable[Past], own: Past) -> list[Past]:
    """Which tell how they found the instrument as this one had left it: the next one, and what corrects that."""
    if own.status_record is None:
        return []
    later = [each for each in past if each.status_record is not None and each.verified_at > own.verified_at]
    moments = [each.verified_at for each in later]
    return [each for each in later if each.verified_at == min(moments) and each.corrects != own.id]


def barring(earlier: Iterable[Past]) -> Past | None:
    """Of some verifications in order, the failed one since which none has released the instrument."""
    failed = None
    for each in earlier:
        if each.set_aside is not None:
            continue
        if each.verdict == "fail":
            failed = each
        elif each.verdict == "pass" and (
            each.is_after_repair or failed is None or each.corrects == failed.id
        ):
            failed = None
    return failed
