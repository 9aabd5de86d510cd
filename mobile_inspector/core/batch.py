"""Identical instruments verified side by side: one sheet and one record each, what is the same for all entered once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .drafts import Drafts
from .form import words
from .identity import new_id
from .outbox import Item
from .paper import Strokes
from .refusal import Refused
from .verification import Verification
from .work import Visit

MOST = 100  # instruments of one batch; more are two batches


@dataclass(slots=True)
class Outcome:
    """What one act came to: how many sheets it changed, and why others were left as they were, by verification."""

    done: int = 0
    refused: dict[str, Refused] = field(default_factory=dict)


class Batch:
    """`members` in the order in which they were chosen.  Each act journals on every sheet it changes, all in one write."""

    def __init__(self, id: str, visit_id: str | None, drafts: Drafts, ids: Sequence[str]) -> None:
        self.id, self.visit_id, self._drafts, self._ids = id, visit_id, drafts, list(ids)

    @property
    def members(self) -> list[Verification]:
        """All that were not abandoned, sealed or not."""
        found = [self._drafts.get(id) for id in self._ids]
        return [each for each in found if each.sheet.state != "abandoned"]

    @property
    def open(self) -> list[Verification]:
        """Those that are not sealed yet."""
        return [each for each in self.members if each.sheet.state == "open"]

    @property
    def at(self) -> tuple[str | None, str | None]:
        """The verification and the field that were entered last: where the screen reopens.  None at the beginning."""
        told = list(self._drafts.journal.facts(f"batch/{self.id}", kind="batch.entered"))
        return (told[-1].payload["verification"], told[-1].payload["at"]) if told else (None, None)

    def enter(self, verification: str | None, at: str) -> None:
        """The inspector has gone to a field of one of them, or to a part that concerns all.  Raises Refused signed-out."""
        self._drafts.session.must_be_open()
        told = {"verification": verification, "at": words(at, 300, "at")}
        self._drafts.journal.append("batch.entered", f"batch/{self.id}", told)

    def set(self, verification: str, at: str, typed: str | None) -> None:
        """One field of one of them, as typed; None clears it.  Raises Refused as the setters of `Verification`."""
        _set(self._drafts.get(verification), at, typed)

    def set_all(self, at: str, typed: str | bool | None) -> Outcome:
        """The same value in one field of all: a check, a condition, a reading.  What stood there is replaced."""
        return self._for_all(self.open, lambda each: _set(each, at, typed))

    def copy_down(self, source: str, at: str) -> Outcome:
        """What stands in a field of one of them, to those after it in which that field is empty."""
        members = self.open
        ids = [each.id for each in members]
        typed = _typed(self._drafts.get(source), at)
        below = members[ids.index(source) + 1 :] if source in ids and typed is not None else []
        return self._for_all(
            [each for each in below if _typed(each, at) is None], lambda each: _set(each, at, typed)
        )

    def take_standard(self, standard_id: str) -> Outcome:
        """A reference standard is used for all.  An expired one is refused for all, with the reason."""
        lacking = [each for each in self.open if standard_id not in each.sheet.standards]
        return self._for_all(lacking, lambda each: each.take_standard(standard_id))

    def put_back_standard(self, standard_id: str) -> Outcome:
        using = [each for each in self.open if standard_id in each.sheet.standards]
        return self._for_all(using, lambda each: each.put_back_standard(standard_id))

    def fit_next_seals(self, kind: str, place: str) -> Outcome:
        """Each that passes and has no seal at the place is given the next number in hand of the kind, in order.

        Whoever has taken one that is missing from the roll in hand finds the number on the screen and takes it back there.
        """
        lacking = [
            each
            for each in self.open
            if each.evaluate().verdict == "pass"
            and not any(_is_at(seal, kind, place) for seal in each.seals.affixed)
        ]

        def fit(each: Verification) -> None:
            seal = next(self._drafts.stock.free(kind), None)
            if seal is None:
                raise Refused("seals-lacking", field="seals")
            each.seals.affix(seal.number, place, kind)

        return self._for_all(lacking, fit)

    def take_back_seals(self, kind: str, place: str) -> Outcome:
        """The seals noted at a place of all are still in the hand."""
        fitted = [
            (each, seal) for each in self.open for seal in each.seals.affixed if _is_at(seal, kind, place)
        ]
        numbers = {each.id: seal["number"] for each, seal in fitted}
        return self._for_all(
            [each for each, _ in fitted], lambda each: each.seals.take_back(numbers[each.id], kind)
        )

    def sign(self, role: str, name: str, strokes: Strokes) -> Outcome:
        """One signature, drawn once, under the record of each."""
        return self._for_all(self.open, lambda each: each.paper.sign(role, name, strokes))

    def refuse_to_sign(self, reason: str, name: str | None = None) -> Outcome:
        return self._for_all(self.open, lambda each: each.paper.refuse_to_sign(reason, name))

    def leave_out(self, reason: str) -> Outcome:
        """Those without a conclusion and without seals are abandoned: they can be verified another time."""
        lacking = [
            each
            for each in self.open
            if each.evaluate().verdict == "incomplete" and not each.seals.affixed and not each.seals.voided
        ]
        return self._for_all(lacking, lambda each: each.abandon(reason))

    def finish(self, finish: Callable[[Verification], Item]) -> Outcome:
        """Seals the record of each in order, each in a write of its own: a kill leaves some sealed and the others open.

        Args:
            finish: signs and seals one, such as `Tablet.sign_and_finish`, after the PIN was confirmed.
        """
        found = Outcome()
        for each in self.open:
            try:
                finish(each)
                found.done += 1
            except Refused as no:
                if no.code in ("storage-full", "signed-out"):
                    raise
                found.refused[each.id] = no
        return found

    def verdicts(self) -> Counter[str]:
        """How many of the open ones pass, fail, have no conclusion."""
        return Counter(each.evaluate().verdict for each in self.open)

    def _for_all(self, chosen: Sequence[Verification], act: Callable[[Verification], None]) -> Outcome:
        """One refusal leaves one sheet as it was; a full disk leaves all of them as they were."""
        found = Outcome()
        with self._drafts.together(each.id for each in chosen):
            for each in chosen:
                try:
                    act(each)
                    found.done += 1
                except Refused as no:
                    if no.code in ("storage-full", "signed-out"):
                        raise
                    found.refused[each.id] = no
        return found


class Batches:
    """Begins batches and finds them again after a kill."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts, self._journal = drafts, drafts.journal

    def start(self, visit_id: str | None, instrument_ids: Sequence[str], regime: str | None = None) -> Batch:
        """A batch of instruments of one kind; what is under way for one of them is gone on with.  All or nothing.

        Raises Refused: batch-empty, batch-too-large, batch-mixed (another type, characteristics, regime or procedure),
        and those of `Drafts.start`.
        """
        if not instrument_ids:
            raise Refused("batch-empty", field="instruments")
        if len(instrument_ids) > MOST:
            raise Refused("batch-too-large", field="instruments", most=MOST)
        under_way = {each.instrument["id"]: each.id for each in self._drafts.open()}
        id, ids = new_id(), list[str]()
        with self._drafts.together(ids):
            for instrument in instrument_ids:
                ids.append(under_way.get(instrument) or self._drafts.start(visit_id, instrument, regime).id)
                first, last = self._drafts.get(ids[0]), self._drafts.get(ids[-1])
                if not alike(first, last):
                    serial = last.instrument.get("serial") or instrument
                    raise Refused("batch-mixed", field="instruments", serial=serial)
            told = {"visit_id": visit_id, "verifications": ids}
            self._journal.append("batch.started", f"batch/{id}", told)
        return Batch(id, visit_id, self._drafts, ids)

    def get(self, id: str) -> Batch:
        """Raises Refused draft-unknown."""
        for fact in self._journal.facts(f"batch/{id}", kind="batch.started"):
            return Batch(id, fact.payload["visit_id"], self._drafts, fact.payload["verifications"])
        raise Refused("draft-unknown", field="id")

    def of(self, verification: str) -> Batch | None:
        """The newest batch with something open in it that a verification belongs to; None if it belongs to none."""
        for batch in self.open():
            if any(each.id == verification for each in batch.open):
                return batch
        return None

    def open(self) -> Iterator[Batch]:
        """The batches in which something is not sealed yet, the newest first."""
        for fact in reversed(list(self._journal.facts(kind="batch.started"))):
            batch = self.get(fact.subject.removeprefix("batch/"))
            if batch.open:
                yield batch


def kinds(visit: Visit, done: Iterable[str]) -> list[list[Mapping[str, Any]]]:
    """The items of a visit that are still to be verified, those of one kind together, the largest group first.

    Args:
        done: the instruments that have their record already.
    """
    groups: dict[str, list[Mapping[str, Any]]] = {}
    finished = set(done)
    for item in visit.items:
        each = item["instrument"]
        if each["id"] in finished or item.get("verification"):
            continue
        made = sorted(each["characteristics"].items())
        key = repr((each["type_code"], each["maker"], each["model"], item["regime"], made))
        groups.setdefault(key, []).append(item)
    return sorted(groups.values(), key=len, reverse=True)


def alike(one: Verification, other: Verification) -> bool:
    """Whether one sheet has the same fields and limits as the other."""
    mine, its = one.sheet.opening, other.sheet.opening
    same = all(mine[name] == its[name] for name in ("regime", "procedure"))
    made = all(
        mine["instrument"][name] == its["instrument"][name] for name in ("type_code", "characteristics")
    )
    return same and made


def _is_at(seal: Mapping[str, Any], kind: str, place: str) -> bool:
    return bool(seal["kind"] == kind and seal["place"] == place)


def _set(draft: Verification, at: str, typed: str | bool | None) -> None:
    kind, _, rest = at.partition("/")
    if kind == "checks":
        assert not isinstance(typed, str)
        draft.set_check(rest, typed)
        return
    assert not isinstance(typed, bool)
    if kind == "conditions":
        draft.set_condition(rest, typed)
    else:
        point, run, name = rest.split("/")
        draft.set_reading(point, name, typed, int(run))


def _typed(draft: Verification, at: str) -> str | None:
    """What stands in a reading, as it would be typed."""
    _, point, run, name = at.split("/")
    value = draft.sheet.readings.get((point, int(run)), {}).get(name)
    return str(value["value"]).replace(".", ",") if isinstance(value, Mapping) else value
