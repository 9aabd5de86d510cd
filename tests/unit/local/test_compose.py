"""compose.yaml and the Dockerfile say what the code expects; nothing here needs Docker."""

import re
from typing import Any

import pytest
import yaml

from deploy.local.ports import DEFAULTS
from deploy.local.processes import ROOT
from deploy.local.topology import PROCESSES, SERVICES
from services.inspection.office import Office
from services.kernel.settings import Settings

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
PARTS: dict[str, Any] = COMPOSE["services"]


@pytest.mark.parametrize(("service", "kind"), PROCESSES)
def test_every_process_of_the_topology_is_there(service: str, kind: str) -> None:
    part = PARTS[f"{service}-{kind}"]
    assert part["command"] == ["python", "-m", f"services.{service}", kind]
    assert part["image"] == "vernier"
    assert part["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert part["healthcheck"]["test"]


def test_nothing_else_is_there() -> None:
    engines = {"kafka", "mongo", "mail", "migrate"}
    assert set(PARTS) - engines == {f"{service}-{kind}" for service, kind in PROCESSES}


def test_every_setting_is_one_that_the_code_reads() -> None:
    known = {f"VERNIER_{name.upper()}" for name in (*Settings.model_fields, *Office.model_fields)}
    named = {
        name for part in PARTS.values() for name in part.get("environment", {}) if name.startswith("VERNIER_")
    }
    assert named - known == set()


@pytest.mark.parametrize("service", SERVICES)
def test_an_api_listens_where_people_look_for_it(service: str) -> None:
    port, part = DEFAULTS[service], PARTS[f"{service}-api"]
    assert part["environment"]["VERNIER_PORT"] == str(port)
    assert part["ports"] == [f"127.0.0.1:{port}:{port}"], "on this machine only"


def test_one_version_of_kafka_everywhere() -> None:
    pom = (ROOT / "deploy" / "kafka" / "pom.xml").read_text("utf-8")
    found = re.search(r"<kafka.version>(.*)</kafka.version>", pom)
    assert found
    assert PARTS["kafka"]["image"] == f"apache/kafka:{found[1]}"


def test_every_volume_is_declared_and_every_dependency_exists() -> None:
    for part in PARTS.values():
        assert {volume.split(":")[0] for volume in part.get("volumes", [])} <= set(COMPOSE["volumes"])
        assert set(part.get("depends_on", {})) <= set(PARTS)


def test_the_image_copies_what_exists_and_does_not_run_as_root() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
    copied = re.findall(r"^COPY (\S+)", dockerfile, re.MULTILINE)
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert "\nUSER vernier\n" in dockerfile
