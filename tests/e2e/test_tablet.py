"""The inspector's day on the screens: signed in, without a network, killed in the middle, and the certificate at last."""

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image

from demo.appointing import appoint
from demo.fieldwork import wait_for_the_work
from demo.registering import INSPECTOR, check_catalogue, hear_what_is_due, register_province
from demo.report import Report
from deploy.local.processes import ROOT
from tests.e2e.town import Town

pytestmark = pytest.mark.e2e


def test_a_day_on_the_screens_survives_a_kill_and_ends_with_a_certificate(town: Town, tmp_path: Path) -> None:
    report = Report()
    office = register_province(town.addresses, check_catalogue(town.addresses, report), report)
    hear_what_is_due(office, report)
    appointment = appoint(office, town.addresses, report)
    wait_for_the_work(office, town.addresses, appointment)
    enrolment = office.administrator.post(
        "inspection", "/enrolments", {"inspector_id": office.inspector_ids[0]}
    )
    qr = tmp_path / "ma-dang-ky.png"
    segno.make_qr(enrolment["uri"]).save(str(qr), scale=6)
    orders = {
        "directory": str(tmp_path / "tablet"),
        "registry": town.addresses.urls["registry"],
        "inspection": town.addresses.urls["inspection"],
        "user": INSPECTOR,
        "password": town.addresses.demo_password,
        "qr": str(qr),
        "visit": appointment.id,
        "site": appointment.site["name"],
        "passes": appointment.passes["id"],
        "fails": appointment.fails["id"],
    }
    with _App("morning", orders) as app:
        sealed = app.next("passed")
        half = app.next("half-done")
        app.kill()
    with _App("afternoon", orders) as app:
        resumed = app.next("resumed")
        assert (resumed["at"], resumed["entered"]) == (half["at"], half["entered"])
        app.next("failed")
        told = app.next("published")["certificate"]
    on_the_server = office.dispatcher.get("inspection", f"/verifications/{sealed['record']}")
    assert on_the_server["certificate"]["number"] == told == sealed["number"], "the number that the paper has"

    def ending() -> str | None:
        visit = office.dispatcher.get("scheduling", f"/visits/{appointment.id}")
        return visit["report"] and visit["report"]["ending"] if visit["status"] == "completed" else None

    town.wait(lambda: ending() is not None, "the visit to be completed and its report to be heard")
    assert ending() == "done"
    assert on_the_server["verdict"] == "pass"
    picture = office.dispatcher.download("inspection", f"/attachments/{sealed['photo']}")
    assert hashlib.sha256(picture).hexdigest() == sealed["photo"], "the very bytes that the record names"
    assert Image.open(io.BytesIO(picture)).size == (1200, 1600)


class _App:
    """The app's process.  What it says goes to its standard output, one JSON per line."""

    def __init__(self, mode: str, orders: dict[str, Any]) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.tablet_screens", mode, json.dumps(orders)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def __enter__(self) -> "_App":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        assert self._popen.stdout
        self._popen.stdout.close()

    def next(self, what: str) -> dict[str, Any]:
        assert self._popen.stdout
        line = self._popen.stdout.readline()
        assert line, f"the app ended with {self._popen.wait()} and did not say {what}"
        told: dict[str, Any] = json.loads(line)
        assert told["what"] == what, told
        return told

    def kill(self) -> None:
        """kill -9: no handler runs, nothing is closed."""
        self._popen.kill()
        self._popen.wait()
