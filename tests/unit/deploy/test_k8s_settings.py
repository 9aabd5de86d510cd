"""What the processes of deploy/k8s are told: settings that the code reads, secrets by reference, to whom it needs them."""

import pytest

from deploy.local.processes import ROOT
from deploy.local.topology import SERVICES
from services.inspection.office import Office
from services.kernel.settings import Settings
from tests.unit.deploy.manifests import (
    DEPLOYMENTS,
    ENGINES,
    K8S,
    OVERLAYS,
    WORKLOADS,
    container,
    environment,
    example_secrets,
    kustomization,
    named,
    pod,
    resources,
    secret_keys,
    settings_of,
)


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
    for name in ("VERNIER_KAFKA_USER", "VERNIER_KAFKA_PASSWORD"):  # out of the Secret
        monkeypatch.setenv(name, "vernier")
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
        for key in (
            *("ADMIN_PASSWORD", "SMTP_USER", "SMTP_PASSWORD", "S3_ACCESS_KEY", "S3_SECRET_KEY"),
            *("KAFKA_USER", "KAFKA_PASSWORD"),
        )
    }
    of_kafka = {f"{service}-{kind}" for service in SERVICES for kind in ("migrate", "relay", "worker")}
    assert holders == {
        "KAFKA_USER": of_kafka,
        "KAFKA_PASSWORD": of_kafka,
        "ADMIN_PASSWORD": {"registry-migrate"},
        "SMTP_USER": {"notifications-sender"},
        "SMTP_PASSWORD": {"notifications-sender"},
        "S3_ACCESS_KEY": {"inspection-migrate", "inspection-api"},
        "S3_SECRET_KEY": {"inspection-migrate", "inspection-api"},
    }
    mounted = {
        name: volume["secret"]["secretName"]
        for name, workload in WORKLOADS.items()
        for volume in pod(workload)["volumes"]
        if "secret" in volume
    }
    assert mounted == {"registry-api": "signing-key", "inspection-api": "office-keys"}
    for api, setting, file in (
        ("registry-api", "SIGNING_KEY_FILE", "signing-key.pem"),
        ("inspection-api", "OFFICE_KEY_FILE", "office-key.pem"),
        ("inspection-api", "OFFICE_CERTIFICATE_FILE", "office-certificate.pem"),
        ("inspection-api", "STATEMENT_KEY_FILE", "statement-key.pem"),
    ):
        mounts = {each["name"]: each["mountPath"] for each in container(DEPLOYMENTS[api])["volumeMounts"]}
        told = environment(DEPLOYMENTS[api])[f"VERNIER_{setting}"]["value"]
        assert told == f"{mounts[mounted[api]]}/{file}"


def test_no_secret_is_written_down() -> None:
    secret = {
        "MONGO", "ADMIN_PASSWORD", "SMTP_USER", "SMTP_PASSWORD", "S3_ACCESS_KEY", "S3_SECRET_KEY",
        "KAFKA_USER", "KAFKA_PASSWORD", "MONGO_INITDB_ROOT_PASSWORD",
    }  # fmt: skip
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
