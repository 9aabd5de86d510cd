"""`python -m demo`: the whole chain on a platform that runs here, or on one of its own; exit 0 only if all of it held."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import httpx

from demo.appointing import appoint
from demo.doors import Addresses, Refused
from demo.fieldwork import work_in_the_field
from demo.outcome import check_outcome, show_trail
from demo.registering import check_catalogue, hear_what_is_due, register_province
from demo.report import Missing, Report
from deploy.local import ports
from deploy.local.platform import LocalPlatform
from deploy.local.processes import ROOT, NotStarted
from deploy.local.secrets import development_secrets
from deploy.local.topology import SERVICES
from deploy.local.waiting import NeverCame


def main() -> int:
    signal.signal(signal.SIGTERM, _interrupt)
    report = Report()
    try:
        with _platform() as (addresses, where):
            print(where, flush=True)
            _tell_the_story(addresses, report)
    except (Missing, NeverCame, Refused, NotStarted) as reason:
        print(f"\nvernier: the demo failed: {reason}", file=sys.stderr)
        return 1
    except httpx.HTTPError as reason:
        print(f"\nvernier: the demo failed: a service did not answer ({reason})", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    report.end()
    return 0


def _tell_the_story(addresses: Addresses, report: Report) -> None:
    with report.step("The law's catalogue and the province's wards"):
        administrator = check_catalogue(addresses, report)
    with report.step("Enterprises, sites, instruments, inspectors, standards, seals"):
        office = register_province(addresses, administrator, report)
    with report.step("Scheduling hears of them by Kafka and knows what is due"):
        hear_what_is_due(office, report)
    with report.step("A visit is planned, announced by mail and confirmed"):
        appointment = appoint(office, addresses, report)
    with (
        report.step("A tablet verifies offline, is killed, goes on, and syncs twice"),
        tempfile.TemporaryDirectory(prefix="vernier-tablet-") as folder,
    ):
        work = work_in_the_field(office, addresses, appointment, Path(folder), report)
    with report.step("Verdict, certificate, status, next due day, result letters"):
        check_outcome(office, addresses, appointment, work, report)
    with report.step("The audit trail: who did what, when, by which event"):
        show_trail(office, appointment, report)


@contextmanager
def _platform() -> Iterator[tuple[Addresses, str]]:
    """The platform that `make run` keeps up here; a fresh one in a temporary folder when there is none."""
    state = Path(os.environ.get("VERNIER_STATE") or ROOT / ".vernier")
    urls = {service: f"http://{ports.HOST}:{_port(service)}" for service in SERVICES}
    if _answers(urls["registry"]):
        secrets = development_secrets(state)
        mail = None if os.environ.get("VERNIER_SMTP_HOST") else state / "mail"
        yield (
            Addresses(
                **urls,
                admin_password=secrets.admin_password,
                demo_password=secrets.demo_password,
                mail_folder=mail,
            ),
            f"on the platform that runs at {urls['registry']}",
        )
        return
    print("no platform runs here: starting one for the demo ...", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="vernier-demo-") as folder,
        LocalPlatform(Path(folder), "free", environment=os.environ) as platform,
    ):
        yield (
            Addresses(
                **{service: platform.url(service) for service in SERVICES},
                admin_password=platform.secrets.admin_password,
                demo_password=platform.secrets.demo_password,
                mail_folder=platform.mail_folder if platform.mail else None,
            ),
            "on a platform of the demo's own",
        )


def _port(service: str) -> int:
    return int(os.environ.get(ports.variable(service)) or ports.DEFAULTS[service])


def _answers(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/health", timeout=2, trust_env=False).json()
        return bool(answer.get("service") == "registry")
    except (httpx.HTTPError, ValueError):
        return False


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
