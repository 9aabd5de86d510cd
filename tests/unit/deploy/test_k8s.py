"""deploy/k8s has every process of the topology, each with its command and its sign of life, and nothing else."""

import re

import pytest

from deploy.local.ports import DEFAULTS
from deploy.local.topology import PROCESSES, SERVICES
from tests.unit.deploy.manifests import (
    APIS,
    BACKGROUND,
    BASE,
    COMPOSE,
    DEPLOYMENTS,
    ENGINES,
    JOBS,
    K8S,
    OVERLAYS,
    SERVICES_OF_K8S,
    container,
    environment,
    kustomization,
    named,
    pod,
    resources,
    settings_of,
)


@pytest.mark.parametrize(("service", "kind"), PROCESSES)
def test_every_process_of_the_topology_is_there(service: str, kind: str) -> None:
    deployment = DEPLOYMENTS[f"{service}-{kind}"]
    labels = {"app.kubernetes.io/name": service, "app.kubernetes.io/component": kind}
    assert container(deployment)["command"] == COMPOSE[f"{service}-{kind}"]["command"]
    assert container(deployment)["image"] == "vernier"
    assert deployment["metadata"]["labels"] == labels
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    assert deployment["spec"]["template"]["metadata"]["labels"] == labels


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_prepared_by_a_job(service: str) -> None:
    job = JOBS[f"{service}-migrate"]
    labels = {"app.kubernetes.io/name": service, "app.kubernetes.io/component": "migrate"}
    assert container(job)["command"] == ["python", "-m", f"services.{service}", "migrate"]
    assert container(job)["image"] == "vernier"
    assert job["metadata"]["labels"] == job["spec"]["template"]["metadata"]["labels"] == labels
    assert pod(job)["restartPolicy"] == "OnFailure"


def test_nothing_else_is_there() -> None:
    assert set(DEPLOYMENTS) == {f"{service}-{kind}" for service, kind in PROCESSES}
    assert set(JOBS) == {f"{service}-migrate" for service in SERVICES}
    assert set(SERVICES_OF_K8S) == set(named("PodDisruptionBudget", BASE)) == {f"{s}-api" for s in SERVICES}
    known = {"Deployment", "Job", "Service", "PodDisruptionBudget", "NetworkPolicy", "Namespace"}
    assert {each["kind"] for each in BASE} == known


def test_every_file_belongs_to_a_kustomization() -> None:
    for folder in ("base", *(f"overlays/{overlay}" for overlay in OVERLAYS)):
        files = {path.name for path in (K8S / folder).iterdir()} - {"kustomization.yaml"}
        assert {name for name in kustomization(folder)["resources"] if name.endswith(".yaml")} == files


@pytest.mark.parametrize("name", [f"{service}-relay" for service in SERVICES])
def test_a_relay_is_single_in_every_overlay(name: str) -> None:
    assert DEPLOYMENTS[name]["spec"]["replicas"] == 1
    assert DEPLOYMENTS[name]["spec"]["strategy"] == {"type": "Recreate"}
    for overlay in OVERLAYS:
        assert name not in {each["name"] for each in kustomization(f"overlays/{overlay}").get("replicas", [])}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_worker_is_without_a_partition(overlay: str) -> None:
    partitions = int({**settings_of("base"), **settings_of(f"overlays/{overlay}")}["VERNIER_PARTITIONS"])
    for each in kustomization(f"overlays/{overlay}").get("replicas", []):
        assert each["name"] in DEPLOYMENTS
        assert 1 <= each["count"] <= partitions


@pytest.mark.parametrize(("service", "kind"), APIS)
def test_an_api_is_asked_for_its_health_where_it_listens(service: str, kind: str) -> None:
    deployment, port = DEPLOYMENTS[f"{service}-{kind}"], DEFAULTS[service]
    assert environment(deployment)["VERNIER_PORT"]["value"] == str(port)
    assert container(deployment)["ports"] == [{"name": "http", "containerPort": port}]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container(deployment)[probe]["httpGet"] == {"path": "/health", "port": "http"}
    door = SERVICES_OF_K8S[f"{service}-api"]["spec"]
    assert door["selector"] == deployment["metadata"]["labels"]
    assert door["ports"] == [{"name": "http", "port": port, "targetPort": "http"}]
    budget = named("PodDisruptionBudget", BASE)[f"{service}-api"]["spec"]
    assert budget == {"maxUnavailable": 1, "selector": {"matchLabels": deployment["metadata"]["labels"]}}


def test_the_issuer_is_the_registry_s_api() -> None:
    assert settings_of("base")["VERNIER_ISSUER"] == f"http://registry-api:{DEFAULTS['registry']}"
    assert settings_of("base")["VERNIER_ISSUER"] == COMPOSE["registry-api"]["environment"]["VERNIER_ISSUER"]


@pytest.mark.parametrize(("service", "kind"), BACKGROUND)
def test_a_loop_is_alive_while_its_heartbeat_is_young(service: str, kind: str) -> None:
    inside = container(DEPLOYMENTS[f"{service}-{kind}"])
    _, command = COMPOSE[f"{service}-{kind}"]["healthcheck"]["test"]
    assert settings_of("base")["VERNIER_HEARTBEAT"] in command
    assert inside["readinessProbe"]["exec"]["command"] == ["sh", "-c", command]
    assert inside["livenessProbe"]["exec"]["command"] == ["sh", "-c", command]
    assert inside["startupProbe"]["exec"]["command"][-1] == settings_of("base")["VERNIER_HEARTBEAT"]


@pytest.mark.parametrize("name", ["kafka", "mongo"])
def test_an_engine_is_the_one_of_compose_and_keeps_its_data(name: str) -> None:
    engine = ENGINES[f"single-node/{name}"]
    assert container(engine)["image"] == COMPOSE[name]["image"]
    assert engine["spec"]["replicas"] == 1
    (claim,) = engine["spec"]["volumeClaimTemplates"]
    mounts = {each["name"]: each["mountPath"] for each in container(engine)["volumeMounts"]}
    assert mounts[claim["metadata"]["name"]] == next(
        volume.split(":")[1] for volume in COMPOSE[name]["volumes"] if volume.startswith(f"{name}:")
    )


def test_production_brings_no_engine() -> None:
    assert {each["kind"] for each in resources("overlays/province")} == {
        "NetworkPolicy",
        "Ingress",
        "Middleware",
    }
    assert "single-node/kafka" in ENGINES


def test_the_roll_out_knows_which_resources_are_processes() -> None:
    script = (K8S / "roll-out").read_text("utf-8")
    found = re.search(r"notin \(([a-z,]+)\)", script)
    assert found
    assert set(found[1].split(",")) == {kind for _, kind in PROCESSES}
