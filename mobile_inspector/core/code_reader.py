"""Reads the QR or bar code out of a photograph: an enrolment code, the number of a seal, the serial of an instrument."""

from __future__ import annotations

from urllib.parse import parse_qs

from .canonical import nfc
from .picture import pixels
from .refusal import Refused

SCHEME = "vernier:"
SIDES = (
    1600,
    3200,
)  # the longer side in pixels, one after the other: a small code may need all that the camera gave
SYMBOLS = ("QRCODE", "CODE128", "CODE39", "EAN13")  # others are seen where none are: hatching, grilles
SHOWN = 60  # letters of a foreign code that are repeated to people


def read_code(content: bytes) -> str:
    """The text of the one code in a picture.

    Raises Refused: picture-unreadable, qr-unavailable (no zbar on this machine), qr-missing, qr-several.
    """
    try:
        from pyzbar.pyzbar import ZBarSymbol, decode  # at the first code: the tablet starts without it
    except ImportError as error:  # pyzbar is here, the library that it calls is not
        raise Refused("qr-unavailable", field="code") from error
    from PIL import Image

    codes: set[str] = set()
    for side in SIDES:
        seen = pixels(content, side)
        image = Image.frombytes("RGB", (seen.width, seen.height), seen.rgb)
        found = decode(image, [ZBarSymbol[name] for name in SYMBOLS])
        codes |= {nfc(each.data.decode("utf-8", "replace")).strip() for each in found}
        if codes:
            break
    if not codes:
        raise Refused("qr-missing", field="code")
    if len(codes) > 1:
        raise Refused("qr-several", field="code", count=len(codes), codes=", ".join(sorted(codes))[:SHOWN])
    return codes.pop()


def enrolment_code(text: str) -> str:
    """The one-time code in the text of an enrolment's QR image (docs/sync.md, Enrol).  Raises Refused qr-foreign."""
    held = parse_qs(text.partition("?")[2]).get("code") if text.startswith(f"{SCHEME}enrol?") else None
    if not held:
        raise Refused("qr-foreign", field="code", text=text[:SHOWN])
    return held[0]
