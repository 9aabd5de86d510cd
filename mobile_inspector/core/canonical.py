"""One spelling for every JSON value, so that a hash and a signature mean the same on the tablet and on the server."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any


def canonical(value: Any) -> str:
    """Keys sorted by code point, no white space, no needless escapes, NFC.  Equals RFC 8785 for values without floats.

    Raises TypeError for a float, for a key that is no text and for anything else that is not JSON.
    """
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def sha256(text: str) -> str:
    """The SHA-256, in hex, of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def nfc(text: str) -> str:
    """The composed form: "Trạm" typed on two keyboards becomes the same letters."""
    return unicodedata.normalize("NFC", text)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {_key(key): _plain(part) for key, part in value.items()}
    raise TypeError(f"{type(value).__name__} has no place in a record; write numbers as decimal strings")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key of a record is text, not {type(key).__name__}")
    return nfc(key)
