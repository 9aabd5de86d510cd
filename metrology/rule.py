"""Which rules gave a limit: the rows of tables, the sources of parameters, the factor of the regime, in two languages."""

from __future__ import annotations

from decimal import Decimal

from .formula import Formula
from .number_text import english, number, vietnamese
from .procedure import Label, Procedure, Result
from .table import OffTheTable, Undefined, Values
from .term import Quotation

UNCONFIRMED = {"vi": " [chưa đối chiếu với văn bản]", "en": " [not confirmed by the text]"}
REGIMES: dict[str, Label] = {
    "initial": {"vi": "kiểm định ban đầu", "en": "initial verification"},
    "periodic": {"vi": "kiểm định định kỳ", "en": "periodic verification"},
    "after_repair": {"vi": "kiểm định sau sửa chữa", "en": "verification after repair"},
    "in_service": {"vi": "trong sử dụng", "en": "in service"},
}


def rules(result: Result, values: Values, procedure: Procedure) -> Label:
    """What the limits of a result rest on with these values; branches of formulas that were not taken are left out.

    Limits that rest on the characteristics alone, such as a class in %, come from the procedure itself.
    """
    found: list[Label] = []
    queue = [(formula, False) for formula in result.limits]
    seen: set[str] = set()
    while queue:
        formula, by_run = queue.pop(0)
        for basis in _bases(formula, values, by_run):
            if not isinstance(basis, str):
                found.append(_row(basis))
            elif basis not in seen:
                seen.add(basis)
                if basis in result.rests_on:
                    queue.append((result.rests_on[basis], by_run or isinstance(values.get(basis), list)))
                elif label := _name(basis, values, procedure):
                    found.append(label)
    if not found:
        found = [_cited(procedure.source, procedure.trust)]
    texts = {language: dict.fromkeys(label[language] for label in found) for language in ("vi", "en")}
    return {"vi": vietnamese("; ".join(texts["vi"])), "en": english("; ".join(texts["en"]))}


def _bases(formula: Formula, values: Values, by_run: bool) -> list[str | Quotation]:
    """`by_run`: the formula has another value in every run, so its tables are named without the row."""
    if by_run:
        return [*((table, "") for table in formula.tables), *sorted(formula.names)]
    try:
        return formula.rests(values)
    except (Undefined, OffTheTable):
        return []


def _row(quotation: Quotation) -> Label:
    table, row = quotation
    return {
        language: (f"{text}: {row}" if row else text) + _doubt(table.trust, language)
        for language, text in table.label.items()
    }


def _name(name: str, values: Values, procedure: Procedure) -> Label | None:
    """How people cite what a name stands for; a factor of 1 goes unsaid."""
    if name in procedure.parameters:
        return _cited(procedure.parameters[name].source, procedure.parameters[name].trust)
    if name == "factor" and values["factor"] != Decimal(1):
        regime, factor = REGIMES[values["regime"]], number(values["factor"])
        return {"vi": f"hệ số {factor} ({regime['vi']})", "en": f"factor {factor} ({regime['en']})"}
    return None


def _cited(source: str, trust: str) -> Label:
    """The document of a source: what stands before the colon after which it is quoted."""
    document = source.partition(": ")[0]
    return {language: document + _doubt(trust, language) for language in ("vi", "en")}


def _doubt(trust: str, language: str) -> str:
    return UNCONFIRMED[language] if trust in ("G", "A") else ""
