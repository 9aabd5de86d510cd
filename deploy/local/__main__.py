"""`python -m deploy.local`: starts the whole platform on this machine and keeps it up until Ctrl-C."""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from deploy.local.platform import LocalPlatform
from deploy.local.processes import ROOT, NotStarted
from deploy.local.secrets import DEMO_ACCOUNTS
from deploy.local.topology import SERVICES
from deploy.local.watch import watch

COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)


class Console:
    """Lines of many processes, one under the other, each with its speaker's name."""

    def __init__(self) -> None:
        self._colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._lock = threading.Lock()

    def __call__(self, name: str, line: str) -> None:
        head = f"{name:<21}|"
        if self._colour:
            head = f"\033[{COLOURS[sum(name.encode()) % len(COLOURS)]}m{head}\033[0m"
        with self._lock:
            print(head, line, flush=True)


def main() -> int:
    console = Console()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    state = Path(os.environ.get("VERNIER_STATE") or ROOT / ".vernier")
    began = time.monotonic()
    try:
        console("vernier", f"starting; everything it keeps is in {state}")
        platform = LocalPlatform(state, "fixed", environment=os.environ, listener=console)
        with platform:
            console("vernier", f"ready in {time.monotonic() - began:.0f} s")
            print(welcome(platform), flush=True)
            for process, event in watch(platform):
                console(process.name, event)
    except NotStarted as reason:
        print(f"vernier: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        console("vernier", "stopped; the data are kept")
    return 0


def welcome(platform: LocalPlatform) -> str:
    """Where everything is and how to get in."""
    rows = [(service, f"{platform.url(service)}/docs") for service in SERVICES]
    rows += [("mail", str(platform.mail_folder))] if platform.mail else []
    rows += [
        ("Kafka", platform.environment["VERNIER_KAFKA"]),
        ("MongoDB", platform.environment["VERNIER_MONGO"]),
    ]
    rows += [("logs", str(platform.state / "logs")), ("login", f"admin  {platform.secrets.admin_password}")]
    rows += [("demo logins", f"{'  '.join(DEMO_ACCOUNTS)}  {platform.secrets.demo_password}")]
    rows += [("", "(of the example province: make demo, in another window)")]
    line = "-" * 64
    return "\n".join(["", line, *(f"  {name:<15}{where}" for name, where in rows), line, ""])


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
