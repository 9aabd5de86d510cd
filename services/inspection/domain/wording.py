"""How values are written on an official document: decimal comma, days in words, countries by name, no abbreviations."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from babel import Locale

from services.inspection.domain.particulars import Words
from services.kernel.model import VIETNAM, Quantity

REGIMES = {
    "initial": Words(vi="Kiểm định ban đầu", en="initial verification"),
    "periodic": Words(vi="Kiểm định định kỳ", en="periodic verification"),
    "after_repair": Words(vi="Kiểm định sau sửa chữa", en="verification after repair"),
}
NO_END = Words(vi="Không quy định chu kỳ kiểm định", en="no verification interval is prescribed")


def number(value: Decimal | str | None) -> str:
    """A number with a decimal comma, 20,05, and a true minus sign; anything that is no number stays as it is."""
    if value is None:
        return ""
    text = format(value, "f") if isinstance(value, Decimal) else value
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
        return text
    return text.replace(".", ",").replace("-", "\N{MINUS SIGN}")


def measured(value: Quantity | str) -> str:
    return value if isinstance(value, str) else f"{number(value.value)} {value.unit}"


def limits(lower: str | None, upper: str | None) -> str:
    """Both limits of error: ±0,3 when they mirror each other, one side alone when there is only one."""
    if lower is not None and upper is not None:
        if Decimal(lower) == -Decimal(upper):
            return f"±{number(upper)}"
        return f"{number(lower)} … {number(upper)}"
    if upper is not None:
        return f"≤ {number(upper)}"
    return f"≥ {number(lower)}" if lower is not None else ""


def day(value: date) -> str:
    return f"{value:%d/%m/%Y}"


def day_in_words(value: date) -> str:
    return f"ngày {value:%d} tháng {value:%m} năm {value:%Y}"


def moment(value: datetime) -> str:
    """In Vietnam's time."""
    here = value.astimezone(VIETNAM)
    return f"{here:%H:%M} ngày {day(here.date())}"


def country(code: str | None) -> Words | None:
    """A country by its name, from the Unicode Common Locale Data; a code that it does not know stays."""
    if code is None:
        return None
    return Words(vi=Locale("vi").territories.get(code, code), en=Locale("en").territories.get(code, code))


def typed(text: str) -> str:
    """A number as people type it on a telephone: without accents, spaces or small letters, so that it is found."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(each for each in bare if not unicodedata.combining(each) and not each.isspace()).upper()
