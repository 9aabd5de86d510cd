"""Fixtures of the service tests: one embedded database for the run, one database name for each test."""

import uuid
from collections.abc import Iterator

import pytest

from deploy.local.secrets import Secrets, development_secrets
from services.inspection.keys import published_keys, signing_key
from services.inspection.office import office
from services.kernel.settings import settings
from tests.database import running_database
from tests.s3 import S3Server, running_s3
from tests.world import MakeWorld, World


@pytest.fixture(scope="session")
def mongo() -> Iterator[str]:
    with running_database() as address:
        yield address


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with running_s3(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def world(mongo: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeWorld]:
    """Opens services on a database of their own: `world("scheduling", "notifications")`.

    The world has doors (HTTP clients with roles), `publish` for events of services that are not in it, and `drain`.
    """
    monkeypatch.setenv("VERNIER_MONGO", mongo)
    monkeypatch.setenv("VERNIER_DATABASE_PREFIX", f"t{uuid.uuid4().hex[:10]}")
    settings.cache_clear()
    opened: list[World] = []

    def open_world(*names: str) -> World:
        opened.append(World(*names))
        return opened[-1]

    yield open_world
    for each in opened:
        each.close()
    settings.cache_clear()


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    return development_secrets(tmp_path_factory.mktemp("state"))


@pytest.fixture
def signing_office(secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> Iterator[Secrets]:
    """An office that has its keys."""
    monkeypatch.setenv("VERNIER_OFFICE_KEY_FILE", str(secrets.office_key_file))
    monkeypatch.setenv("VERNIER_OFFICE_CERTIFICATE_FILE", str(secrets.office_certificate_file))
    monkeypatch.setenv("VERNIER_STATEMENT_KEY_FILE", str(secrets.statement_key_file))
    monkeypatch.setenv("VERNIER_PUBLIC_ADDRESS", "https://kiemdinh.example.vn")
    for cached in (office, signing_key, published_keys):
        cached.cache_clear()
    yield secrets
    for cached in (office, signing_key, published_keys):
        cached.cache_clear()
