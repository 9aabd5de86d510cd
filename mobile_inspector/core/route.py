"""The inspector's day as a way from stop to stop: how far, how many instruments, what is overdue, what to carry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import asin, cos, radians, sin, sqrt
from typing import Any

from .gates import standard_obstacle
from .visit_book import Outcome
from .work import Visit

EARTH_KM = 6371.0088  # mean radius R1 of the IUGG


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit on the way.  `kilometres` is the distance as the crow flies from the stop before; None where unknown."""

    visit: Visit
    kilometres: float | None
    instruments: int
    verified: int
    overdue: int
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Need:
    """The standards that the instruments of one type need on a day; `in_date` is empty where there is none to carry."""

    type_code: str
    instruments: int
    in_date: Sequence[Mapping[str, Any]]


def stops(
    visits: Iterable[Visit],
    today: date,
    verified: Mapping[str | None, set[str]],
    outcome: Callable[[str], Outcome | None],
) -> list[Stop]:
    """The visits in the order given, which is that of their times.

    Args:
        verified: by visit, the instruments with a finished record on this tablet.
    """
    found: list[Stop] = []
    before: Mapping[str, Any] | None = None
    for visit in visits:
        instruments = [item["instrument"] for item in visit.items]
        done = {item["instrument"]["id"] for item in visit.items if item.get("verification")}
        done |= verified.get(visit.id, set()) & {each["id"] for each in instruments}
        overdue = [each for each in instruments if is_overdue(each, today) and each["id"] not in done]
        found.append(
            Stop(
                visit,
                kilometres(before, visit.site),
                len(instruments),
                len(done),
                len(overdue),
                outcome(visit.id),
            )
        )
        before = visit.site
    return found


def is_overdue(instrument: Mapping[str, Any], today: date) -> bool:
    """Whether its verification has run out; one without a certificate is not overdue but new."""
    until = instrument.get("valid_until")
    return bool(until) and str(until) < today.isoformat() and instrument.get("status") != "retired"


def kilometres(here: Mapping[str, Any] | None, there: Mapping[str, Any]) -> float | None:
    """The great-circle distance of two sites by the haversine formula; None if a site has no place on the map."""
    sides = [
        None if site is None else (site.get("latitude"), site.get("longitude")) for site in (here, there)
    ]
    if any(side is None or None in side for side in sides):
        return None
    (lat_1, lon_1), (lat_2, lon_2) = ([radians(float(part)) for part in side] for side in sides)  # type: ignore[union-attr, arg-type]
    chord = sin((lat_2 - lat_1) / 2) ** 2 + cos(lat_1) * cos(lat_2) * sin((lon_2 - lon_1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, chord)))


def needs(visits: Iterable[Visit], standards: Iterable[Mapping[str, Any]], on: date) -> list[Need]:
    """What to carry for the instruments of some visits, by type of instrument."""
    counts: dict[str, int] = {}
    for visit in visits:
        for item in visit.items:
            code = item["instrument"]["type_code"]
            counts[code] = counts.get(code, 0) + 1
    known = sorted(standards, key=lambda standard: str(standard["code"]))
    return [
        Need(code, count, [each for each in known if standard_obstacle(each, code, on.isoformat()) is None])
        for code, count in sorted(counts.items())
    ]
