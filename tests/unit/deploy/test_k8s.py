"""deploy/k8s says what the code expects; nothing here needs a cluster or kustomize (deploy/k8s/check renders it)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from deploy.local.ports import DEFAULTS
from deploy.local.processes import ROOT
from deploy.local.topology import PROCESSES, SERVICES
from services.inspection.office import Office
from services.kernel.settings import Settings

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


def reaches(policies: dict[str, Resource], name: str) -> set[str]:
    """The components that a policy of the network is about."""
    selector = policies[name]["spec"]["podSelector"]
    if "matchLabels" in selector:
        return {selector["matchLabels"]["app.kubernetes.io/component"]}
    (expression,) = selector["matchExpressions"]
    assert (expression["key"], expression["operator"]) == ("app.kubernetes.io/component", "In")
    return set(expression["values"])


# Processes


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


# Signs of life


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


# Settings and secrets


def test_every_setting_is_one_that_the_code_reads() -> None:
    known = {f"VERNIER_{name.upper()}" for name in (*Settings.model_fields, *Office.model_fields)}
    given = {name for workload in WORKLOADS.values() for name in environment(workload)}
    for folder in ("base", *(f"overlays/{overlay}" for overlay in OVERLAYS)):
        given |= settings_of(folder).keys()
    assert given - known == set()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_settings_are_values_that_the_code_accepts(overlay: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**settings_of("base"), **settings_of(f"overlays/{overlay}")}.items():
        monkeypatch.setenv(name, value)
    told = Settings()
    assert "localhost" not in told.kafka
    assert "127.0.0.1" not in (told.host + told.kafka + told.issuer + told.smtp_host)
    Office()


def test_every_process_gets_the_settings_and_the_database_of_its_service_only() -> None:
    for name, workload in WORKLOADS.items():
        service = workload["metadata"]["labels"]["app.kubernetes.io/name"]
        assert container(workload)["envFrom"] == [{"configMapRef": {"name": "settings"}}]
        reference = environment(workload)["VERNIER_MONGO"]["valueFrom"]["secretKeyRef"]
        assert reference == {"name": "vernier", "key": f"{service.upper()}_MONGO"}, name


def test_a_secret_reaches_only_the_process_that_needs_it() -> None:
    holders = {
        key: {name for name, workload in WORKLOADS.items() if key in secret_keys(workload)}
        for key in ("ADMIN_PASSWORD", "SMTP_USER", "SMTP_PASSWORD")
    }
    assert holders == {
        "ADMIN_PASSWORD": {"registry-migrate"},
        "SMTP_USER": {"notifications-sender"},
        "SMTP_PASSWORD": {"notifications-sender"},
    }
    mounted = {
        name: volume["secret"]["secretName"]
        for name, workload in WORKLOADS.items()
        for volume in pod(workload)["volumes"]
        if "secret" in volume
    }
    assert mounted == {"registry-api": "signing-key"}
    file = environment(DEPLOYMENTS["registry-api"])["VERNIER_SIGNING_KEY_FILE"]["value"]
    mounts = {
        each["name"]: each["mountPath"] for each in container(DEPLOYMENTS["registry-api"])["volumeMounts"]
    }
    assert file == f"{mounts['signing-key']}/signing-key.pem"


def test_no_secret_is_written_down() -> None:
    secret = {"MONGO", "ADMIN_PASSWORD", "SMTP_USER", "SMTP_PASSWORD", "MONGO_INITDB_ROOT_PASSWORD"}
    for workload in (*WORKLOADS.values(), *ENGINES.values()):
        for name, each in environment(workload).items():
            assert "value" not in each or name.removeprefix("VERNIER_") not in secret, name
    for folder in ("base", *(f"overlays/{overlay}" for overlay in OVERLAYS)):
        assert not {name.removeprefix("VERNIER_") for name in settings_of(folder)} & secret
        assert not named("Secret", resources(folder))
        assert "secretGenerator" not in kustomization(folder)
    for file in K8S.rglob("*"):
        if file.is_file():
            assert "PRIVATE KEY" not in file.read_text("utf-8"), file


def test_the_example_names_every_secret_and_has_no_value() -> None:
    asked = {key for each in (*WORKLOADS.values(), *ENGINES.values()) for key in secret_keys(each)}
    assert example_secrets().keys() == asked
    assert set(example_secrets().values()) == {""}
    assert "deploy/k8s/secrets.env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


# Security and resources


@pytest.mark.parametrize("workload", [*WORKLOADS.values(), *ENGINES.values()], ids=[*WORKLOADS, *ENGINES])
def test_a_process_may_do_nothing_but_its_work(workload: Resource) -> None:
    outside, inside = pod(workload), container(workload)
    assert outside["automountServiceAccountToken"] is False
    assert outside["enableServiceLinks"] is False, "REGISTRY_API_PORT and its like are no settings"
    assert outside["securityContext"]["runAsNonRoot"] is True
    assert outside["securityContext"]["runAsUser"] > 0
    assert outside["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert inside["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not {"hostNetwork", "hostPID", "hostIPC"} & outside.keys()
    assert all("hostPath" not in volume for volume in outside["volumes"])


def test_the_user_is_the_image_s() -> None:
    found = re.search(r"useradd --uid (\d+)", (ROOT / "deploy" / "Dockerfile").read_text("utf-8"))
    assert found
    assert {pod(workload)["securityContext"]["runAsUser"] for workload in WORKLOADS.values()} == {
        int(found[1])
    }


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=list(WORKLOADS))
def test_what_a_process_writes_is_its_own_and_small(workload: Resource) -> None:
    writable = {volume["name"] for volume in pod(workload)["volumes"] if "emptyDir" in volume}
    mounts = {each["name"]: each["mountPath"] for each in container(workload)["volumeMounts"]}
    assert {mounts[name] for name in writable} == {"/tmp", settings_of("base")["VERNIER_STATE"]}
    assert all(volume["emptyDir"]["sizeLimit"] for volume in pod(workload)["volumes"] if "emptyDir" in volume)
    assert mounts.keys() == {volume["name"] for volume in pod(workload)["volumes"]}


@pytest.mark.parametrize("workload", [*WORKLOADS.values(), *ENGINES.values()], ids=[*WORKLOADS, *ENGINES])
def test_every_process_says_what_it_needs(workload: Resource) -> None:
    resources = container(workload)["resources"]
    assert resources["requests"].keys() == resources["limits"].keys() == {"cpu", "memory"}


@pytest.mark.parametrize("deployment", DEPLOYMENTS.values(), ids=list(DEPLOYMENTS))
def test_copies_of_a_process_spread_over_the_nodes(deployment: Resource) -> None:
    (spread,) = pod(deployment)["topologySpreadConstraints"]
    assert spread["topologyKey"] == "kubernetes.io/hostname"
    assert {"app.kubernetes.io/name", "app.kubernetes.io/component"} <= set(spread["matchLabelKeys"])
    (label,) = kustomization("base")["labels"]
    assert label == {"pairs": spread["labelSelector"]["matchLabels"], "includeTemplates": True}


def test_the_namespace_admits_restricted_pods_only() -> None:
    (namespace,) = named("Namespace", BASE).values()
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for folder in ("base", *(f"overlays/{overlay}" for overlay in OVERLAYS)):
        assert kustomization(folder)["namespace"] == namespace["metadata"]["name"] == "vernier"


# The network


@pytest.mark.parametrize("policies", POLICIES.values(), ids=list(POLICIES))
def test_nothing_is_allowed_that_is_not_said(policies: dict[str, Resource]) -> None:
    assert policies["nothing"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    everybody = {name for name, each in policies.items() if each["spec"]["podSelector"] == {}}
    assert everybody == {"nothing", "names"}
    for name, each in policies.items():
        for rule in _rules(each):
            assert rule["ports"], name
            assert rule.get("to") or rule.get("from"), f"{name} is open to everybody"


@pytest.mark.parametrize("policies", POLICIES.values(), ids=list(POLICIES))
def test_each_process_reaches_what_it_needs_and_no_more(policies: dict[str, Resource]) -> None:
    kinds = {kind for _, kind in PROCESSES} | {"migrate"}
    assert reaches(policies, "database") == kinds
    assert reaches(policies, "broker") == {"relay", "worker", "migrate"}, "an api answers while Kafka is down"
    assert reaches(policies, "mail") == {"sender"}
    assert reaches(policies, "key-set-fetched") == {"api"}
    assert reaches(policies, "ingress") == {"api"}
    engines = {"database-offered", "broker-offered"}
    ways = {"nothing", "names", "key-set-offered", "key-set-fetched", "database", "broker", "mail", "ingress"}
    assert policies.keys() - engines == ways


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_ports_of_the_network_are_those_of_the_settings(overlay: str) -> None:
    told = {**settings_of("base"), **settings_of(f"overlays/{overlay}")}
    (mail,) = _rules(POLICIES[overlay]["mail"])
    assert mail["ports"] == [{"protocol": "TCP", "port": int(told["VERNIER_SMTP_PORT"])}]
    assert told["VERNIER_SMTP_TLS"] == "true", "letters leave the cluster"
    (broker,) = _rules(POLICIES[overlay]["broker"])
    (port,) = [each["port"] for each in broker["ports"]]
    ports = {p["name"]: p["containerPort"] for each in ENGINES.values() for p in container(each)["ports"]}
    assert told["VERNIER_KAFKA"].endswith(f":{ports.get(port, port)}")


def test_an_engine_lets_in_those_who_need_it() -> None:
    policies = POLICIES["single-node"]
    for way, engine in (("database", "mongo"), ("broker", "kafka")):
        (leaves,), (enters,) = _rules(policies[way]), _rules(policies[f"{way}-offered"])
        offered = policies[f"{way}-offered"]["spec"]
        assert leaves["to"] == [{"podSelector": offered["podSelector"]}]
        assert enters["from"] == [{"podSelector": policies[way]["spec"]["podSelector"]}]
        assert offered["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": engine}}
        assert leaves["ports"] == enters["ports"] == [{"protocol": "TCP", "port": engine}]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_way_in_is_by_tls_and_leads_to_every_api(overlay: str) -> None:
    (ingress,) = named("Ingress", resources(f"overlays/{overlay}")).values()
    (tls,) = ingress["spec"]["tls"]
    backends = {
        rule["host"]: path["backend"]["service"]
        for rule in ingress["spec"]["rules"]
        for path in rule["http"]["paths"]
    }
    assert set(tls["hosts"]) == backends.keys()
    assert tls["secretName"]
    assert {each["name"] for each in backends.values()} == {f"{service}-api" for service in SERVICES}
    assert all(each["port"] == {"name": "http"} for each in backends.values())


# The engines of the small cluster


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
    assert {each["kind"] for each in resources("overlays/province")} == {"NetworkPolicy", "Ingress"}
    assert "single-node/kafka" in ENGINES


def _rules(policy: Resource) -> Iterator[Resource]:
    yield from policy["spec"].get("ingress", [])
    yield from policy["spec"].get("egress", [])


# The scripts


def test_the_roll_out_knows_which_resources_are_processes() -> None:
    script = (K8S / "roll-out").read_text("utf-8")
    found = re.search(r"notin \(([a-z,]+)\)", script)
    assert found
    assert set(found[1].split(",")) == {kind for _, kind in PROCESSES}
