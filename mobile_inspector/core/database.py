"""The tablet's one SQLite file: durable at every commit, used by one program at a time, migrated without losing a fact."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from .refusal import Refused

Migration = Callable[[sqlite3.Connection], None]

FACTS = """
CREATE TABLE facts (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, monotonic_ms INTEGER NOT NULL,
  kind TEXT NOT NULL, subject TEXT NOT NULL, payload TEXT NOT NULL
);
CREATE INDEX facts_of_subject ON facts (subject, position);
CREATE INDEX facts_of_kind ON facts (kind, position);
CREATE TRIGGER facts_are_not_changed BEFORE UPDATE ON facts BEGIN SELECT RAISE(ABORT, 'a fact is never changed'); END;
CREATE TRIGGER facts_are_not_deleted BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'a fact is never deleted'); END;
CREATE TABLE vault (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE work (
  kind TEXT NOT NULL, id TEXT NOT NULL, hidden INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE bookmarks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


def _first(connection: sqlite3.Connection) -> None:
    for statement in _statements(FACTS):
        connection.execute(statement)


def _sealed(connection: sqlite3.Connection) -> None:
    """Payloads are bytes from here on; the columns take them, and what is there is sealed at the next sign-in."""


# One entry per schema version, in order; never edited once a tablet carries it.  Version n is the n-th entry.
MIGRATIONS: tuple[Migration, ...] = (_first, _sealed)


DEVICE_SECRET = "device.secret"  # noqa: S105  the file without which a PIN opens nothing; see `vault`
ERASE = "erase"  # the bookmark of a tablet that has been ordered to erase itself and has handed in everything


class Database:
    """One connection, shared by the threads of one program behind a lock.

    WAL with synchronous=FULL: what a transaction wrote is on the disk when it returns, and a kill at any byte leaves
    the state before it or after it.  The exclusive locking mode keeps a second program out, so one chain has one writer.
    """

    def __init__(self, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        """Opens or makes the file.  Raises Refused: tablet-in-use, tablet-too-new, tablet-unreadable."""
        self._lock = threading.RLock()
        self._depth = 0
        if not path.exists():
            path.touch(mode=0o600)
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=2)
        self.connection.row_factory = sqlite3.Row
        try:
            self._prepare(migrations)
        except sqlite3.OperationalError as error:
            self.connection.close()
            raise Refused("tablet-in-use" if "locked" in str(error) else "tablet-unreadable") from error
        except sqlite3.DatabaseError as error:
            self.connection.close()
            raise Refused("tablet-unreadable") from error
        except BaseException:
            self.connection.close()
            raise

    def _prepare(self, migrations: Sequence[Migration]) -> None:
        for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.migrated = False
        with self.transaction():
            found = int(self.connection.execute("PRAGMA user_version").fetchone()[0])
            if found > len(migrations):
                raise Refused("tablet-too-new", found=found, known=len(migrations))
            for number in range(found, len(migrations)):
                migrations[number](self.connection)
                self.migrated = True
            self.connection.execute(f"PRAGMA user_version = {len(migrations)}")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, durable on return; inside another transaction it is part of that one.

        Raises Refused storage-full when the disk cannot take it; nothing is stored then, and what was there stays.
        """
        with self._lock:
            if self._depth:
                yield self.connection
                return
            self.connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException as error:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
                    raise Refused("storage-full") from error
                raise
            finally:
                self._depth -= 1

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """The rows of a query, read at once."""
        with self._lock:
            return self.connection.execute(query, values).fetchall()

    def bookmark(self, name: str) -> str | None:
        """A small value of the tablet's own: the cursor of the work, the offset of the clock."""
        found = self.rows("SELECT value FROM bookmarks WHERE name = ?", name)
        return str(found[0]["value"]) if found else None

    def set_bookmark(self, name: str, value: str) -> None:
        """Stores it; inside a transaction, with that transaction."""
        with self.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO bookmarks VALUES (?, ?)", (name, value))

    def rewrite(self) -> None:
        """Writes the whole file anew, so that nothing deleted or replaced can be read out of it.  Kill-safe, and slow."""
        with self._lock:
            self.connection.execute("VACUUM")
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        with self._lock:
            self.connection.close()


def open_database(directory: Path, migrations: Sequence[Migration] = MIGRATIONS) -> Database:
    """The database of a tablet's directory, which is made if missing and closed to other users of the machine."""
    directory.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(PermissionError):
        os.chmod(directory, 0o700)
    database = Database(directory / "tablet.sqlite", migrations)
    if database.bookmark(ERASE):
        database.close()
        erase(directory)
        database = Database(directory / "tablet.sqlite", migrations)
    return database


def erase(directory: Path) -> None:
    """Deletes everything of a tablet for good: first what could open its secrets, then the files.

    A kill in the middle leaves a tablet without keys, which is erased when it is opened next.
    """
    (directory / DEVICE_SECRET).unlink(missing_ok=True)
    file = directory / "tablet.sqlite"
    if file.exists():
        connection = sqlite3.connect(file, isolation_level=None)
        with contextlib.suppress(sqlite3.DatabaseError):
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("DELETE FROM vault")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    shutil.rmtree(directory / "attachments", ignore_errors=True)
    for name in ("first-load.part", "tablet.sqlite-wal", "tablet.sqlite-shm", "tablet.sqlite"):
        (directory / name).unlink(missing_ok=True)


def _statements(script: str) -> Iterator[str]:
    part = ""
    for line in script.splitlines():
        part += line + "\n"
        if sqlite3.complete_statement(part):
            yield part
            part = ""
