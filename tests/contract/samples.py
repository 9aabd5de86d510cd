"""One sample for each type of event, as its producer sends it: the envelope with its data."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "samples"


@cache
def _texts() -> dict[str, str]:
    return {
        file.name.removesuffix(".json"): file.read_text("utf-8") for file in sorted(FOLDER.glob("*.json"))
    }


def sampled() -> list[str]:
    """The types that have a sample."""
    return list(_texts())


def sample(type: str) -> dict[str, Any]:
    """A fresh copy, so that a test may change it."""
    found: dict[str, Any] = json.loads(_texts()[type])
    return found


def in_order() -> list[dict[str, Any]]:
    """All samples as they happened: a story of one fuel station, from the register to the certificate."""
    return sorted(map(sample, sampled()), key=lambda each: str(each["time"]))
