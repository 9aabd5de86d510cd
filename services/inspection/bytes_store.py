"""Where the bytes of attachments lie: in GridFS or on a disk (s3_store: on S3). Parts come in order, durable on return."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from gridfs import GridFSBucket
from gridfs.errors import NoFile
from pymongo import ASCENDING
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

BLOCK = 256 * 1024


class OffsetTaken(Exception):
    """Another sender has written there meanwhile; the sender asks again how much is here."""


class BytesStore(Protocol):
    """Parts under a key while they come; whole contents under their SHA-256."""

    def prepare(self) -> None:
        """Makes or tries what must be there before the first part, at deployment."""
        ...

    def length(self, key: str) -> int:
        """How many bytes are durable here under a key; 0 for an unknown one."""
        ...

    def append(self, key: str, offset: int, part: bytes) -> None:
        """Durable on return. Raises OffsetTaken unless exactly `offset` bytes are here."""
        ...

    def read_parts(self, key: str) -> Iterator[bytes]: ...

    def keep(self, key: str, sha256: str) -> None:
        """Makes the parts the content of that name. Doing it again is harmless."""
        ...

    def drop(self, key: str) -> None: ...

    def read(self, sha256: str) -> Iterator[bytes]:
        """Raises KeyError for an unknown content."""
        ...


def hash_of_parts(store: BytesStore, key: str) -> str:
    digest = hashlib.sha256()
    for part in store.read_parts(key):
        digest.update(part)
    return digest.hexdigest()


class DiskStore:
    """Files in a folder that every API process of the service shares."""

    def __init__(self, folder: Path) -> None:
        self.parts, self.whole = folder / "parts", folder / "whole"
        self.prepare()

    def prepare(self) -> None:
        for each in (self.parts, self.whole):
            each.mkdir(parents=True, exist_ok=True)

    def length(self, key: str) -> int:
        try:
            return (self.parts / key).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, key: str, offset: int, part: bytes) -> None:
        with (self.parts / key).open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_size != offset:
                raise OffsetTaken(key)
            file.write(part)
            file.flush()
            os.fsync(file.fileno())

    def read_parts(self, key: str) -> Iterator[bytes]:
        yield from _blocks(self.parts / key)

    def keep(self, key: str, sha256: str) -> None:
        place = self._place(sha256)
        place.parent.mkdir(exist_ok=True)
        try:
            (self.parts / key).rename(place)
        except FileNotFoundError:
            if not place.exists():
                raise
        for folder in (place.parent, self.whole):
            _sync_folder(folder)

    def drop(self, key: str) -> None:
        (self.parts / key).unlink(missing_ok=True)

    def read(self, sha256: str) -> Iterator[bytes]:
        place = self._place(sha256)
        if not place.exists():
            raise KeyError(sha256)
        return _blocks(place)

    def _place(self, sha256: str) -> Path:
        return self.whole / sha256[:2] / sha256


class GridStore:
    """GridFS for whole contents; a part is one document, whose id says its place, so that of two racing one wins."""

    def __init__(self, database: Database[Any]) -> None:
        self.parts: Collection[dict[str, Any]] = database["attachment_parts"]
        self.bucket = GridFSBucket(database, "attachments")

    def prepare(self) -> None:
        """Makes the collections with the indexes of GridFS; else the first writing would, in the middle of its work."""
        database = self.parts.database
        for name in {self.parts.name, "attachments.files", "attachments.chunks"} - set(
            database.list_collection_names()
        ):
            database.create_collection(name)
        database["attachments.files"].create_index([("filename", ASCENDING), ("uploadDate", ASCENDING)])
        database["attachments.chunks"].create_index([("files_id", ASCENDING), ("n", ASCENDING)], unique=True)

    def length(self, key: str) -> int:
        last = next(iter(self.parts.find(_of(key), {"data": 0}).sort("_id", -1).limit(1)), None)
        return int(last["end"]) if last else 0

    def append(self, key: str, offset: int, part: bytes) -> None:
        if self.length(key) != offset:
            raise OffsetTaken(key)
        try:
            self.parts.insert_one({"_id": f"{key}/{offset:010d}", "end": offset + len(part), "data": part})
        except DuplicateKeyError as error:
            raise OffsetTaken(key) from error

    def read_parts(self, key: str) -> Iterator[bytes]:
        for row in self.parts.find(_of(key)).sort("_id", 1):
            yield bytes(row["data"])

    def keep(self, key: str, sha256: str) -> None:
        if not self._has(sha256):
            self._forget_half(sha256)
            with self.bucket.open_upload_stream_with_id(sha256, sha256) as whole:
                for part in self.read_parts(key):
                    whole.write(part)
        self.drop(key)

    def drop(self, key: str) -> None:
        self.parts.delete_many(_of(key))

    def read(self, sha256: str) -> Iterator[bytes]:
        try:
            whole = self.bucket.open_download_stream(sha256)
        except NoFile as error:
            raise KeyError(sha256) from error
        return iter(lambda: whole.read(BLOCK), b"")

    def _has(self, sha256: str) -> bool:
        return next(iter(self.bucket.find({"_id": sha256}, limit=1)), None) is not None

    def _forget_half(self, sha256: str) -> None:
        """Blocks of a writing that was killed before its end."""
        try:
            self.bucket.delete(sha256)
        except NoFile:
            return


def _of(key: str) -> dict[str, Any]:
    return {"_id": {"$gte": f"{key}/", "$lt": f"{key}0"}}


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
