"""Golden files: records and the results they had when their procedure version was published, kept for ever.

    python -m tests.unit.metrology.golden     write the files that are not there yet; an existing one is never rewritten

A golden file that no longer agrees means that the verdict on an old record has changed: mend the code, not the file.
A procedure file whose content must change gets a new version, and golden files of its own.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import metrology
from tests.unit.metrology import instruments as of
from tests.unit.metrology.records import Json, fuel_dispenser, q, scale

FOLDER = Path(__file__).with_name("golden")


def records() -> Iterator[tuple[str, Json]]:
    """Every instrument passing, failing and unfinished; the old versions of the fuel dispenser; special constructions."""
    for name, record in of.COMPLETE.items():
        yield f"{name}-pass", record
        unfinished = copy.deepcopy(record)
        del unfinished["readings"][-1]
        yield f"{name}-incomplete", unfinished
    yield from FAILING.items()
    for version in ("2011", "2013"):
        for indication in ("20.06", "20.08", "20.11"):
            record = fuel_dispenser(
                indication, "20.00", procedure={"id": "fuel-dispenser", "version": version}
            )
            yield f"fuel-dispenser-{version}-{indication}", record
    yield "nawi-multi-interval", scale(characteristics=MULTI_INTERVAL)
    yield (
        "nawi-multi-range",
        scale(characteristics={**MULTI_INTERVAL, "ranges": "multi-range"}, regime="in_service"),
    )
    yield "weighbridge-substitution", of.weighbridge(weights=30, substituted=30)
    yield "volume-measure-batch", of.volume_measure(of.BATCH, lot="batch")
    yield (
        "water-meter-class-b",
        of.water_meter(None, **{"class": "B", "Qn": q("1.5", "m³/h"), "d": q("0.1", "L")}),
    )
    yield "electricity-meter-class-b", of.electricity_meter(characteristics=CLASS_B, type="43b")
    yield "taximeter-bench", of.taximeter("1004", "600.6", "bench", "100100")


MULTI_INTERVAL = {
    "class": "III", "ranges": "multi-interval", "Max": q(15, "kg"), "Min": q(40, "g"), "e": q(5, "g"), "Max1": q(2, "kg"),
    "e1": q(1, "g"), "Max2": q(5, "kg"), "e2": q(2, "g"),
}  # fmt: skip
CLASS_B = {"class": "B", "Imin": q("0.25", "A"), "Itr": q("0.5", "A"), "Imax": q(60, "A")}
FAILING: dict[str, Json] = {
    "fuel-dispenser-fail": fuel_dispenser("20.00", "19.93"),
    "fuel-retail-control-fail": of.fuel_control("20.10", "20.00"),
    "nawi-fail": scale({"load-half": "10.1"}),
    "retail-scale-control-fail": of.retail_control("100000", "200", "50000", "49399", "buying"),
    "gold-scale-control-fail": of.gold_control("75", "75.025"),
    "water-meter-fail": of.water_meter({"q3": ("100", "102.1")}),
    "electricity-meter-fail": of.electricity_meter({"pf1-Ib": "2.01"}),
    "taximeter-fail": of.taximeter("1021"),
    "sphygmomanometer-fail": of.sphygmomanometer(up={"p100": "103.5"}),
    "pressure-gauge-fail": of.pressure_gauge(up={"p40": "4.17"}),
    "clinical-thermometer-fail": of.clinical_thermometer("36.84"),
    "clinical-thermometer-electronic-fail": of.electronic_thermometer(high="42.11"),
    "volume-measure-fail": of.volume_measure(["969"]),
    "weights-fail": of.weight("1.2"),
}


def result_of(record: Json) -> Json:
    """What must never change: verdict, errors, limits, what is missing.  The wording of the sentences may get better."""
    result = metrology.evaluate(record, explain=False)
    return {**result, "missing": [item["id"] for item in result["missing"]]}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, record in records():
        path = FOLDER / f"{name}.json"
        if not path.exists():
            result = result_of(record)
            body = {"record": {**record, "procedure": result["procedure"]}, "result": result}
            path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
