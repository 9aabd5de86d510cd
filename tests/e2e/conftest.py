"""The end-to-end stories' platform: all real processes, on the embedded engines or (make test-kafka) on Apache Kafka."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.platform import LocalPlatform
from tests.e2e.town import Town


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPlatform]:
    state: Path = tmp_path_factory.mktemp("platform")
    with LocalPlatform(state, "free") as running:
        yield running


@pytest.fixture
def town(platform: LocalPlatform) -> Iterator[Town]:
    """Every story begins with all processes up, whatever the one before it killed."""
    for process in platform.processes:
        process.start()
    found = Town(platform)
    yield found
    found.close()
