"""One verification from the first check to the seal on the record: every change is journalled when it is made."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import metrology

from .attachments import Attachments
from .certificate_numbers import CertificateNumbers
from .clock import instant_text
from .fitting import Fitting
from .form import Form, read_value, words
from .gates import certificate_obstacles, standard_obstacle
from .judgement import Judgement, fault, in_words, judge
from .live import Live, live
from .outbox import Item, Outbox
from .paper import Paper
from .pen import Pen
from .refusal import Refused
from .seals import Stock
from .sheet import Sheet
from .work import Work

TEXT, NOTE = 300, 4000


class Verification:
    """A draft until `finish`; a sealed record, never changed, afterwards.  Opened again it is where it was left.

    Every setter journals one fact before it returns.  It raises Refused and stores nothing: signed-out,
    draft-finished, draft-abandoned, storage-full, and those that each one names.
    """

    def __init__(
        self,
        pen: Pen,
        outbox: Outbox,
        work: Work,
        stock: Stock,
        attachments: Attachments,
        numbers: CertificateNumbers,
    ) -> None:
        self._pen, self._outbox, self._work, self._numbers = pen, outbox, work, numbers
        self.id = pen.id
        self.seals = Fitting(pen, stock)
        self.paper = Paper(pen, attachments)
        opening = pen.sheet.opening
        self.form = Form(
            metrology.points(
                opening["instrument"]["type_code"],
                opening["instrument"]["characteristics"],
                opening["regime"],
                opening["verified_on"],
                work.shelf(),
                procedure=opening["procedure"],
            )
        )

    @property
    def sheet(self) -> Sheet:
        """What has been entered so far.  For reading only."""
        return self._pen.sheet

    @property
    def instrument(self) -> Mapping[str, Any]:
        """The instrument as it was known when the verification began."""
        found: Mapping[str, Any] = self.sheet.opening["instrument"]
        return found

    @property
    def at(self) -> str | None:
        """The field entered or set last, such as "readings/qmax/1/indication": where the screen reopens."""
        return self.sheet.at

    def must_be_open(self) -> None:
        """Raises Refused: signed-out, draft-finished, draft-abandoned."""
        self._pen.must_write()

    def enter(self, at: str) -> None:
        """The inspector has gone to a field."""
        self._pen.write("field.entered", at=words(at, TEXT, "at"))

    def set_reading(
        self, point: str, field: str, typed: str | None, run: int = 1, unit: str | None = None
    ) -> None:
        """One number as typed ("20,05", see `typed`) or the text of a choice; None clears the field.

        Args:
            unit: that in which it was read, if it is not the procedure's own; it is stored as read.

        Raises Refused: field-unknown, run-unknown, number-…, value-…, unit-wrong.
        """
        described = self.form.reading(point, field, run)
        at = f"readings/{point}/{run}/{field}"
        value = None if typed is None else read_value(described, typed, unit, at)
        change = {"point": point, "run": run, "field": field, "value": value, "typed": typed, "at": at}

        def mine(path: str, sheet: Sheet) -> bool:
            return path in (sheet.path(point, run), f"{sheet.path(point, run)}.{field}")

        self._must_be_sound("reading.set", change, mine)
        self._pen.write("reading.set", **change)

    def live(self, point: str, field: str, typed: str, run: int = 1, unit: str | None = None) -> Live:
        """What the run comes to with what is being typed, beside everything entered so far; journals nothing.

        Call it for every key: error, limits and verdict of the run in `outcomes`, or in `problem` why it is no value yet.
        Raises Refused: field-unknown, run-unknown.
        """
        return live(self.sheet, self.form, self._work.shelf(), point, field, typed, run, unit)

    def set_check(self, check: str, good: bool | None) -> None:
        """A yes/no question of the procedure; None clears the answer.  Raises Refused field-unknown."""
        self.form.check(check)
        self._pen.write("check.set", check=check, value=good, at=f"checks/{check}")

    def set_condition(self, condition: str, typed: str | None, unit: str | None = None) -> None:
        """A condition of the surroundings; None clears it.  Raises Refused: field-unknown, number-…, value-…."""
        at = f"conditions/{condition}"
        described = self.form.condition(condition)
        value = None if typed is None else read_value(described, typed, unit, at)
        change = {"condition": condition, "value": value, "typed": typed, "at": at}
        self._must_be_sound("condition.set", change, lambda path, _: path == f"conditions.{condition}")
        self._pen.write("condition.set", **change)

    def take_standard(self, standard_id: str, role: str | None = None) -> None:
        """A reference standard is used.  One out of date, or not for this type, cannot be (TT 24/2013 Art. 43.4).

        Args:
            role: the procedure's name for its part, such as "proving_measure"; needed only where there are several.

        Raises Refused: standard-unknown, standard-expired, standard-not-yet-valid, standard-of-other-type.
        """
        standard = self._work.standard(standard_id)
        if standard is None:
            raise Refused("standard-unknown", field="standard_id")
        obstacle = standard_obstacle(
            standard, self.instrument["type_code"], self.sheet.opening["verified_on"]
        )
        if obstacle:
            raise obstacle
        change: dict[str, Any] = {"standard": dict(standard), "role": self.form.role(role), "at": "standards"}
        error = fault(self._with("standard.taken", change), self._work.shelf())
        if error and error.field.startswith("standards."):
            change["role"] = None  # its uncertainty is stated in a unit that the procedure cannot compare
        self._pen.write("standard.taken", **change)

    def put_back_standard(self, standard_id: str) -> None:
        """It was picked by mistake.  Raises Refused standard-unknown."""
        if standard_id not in self.sheet.standards:
            raise Refused("standard-unknown", field="standard_id")
        self._pen.write("standard.put_back", id=standard_id, at="standards")

    def keep_as_found(self) -> None:
        """Before an adjustment: what was read so far is what was found; the readings begin anew, for what is left.

        Raises Refused: readings-needed, as-found-kept.
        """
        if self.sheet.as_found is not None:
            raise Refused("as-found-kept", field="as_found")
        if not any(self.sheet.readings.values()):
            raise Refused("readings-needed", field="readings")
        self._pen.write("as_found.kept", evaluation=self.sheet.evaluation(), at="as_found")

    def take_back_as_found(self) -> None:
        """There was no adjustment after all: what was found is what is left.  Raises Refused as-found-missing."""
        if self.sheet.as_found is None:
            raise Refused("as-found-missing", field="as_found")
        self._pen.write("as_found.taken_back", at="as_found")

    def set_note(self, text: str) -> None:
        """A remark in the inspector's words; an empty one clears it.  Raises Refused text-too-long."""
        self._pen.write("note.set", text=words(text, NOTE, "note") if text.strip() else "", at="note")

    def evaluate(self) -> Judgement:
        """The verdict on what has been entered so far."""
        return judge(self.sheet, self._work.shelf())

    def obstacles(self) -> list[Refused]:
        """Why the server would withhold a certificate from a pass, as far as the tablet can tell; for showing."""
        lacking = [Refused(f"evidence-{purpose}", field="attachments") for purpose in self.evidence_lacking()]
        return [*certificate_obstacles(self.sheet, self._work), *lacking]

    def evidence_asked(self) -> dict[str, Mapping[str, str] | None]:
        """The purposes of the pictures that procedure and office ask for, with the office's words (vi, en) if it has any."""
        office = self._work.pictures_asked(self.instrument["type_code"], self.sheet.verified_on)
        return {**dict.fromkeys(self.form.plan["evidence"]), **office}

    def evidence_lacking(self) -> list[str]:
        """Those of them that the record has no picture for."""
        named = {each["purpose"] for each in self.sheet.attachments.values()}
        return [purpose for purpose in self.evidence_asked() if purpose not in named]

    def next_certificate_number(self) -> str | None:
        """The number that the record will be given if it is sealed now, provisional until the server has published it.

        None where it would earn no certificate as far as the tablet can tell, and where no number is in hand.
        """
        today = self._pen.journal.clock.today().isoformat()
        return self._number(self.evaluate(), self.sheet.verified_on if self._corrects else today)

    def finish(self) -> Item:
        """Seals the record into the tablet's chain, in one transaction: a kill leaves a draft or a record, no third.

        The day of the verification is the day of finishing, and the standards must be in date on that day; a correction
        keeps the day and the moment of what it corrects.  A pass is given the next certificate number in hand.

        Raises Refused: standard-needed (a pass without standards), standard-expired, seals-on-failed, note-needed (no
        conclusion), and what keeps the sheet from being judged.
        """
        pen = self._pen
        corrects = self._corrects
        today = pen.journal.clock.today().isoformat()
        if today != pen.sheet.verified_on and not corrects:
            pen.write("day.set", day=today)
        with pen.journal.database.transaction():
            pen.must_write()
            judgement = judge(pen.sheet, self._work.shelf())
            _must_be_complete(pen.sheet, judgement)
            finished_at = pen.sheet.opening.get("finished_at") or instant_text(pen.journal.clock.now())
            number = self._number(judgement, pen.sheet.verified_on)
            body = pen.sheet.record_body(judgement.verdict, finished_at, number)
            kind = "correction" if corrects else "verification"
            record = self._outbox.seal(pen.session.device, self.id, kind, body)
            told = {"hash": record["hash"], "sequence": record["sequence"], "verdict": judgement.verdict}
            fact = pen.journal.append("verification.finished", pen.subject, told)
        pen.sheet.apply(fact.kind, fact.payload)
        item = self._outbox.item(self.id)
        assert item is not None
        return item

    def abandon(self, reason: str) -> None:
        """Leaves a draft begun by mistake; what was entered stays in the journal.  Raises Refused seals-in-draft."""
        used = [*self.sheet.affixed, *self.sheet.voided]
        if used:
            raise Refused("seals-in-draft", field="seals", numbers=", ".join(number for number, _ in used))
        self._pen.write("verification.abandoned", reason=words(reason, TEXT, "reason"))

    @property
    def _corrects(self) -> bool:
        return "corrects" in self.sheet.opening

    def _number(self, judgement: Judgement, on: str) -> str | None:
        """The server cancels a number that stands on what earns no certificate, so none is given then."""
        withheld = any(obstacle.code != "visit-gone" for obstacle in self.obstacles())
        has_identity = bool(self.instrument.get("serial"))
        if judgement.verdict != "pass" or withheld or not has_identity:
            return None
        return self._numbers.next(int(on[:4]))

    def _with(self, kind: str, change: Mapping[str, Any]) -> Sheet:
        changed = copy.deepcopy(self.sheet)
        changed.apply(kind, change)
        return changed

    def _must_be_sound(
        self, kind: str, change: Mapping[str, Any], mine: Callable[[str, Sheet], bool]
    ) -> None:
        """Refuses a value that `metrology` refuses for itself; one that only clashes with another field is stored."""
        changed = self._with(kind, change)
        error = fault(changed, self._work.shelf())
        if error and change["value"] is not None and mine(error.field, changed):
            raise in_words(error, change["at"])


def _must_be_complete(sheet: Sheet, judgement: Judgement) -> None:
    if judgement.problem:
        raise judgement.problem
    for entry in sheet.standards.values():
        obstacle = standard_obstacle(
            entry["standard"], sheet.opening["instrument"]["type_code"], sheet.verified_on
        )
        if obstacle:
            raise obstacle
    if judgement.verdict == "pass" and not sheet.standards:
        raise Refused("standard-needed", field="standards")
    if judgement.verdict == "fail" and sheet.affixed:
        raise Refused(
            "seals-on-failed", field="seals", numbers=", ".join(number for number, _ in sheet.affixed)
        )
    if judgement.verdict == "incomplete" and not sheet.note:
        raise Refused("note-needed", field="note", missing=judgement.missing())
