"""The first load of a tablet as a file: made once for an inspector, kept for an hour, so that a download can be resumed."""

import gzip
import hashlib
import os
import time
from pathlib import Path

from services.inspection.work import pull
from services.kernel.settings import settings

FRESH_SECONDS = 600.0
KEPT_SECONDS = 3600.0
"""What happened since it was made comes with the next pull: the file holds the cursor."""


def snapshot(inspector_id: str, wanted: str = "") -> Path:
    """The file named by a tag, if it is still here; else the last one made, if it is fresh; else a new one."""
    folder = settings().state / "snapshots" / hashlib.sha256(inspector_id.encode()).hexdigest()[:32]
    folder.mkdir(parents=True, exist_ok=True)
    files = _kept(folder)
    named = [file for file in files if tag(file) == wanted]
    if named:
        return named[0]
    if files and time.time() - files[-1].stat().st_mtime < FRESH_SECONDS:
        return files[-1]
    return _make(folder, inspector_id)


def tag(file: Path) -> str:
    """Its ETag: the SHA-256 of its bytes."""
    return file.name.partition(".")[0]


def _kept(folder: Path) -> list[Path]:
    """The files of an inspector, the newest last; old ones are deleted on the way."""
    found: list[tuple[float, Path]] = []
    for file in folder.glob("*.json.gz"):
        try:
            made = file.stat().st_mtime
            if time.time() - made > KEPT_SECONDS:
                file.unlink()
            else:
                found.append((made, file))
        except FileNotFoundError:  # another process was quicker
            continue
    return [file for _, file in sorted(found)]


def _make(folder: Path, inspector_id: str) -> Path:
    page = pull(inspector_id, None)
    assert page is not None
    packed = gzip.compress(page, compresslevel=6, mtime=0)
    file = folder / f"{hashlib.sha256(packed).hexdigest()}.json.gz"
    half = folder / f"{os.getpid()}-{time.monotonic_ns()}.half"
    half.write_bytes(packed)
    half.rename(file)
    return file
