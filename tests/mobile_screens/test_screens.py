"""The screens, driven by touch and text.  Each story is a process of its own: Kivy has one window per process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 240


def tell(story: str, directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.mobile_screens.scenarios", story, str(directory)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "KIVY_HOME": str(directory / "kivy")},
        capture_output=True, text=True, encoding="utf-8", timeout=SECONDS, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "story",
    [
        "the_whole_day",
        "what_is_refused",
        "found_without_diacritics",
        "around_the_measurements",
        "found_of_another_type",
        "status_and_correction",
        "recovered_by_code",
        "many_alike",
        "codes_that_are_read",
        "evidence_in_pictures",
        "taken_while_the_app_was_ended",
        "paused_and_resumed",
        "every_target_is_large_enough",
    ],
)
def test_a_story_on_the_screens(story: str, tmp_path: Path) -> None:
    done = tell(story, tmp_path)
    assert done.returncode == 0, done.stderr[-6000:]


@pytest.mark.parametrize(
    ("before", "after"),
    [("typing_until_killed", "opened_after_the_kill"), ("batch_until_killed", "batch_after_the_kill")],
)
def test_a_kill_in_the_middle_of_a_number_loses_no_digit(before: str, after: str, tmp_path: Path) -> None:
    killed = tell(before, tmp_path)
    assert killed.returncode == -9, killed.stderr[-6000:]
    opened = tell(after, tmp_path)
    assert opened.returncode == 0, opened.stderr[-6000:]
