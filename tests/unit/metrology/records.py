"""Example records of verifications, complete and passing, for the tests to spoil."""

from __future__ import annotations

from typing import Any

import metrology

Json = dict[str, Any]


def q(value: object, unit: str) -> Json:
    """A quantity as records hold it."""
    return {"value": str(value), "unit": unit}


def fuel_dispenser(indication: str = "20.00", reference: str = "20.00", **changes: Any) -> Json:
    """A fuel dispenser, three runs at Qmax and at Qmin, all alike."""
    return {
        "type": "19",
        "regime": "periodic",
        "verified_on": "2026-03-05",
        "characteristics": {"Qmax": q(50, "L/min"), "Qmin": q(5, "L/min"), "MMQ": q(2, "L")},
        "conditions": {"temperature": q(27, "°C")},
        "checks": dict.fromkeys(
            ("nameplate", "as_approved", "tightness", "zero_return", "price_indication"), True
        ),
        "readings": [
            {"point": point, "run": run, "indication": q(indication, "L"), "reference": q(reference, "L")}
            for point in ("qmax", "qmin")
            for run in (1, 2, 3)
        ],
        **changes,
    }


SCALE = {"class": "III", "Max": q(30, "kg"), "Min": q(200, "g"), "e": q(10, "g")}


def scale(errors: dict[str, str] | None = None, characteristics: Json | None = None, **changes: Any) -> Json:
    """A weighing instrument whose indications equal the nominal loads, but for the errors (in g) given by point."""
    record = {
        "type": "8b",
        "regime": "periodic",
        "verified_on": "2026-03-05",
        "characteristics": characteristics or SCALE,
        "checks": dict.fromkeys(("nameplate", "intact", "level", "indication_legible"), True),
        **changes,
    }
    return {**record, "readings": ideal_readings(record, errors or {})}


def ideal_readings(record: Json, errors: dict[str, str], load: str = "load") -> list[Json]:
    """One reading for every run of every required point: the load and an indication equal to it plus the error."""
    from decimal import Decimal

    form = metrology.points(
        record["type"], record["characteristics"], record["regime"], record["verified_on"]
    )
    readings = []
    for point in (p for step in form["steps"] for p in step["points"] if p["required"]):
        nominal = next((f.get("nominal") for f in point["fields"] if f["id"] == load), None) or q(0, "g")
        indication = Decimal(nominal["value"]) + Decimal(errors.get(point["id"], "0"))
        for run in range(1, point["repetitions"] + 1):
            readings.append(
                {
                    "point": point["id"],
                    "run": run,
                    load: nominal,
                    "indication": q(indication, nominal["unit"]),
                }
            )
    return readings


def outcome(result: Json, id: str) -> Json:
    """The outcome of one point of a result."""
    return next(point for point in result["points"] if point["id"] == id)
