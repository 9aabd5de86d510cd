"""The Android package asks for what the tablet needs: neither less nor anything of the services."""

import configparser
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
OF_THE_PLATFORM = {"python3", "sqlite3", "openssl", "pyjnius", "android"}


def names(file: str) -> set[str]:
    lines = (ROOT / "requirements" / file).read_text(encoding="utf-8").splitlines()
    return {m[1].lower().replace("_", "-") for line in lines if (m := re.match(r"([A-Za-z0-9_-]+)==", line))}


def spec() -> set[str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "buildozer.spec", encoding="utf-8")
    listed = parser["app"]["requirements"].split(",")
    return {name.partition("==")[0].strip().lower().replace("_", "-") for name in listed}


def test_every_requirement_of_the_tablet_is_in_the_package() -> None:
    assert names("tablet.in") <= spec()


def test_the_package_holds_nothing_that_the_lock_does_not_know() -> None:
    assert spec() - OF_THE_PLATFORM <= names("tablet.txt")


def test_the_versions_are_those_that_are_tried_here() -> None:
    text = (ROOT / "buildozer.spec").read_text(encoding="utf-8")
    for line in (ROOT / "requirements" / "tablet.in").read_text(encoding="utf-8").splitlines():
        found = re.match(r"(kivy|httpx)==(\S+)", line)
        assert found is None or f"{found[1]}=={found[2]}" in text
