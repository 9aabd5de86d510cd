"""Step 5 of the demo: an inspector's day on a real tablet, with the network away and the tablet killed in the middle."""

import base64
import json
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.appointing import Appointment
from demo.doors import Addresses, Json, Person
from demo.registering import INSPECTOR, Office
from demo.report import Missing, Report
from deploy.local.processes import ROOT
from deploy.local.waiting import until

WORK_SECONDS = 60


@dataclass(frozen=True)
class Fieldwork:
    """What the tablet did: the ids of its records, the seals it used, what came back to it."""

    tablet_id: str
    passed: str
    failed: str
    affixed: list[str]
    voided: str
    results: dict[str, Json]


def work_in_the_field(
    office: Office, addresses: Addresses, appointment: Appointment, folder: Path, report: Report
) -> Fieldwork:
    wait_for_the_work(office, addresses, appointment)
    orders = {
        "directory": str(folder),
        "registry": addresses.urls["registry"],
        "inspection": addresses.urls["inspection"],
        "user": INSPECTOR,
        "password": addresses.demo_password,
        "code": office.administrator.post(
            "inspection", "/enrolments", {"inspector_id": office.inspector_ids[0]}
        )["code"],
        "visit": appointment.id,
        "passes": appointment.passes["id"],
        "fails": appointment.fails["id"],
        "dispenser_standard": office.standards["B-20"]["id"],
        "scale_standard": office.standards["M1-60"]["id"],
        "expired": office.standards["B-10"]["id"],
    }
    with _Child("morning", orders) as tablet:
        pulled = tablet.next("pulled")
        report.check(pulled["online"] and pulled["complete"], "the tablet signed in and pulled its work")
        report.check(appointment.id in pulled["visits"], "the tablet has the visit")
        away = tablet.next("network-away")
        report.check(away["said"] is not None, "without a network, sync says so")
        refused = tablet.next("expired-standard")["refused"]
        report.check(refused is not None, "an expired standard cannot be picked")
        report.say("network", f"away: “{away['said']}”")
        report.say("expired standard", f"“{refused}”")
        first = tablet.next("passed")
        report.same((first["verdict"], first["state"]), ("pass", "on_tablet"), "the first record")
        report.say("dispenser", first["explanation"])
        report.say("seals", f"{', '.join(first['affixed'])} fitted, {first['voided']} void")
        half = tablet.next("half-done")
        tablet.kill()
    report.say("tablet", f"killed at {half['at']}, after {half['entered']} readings of the second instrument")
    with _Child("afternoon", orders) as tablet:
        resumed = tablet.next("resumed")
        report.same(resumed["online"], False, "signing in after the kill asked the network")
        report.same(
            (resumed["record"], resumed["at"], resumed["entered"]),
            (half["record"], half["at"], half["entered"]),
            "the draft after the kill",
        )
        second = tablet.next("failed")
        report.same((second["verdict"], second["state"]), ("fail", "on_tablet"), "the second record")
        report.say("scale", second["explanation"])
        once, twice = tablet.next("synced-first"), tablet.next("synced-second")
        report.same((once["sent"], once["received"], once["left"]), (2, 2, 0), "the first sync")
        report.same((twice["sent"], twice["left"]), (0, 0), "the second sync")
        report.say("sync", once["words"])
        results = tablet.next("results")
    report.same(len(results["results"]), 2, "the number of results on the tablet")
    return Fieldwork(
        tablet_id=results["tablet"],
        passed=first["record"],
        failed=second["record"],
        affixed=first["affixed"],
        voided=first["voided"],
        results=results["results"],
    )


class _Child:
    """The tablet's process."""

    def __init__(self, mode: str, orders: Json) -> None:
        self._mode = mode
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "demo.tablet", mode],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert self._popen.stdin
        self._popen.stdin.write(json.dumps(orders) + "\n")
        self._popen.stdin.flush()

    def __enter__(self) -> "_Child":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        assert self._popen.stdin
        assert self._popen.stdout
        self._popen.stdin.close()
        self._popen.stdout.close()

    def next(self, what: str) -> Json:
        """Raises Missing when the tablet says something else or ends."""
        assert self._popen.stdout
        line = self._popen.stdout.readline()
        told: Json = json.loads(line) if line else {"what": f"nothing more (code {self._popen.wait()})"}
        if told["what"] != what:
            raise Missing(f"the tablet, in the {self._mode}, was to say {what} and said {told['what']}")
        return told

    def kill(self) -> None:
        """kill -9: no handler runs, nothing is closed."""
        self._popen.kill()
        self._popen.wait()


def wait_for_the_work(office: Office, addresses: Addresses, appointment: Appointment) -> None:
    """The visit reaches inspection by Kafka; the tablet would pull again, the demo waits, by a tablet that only looks."""
    inspector = Person(addresses, INSPECTOR, addresses.demo_password)
    tablet_id = _enrol_another(office, inspector)

    def ready() -> bool:
        work = inspector.get("inspection", "/sync/work", tablet_id=tablet_id)
        visits = {visit["id"]: visit for visit in work["visits"]}
        shown = visits.get(appointment.id, {"items": []})
        here = {standard["id"] for standard in work["standards"]}
        return (
            len(shown["items"]) == 2
            and shown.get("site") is not None
            and {each["id"] for each in office.standards.values()} <= here
            and sum(
                held["last"] - held["first"] for held in work["seals_in_hand"] if held["kind"] == "lead_seal"
            )
            > 3
        )

    until(ready, "the visit, the standards and the seals to be ready for the tablet", WORK_SECONDS)


def _enrol_another(office: Office, inspector: Person) -> str:
    """Work is given to enrolled tablets only."""
    tablet_id = str(uuid.uuid4())
    issued = office.administrator.post("inspection", "/enrolments", {"inspector_id": office.inspector_ids[0]})
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    told = {"public_key": base64.b64encode(key).decode(), "code": issued["code"]}
    inspector.put("inspection", f"/tablets/{tablet_id}", told)
    return tablet_id
