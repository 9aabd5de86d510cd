"""What a person types into a number field, read the Vietnamese way: comma for decimals, points or spaces for thousands.

The rule, for a number of at most 18 digits with an optional sign:

* a comma is the decimal sign, once: "20,05" is 20.05 and "1,234" is one and 234 thousandths;
* spaces (also thin and no-break ones) or points may group the digits before it by three, one kind in a number:
  "1 234,5" and "1.234,5" are 1234.5, "1.234.567" is 1234567;
* one point that cannot be a grouping is the decimal point of other keyboards and displays: "20.05", "0.234", "1234.567";
* "1.234" alone can be read both ways and is refused, as is everything else: "1,234.5", "12.34,5", "20,", "1e3", "NaN".
"""

from __future__ import annotations

import re

from .canonical import nfc
from .refusal import Refused

DIGITS = 18
_SPACES = re.compile("[\u0020\u00a0\u2009\u202f]")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_PLAIN = re.compile(r"([0-9]+)(?:,([0-9]+))?")
_POINTS = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+)(?:,([0-9]+))?")
_SPACED = re.compile(r"([0-9]{1,3}(?: [0-9]{3})+)(?:[,.]([0-9]+))?")
_FOREIGN = re.compile(r"([0-9]+)\.([0-9]+)")
_EITHER = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_SPACED_EITHER = re.compile(r"[0-9 ]+\.[0-9]{3}")


def read_number(typed: str, field: str | None = None) -> str:
    """The decimal string ("20.05") of a typed number; zeros at the end are kept, for they tell the resolution.

    Raises Refused number-empty, number-ambiguous (two readings, both named), number-unreadable, number-too-long.
    """
    text = _SPACES.sub(" ", nfc(typed)).strip().translate(_MINUS)
    if not text:
        raise Refused("number-empty", field=field)
    sign, body = ("-", text[1:].lstrip()) if text[0] == "-" else ("", text[1:] if text[0] == "+" else text)
    if _EITHER.fullmatch(body) or (" " in body and _SPACED_EITHER.fullmatch(body)):
        whole, _, fraction = body.replace(" ", "").partition(".")
        raise Refused(
            "number-ambiguous",
            field=field,
            typed=typed,
            one=f"{whole}{fraction}",
            other=f"{whole},{fraction}",
        )
    for form in (_PLAIN, _POINTS, _SPACED, _FOREIGN):
        if found := form.fullmatch(body):
            break
    else:
        raise Refused("number-unreadable", field=field, typed=typed[:40])
    whole = re.sub("[ .]", "", found.group(1)).lstrip("0") or "0"
    fraction = found.group(2) or ""
    if len(whole) + len(fraction) > DIGITS:
        raise Refused("number-too-long", field=field, most=DIGITS)
    number = f"{whole}.{fraction}" if fraction else whole
    return number if not number.strip("0.") else sign + number


def shown(number: str, language: str = "vi") -> str:
    """A decimal string as people of a language write it: "20.05" is "20,05" in Vietnamese."""
    return number.replace(".", ",") if language == "vi" else number
