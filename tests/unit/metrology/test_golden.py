"""Golden files: a record judged by an old procedure version has the old result, to the last digit, for ever."""

from __future__ import annotations

import json

import pytest

from metrology import Shelf
from tests.unit.metrology.golden import FOLDER, records, result_of

FILES = sorted(FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_old_result(path):
    golden = json.loads(path.read_text(encoding="utf-8"))
    assert result_of(golden["record"]) == golden["result"]


def test_every_version_has_a_golden_file_with_its_content_hash():
    kept = {tuple(json.loads(path.read_text("utf-8"))["result"]["procedure"].values()) for path in FILES}
    assert kept == {tuple(procedure.reference().values()) for procedure in Shelf.shipped()}


def test_every_golden_record_has_its_file():
    assert {name for name, _ in records()} == {path.stem for path in FILES}


def test_the_old_limit_of_the_fuel_dispenser():
    verdicts = {
        (version, indication): json.loads(
            (FOLDER / f"fuel-dispenser-{version}-{indication}.json").read_text("utf-8")
        )["result"]["verdict"]
        for version in ("2011", "2013")
        for indication in ("20.06", "20.08", "20.11")
    }
    assert verdicts == {
        ("2011", "20.06"): "pass", ("2011", "20.08"): "pass", ("2011", "20.11"): "fail",
        ("2013", "20.06"): "pass", ("2013", "20.08"): "fail", ("2013", "20.11"): "fail",
    }  # fmt: skip
