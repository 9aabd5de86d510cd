"""The verdict so far: what `metrology` says of a sheet at any moment, and its refusals in the words of the tablet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import metrology

from .refusal import Refused
from .sheet import Sheet

Verdict = Literal["pass", "fail", "incomplete"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """`result` is what `metrology.evaluate` returned; None when `problem` says why the sheet cannot be judged yet."""

    verdict: Verdict
    result: Mapping[str, Any] | None
    problem: Refused | None

    def explanation(self, language: str = "vi") -> str:
        """The verdict in one sentence, with what failed or what is missing."""
        if self.result is None:
            assert self.problem is not None
            return self.problem.text(language)
        return str(self.result["explanation"][language])

    def missing(self) -> str:
        """The ids of what is still missing, at most ten of them."""
        ids = [part["id"] for part in self.result["missing"]] if self.result else []
        return ", ".join(ids[:10]) + (" …" if len(ids) > 10 else "")


def judge(sheet: Sheet, shelf: metrology.Shelf) -> Judgement:
    """The verdict on what has been entered so far; never raises for what people enter."""
    try:
        result = metrology.evaluate(sheet.evaluation(), shelf)
    except metrology.BadInput as error:
        return Judgement("incomplete", None, in_words(error))
    return Judgement(result["verdict"], result, None)


def fault(sheet: Sheet, shelf: metrology.Shelf) -> metrology.BadInput | None:
    """What keeps the sheet from being judged, if anything does."""
    try:
        metrology.evaluate(sheet.evaluation(), shelf, explain=False)
    except metrology.BadInput as error:
        return error
    return None


def in_words(error: metrology.BadInput, at: str | None = None) -> Refused:
    """A refusal of `metrology` as a sentence in both languages; `at` is the field as the tablet names it."""
    field = at or error.field
    for start, code in (("at least ", "value-too-small"), ("at most ", "value-too-large")):
        if error.rule.startswith(start):
            number, _, unit = error.rule.removeprefix(start).partition(" ")
            try:
                return Refused(code, field=field, bound=Decimal(number), unit=unit)
            except InvalidOperation:
                break
    if error.rule in ("positive", "not negative"):
        return Refused("value-not-positive" if error.rule == "positive" else "value-negative", field=field)
    if error.rule in ("known unit", "unit of the right kind"):
        return Refused("unit-wrong", field=field, detail=error.message)
    return Refused("value-refused", field=field, detail=f"{error.field}: {error.message}.")
