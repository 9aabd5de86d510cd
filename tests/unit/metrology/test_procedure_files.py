"""Procedure files: faults named by line and field, new types without code, and the shipped ones in good order."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

import metrology
from metrology import FaultyProcedure, Shelf, read_procedure
from metrology.evaluators import EVALUATORS
from tests.unit.metrology.records import q

MINIMAL = """\
id = "ruler"
version = "2026"
vi = "Thước thẳng"
en = "Ruler"
types = ["99"]
source = "our own example"
trust = "A"
effective_from = 2026-01-01
on_failure = "stop"

[regimes]
initial = 1
in_service = 2

[parameters.mpe]
value = 0.5
unit = "mm"
trust = "A"
source = "Example 1: half a millimetre"

[characteristics]
length = { vi = "Chiều dài", en = "Length", unit = "m", sign = "positive" }

[tables.floor]
vi = "Bảng"
en = "Table"
trust = "A"
source = "our own example"
rows = [
    [1, 0.1],
    [2, 0.2],
]

[[steps]]
id = "metrological"
vi = "Kiểm tra đo lường"
en = "Metrological check"
checks = [
    { id = "straight", vi = "Thẳng", en = "Straight" },
]

[[points]]
id = "scale"
step = "metrological"
vi = "Vạch"
en = "Mark"
repeat = 2

[points.fields]
indication = { vi = "Số chỉ", en = "Indication", unit = "mm" }
reference = { vi = "Chuẩn", en = "Reference", unit = "mm" }

[[points.results]]
symbol = "E"
unit = "mm"
error = "absolute(indication, reference)"
symmetric = "factor * max(mpe, table(floor, length))"
"""


def line(text: str) -> int:
    return next(n for n, each in enumerate(MINIMAL.splitlines(), 1) if text in each)


def test_the_minimal_procedure_is_in_order():
    assert read_procedure(MINIMAL).title == {"vi": "Thước thẳng", "en": "Ruler"}


# What is written instead, the line it stands on, the field, and part of the message.
FAULTS = [
    ('types = ["99"]', "types = 99", "types", "expected a list"),
    ("effective_from = 2026-01-01", 'effective_from = "1/1/2026"', "effective_from", "expected a date"),
    ('on_failure = "stop"', 'on_failure = "go on"', "on_failure", "expected one of stop, record all"),
    ('trust = "A"\neffective', 'trust = "sure"\neffective', "trust", "expected one of F, F2, G, A"),
    ("initial = 1", "peridic = 1", "regimes.peridic", "is not known here"),
    ("initial = 1", 'initial = "1"', "regimes.initial", "expected a number"),
    ("value = 0.5", "value = nan", "parameters.mpe.value", "expected a number"),
    ("value = 0.5", "value = true", "parameters.mpe.value", "expected a number"),
    ('unit = "mm"\ntrust', 'unit = "inch"\ntrust', "parameters.mpe.unit", "expected a unit"),
    ('source = "Example 1: half a millimetre"', "", "parameters.mpe.source", "is missing"),
    (
        "[characteristics]\nlength",
        "[characteristics]\n2length",
        "characteristics.2length",
        "begins with a letter",
    ),
    (
        "[characteristics]\nlength",
        "[characteristics]\nmpe",
        "characteristics.mpe",
        "already means something else",
    ),
    ('sign = "positive" }\n', 'sign = "up" }\n', "characteristics.length.sign", "expected one of positive"),
    ("    [2, 0.2],", "    [2, 0.2, 3],", "tables.floor.rows.1", "expected 0 key(s)"),
    ("    [2, 0.2],", "    [1, 0.2],", "tables.floor.rows.1", "comes after one that covers its zone"),
    ("    [1, 0.1],", '    ["any", 0.1],', "tables.floor.rows.1", "comes after one that covers its zone"),
    (
        "    [2, 0.2],",
        '    [2, "width"],',
        "tables.floor.rows.1",
        "unknown name width; known are factor, length, mpe",
    ),
    (
        'checks = [\n    { id = "straight", vi',
        'checks = [\n    { id = "straight", fr',
        "steps.0.checks.0.fr",
        "not known here",
    ),
    ('step = "metrological"', 'step = "final"', "points.0.step", "no step has the id 'final'"),
    ("repeat = 2", 'repeat = ""', "points.0.repeat", "expected a formula"),
    ("repeat = 2", 'order = "L"', "points.0.order", "every case must say 'L'"),
    ("repeat = 2", 'export = ["X"]', "points.0.export", "unknown name 'X'"),
    ('Reference", unit = "mm" }', 'Reference" }', "points.0.fields.reference", "either a unit or choices"),
    ("reference = {", "length = {", "points.0.fields.length", "already means something else"),
    (
        'error = "absolute(indication, reference)"',
        'error = "absolute(indication)"',
        "points.0.results.0.error",
        "takes 2",
    ),
    (
        'error = "absolute(indication, reference)"',
        'error = "os(indication)"',
        "points.0.results.0.error",
        "unknown evaluator",
    ),
    ('symmetric = "factor', 'symmetric = "facteur', "points.0.results.0.symmetric", "unknown name facteur"),
    ("max(mpe, table(floor, length))", "spread(mpe)", "points.0.results.0.symmetric", "cannot be computed"),
    (
        '"factor * max(mpe, table(floor, length))"',
        '"mpe < 1"',
        "points.0.results.0.symmetric",
        "gives yes or no, not a number",
    ),
    (
        'symbol = "E"',
        'symbol = "E"\nwhen = "mpe"',
        "points.0.results.0.when",
        "gives a number, not yes or no",
    ),
    ("repeat = 2", 'repeat = "regime"', "points.0.repeat", "gives a text, not a number"),
    ("max(mpe, table(floor, length))", "floor", "points.0.results.0.symmetric", "unknown name floor"),
    (
        'symmetric = "factor * max(mpe, table(floor, length))"',
        "decimals = 2",
        "points.0.results.0",
        "give symmetric, or lower",
    ),
    ('symbol = "E"', 'symbol = "E"\nupper = 3', "points.0.results.0", "give symmetric, or lower"),
]


@pytest.mark.parametrize(("old", "new", "field", "message"), FAULTS)
def test_a_fault_is_named_by_line_and_field(old, new, field, message):
    assert old in MINIMAL
    text = MINIMAL.replace(old, new, 1)
    with pytest.raises(FaultyProcedure) as faulty:
        read_procedure(text, "ruler.toml")
    found = [(number, where, what) for number, where, what in faulty.value.faults if where == field]
    assert found, faulty.value.faults
    number, _, what = found[0]
    assert message in what
    assert f"ruler.toml:{number}: {field}: " in str(faulty.value)
    told = text.splitlines()[number - 1]
    last = field.rpartition(".")[2]
    expected = {
        "points.0.results.0": "[[points.results]]",
        "points.0.fields.reference": "reference",
        "parameters.mpe.source": "[parameters.mpe]",
        "tables.floor.rows.1": "[",
    }
    assert expected.get(field, last) in told


def test_every_fault_of_a_file_is_listed_in_the_order_of_the_file():
    text = MINIMAL.replace('en = "Ruler"', "").replace("value = 0.5", 'value = "half"')
    with pytest.raises(FaultyProcedure) as faulty:
        read_procedure(text)
    assert [field for _, field, _ in faulty.value.faults] == ["en", "parameters.mpe.value"]


@pytest.mark.parametrize("text", ["id = ", 'id = "a"\nid = "b"', "[a\n"])
def test_what_is_no_toml_is_refused_with_its_line(text):
    with pytest.raises(FaultyProcedure) as faulty:
        read_procedure(text)
    (number, field, _), *_ = faulty.value.faults
    assert field == "TOML"
    assert number >= 1


def test_an_id_used_twice_is_a_fault():
    text = MINIMAL + MINIMAL[MINIMAL.index("[[points]]") :]
    with pytest.raises(FaultyProcedure, match="id 'scale' is used twice"):
        read_procedure(text)


def test_the_hash_is_of_the_content_not_of_the_layout():
    plain = read_procedure(MINIMAL).hash
    assert read_procedure("# a remark\n" + MINIMAL.replace("\n\n", "\n\n\n")).hash == plain
    assert read_procedure(MINIMAL.replace("value = 0.5", "value = 0.6")).hash != plain
    assert re.fullmatch("[0-9a-f]{64}", plain)


def test_a_version_is_never_replaced():
    shelf = Shelf([read_procedure(MINIMAL)])
    shelf.add(read_procedure(MINIMAL))
    with pytest.raises(FaultyProcedure, match="give it a new version"):
        shelf.add(read_procedure(MINIMAL.replace("value = 0.5", "value = 0.6")))
    shelf.add(read_procedure(MINIMAL.replace('"2026"', '"2027"').replace("2026-01-01", "2027-01-01")))
    assert shelf.in_force("99", date(2026, 12, 31)).version == "2026"
    assert shelf.in_force("99", date(2027, 1, 1)).version == "2027"


def test_a_version_answers_only_between_its_dates():
    shelf = Shelf([read_procedure(MINIMAL.replace("on_failure", "effective_to = 2026-06-30\non_failure"))])
    assert shelf.in_force("99", date(2026, 6, 30)).id == "ruler"
    for day in (date(2026, 7, 1), date(2025, 12, 31)):
        with pytest.raises(metrology.UnknownType):
            shelf.in_force("99", day)


def test_a_new_type_needs_a_file_and_no_code(tmp_path):
    (tmp_path / "ruler.toml").write_text(MINIMAL, encoding="utf-8")
    record = {
        "type": "99",
        "regime": "initial",
        "verified_on": "2026-03-05",
        "characteristics": {"length": q(200, "cm")},
        "checks": {"straight": True},
        "readings": [
            {"point": "scale", "run": run, "indication": q("100.5", "mm"), "reference": q(10, "cm")}
            for run in (1, 2)
        ],
    }
    (tmp_path / "record.json").write_text(json.dumps(record), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "metrology", "--procedures", tmp_path, "evaluate", tmp_path / "record.json"],
        capture_output=True, text=True, encoding="utf-8", check=False, cwd=Path(metrology.__file__).parents[1],
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert (result["verdict"], result["procedure"]["id"]) == ("pass", "ruler")
    assert (
        result["points"][0]["rule"]["en"]
        == "Example 1 [not confirmed by the text]; Table: ≤ 2 [not confirmed by the text]"
    )


SHIPPED = sorted(
    entry.name
    for entry in (files("metrology") / "data" / "procedures").iterdir()
    if entry.name.endswith(".toml")
)
NAMED = {
    "2", "6", "7", "8a", "8b", "9", "10", "11", "12", "16a", "16b", "19", "20", "21a", "21b", "24", "31", "32", "34a", "34b",
    "43a", "43b",
}  # fmt: skip


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_file_is_named_after_its_id_and_version(name):
    text = (files("metrology") / "data" / "procedures" / name).read_text(encoding="utf-8")
    procedure = read_procedure(text, name)
    assert name == f"{procedure.id}-{procedure.version}.toml"


def test_every_named_type_has_a_verification_procedure_in_force():
    shelf = Shelf.shipped()
    for code in NAMED:
        assert shelf.in_force(code, date(2026, 11, 22)).purpose == "verification"


def test_control_procedures_are_only_used_when_asked_for():
    assert metrology.procedure_for("8a", date(2026, 11, 22)).id == "spring-scale"
    assert metrology.procedure_for("6", date(2026, 11, 22)).id == "nawi"


def test_every_verification_says_where_marks_go_and_what_standards_it_needs():
    for procedure in Shelf.shipped():
        if procedure.purpose == "verification":
            assert procedure.marks, procedure.id
            assert procedure.standards, procedure.id
            assert procedure.conditions, procedure.id
            assert procedure.steps[0].checks, procedure.id
            assert {step.id for step in procedure.steps} >= {"external", "metrological"}
            assert procedure.steps[-1].id == "metrological"


def test_each_regime_of_a_procedure_is_one_the_catalogue_asks_for_or_in_service():
    catalogue = metrology.Catalogue.shipped()
    for procedure in Shelf.shipped():
        for code in procedure.types:
            allowed = catalogue.regimes(code, date(2026, 11, 22)) | {"in_service"}
            assert set(procedure.regimes) <= allowed, (procedure.id, code)


def test_a_series_sees_lists():
    series = """
[[points.series]]
id = "r"
symbol = "R"
unit = "mm"
error = "FORMULA"
upper = 1
"""
    read_procedure(MINIMAL + series.replace("FORMULA", "spread(E) + max(indication) - mpe"))
    with pytest.raises(FaultyProcedure, match="cannot be computed"):
        read_procedure(MINIMAL + series.replace("FORMULA", "E - indication"))
    with pytest.raises(FaultyProcedure, match="gives a list, not a number"):
        read_procedure(MINIMAL + series.replace("FORMULA", "E"))


def test_two_results_of_a_point_need_different_ids():
    result = MINIMAL[MINIMAL.index("[[points.results]]") :]
    with pytest.raises(FaultyProcedure, match="two results have the id ''"):
        read_procedure(MINIMAL + "\n" + result)


def test_the_example_of_the_manual_is_in_order_and_names_every_evaluator():
    manual = (Path(metrology.__file__).parents[1] / "docs" / "procedures.md").read_text(encoding="utf-8")
    example = re.search("```toml\n(.*?)```", manual, re.DOTALL)
    assert example
    assert read_procedure(example[1]).id == "ruler"
    words = manual[manual.index("## The words") :]
    assert [name for name in EVALUATORS if f"`{name}" not in words] == []
