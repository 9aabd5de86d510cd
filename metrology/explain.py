"""The sentences: why each point has its verdict, in Vietnamese and English, with the numbers filled in."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .procedure import Label, Procedure, Result
from .table import OffTheTable, Undefined, Values

Json = dict[str, Any]
THIN = "\N{THIN SPACE}"
VERDICTS = {"pass": {"vi": "đạt", "en": "pass"}, "fail": {"vi": "không đạt", "en": "fail"}}
NOT_READ = {"vi": "chưa có số đọc", "en": "no reading yet"}
NOT_GIVEN = {"vi": "chưa ghi", "en": "not recorded"}
NOT_ANSWERED = {"vi": "chưa kiểm tra", "en": "not checked yet"}
NO_UNCERTAINTY = {"vi": "thiếu độ không đảm bảo đo U", "en": "the measurement uncertainty U is missing"}


def number_vi(value: Decimal) -> str:
    """A number as written in Vietnamese: decimal comma, thin-space thousands, a true minus."""
    return _grouped(value).replace(".", ",")


def number_en(value: Decimal) -> str:
    """A number as written in English: decimal point, thin-space thousands, a true minus."""
    return _grouped(value)


NUMBER: dict[str, Callable[[Decimal], str]] = {"vi": number_vi, "en": number_en}


def _grouped(value: Decimal) -> str:
    text = format(value, "f")
    if len(text) > 12 and "." in text:
        text = format(round(value, 6), "f").rstrip("0").rstrip(".")
    sign, text = ("−", text[1:]) if text[0] == "-" else ("", text)
    whole, point, fraction = text.partition(".")
    if len(whole) > 3:
        whole = f"{int(whole):,}".replace(",", THIN)
    return sign + whole + point + fraction


def point(
    result: Result,
    values: Values,
    outcome: dict[str, Any],
    label: Label,
    run: int | None,
    procedure: Procedure,
) -> dict[str, Any]:
    """The formula, the rules and the sentences of one outcome, in both languages."""
    error = Decimal(outcome["error"])
    texts, formulas, rules = {}, {}, {}
    for language, number in NUMBER.items():
        vi = language == "vi"
        filled = result.error.write(values, number)
        unit = outcome["unit"] if outcome["unit"] != "1" else ""
        shown = f"{number(error)} {unit}".rstrip()
        formulas[language] = (
            f"{result.symbol} = {filled} = {shown}"
            if filled != number(error)
            else f"{result.symbol} = {shown}"
        )
        rules[language] = "; ".join(_rules(result, values, procedure, language))
        name = label.get(language, "")
        if result.label and result.label is not label:
            name = f"{name}, {result.label[language].lower()}" if name else result.label[language]
        where = name + (f", {'lần' if vi else 'run'} {run}" if run else "")
        read = _read(outcome, unit if unit != "%" else "", vi, number)
        limit = _limit(outcome, number, unit, vi)
        verdict = VERDICTS[outcome["verdict"]][language]
        basis = f" ({rules[language]})" if rules[language] else ""
        texts[language] = f"{where}: {read}{formulas[language]}; {limit}{basis}: {verdict}."
    return {"formula": formulas, "rule": rules, "explanation": texts}


def _read(outcome: dict[str, Any], unit: str, vi: bool, number: Callable[[Decimal], str]) -> str:
    if outcome["indication"] is None or outcome["reference"] is None:
        return ""
    indication, reference = number(Decimal(outcome["indication"])), number(Decimal(outcome["reference"]))
    return f"{'số chỉ' if vi else 'indication'} {indication}, {'giá trị chuẩn' if vi else 'reference'} {reference}; "


def _limit(outcome: dict[str, Any], number: Callable[[Decimal], str], unit: str, vi: bool) -> str:
    lower, upper = (None if outcome[k] is None else Decimal(outcome[k]) for k in ("lower", "upper"))
    word = "giới hạn" if vi else "limit"
    if lower is not None and upper is not None:
        span = f"±{number(upper)}" if lower == -upper else f"{number(lower)} … {number(upper)}"
    elif upper is not None:
        span = f"≤ {number(upper)}"
    else:
        span = f"≥ {number(lower or Decimal(0))}"
    guard = (
        f", {'dải bảo vệ' if vi else 'guard band'} {number(Decimal(outcome['guard']))}"
        if "guard" in outcome
        else ""
    )
    return f"{word} {span} {unit}".rstrip() + guard


def _rules(result: Result, values: Values, procedure: Procedure, language: str) -> list[str]:
    found = []
    for formula in result.rests_on:
        try:
            quotes = formula.rules(values)
        except (Undefined, OffTheTable):
            continue
        found += [
            f"{table.label[language]}: {quote}" if quote else table.label[language] for table, quote in quotes
        ]
    return found + [procedure.parameters[name].source for name in result.parameters]


def check(label: Label, answer: bool) -> Label:
    """The sentence of a yes/no check."""
    return {k: f"{text}: {VERDICTS['pass' if answer else 'fail'][k]}." for k, text in label.items()}


def missing(label: Label, run: int | None, reason: Label) -> Label:
    """The sentence of something that is missing."""
    runs = {"vi": f", lần {run}" if run else "", "en": f", run {run}" if run else ""}
    return {k: f"{label.get(k, '')}{runs[k]}: {reason[k]}." for k in ("vi", "en")}


def without(label: Label) -> Label:
    """The reason: a field of a reading has no value."""
    return {"vi": f"thiếu {label['vi']}", "en": f"{label['en']} is missing"}


def needs(name: str) -> Label:
    """The reason: the result rests on a value that has not been measured."""
    return {"vi": f"cần giá trị {name}", "en": f"needs the value {name}"}


def out_of_range(value: Decimal, least: Decimal | None, most: Decimal | None, unit: str) -> Label:
    """The reason: a condition, or a standard's uncertainty, is outside the allowed range, so nothing can be concluded."""
    found = {}
    for language, number in NUMBER.items():
        low, high = ("" if bound is None else number(bound) for bound in (least, most))
        outside = "ngoài khoảng cho phép" if language == "vi" else "outside the allowed range"
        span = f"{low} … {high}" if low and high else f"≥ {low}" if low else f"≤ {high}"
        found[language] = f"{number(value)} {unit} {outside} {span} {unit}"
    return found


def overall(verdict: str, points: list[Json], checks: list[Json], absent: list[Json]) -> Label:
    """The closing sentence: the verdict, and the first things that led to it."""
    failed = [item["id"] for item in (*checks, *points) if item["verdict"] == "fail"]
    if verdict == "pass":
        return {
            "vi": f"Đạt yêu cầu kỹ thuật đo lường: {len(points)} kết quả đo đều trong giới hạn.",
            "en": f"Meets the metrological requirements: all {len(points)} results are within their limits.",
        }
    if verdict == "fail":
        return {"vi": f"Không đạt: {', '.join(failed)}.", "en": f"Does not pass: {', '.join(failed)}."}
    ids = ", ".join(item["id"] for item in absent[:10]) + (" …" if len(absent) > 10 else "")
    return {"vi": f"Chưa kết luận được, còn thiếu: {ids}.", "en": f"No conclusion yet, missing: {ids}."}
