"""What the processes of deploy/k8s may do: nothing but their work, within limits."""

import re

import pytest

from deploy.local.processes import ROOT
from tests.unit.deploy.manifests import (
    BASE,
    DEPLOYMENTS,
    ENGINES,
    OVERLAYS,
    WORKLOADS,
    Resource,
    container,
    kustomization,
    named,
    pod,
    settings_of,
)


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
