"""`python -m metrology`: one JSON object, exit 0 for a verdict, 2 for bad input with the field named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import metrology
from tests.unit.metrology import instruments as of
from tests.unit.metrology.records import SCALE, Json, fuel_dispenser

ROOT = Path(metrology.__file__).parents[1]


def run(*arguments: object, given: str | bytes = b"") -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one call, in a terminal that knows ASCII only."""
    done = subprocess.run(
        [sys.executable, "-m", "metrology", *map(str, arguments)],
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        (fuel_dispenser(), "pass"),
        (fuel_dispenser("20.00", "19.93"), "fail"),
        (fuel_dispenser(readings=[]), "incomplete"),
    ],
)
def test_every_verdict_ends_with_0(record, verdict, tmp_path):
    (tmp_path / "record.json").write_text(json.dumps(record), encoding="utf-8")
    code, out, err = run("evaluate", tmp_path / "record.json")
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert result == metrology.evaluate(record)
    assert result["verdict"] == verdict
    assert set(result["procedure"]) == {"id", "version", "hash"}
    for point in result["points"]:
        assert {"id", "error", "limit", "unit", "verdict", "explanation"} <= set(point)
        assert set(point["explanation"]) == {"vi", "en"}


def test_the_record_may_come_from_standard_input():
    code, out, _ = run("evaluate", "-", given=json.dumps(of.COMPLETE["water-meter"]))
    assert (code, json.loads(out)["verdict"]) == (0, "pass")
    assert "Lưu lượng" in out


def test_bad_input_ends_with_2_and_names_the_field():
    record = fuel_dispenser()
    record["readings"][3]["reference"] = {"value": "20,05", "unit": "L"}
    code, out, err = run("evaluate", "-", given=json.dumps(record))
    assert (code, out) == (2, "")
    problem = json.loads(err)
    assert (problem["error"], problem["field"], problem["rule"]) == (
        "bad input",
        "readings[3].reference",
        "decimal string",
    )
    assert "'20,05' is not a decimal number" in problem["message"]


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        (b"", "file", "is not JSON"),
        (b"{", "file", "is not JSON"),
        (b"\xff", "file", "is not JSON"),
        (b"[1]", "record", "object"),
        (b'{"type": NaN}', "file", "NaN is not a number of JSON"),
        (b'{"type": Infinity}', "file", "Infinity"),
        (b'{"type": "19", "type": "20"}', "type", "given twice"),
        (b'{"type": "\\ud800"}', "regime", "is missing"),
        (b'{"a":' * 100_000, "file", "is not JSON"),
        (b'{"type": ' + b"1" * 5000 + b"}", "file", "is not JSON"),
        (
            b'{"type": 19, "regime": "periodic", "verified_on": "2026-03-05", "characteristics": {}}',
            "type",
            "must be a string",
        ),
    ],
)
def test_what_is_no_record_is_refused(given, field, message):
    code, out, err = run("evaluate", "-", given=given)
    assert (code, out) == (2, "")
    problem = json.loads(err)
    assert problem["field"] == field
    assert message in problem["message"]


def test_a_file_that_is_not_there():
    code, _, err = run("evaluate", "nowhere.json")
    assert code == 2
    assert json.loads(err)["field"] == "file"


@pytest.mark.parametrize(
    "arguments",
    [(), ("judge",), ("evaluate",), ("points", "--type", "19"), ("points", "--characteristics", "-")],
)
def test_wrong_usage_ends_with_2(arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "usage: python -m metrology" in err


def test_points_prints_what_to_measure(tmp_path):
    (tmp_path / "scale.json").write_text(json.dumps(SCALE), encoding="utf-8")
    code, out, _ = run(
        "points", "--type", "8b", "--characteristics", tmp_path / "scale.json", "--on", "2026-03-05"
    )
    assert code == 0
    form = json.loads(out)
    assert form == metrology.points("8b", SCALE, "periodic", "2026-03-05")
    loads = [
        p["fields"][0]["nominal"]["value"] for p in form["steps"][2]["points"] if p["id"].startswith("load")
    ]
    assert loads == ["200", "5000", "15000", "20000", "30000"]


@pytest.mark.parametrize(
    ("arguments", "given", "field"),
    [
        (("--type", "99", "--characteristics", "-"), {}, "type"),
        (("--type", "19", "--characteristics", "-"), {}, "characteristics.Qmax"),
        (("--type", "19", "--characteristics", "-"), [], "characteristics"),
        (("--type", "8b", "--characteristics", "-", "--regime", "now"), SCALE, "regime"),
        (("--type", "8b", "--characteristics", "-", "--on", "today"), SCALE, "on"),
    ],
)  # fmt: skip
def test_points_refuses_by_field(arguments, given, field):
    code, out, err = run("points", *arguments, given=json.dumps(given))
    assert (code, out, json.loads(err)["field"]) == (2, "", field)


def test_points_are_those_of_today_unless_told():
    code, out, _ = run("points", "--type", "8b", "--characteristics", "-", given=json.dumps(SCALE))
    assert (code, json.loads(out)["procedure"]["id"]) == (0, "nawi")


def test_procedures_lists_what_is_known():
    code, out, _ = run("procedures")
    assert code == 0
    listed = json.loads(out)
    assert listed == metrology.procedures()
    assert {"fuel-dispenser 2011", "fuel-dispenser 2013", "fuel-dispenser 2017", "nawi 2006"} <= {
        f"{p['id']} {p['version']}" for p in listed
    }
    for procedure in listed:
        assert procedure["source"]
        assert procedure["trust"] in ("F", "F2", "G", "A")
        assert len(procedure["hash"]) == 64


def conforms(value: object, schema: Json, whole: Json) -> bool:
    """Whether a value conforms, as far as the keywords go that our schema uses."""
    import re

    if "$ref" in schema:
        return conforms(value, whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    if "oneOf" in schema:
        return sum(conforms(value, part, whole) for part in schema["oneOf"]) == 1
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "boolean": bool,
        "null": type(None),
    }
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(type(value) is kinds[t] for t in types):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, str):
        return re.search(schema.get("pattern", ""), value) is not None
    if isinstance(value, list):
        return all(conforms(part, schema["items"], whole) for part in value)
    if isinstance(value, dict):
        known, other = schema.get("properties", {}), schema.get("additionalProperties", True)
        return set(schema.get("required", [])) <= set(value) and all(
            other is not False
            if key not in known and isinstance(other, bool)
            else conforms(part, known.get(key, other), whole)
            for key, part in value.items()
        )
    return True


def test_schema_describes_every_record_that_is_judged():
    code, out, _ = run("schema")
    assert code == 0
    schema = json.loads(out)
    assert schema == metrology.schema()
    for record in of.COMPLETE.values():
        assert conforms(record, schema, schema)
        assert conforms({**record, "procedure": metrology.evaluate(record)["procedure"]}, schema, schema)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "99"},
        {"regime": "yearly"},
        {"colour": "red"},
        {"verified_on": "5/3/2026"},
        {"readings": {}},
        {"checks": {"a": "yes"}},
        {"characteristics": {"Qmax": {"value": "50,0", "unit": "L/min"}}},
        {"characteristics": {"Qmax": {"value": 50, "unit": "L/min"}}},
        {"characteristics": {"Qmax": {"value": "5e1", "unit": "L/min"}}},
        {"readings": [{"run": 1}]},
        {"procedure": {"id": "nawi"}},
    ],
)
def test_schema_refuses_what_evaluate_refuses(change):
    schema = metrology.schema()
    record = {**fuel_dispenser(), **change}
    assert not conforms(record, schema, schema)
    with pytest.raises(metrology.BadInput):
        metrology.evaluate(record)


def test_a_folder_of_procedures_must_hold_some(tmp_path):
    code, out, err = run("--procedures", tmp_path, "procedures")
    assert (code, out) == (2, "")
    assert "has no procedure file" in err
    (tmp_path / "bad.toml").write_bytes(b"\xff")
    code, _, err = run("--procedures", tmp_path, "procedures")
    assert code == 2
    assert "bad.toml:1: encoding: is not UTF-8" in err
    (tmp_path / "bad.toml").write_text('id = "x"\n', encoding="utf-8")
    code, _, err = run("--procedures", tmp_path, "procedures")
    assert code == 2
    assert "bad.toml:1: version: is missing" in err
