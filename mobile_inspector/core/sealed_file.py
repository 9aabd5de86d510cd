"""One file at rest: sealed in chunks under the vault, so that any part of it can be read without the rest."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag

from .vault import SEAL_BYTES, Vault

CHUNK = 64 * 1024  # plain bytes that are sealed together; a part of an upload is four of them
HALF = ".half"  # a file that a kill left unfinished; nobody was told of it


class SealedFile:
    """`name` is what every chunk is bound to, with its place and whether it is the last: none passes for another."""

    def __init__(self, vault: Vault, path: Path, name: str) -> None:
        self._vault, self._path, self._name = vault, path, name

    @property
    def exists(self) -> bool:
        return self._path.exists()

    def write(self, content: bytes) -> None:
        """Whole or not at all, on the disk when this returns.  Raises OSError, and Refused signed-out."""
        half = self._path.with_suffix(HALF)
        with half.open("wb") as file:
            for at in range(0, max(len(content), 1), CHUNK):
                last = at + CHUNK >= len(content)
                file.write(self._vault.seal_bytes(self._context(at // CHUNK, last), content[at : at + CHUNK]))
            file.flush()
            os.fsync(file.fileno())
        half.replace(self._path)
        sync_folder(self._path.parent)

    def read(self, offset: int = 0, length: int = -1) -> bytes:
        """Some of the plain bytes, all if no length is given; they end where a chunk is missing or was altered.

        Raises Refused signed-out.
        """
        end = None if length < 0 else offset + length
        first, skip = divmod(offset, CHUNK)
        found = bytearray()
        for chunk in self._chunks(first):
            found += chunk
            if end is not None and first * CHUNK + len(found) >= end:
                break
        return bytes(found[skip : None if end is None else end - first * CHUNK])

    def _chunks(self, first: int) -> Iterator[bytes]:
        sealed = CHUNK + SEAL_BYTES
        with contextlib.suppress(FileNotFoundError, InvalidTag, ValueError), self._path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(first * sealed)
            for place in range(first, -(-size // sealed)):
                is_last = (place + 1) * sealed >= size
                yield self._vault.unseal_bytes(self._context(place, is_last), file.read(sealed))

    def _context(self, place: int, last: bool) -> str:
        return f"attachment/{self._name}/{place}/{last}"


def sync_folder(folder: Path) -> None:
    """The names in a folder are on the disk too."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
