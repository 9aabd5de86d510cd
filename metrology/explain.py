"""The sentences: why each point has its verdict, in Vietnamese and English, with the numbers filled in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .number_text import LONG, english, grouped, number, vietnamese
from .procedure import Label, Result
from .quantity import short
from .table import Values

Json = dict[str, Any]
VERDICTS = {"pass": {"vi": "đạt", "en": "pass"}, "fail": {"vi": "không đạt", "en": "fail"}}
NOT_READ = {"vi": "chưa có số đọc", "en": "no reading yet"}
NOT_GIVEN = {"vi": "chưa ghi", "en": "not recorded"}
NOT_ANSWERED = {"vi": "chưa kiểm tra", "en": "not checked yet"}
NO_UNCERTAINTY = {"vi": "thiếu độ không đảm bảo đo U", "en": "the measurement uncertainty U is missing"}
NOTHING_MEASURED = {"vi": "chưa có kết quả đo nào", "en": "nothing has been measured"}


def point(
    result: Result, values: Values, outcome: Json, label: Label, run: int | None, rules: Label, limit: str
) -> Json:
    """The formula, the rules and the sentences of one outcome, in both languages."""
    unit = "" if outcome["unit"] == "1" else f" {outcome['unit']}"
    error, filled = grouped(outcome["error"]), result.error.write(values, number)
    formula = (
        f"{result.symbol} = {error}{unit}"
        if filled == error
        else f"{result.symbol} = {filled} = {error}{unit}"
    )
    vi, en = label.get("vi", ""), label.get("en", "")
    if result.label:
        vi, en = _joined(vi, result.label["vi"]), _joined(en, result.label["en"])
    if run:
        vi, en = f"{vi}, lần {run}", f"{en}, run {run}"
    if outcome["indication"] is not None and outcome["reference"] is not None:
        shown, reference = _number(outcome["indication"]), _number(outcome["reference"])
        vi = f"{vi}: số chỉ {shown}, giá trị chuẩn {reference}; {formula}"
        en = f"{en}: indication {shown}, reference {reference}; {formula}"
    else:
        vi, en = f"{vi}: {formula}", f"{en}: {formula}"
    guard = _number(outcome["guard"]) if "guard" in outcome else ""
    vi = f"{vi}; giới hạn {limit}{unit}{f', dải bảo vệ {guard}' if guard else ''}"
    en = f"{en}; limit {limit}{unit}{f', guard band {guard}' if guard else ''}"
    basis = {language: f" ({text})" if text else "" for language, text in rules.items()}
    verdict = VERDICTS[outcome["verdict"]]
    return {
        "formula": {"vi": vietnamese(formula), "en": english(formula)},
        "rule": rules,
        "explanation": {
            "vi": f"{vietnamese(vi)}{basis['vi']}: {verdict['vi']}.",
            "en": f"{english(en)}{basis['en']}: {verdict['en']}.",
        },
    }


def _number(text: str) -> str:
    return grouped(text) if len(text) < LONG else number(Decimal(text))


def _joined(where: str, what: str) -> str:
    return f"{where}, {what[:1].lower()}{what[1:]}" if where else what


def limit_text(lower: Decimal | None, upper: Decimal | None) -> str:
    """The limits as people write them: ±0.3, ≤ 20, or -0.15 … 0.1."""
    if upper is None:
        return f"≥ {_number(short(lower or Decimal(0)))}"
    least, most = "" if lower is None else _number(short(lower)), _number(short(upper))
    if lower is None:
        return f"≤ {most}"
    return f"±{most}" if lower == -upper else f"{least} … {most}"


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
    given, span = f"{number(value)} {unit}".rstrip(), f"{limit_text(least, most)} {unit}".rstrip()
    return {
        "vi": vietnamese(f"{given} ngoài khoảng cho phép {span}"),
        "en": english(f"{given} outside the allowed range {span}"),
    }


def invalid(error: Decimal, lower: Decimal | None, upper: Decimal | None, label: Label, unit: str) -> Label:
    """The reason: the measurement itself breaks a rule of the procedure and must be repeated.  `label` may be empty."""
    reason = out_of_range(error, lower, upper, "" if unit == "1" else unit)
    words = {"vi": "phép đo không hợp lệ", "en": "measurement not valid"}
    return {
        k: f"{text}, {label[k]} {reason[k]}" if label else f"{text}, {reason[k]}" for k, text in words.items()
    }


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
