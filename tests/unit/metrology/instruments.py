"""One complete, passing verification of every kind of instrument, for the tests to spoil."""

from __future__ import annotations

from typing import Any

import metrology
from tests.unit.metrology.records import Json, fuel_dispenser, ideal_readings, q, scale

ON = "2026-03-05"


def _record(type: str, characteristics: Json, readings: list[Json], **more: Any) -> Json:
    """A periodic verification with every required check answered yes."""
    record = {
        "type": type,
        "regime": "periodic",
        "verified_on": ON,
        "characteristics": characteristics,
        **more,
    }
    chosen = more.get("procedure")
    if chosen:
        chosen = {"version": metrology.Shelf.shipped().version(**chosen).version, "id": chosen["id"]}
    form = metrology.points(type, characteristics, record["regime"], ON, procedure=chosen)
    checks = {c["id"]: True for step in form["steps"] for c in step["checks"] if c["required"]}
    return {**record, "checks": checks, "readings": readings}


def lpg_dispenser() -> Json:
    """Class 1, MMQ 5 L, three deliveries of 30 L at each flow rate."""
    return _record(
        "20",
        {"Qmax": q(50, "L/min"), "Qmin": q(5, "L/min"), "MMQ": q(5, "L")},
        [
            {"point": point, "run": run, "indication": q("30.1", "L"), "reference": q("30.0", "L")}
            for point in ("qmax", "qmin")
            for run in (1, 2, 3)
        ],
    )


def weighbridge(characteristics: Json | None = None, weights: object = 60, substituted: object = 0) -> Json:
    """Class III, Max 60 t, e = 20 kg; `weights` and `substituted` in t."""
    record = {
        "type": "10",
        "regime": "periodic",
        "verified_on": ON,
        "characteristics": characteristics or {"Max": q(60, "t"), "Min": q(400, "kg"), "e": q(20, "kg")},
        "checks": {"nameplate": True, "foundation": True, "indication_legible": True},
    }
    readings = [r for r in ideal_readings(record, {}) if r["point"] != "weights"]
    readings.append({"point": "weights", "mass": q(weights, "t")})
    if substituted:
        readings.append(
            {"point": "substitution", "substituted": q(substituted, "t"), "shift": q("0.2", "kg")}
        )
    return {**record, "readings": readings}


def spring_scale() -> Json:
    """Class IIII, Max 8 kg, d = 20 g."""
    record = {
        "type": "8a",
        "regime": "periodic",
        "verified_on": ON,
        "characteristics": {"Max": q(8, "kg"), "d": q(20, "g")},
        "checks": {"nameplate": True, "dial": True, "pointer_free": True},
    }
    readings = [r for r in ideal_readings(record, {}) if r["point"] != "zero"]
    return {
        **record,
        "readings": [{"point": "zero", "indication": q(0, "g"), "after": q(0, "g")}, *readings],
    }


def retail_control(
    Max: str, d: str, mass: str, indication: str, side: str = "selling", klass: str = "IIII"
) -> Json:
    """A sale or purchase on a spring scale; all in g."""
    return _record(
        "8a",
        {"class": klass, "Max": q(Max, "g"), "d": q(d, "g")},
        [{"point": "sale", "side": side, "mass": q(mass, "g"), "indication": q(indication, "g")}],
        regime="in_service",
        procedure={"id": "retail-scale-control", "version": "2017"},
    )


def fuel_control(indication: str, reference: str) -> Json:
    """A retail delivery of fuel, in L."""
    return _record(
        "19",
        {},
        [{"point": "delivery", "indication": q(indication, "L"), "reference": q(reference, "L")}],
        regime="in_service",
        procedure={"id": "fuel-retail-control", "version": "2015"},
    )


def gold_control(load: str, indication: str, e: str = "1") -> Json:
    """A gold scale at one load, in g; e in mg."""
    return _record(
        "6",
        {"Max": q(200, "g"), "e": q(e, "mg")},
        [
            {"point": "load", "run": run, "load": q(load, "g"), "indication": q(indication, "g")}
            for run in (1, 2, 3)
        ],
        regime="in_service",
        procedure={"id": "gold-scale-control", "version": "2026"},
    )


def water_meter(volumes: dict[str, tuple[str, str]] | None = None, **characteristics: Any) -> Json:
    """Class 2, Q3 = 2.5 m³/h, R80, d = 0.1 L; by flow rate the volumes of the meter and of the standard, in L."""
    given = characteristics or {
        "class": "2",
        "Q3": q("2.5", "m³/h"),
        "R": q(80, "1"),
        "d": q("0.1", "L"),
    }
    form = metrology.points("21a", given, "periodic", ON)
    volumes = volumes or {}
    readings = []
    for point in form["steps"][2]["points"]:
        meter, standard = volumes.get(point["id"], ("100.5", "100"))
        flow = next(f["nominal"] for f in point["fields"] if f["id"] == "flow")
        readings.append(
            {
                "point": point["id"],
                "flow": flow,
                "V1": q(0, "L"),
                "V2": q(meter, "L"),
                "Vc2": q(standard, "L"),
            }
        )
    return _record("21a", given, readings)


def electricity_meter(
    errors: dict[str, str] | None = None, characteristics: Json | None = None, type: str = "43a"
) -> Json:
    """Class 2, Ib = 5 A, Imax = 20 A; `errors` in % by point, on 1000 Wh."""
    given = characteristics or {"class": "2", "Ib": q(5, "A"), "Imax": q(20, "A")}
    form = metrology.points(type, given, "periodic", ON)
    readings: list[Json] = []
    for point in form["steps"][2]["points"]:
        if point["id"] == "no-load":
            readings.append({"point": "no-load", "pulses": q(1, "1")})
        elif point["id"] == "start":
            readings.append({"point": "start", "current": q("0.02", "A")})
        else:
            energy = 1000 + 10 * float((errors or {}).get(point["id"], "0"))
            readings.append({"point": point["id"], "indication": q(energy, "Wh"), "reference": q(1000, "Wh")})
    return _record(type, given, readings)


def taximeter(
    distance: str = "1000", waiting: str = "600", mode: str = "vehicle", fare: str = "100000"
) -> Json:
    """1 km and 10 minutes; on the bench a fare of 100 000 đồng too."""
    readings = [
        {"point": "distance", "indication": q(distance, "m"), "reference": q(1, "km")},
        {"point": "waiting", "indication": q(waiting, "s"), "reference": q(10, "min")},
    ]
    if mode == "bench":
        readings.append({"point": "fare", "indication": q(fare, "VND"), "reference": q(100000, "VND")})
    return _record("2", {"mode": mode}, readings)


def sphygmomanometer(
    kind: str = "aneroid", up: dict[str, str] | None = None, down: dict[str, str] | None = None
) -> Json:
    """0 to 300 mmHg; the indications by point are equal to the reference unless given."""
    form = metrology.points("32", {"kind": kind}, "periodic", ON)
    readings: list[Json] = [
        {"point": "leakage", "drop": q(4, "mmHg/min")},
        {"point": "exhaust", "time": q(10, "s")},
    ]
    for point in form["steps"][2]["points"][2:]:
        nominal = point["fields"][0]["nominal"]["value"]
        readings.append(
            {
                "point": point["id"],
                "up": q((up or {}).get(point["id"], nominal), "mmHg"),
                "down": q((down or {}).get(point["id"], nominal), "mmHg"),
            }
        )
    return _record("32", {"kind": kind}, readings)


def pressure_gauge(
    up: dict[str, str] | None = None, down: dict[str, str] | None = None, **characteristics: Any
) -> Json:
    """0 to 10 bar, class 1.6."""
    given = characteristics or {"class": q("1.6", "%"), "most": q(10, "bar")}
    form = metrology.points("31", given, "periodic", ON)
    readings = []
    for point in form["steps"][2]["points"]:
        nominal = point["fields"][0]["nominal"]
        readings.append(
            {
                "point": point["id"],
                "reference": nominal,
                "up": q((up or {}).get(point["id"], nominal["value"]), "bar"),
                "down": q((down or {}).get(point["id"], nominal["value"]), "bar"),
            }
        )
    return _record("31", given, readings)


def clinical_thermometer(low: str = "37.00", high: str = "41.00") -> Json:
    """Mercury in glass, baths of 37 °C and 41 °C."""
    return _record(
        "34a",
        {},
        [
            {"point": "t-low", "reference": q("37.00", "°C"), "indication": q(low, "°C")},
            {"point": "t-high", "reference": q("41.00", "°C"), "indication": q(high, "°C")},
        ],
        regime="initial",
        conditions={"temperature": q(23, "°C")},
    )


def electronic_thermometer(**indications: str) -> Json:
    """32 to 42 °C, three baths."""
    baths = {"t-low": "32", "t-middle": "37", "t-high": "42"}
    return _record(
        "34b",
        {"least": q(32, "°C"), "most": q(42, "°C")},
        [
            {"point": id, "reference": q(bath, "°C"), "indication": q(indications.get(id[2:], bath), "°C")}
            for id, bath in baths.items()
        ],
        conditions={"temperature": q(23, "°C")},
    )


def volume_measure(
    volumes: list[str], nominal: str = "1000", use: str = "transfer", lot: str = "single"
) -> Json:
    """A can, or a batch of 35; in mL."""
    point = "capacity" if lot == "single" else "batch"
    return _record(
        "24",
        {"nominal": q(nominal, "mL"), "use": use, "lot": lot},
        [{"point": point, "run": i, "reference": q(v, "mL")} for i, v in enumerate(volumes, 1)],
    )


def weight(
    error: str = "0.5", uncertainty: str | None = "0.5", nominal: Json | None = None, klass: str = "E2"
) -> Json:
    """1 kg of class E2; error and U (k = 2) in mg."""
    reading: Json = {"point": "mass", "difference": q(error, "mg"), "standard_error": q(0, "mg")}
    if uncertainty is not None:
        reading["uncertainty"] = q(uncertainty, "mg")
    return _record(
        "16a",
        {"class": klass, "nominal": nominal or q(1, "kg")},
        [reading],
        conditions={"temperature": q(20, "°C")},
    )


BATCH = [str(1000 + (i % 5) - 2) for i in range(35)]  # s = 1.435 mL, well inside 0.266 · 60 mL

COMPLETE: dict[str, Json] = {
    "fuel-dispenser": fuel_dispenser(),
    "fuel-retail-control": fuel_control("20.09", "20.00"),
    "lpg-dispenser": lpg_dispenser(),
    "nawi": scale(),
    "weighbridge": weighbridge(),
    "spring-scale": spring_scale(),
    "retail-scale-control": retail_control("8000", "20", "1000", "1020"),
    "gold-scale-control": gold_control("100", "100.030"),
    "water-meter": water_meter(),
    "electricity-meter": electricity_meter(),
    "taximeter": taximeter(),
    "sphygmomanometer": sphygmomanometer(),
    "pressure-gauge": pressure_gauge(),
    "clinical-thermometer": clinical_thermometer(),
    "clinical-thermometer-electronic": electronic_thermometer(),
    "volume-measure": volume_measure(["1000"]),
    "weights": weight(),
}
