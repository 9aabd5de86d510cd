"""Numbers that are known to be used: a used seal stays used for ever, so a pull asks only about the others.

Without it, a pull would read every seal that its inspector ever fitted. Each process learns for itself.
"""

from collections.abc import Iterable, Iterator

from services.inspection.seal_queries import used
from services.inspection.storage import seals

Range = tuple[int, int]

_known: dict[tuple[str, str], list[Range]] = {}


def unused(series: str, first: int, last: int) -> list[Range]:
    """The ranges of first to last, both included, of which no number was used."""
    key = (seals.collection.database.name, series)
    open_ranges = without(first, last, _known.get(key, []))
    fresh = [(serial, serial) for low, high in open_ranges for serial, _ in used(series, low, high)]
    if fresh:
        _known[key] = joined([*_known.get(key, []), *fresh])
    return [free for low, high in open_ranges for free in without(low, high, fresh)]


def without(first: int, last: int, taken: Iterable[Range]) -> list[Range]:
    """What is left of first to last when ranges are taken out; they come in order and do not overlap."""
    found, begin = [], first
    for low, high in taken:
        if high < begin or low > last:
            continue
        if low > begin:
            found.append((begin, low - 1))
        begin = high + 1
    return [*found, (begin, last)] if begin <= last else found


def joined(ranges: Iterable[Range]) -> list[Range]:
    """The same numbers in as few ranges as hold them, in order."""
    return list(_joined(sorted(ranges)))


def _joined(ranges: list[Range]) -> Iterator[Range]:
    held: Range | None = None
    for low, high in ranges:
        if held is not None and low <= held[1] + 1:
            held = (held[0], max(held[1], high))
            continue
        if held is not None:
            yield held
        held = (low, high)
    if held is not None:
        yield held
