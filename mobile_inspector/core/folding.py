"""How text is compared when people search: without diacritics, case or signs, so "tram xang" finds "Trạm xăng"."""

import re
import unicodedata

_OTHER = re.compile(r"[^0-9a-z]+")
_D = str.maketrans(
    {"đ": "d", "ð": "d"}
)  # đ has no decomposition in Unicode; ð is what some keyboards give for it


def folded(text: str) -> str:
    """Small letters a–z and digits, everything else one space: "Cột đo số 3/A" is "cot do so 3 a"."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_D)
    return _OTHER.sub(" ", "".join(sign for sign in plain if not unicodedata.combining(sign))).strip()
