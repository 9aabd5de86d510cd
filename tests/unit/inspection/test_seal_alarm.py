"""What does not fit between a used seal and the papers of its number, and what does fit in spite of late papers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.inspection.domain.custody import Movement
from services.inspection.domain.seal import Seal, SealFact
from services.inspection.domain.seal_alarm import alarms
from services.inspection.domain.seal_batch import SealBatch
from services.inspection.domain.sentences import sentences

DAY = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)


def batch(*movements: Movement) -> SealBatch:
    of = SealBatch(
        id="b1", of_kind="stamp", series="BN26", first=1, last=9, received_at=DAY - timedelta(days=30)
    )
    for each in movements:
        of.move(each)
    return of


def move(action: Any, giver: Any = None, to: Any = None, days: float = 0) -> Movement:
    return Movement(
        id=f"{action}-{giver}-{to}-{days}",
        action=action,
        first=1,
        last=9,
        from_inspector_id=giver,
        to_inspector_id=to,
        at=DAY + timedelta(days=days),
        reason="r",
    )


def fact(action: Any, by: str = "k1", days: float = 0, verification: str = "v1", **changed: Any) -> SealFact:
    facts = {"instrument_id": "i1", "place": "bộ đếm", "at": DAY + timedelta(days=days)}
    return SealFact(action=action, verification_id=verification, inspector_id=by, **(facts | changed))


def reasons(of: SealBatch | None, *facts: SealFact) -> list[str]:
    seal = Seal.first_used("BN26-000004", DAY)
    for each in facts:
        seal.tell(each, DAY)
    return sorted({alarm.reason for alarm in alarms(seal, of)})


ISSUED = move("issued", to="k1", days=-3)
GIVEN_TO_K2 = (ISSUED, move("transferred", "k1", "k2", days=-1))


@pytest.mark.parametrize(
    ("papers", "facts", "expected"),
    [
        ((ISSUED,), (fact("affixed"),), []),
        ((move("issued", to="k1", days=0.2),), (fact("affixed"),), []),
        ((ISSUED,), (fact("affixed", by="k2"),), ["seal-not-held"]),
        ((ISSUED,), (fact("voided", by="k2"),), ["seal-not-held"]),
        ((), (fact("affixed"),), ["seal-not-held"]),
        (GIVEN_TO_K2, (fact("affixed"),), ["seal-not-held"]),
        (GIVEN_TO_K2, (fact("affixed", by="k2"),), []),
        (GIVEN_TO_K2, (fact("affixed", days=-2),), ["seal-moved-used"]),
        ((ISSUED, move("returned", "k1", days=2)), (fact("affixed"),), ["seal-moved-used"]),
        ((ISSUED, move("lost", "k1", days=2)), (fact("affixed"),), ["seal-lost-used"]),
        ((ISSUED, move("destroyed", "k1", days=-1)), (fact("affixed"),), ["seal-destroyed-used"]),
        ((move("lost", days=-1),), (fact("removed"),), ["seal-lost-used", "seal-unrecorded"]),
        ((ISSUED, move("lost", "k1"), move("found", to="k1", days=1)), (fact("affixed"),), []),
        ((ISSUED,), (fact("removed"),), ["seal-unrecorded"]),
        ((ISSUED,), (fact("affixed"), fact("removed", by="k2", days=300, verification="v2")), []),
        ((ISSUED,), (fact("affixed"), fact("voided", reason="fail")), []),
        ((ISSUED,), (fact("affixed"), fact("affixed", instrument_id="i2")), ["seal-used-twice"]),
        ((ISSUED,), (fact("voided"), fact("affixed", days=1, verification="v2")), ["seal-void-used"]),
        ((ISSUED,), (fact("affixed"), fact("removed", instrument_id="i2", days=1)), ["seal-elsewhere"]),
        ((ISSUED,), (fact("affixed"), fact("lost", days=1), fact("removed", days=2)), ["seal-lost-used"]),
    ],
)
def test_what_a_person_must_look_at(
    papers: tuple[Movement, ...], facts: tuple[SealFact, ...], expected: list[str]
) -> None:
    assert reasons(batch(*papers), *facts) == expected


def test_a_number_that_was_never_received() -> None:
    assert reasons(None, fact("affixed")) == ["seal-unknown"]
    assert reasons(None, fact("removed")) == []


def test_double_use_is_told_of_both_verifications() -> None:
    seal = Seal.first_used("BN26-000004", DAY)
    for verification, instrument in (("v1", "i1"), ("v2", "i2")):
        seal.tell(fact("affixed", verification=verification, instrument_id=instrument), DAY)
    found = [
        alarm.fact.verification_id
        for alarm in alarms(seal, batch(ISSUED))
        if alarm.reason == "seal-used-twice"
    ]
    assert found == ["v1", "v2"]


@pytest.mark.parametrize("reason", ["void-used", "lost-used", "destroyed-used", "moved-used", "unrecorded"])
def test_every_alarm_has_its_sentences(reason: str) -> None:
    for sentence in sentences(f"seal-{reason}", {"seal": "BN26-000004"}):
        assert "BN26-000004" in sentence
