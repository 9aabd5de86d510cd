"""The Android package asks for what the tablet needs: neither less nor anything of the services."""

import configparser
import re
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from deploy.tablet.android.package_hook import after_apk_build, with_provider

ROOT = Path(__file__).parents[2]
OF_THE_PLATFORM = {"python3", "sqlite3", "openssl", "pyjnius", "android", "libzbar", "libiconv"}
ANDROID = "{http://schemas.android.com/apk/res/android}"
MANIFEST = """<manifest xmlns:android="http://schemas.android.com/apk/res/android">
    <application android:label="Vernier">
        <activity android:name="org.kivy.android.PythonActivity" />
    </application>
</manifest>
"""


def names(file: str) -> set[str]:
    lines = (ROOT / "requirements" / file).read_text(encoding="utf-8").splitlines()
    return {m[1].lower().replace("_", "-") for line in lines if (m := re.match(r"([A-Za-z0-9_-]+)==", line))}


def app() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "buildozer.spec", encoding="utf-8")
    return parser["app"]


def spec() -> set[str]:
    listed = app()["requirements"].split(",")
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


def test_the_camera_can_write_one_folder_and_no_permission_is_asked_for_it() -> None:
    """The provider stands in the manifest once, and its authority and folder are those that the app uses."""
    source = (ROOT / "mobile_inspector" / "screens" / "camera.py").read_text(encoding="utf-8")
    used = re.search(
        'AUTHORITY, FOLDER = "(.+)", "(.+)"', source
    )  # importing Kivy here would read pytest's arguments
    assert used is not None
    manifest = with_provider(with_provider(MANIFEST))
    [provider] = ElementTree.fromstring(manifest).iter("provider")  # noqa: S314  our own
    assert provider.get(f"{ANDROID}authorities") == "${applicationId}" + used[1]
    assert (provider.get(f"{ANDROID}exported"), provider.get(f"{ANDROID}grantUriPermissions")) == (
        "false",
        "true",
    )
    paths = ElementTree.parse(ROOT / app()["android.add_resources"] / "xml" / "camera_paths.xml").getroot()  # noqa: S314
    assert [(path.tag, path.get("path")) for path in paths] == [("cache-path", f"{used[2]}/")]
    assert (ROOT / app()["p4a.hook"]).is_file()
    assert "CAMERA" not in app()["android.permissions"]


@pytest.mark.parametrize("text", ["", "<manifest/>", MANIFEST + MANIFEST])
def test_a_manifest_without_a_place_for_it_stops_the_build(text: str) -> None:
    with pytest.raises(ValueError, match="FileProvider"):
        with_provider(text)


def test_the_hook_changes_the_manifest_of_the_build(tmp_path: Path) -> None:
    file = tmp_path / "src" / "main" / "AndroidManifest.xml"
    file.parent.mkdir(parents=True)
    file.write_text(MANIFEST, encoding="utf-8")
    after_apk_build(SimpleNamespace(_dist=SimpleNamespace(dist_dir=tmp_path)))
    assert file.read_text(encoding="utf-8") == with_provider(MANIFEST)
