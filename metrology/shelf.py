"""The shelf of procedures: every known version, and which one is in force for an instrument type on a date."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

from .procedure import Procedure
from .procedure_file import read_procedure
from .refusal import BadInput, FaultyProcedure, UnknownType


class Shelf:
    """A set of procedure versions.  Versions are added, never replaced: another content needs another version."""

    def __init__(self, procedures: Iterable[Procedure] = ()) -> None:
        self._versions: dict[tuple[str, str], Procedure] = {}
        for procedure in procedures:
            self.add(procedure)

    @classmethod
    @functools.cache
    def shipped(cls) -> Shelf:
        """The procedures in data/procedures, read once."""
        folder = files(__package__) / "data" / "procedures"
        names = sorted((entry.name, entry) for entry in folder.iterdir() if entry.name.endswith(".toml"))
        return cls(read_procedure(entry.read_text(encoding="utf-8"), name) for name, entry in names)

    def with_folder(self, folder: Path) -> Shelf:
        """A new shelf that also holds the .toml files of a folder.  Raises FaultyProcedure, naming file and line."""
        paths = sorted(folder.glob("*.toml"))
        if not paths:
            raise FaultyProcedure(str(folder), [(1, "folder", "has no procedure file (*.toml)")])
        return Shelf([*self, *(read_procedure(_text(path), str(path)) for path in paths)])

    def add(self, procedure: Procedure) -> None:
        """Puts a version on the shelf.  Raises FaultyProcedure if the same id and version has another content."""
        known = self._versions.setdefault((procedure.id, procedure.version), procedure)
        if known.hash != procedure.hash:
            name = f"{procedure.id} {procedure.version}"
            raise FaultyProcedure(
                name, [(1, "version", "this version exists with another content; give it a new version")]
            )

    def __iter__(self) -> Iterator[Procedure]:
        return iter(self._versions.values())

    def version(self, id: str, version: str) -> Procedure:
        """One version.  Raises BadInput if it is not on the shelf."""
        try:
            return self._versions[id, version]
        except KeyError:
            raise BadInput(
                "procedure", "known procedure", f"no procedure {id!r} version {version!r} is known"
            ) from None

    def in_force(self, code: str, on: date) -> Procedure:
        """The newest verification procedure in force for a type on a date.  Raises UnknownType if there is none."""
        found = [p for p in self if code in p.types and p.purpose == "verification" and p.in_force(on)]
        if not found:
            raise UnknownType(code, f"no procedure is in force for this type on {on.isoformat()}")
        return max(found, key=lambda p: (p.effective_from, p.version))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FaultyProcedure(str(path), [(1, "encoding", f"is not UTF-8: {error}")]) from None
