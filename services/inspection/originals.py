"""The legal originals: a signed document is made once, kept, and handed out again byte for byte."""

import os
from collections.abc import Callable
from pathlib import Path

from services.inspection.office import office
from services.inspection.storage import keep_original, kept_original
from services.kernel.model import new_id


def original(id: str, make: Callable[[], bytes]) -> bytes:
    """The original of this id, made now if it was never asked for. Of two made at once, one counts and both get it."""
    kept = find_original(id)
    if kept is None:
        content = make()
        kept = content if _keep(id, content) else find_original(id)
        assert kept is not None
    return kept


def find_original(id: str) -> bytes | None:
    folder = office().originals
    if folder is None:
        return kept_original(id)
    path = _path(folder, id)
    return path.read_bytes() if path.exists() else None


def _keep(id: str, content: bytes) -> bool:
    folder = office().originals
    return keep_original(id, content) if folder is None else _write(_path(folder, id), content)


def _path(folder: Path, id: str) -> Path:
    return folder / id[-2:] / f"{id}.pdf"


def _write(path: Path, content: bytes) -> bool:
    """Whole and on the disk before it has its name; False when the name is taken."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{new_id()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True
