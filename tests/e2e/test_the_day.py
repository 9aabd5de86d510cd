"""The whole chain as a person lives it: the demo's story, from the catalogue to the audit trail."""

from pathlib import Path

import pytest

from demo.report import Report
from demo.story import tell_the_story
from tests.e2e.town import Town

pytestmark = pytest.mark.e2e


def test_the_day_from_the_register_to_the_audit_trail(town: Town, tmp_path: Path) -> None:
    report = Report()
    tell_the_story(town.addresses, tmp_path, report)
    assert report.checks > 400
    assert town.letters() == []


def test_told_again_on_the_same_platform_it_holds_again(town: Town, tmp_path: Path) -> None:
    """The second run meets the province of the first one and takes another site."""
    before = town.collection("registry", "instruments").count_documents({})
    tell_the_story(town.addresses, tmp_path, Report())
    assert town.collection("registry", "instruments").count_documents({}) == before
