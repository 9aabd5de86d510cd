"""What the platform consists of: the one table of its processes, and how each is run."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from deploy.local import ports
from deploy.local.processes import ROOT, Listener, Process

SERVICES = ("registry", "inspection", "scheduling", "notifications")

# An api is ready when it answers /health, anything else when its heartbeat file appears.
PROCESSES = (
    ("registry", "api"),
    ("registry", "relay"),
    ("registry", "worker"),
    ("inspection", "api"),
    ("inspection", "relay"),
    ("inspection", "worker"),
    ("scheduling", "api"),
    ("scheduling", "relay"),
    ("scheduling", "worker"),
    ("scheduling", "due"),
    ("notifications", "api"),
    ("notifications", "relay"),
    ("notifications", "worker"),
    ("notifications", "sender"),
)


GIVES_WAY, COMES_LATER = 10, 15
"""Evidence is taken before it is interpreted (decision 0009), and what it means for the register goes before the next due
date and the mail: on one machine these step back behind APIs and engines. All others beside an API have the first."""
LATER = ("scheduling", "notifications")


def service_process(
    service: str, kind: str, url: str, state: Path, environment: Mapping[str, str], listener: Listener
) -> Process:
    """A long-running process of a service, ready when it says so itself."""
    name = f"{service}.{kind}"
    heartbeat = state / "heartbeats" / name

    def forget_heartbeat() -> None:
        heartbeat.parent.mkdir(parents=True, exist_ok=True)
        heartbeat.unlink(missing_ok=True)

    ready: Callable[[], bool] = (lambda: _is_healthy(url)) if kind == "api" else heartbeat.exists
    return Process(
        name,
        [sys.executable, "-m", f"services.{service}", kind],
        log=state / "logs" / f"{name}.log",
        ready=ready,
        environment=environment if kind == "api" else {**environment, "VERNIER_HEARTBEAT": str(heartbeat)},
        before=forget_heartbeat,
        listener=listener,
        nice=0 if kind == "api" else COMES_LATER if service in LATER else GIVES_WAY,
    )


def mail_sink(folder: Path, port: int, state: Path, listener: Listener) -> Process:
    return Process(
        "mail",
        [sys.executable, "-m", "deploy.local.mailsink", str(folder), str(port)],
        log=state / "logs" / "mail.log",
        ready=lambda: ports.answers(port),
        environment=outer_environment(),
        listener=listener,
    )


def command(
    service: str, arguments: tuple[str, ...], environment: Mapping[str, str]
) -> subprocess.Popen[str]:
    """A command of a service that ends by itself; all that it says is its standard output."""
    return subprocess.Popen(
        [sys.executable, "-m", f"services.{service}", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def outer_environment() -> dict[str, str]:
    """This process's environment without its VERNIER_* settings: those reach a service by one way only."""
    outer = {name: value for name, value in os.environ.items() if not name.startswith("VERNIER_")}
    return {**outer, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}


def _is_healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
