"""A taken port is one sentence that names the port and the variable that changes it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import ports
from deploy.local.platform import LocalPlatform
from deploy.local.processes import ROOT, NotStarted


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind((ports.HOST, 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_port_is_named_with_its_variable(taken: int) -> None:
    with pytest.raises(NotStarted, match=rf"port {taken} \(registry\) is taken .*VERNIER_REGISTRY_PORT="):
        ports.fixed({"VERNIER_REGISTRY_PORT": str(taken)})("registry")


@pytest.mark.parametrize("nonsense", ["abc", "0", "70000", "-1", "８１０１"])
def test_a_port_that_is_none_is_refused(nonsense: str) -> None:
    with pytest.raises(NotStarted, match=r"VERNIER_REGISTRY_PORT is .* not a port number"):
        ports.fixed({"VERNIER_REGISTRY_PORT": nonsense})("registry")


def test_a_free_port_can_be_had() -> None:
    port = ports.free()
    assert not ports.is_taken(port)
    assert ports.fixed({"VERNIER_BROKER_PORT": str(port)})("broker") == port
    assert not ports.answers(port)


def test_the_launcher_says_it_in_one_line_and_exits_with_1(taken: int, tmp_path: Path) -> None:
    told = {"VERNIER_STATE": str(tmp_path), "VERNIER_REGISTRY_PORT": str(taken)}
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.local"],
        cwd=ROOT,
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert f"port {taken} (registry) is taken" in ended.stderr


def test_engines_named_from_outside_are_not_started(tmp_path: Path) -> None:
    told = {
        "VERNIER_KAFKA": "kafka.example:9092",
        "VERNIER_MONGO": "mongodb://db.example",
        "HOME": "/nowhere",
    }
    platform = LocalPlatform(tmp_path, environment=told)
    assert platform.broker is None
    assert platform.database is None
    assert platform.mail is not None
    assert platform.environment["VERNIER_KAFKA"] == "kafka.example:9092"
    assert platform.environment["VERNIER_MONGO"] == "mongodb://db.example"
    assert platform.environment["HOME"] != "/nowhere"


def test_every_process_knows_where_it_is_and_whom_to_ask(tmp_path: Path) -> None:
    platform = LocalPlatform(tmp_path)
    assert platform.url("registry") == platform.environment["VERNIER_ISSUER"]
    assert len({platform.url(service) for service in ("registry", "inspection", "scheduling")}) == 3
    assert [process.name for process in platform.processes][:4] == [
        "broker",
        "database",
        "mail",
        "registry.api",
    ]
