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

from demo.doors import Addresses, Refused
from demo.report import Missing, Report
from demo.story import tell_the_story
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
        with (
            _platform() as (addresses, where),
            tempfile.TemporaryDirectory(prefix="vernier-tablet-") as folder,
        ):
            print(where, flush=True)
            tell_the_story(addresses, Path(folder), report)
            addresses.close()
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
                urls=urls,
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
                urls={service: platform.url(service) for service in SERVICES},
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
