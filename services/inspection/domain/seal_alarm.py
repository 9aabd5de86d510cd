"""What does not fit between a used seal and the papers of its number. A pure function: the same facts, the same alarms."""

from collections.abc import Iterator
from typing import NamedTuple

from services.inspection.domain.custody import Movement, chain, holders_on
from services.inspection.domain.seal import Seal, SealFact
from services.inspection.domain.seal_batch import SealBatch
from services.kernel.model import local_date


class Alarm(NamedTuple):
    """A reason for attention, and the fact at which a person must look."""

    reason: str
    fact: SealFact


def alarms(seal: Seal, batch: SealBatch | None) -> Iterator[Alarm]:
    """Double use is told of every fitting, so that both verifications are looked at."""
    fitted = seal.fitted()
    removed = [each for each in seal.facts if each.action == "removed"]
    for fact in fitted:
        if seal.used_twice():
            yield Alarm("seal-used-twice", fact)
        if seal.fitted_again():
            yield Alarm("seal-void-used", fact)
        if batch is None:
            yield Alarm("seal-unknown", fact)
    for fact in removed:
        if seal.removed_elsewhere():
            yield Alarm("seal-elsewhere", fact)
    if seal.found_after_loss():
        yield from (Alarm("seal-lost-used", fact) for fact in (*fitted, *removed))
    if batch is not None and seal.serial is not None:
        yield from _against_papers(seal, seal.serial, batch)


def _against_papers(seal: Seal, serial: int, batch: SealBatch) -> Iterator[Alarm]:
    where = batch.held(serial).where
    papers = chain(batch.movements, serial)
    fitted = seal.fitted()
    for fact in seal.facts:
        if fact.action == "affixed" or (fact.action == "voided" and not fitted):
            held = holders_on(papers, serial, local_date(fact.at))
            if fact.inspector_id not in held:
                yield Alarm("seal-not-held", fact)
            elif any(moved_after_use(each, fact) for each in papers):
                yield Alarm("seal-moved-used", fact)
        if fact.action in ("affixed", "removed"):
            if where == "lost":
                yield Alarm("seal-lost-used", fact)
            if where == "destroyed":
                yield Alarm("seal-destroyed-used", fact)
        if fact.action == "removed" and not fitted:
            yield Alarm("seal-unrecorded", fact)


def moved_after_use(movement: Movement, use: SealFact) -> bool:
    """Whether a number was given away after it had been used: a used seal cannot change hands.

    Who used it on the day on which it was given to them may have used it before the paper was written.
    """
    if movement.action not in ("issued", "returned", "transferred") or movement.at <= use.at:
        return False
    same_day = local_date(movement.at) == local_date(use.at)
    return not (same_day and movement.holder_id == use.inspector_id)
