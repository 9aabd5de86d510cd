"""Finds the line of a TOML document that a path such as points, 2, fields, load, max stands on."""

from __future__ import annotations

import re

HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?")
KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")


def line_of(text: str, path: tuple[str | int, ...]) -> int:
    """The line (from 1) of the longest part of the path that is written out; elements of inline lists count one a line."""
    best, depth = 1, 0
    here: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    element: tuple[tuple[str | int, ...], int] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := HEADER.fullmatch(line.split("#", 1)[0].rstrip()):
            here, element = _place(header.group(2).split("."), header.group(1) == "[[", counts), None
        elif element and line.lstrip().startswith(("{", "[")):
            element = (element[0], element[1] + 1)
            here_now = (*element[0], element[1])
            if here_now == path[: len(here_now)] and len(here_now) > depth:
                best, depth = number, len(here_now)
            continue
        elif key := KEY.match(line):
            inside = (*here, key.group(1))
            element = (inside, -1) if line.rstrip().endswith("[") else None
            if inside == path[: len(inside)] and len(inside) > depth:
                best, depth = number, len(inside)
            continue
        else:
            continue
        if here == path[: len(here)] and len(here) > depth:
            best, depth = number, len(here)
    return best


def _place(
    names: list[str], repeated: bool, counts: dict[tuple[str | int, ...], int]
) -> tuple[str | int, ...]:
    """The path of a table header; [[x]] begins the next element of x, and [x.y] means y of the last element of x."""
    place: tuple[str | int, ...] = ()
    for index, name in enumerate(names):
        place = (*place, name.strip())
        if repeated and index == len(names) - 1:
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place
