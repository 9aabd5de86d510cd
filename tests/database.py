"""The embedded database for a test run: started once, one database name per test."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import ports
from deploy.local.engines import embedded_database


@contextmanager
def running_database() -> Iterator[str]:
    """The address of a database: the one named in VERNIER_TEST_MONGO, or an embedded one with a temporary store."""
    if given := os.environ.get("VERNIER_TEST_MONGO"):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="vernier-test-") as folder:
        port = ports.free()
        database = embedded_database(Path(folder), port, lambda name, line: None)
        database.start()
        try:
            yield f"mongodb://127.0.0.1:{port}/?retryWrites=false"
        finally:
            database.stop()
