"""Finds instruments among tens of thousands as one types: by serial, maker, enterprise, site or address, anywhere in them.

The index is one long text in memory, a folded line for each instrument, made from the pulled work when it is first asked.
FTS5 would do the same on the disk, but python-for-android builds SQLite without it, and an index on the disk would hold
the enterprises' names beside the sealed work for whoever takes the tablet apart.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .folding import folded
from .work import Work

SLICE = 2500  # instruments
OWN = ("serial", "model", "maker", "certificate_number")
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """An instrument that was looked for; `visit_id` is the open visit that it is on, None if it is on none."""

    instrument: Json
    visit_id: str | None


class Finder:
    """Every word of a query must occur in the line, as a part of a word too: "xang 3 0041"."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._own: dict[str, str] | None = None
        self._read: dict[str, str] = {}  # what `prepare` has read so far, up to `_last`
        self._last = ""
        self._revision = -1
        self._text = ""
        self._counts: dict[str, int] = {}
        self._starts: list[int] = []
        self._entries: list[tuple[str, str | None]] = []

    def search(self, query: str, most: int = 50) -> list[Found]:
        """At most so many instruments, those of the nearest visits first; none for a query without letters and digits."""
        self._refresh()
        hits = self._find(folded(query).split(), most)
        known = self._work.instruments([id for id, _ in hits])
        known.update({each["id"]: each for each, _ in self._work.found_on_site()})
        return [Found(known[id], visit_id) for id, visit_id in hits if id in known]

    def forget(self) -> None:
        """Leaves nothing readable in memory, when the inspector signs out."""
        self._own, self._revision, self._text, self._entries, self._counts = None, -1, "", [], {}
        self._read, self._last = {}, ""

    def prepare(self, most: int = SLICE) -> bool:
        """Reads some more instruments, so that the first search need not read them all; true when all are read.

        Each call takes some 0.1 s on a desktop: other work can come in between.
        """
        if self._own is None:
            some = self._work.instruments_after(self._last, most)
            self._read.update({each["id"]: instrument_words(each) for each in some})
            if len(some) == most:
                self._last = some[-1]["id"]
                return False
            self._own, self._read, self._last = self._read, {}, ""
        return True

    def _refresh(self) -> None:
        if self._own is not None and self._revision == self._work.revision:
            return
        while not self.prepare():
            pass
        assert self._own is not None
        revision, touched = self._work.revision, self._work.take_touched()
        changed = self._work.instruments(touched)
        self._own.update({id: instrument_words(each) for id, each in changed.items()})
        self._index(self._own)
        self._revision = revision

    def _index(self, own: Mapping[str, str]) -> None:
        places: dict[str, tuple[str, str]] = {}
        for visit in self._work.outlines():
            words = place_words(visit["site"], visit["enterprise"])
            for item in visit["items"]:
                places.setdefault(item["instrument"]["id"], (visit["id"], words))
        for instrument, visit in self._work.found_on_site():
            words = place_words(visit["site"], visit["enterprise"])
            own = {**own, instrument["id"]: instrument_words(instrument)}
            places[instrument["id"]] = (visit["id"], words)
        on_visits = [id for id in places if id in own]
        rest = [id for id in own if id not in places]
        self._entries, self._starts = [], []
        lines, length = [], 0
        for id in (*on_visits, *rest):
            visit_id, place = places.get(id, (None, ""))
            line = f" {own[id]} {place}\n"
            lines.append(line)
            self._entries.append((id, visit_id))
            self._starts.append(length)
            length += len(line)
        self._text, self._counts = "".join(lines), {}

    def _find(self, words: list[str], most: int) -> list[tuple[str, str | None]]:
        if not words:
            return []
        rarest = words[0] if len(words) == 1 else min(words, key=self._count)
        if self._counts.get(rarest) == 0:
            return []
        others = [word for word in words if word != rarest]
        found: list[tuple[str, str | None]] = []
        for number, line in self._lines_with(rarest):
            if all(word in line for word in others):
                found.append(self._entries[number])
                if len(found) == most:
                    break
        return found

    def _count(self, word: str) -> int:
        """How often it occurs; kept, since all but the last word of a query were asked for a key earlier."""
        if word not in self._counts:
            self._counts[word] = self._text.count(word)
        return self._counts[word]

    def _lines_with(self, word: str) -> Iterator[tuple[int, str]]:
        at = self._text.find(word)
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            end = self._text.index("\n", at)
            yield number, self._text[self._starts[number] : end]
            at = self._text.find(word, end)


def instrument_words(instrument: Json) -> str:
    """What an instrument is found by, with its own site and enterprise where it tells of them."""
    own = [instrument.get(name) for name in OWN]
    return _folded([*own, *_names(instrument.get("site") or {}, instrument.get("enterprise") or {})])


def place_words(site: Json, enterprise: Json) -> str:
    """What every instrument of a visit is found by."""
    return _folded(_names(site, enterprise))


def _names(site: Json, enterprise: Json) -> list[Any]:
    here = [site.get(name) for name in ("name", "address", "ward_name")]
    return [*here, enterprise.get("name"), enterprise.get("tax_code")]


def _folded(names: Iterable[Any]) -> str:
    return folded(" ".join(str(name) for name in names if name))
