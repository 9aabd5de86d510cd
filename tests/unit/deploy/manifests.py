"""deploy/k8s as data: its files read without kustomize, whose rendering deploy/k8s/check holds against the schemas."""

from typing import Any

import yaml

from deploy.local.processes import ROOT
from deploy.local.topology import PROCESSES

K8S = ROOT / "deploy" / "k8s"
OVERLAYS = sorted(path.name for path in (K8S / "overlays").iterdir())
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))["services"]

Resource = dict[str, Any]


def kustomization(folder: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((K8S / folder / "kustomization.yaml").read_text("utf-8"))
    return found


def resources(folder: str) -> list[Resource]:
    """What the files of a kustomization hold, without the kustomizations that it builds upon."""
    found: list[Resource] = []
    for name in kustomization(folder)["resources"]:
        if name.endswith(".yaml"):
            for document in yaml.safe_load_all((K8S / folder / name).read_text("utf-8")):
                found += document["items"] if document["kind"] == "List" else [document]
    return found


def settings_of(folder: str) -> dict[str, str]:
    """The literals of the ConfigMap that a kustomization makes."""
    (made,) = kustomization(folder)["configMapGenerator"]
    assert made["name"] == "settings"
    return dict(literal.split("=", 1) for literal in made["literals"])


def named(kind: str, found: list[Resource]) -> dict[str, Resource]:
    return {each["metadata"]["name"]: each for each in found if each["kind"] == kind}


BASE = resources("base")
DEPLOYMENTS = named("Deployment", BASE)
JOBS = named("Job", BASE)
SERVICES_OF_K8S = named("Service", BASE)
WORKLOADS = {**DEPLOYMENTS, **JOBS}
ENGINES = {
    f"{overlay}/{name}": each
    for overlay in OVERLAYS
    for name, each in named("StatefulSet", resources(f"overlays/{overlay}")).items()
}
APIS = [(service, kind) for service, kind in PROCESSES if kind == "api"]
BACKGROUND = [(service, kind) for service, kind in PROCESSES if kind != "api"]
POLICIES = {overlay: named("NetworkPolicy", BASE + resources(f"overlays/{overlay}")) for overlay in OVERLAYS}


def pod(workload: Resource) -> Resource:
    found: Resource = workload["spec"]["template"]["spec"]
    return found


def container(workload: Resource) -> Resource:
    (only,) = pod(workload)["containers"]
    found: Resource = only
    return found


def environment(workload: Resource) -> dict[str, Resource]:
    return {each["name"]: each for each in container(workload).get("env", [])}


def secret_keys(workload: Resource) -> set[str]:
    """The keys of the Secret `vernier` that a workload is given."""
    given = [
        each["valueFrom"]["secretKeyRef"] for each in environment(workload).values() if "valueFrom" in each
    ]
    assert {each["name"] for each in given} <= {"vernier"}
    return {each["key"] for each in given}


def example_secrets() -> dict[str, str]:
    lines = (K8S / "secrets.example.env").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
