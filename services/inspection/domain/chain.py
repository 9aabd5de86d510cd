"""The hash chain of a tablet: canonical JSON, its hash, and whether a record follows the one before it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Protocol

BEGINNING = "0" * 64
SEALING = ("hash", "signature")


def canonical(value: Any) -> bytes:
    """RFC 8785 for JSON without floats. Raises UnicodeEncodeError for half a surrogate pair."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hash_of(record: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical record without its hash and signature, as the tablet computes it."""
    return hashlib.sha256(canonical({k: v for k, v in record.items() if k not in SEALING})).hexdigest()


class Link(Protocol):
    """One record's place in the chain."""

    @property
    def sequence(self) -> int | None: ...
    @property
    def previous_hash(self) -> str | None: ...
    @property
    def hashes(self) -> set[str]: ...


def breaks(links: Iterable[Link], known: Mapping[int, set[str]]) -> list[str | None]:
    """What is wrong with each link: `chain-gap` (the one before is not here), `chain-broken` (it is another), or None.

    `known` holds the hashes of the records already here, by sequence; the links themselves count as here too.
    """
    links = list(links)
    here = {sequence: set(hashes) for sequence, hashes in known.items()}
    for link in links:
        if link.sequence is not None:
            here.setdefault(link.sequence, set()).update(link.hashes)
    return [_break(link, here) for link in links]


def _break(link: Link, here: Mapping[int, set[str]]) -> str | None:
    if link.sequence is None:
        return None
    before = {BEGINNING} if link.sequence == 1 else here.get(link.sequence - 1)
    if before is None:
        return "chain-gap"
    return None if link.previous_hash in before else "chain-broken"


def missing(sequences: Iterable[int], limit: int = 100) -> list[int]:
    """The sequence numbers below the highest that are not here; at most `limit` of them."""
    present = set(sequences)
    absent = (number for number in range(1, max(present, default=0)) if number not in present)
    return list(islice(absent, limit))
