"""How people read a number: decimal comma in Vietnamese, decimal point in English, thin-space thousands, a true minus."""

from __future__ import annotations

from decimal import Decimal

THIN = "\N{THIN SPACE}"
MARK = "\N{DECIMAL SEPARATOR KEY SYMBOL}"  # stands for the decimal mark until the language is chosen
MOST_DECIMALS = 6
LONG = 13


def number(value: Decimal) -> str:
    """The number with MARK as its decimal mark; a long fraction (of a quotient) is cut to six places."""
    text = format(value, "f")
    if len(text) >= LONG and "." in text:
        text = format(round(value, MOST_DECIMALS), "f").rstrip("0").rstrip(".")
    return grouped(text)


def grouped(text: str) -> str:
    """A decimal string with MARK as its decimal mark, a true minus and thin spaces between thousands; no digit is lost."""
    end = text.find(".")
    if end < 4 and text[0] != "-" and (end > 0 or len(text) < 4):
        return text.replace(".", MARK)
    whole, point, fraction = text.partition(".")
    sign = ""
    if whole[0] == "-":
        sign, whole = "−", whole[1:]
    if len(whole) > 3:
        whole = f"{int(whole):,}".replace(",", THIN)
    return f"{sign}{whole}{MARK}{fraction}" if point else sign + whole


def vietnamese(text: str) -> str:
    """The text with decimal commas."""
    return text.replace(MARK, ",")


def english(text: str) -> str:
    """The text with decimal points."""
    return text.replace(MARK, ".")
