"""What a reading would come to while it is being typed: error, limit, pass or fail; nothing is stored."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import metrology

from .form import Form, read_value
from .judgement import in_words
from .refusal import Refused
from .sheet import Sheet


@dataclass(frozen=True, slots=True)
class Live:
    """`outcomes` are those of `metrology.evaluate` for this run, then those of its point; empty: not enough is read yet.

    Each has `error`, `limit` (the one on the error's side), `lower`, `upper` as decimal strings, `unit` and `verdict`.
    `problem` says why what is typed cannot be a value, None if it can.
    """

    outcomes: Sequence[Mapping[str, Any]]
    problem: Refused | None

    @property
    def verdict(self) -> str | None:
        """ "pass" or "fail" of what is known; None if nothing is."""
        verdicts = {outcome["verdict"] for outcome in self.outcomes}
        return "fail" if "fail" in verdicts else "pass" if verdicts else None


def live(
    sheet: Sheet,
    form: Form,
    shelf: metrology.Shelf,
    point: str,
    field: str,
    typed: str,
    run: int,
    unit: str | None,
) -> Live:
    """Half a number ("20,") counts as the number before the comma.  Raises Refused: field-unknown, run-unknown."""
    described = form.reading(point, field, run)
    at = f"readings/{point}/{run}/{field}"
    changed = copy.copy(sheet)
    changed.readings = {key: dict(fields) for key, fields in sheet.readings.items()}
    fields = changed.readings.setdefault((point, run), {})
    fields.pop(field, None)
    text = typed.strip().rstrip(",.")
    try:
        if text and text not in ("-", "+"):
            fields[field] = read_value(described, text, unit, at)
        result = metrology.evaluate(changed.evaluation(), shelf, explain=False)
    except metrology.BadInput as error:
        path = changed.path(point, run)
        mine = path is not None and error.field in (path, f"{path}.{field}")
        return Live((), in_words(error, at) if mine else None)
    except Refused as refused:
        return Live((), refused)
    runs = range(1, form.runs(point) + 1)
    own = [each for each in result["points"] if _is_of(each["id"], f"{point}.{run}")]
    whole = [
        each
        for each in result["points"]
        if _is_of(each["id"], point) and not any(_is_of(each["id"], f"{point}.{n}") for n in runs)
    ]
    return Live((*own, *whole), None)


def _is_of(id: str, start: str) -> bool:
    return id == start or id.startswith(f"{start}.")
