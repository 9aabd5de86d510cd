"""Who reaches whom in deploy/k8s: nobody, but for the ways that are said."""

from collections.abc import Iterator

import pytest

from deploy.local.topology import PROCESSES, SERVICES
from services.inspection.office import Office
from tests.unit.deploy.manifests import (
    ENGINES,
    OVERLAYS,
    POLICIES,
    Resource,
    container,
    named,
    resources,
    settings_of,
)


def reaches(policies: dict[str, Resource], name: str) -> set[str]:
    """The components that a policy of the network is about."""
    selector = policies[name]["spec"]["podSelector"]
    if "matchLabels" in selector:
        return {selector["matchLabels"]["app.kubernetes.io/component"]}
    (expression,) = selector["matchExpressions"]
    assert (expression["key"], expression["operator"]) == ("app.kubernetes.io/component", "In")
    return set(expression["values"])


def rules(policy: Resource) -> Iterator[Resource]:
    yield from policy["spec"].get("ingress", [])
    yield from policy["spec"].get("egress", [])


@pytest.mark.parametrize("policies", POLICIES.values(), ids=list(POLICIES))
def test_nothing_is_allowed_that_is_not_said(policies: dict[str, Resource]) -> None:
    assert policies["nothing"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    everybody = {name for name, each in policies.items() if each["spec"]["podSelector"] == {}}
    assert everybody == {"nothing", "names"}
    for name, each in policies.items():
        for rule in rules(each):
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
    (mail,) = rules(POLICIES[overlay]["mail"])
    assert mail["ports"] == [{"protocol": "TCP", "port": int(told["VERNIER_SMTP_PORT"])}]
    assert told["VERNIER_SMTP_TLS"] == "true", "letters leave the cluster"
    (broker,) = rules(POLICIES[overlay]["broker"])
    (port,) = [each["port"] for each in broker["ports"]]
    ports = {p["name"]: p["containerPort"] for each in ENGINES.values() for p in container(each)["ports"]}
    assert told["VERNIER_KAFKA"].endswith(f":{ports.get(port, port)}")


def test_an_engine_lets_in_those_who_need_it() -> None:
    policies = POLICIES["single-node"]
    for way, engine in (("database", "mongo"), ("broker", "kafka")):
        (leaves,), (enters,) = rules(policies[way]), rules(policies[f"{way}-offered"])
        offered = policies[f"{way}-offered"]["spec"]
        assert leaves["to"] == [{"podSelector": offered["podSelector"]}]
        assert enters["from"] == [{"podSelector": policies[way]["spec"]["podSelector"]}]
        assert offered["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": engine}}
        assert leaves["ports"] == enters["ports"] == [{"protocol": "TCP", "port": engine}]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_way_in_is_by_tls_and_leads_to_every_api(overlay: str) -> None:
    ingress = named("Ingress", resources(f"overlays/{overlay}"))["vernier"]
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


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_public_check_is_rated_before_the_copies_behind_it(overlay: str) -> None:
    found = resources(f"overlays/{overlay}")
    ingress, rate = named("Ingress", found)["check"], named("Middleware", found)["check-rate"]["spec"]
    annotations = ingress["metadata"]["annotations"]
    assert annotations == {
        "traefik.ingress.kubernetes.io/router.middlewares": "vernier-check-rate@kubernetescrd"
    }
    told = {**settings_of("base"), **settings_of(f"overlays/{overlay}")}
    per_minute = int(told.get("VERNIER_CHECKS_PER_MINUTE", Office.model_fields["checks_per_minute"].default))
    assert (rate["rateLimit"]["average"], rate["rateLimit"]["period"]) == (per_minute, "1m")
    assert rate["rateLimit"]["sourceCriterion"] == {"ipStrategy": {"ipv6Subnet": 64}}
    (rule,) = ingress["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    everything = {each["host"]: each for each in named("Ingress", found)["vernier"]["spec"]["rules"]}
    (whole,) = everything[rule["host"]]["http"]["paths"]
    assert (path["path"], path["pathType"], path["backend"]) == ("/check", "Prefix", whole["backend"])
    assert ingress["spec"]["tls"][0]["hosts"] == [rule["host"]]
