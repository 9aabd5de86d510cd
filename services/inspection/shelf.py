"""The procedures that this server judges by: what a pull lists of them, and the file of each for a tablet that lacks it."""

from functools import cache
from importlib.resources import files
from typing import Any

from metrology import read_procedure
from services.kernel.model import NotFound


@cache
def _by_hash() -> dict[str, tuple[dict[str, Any], str]]:
    """Read once: the files come with the program."""
    folder = files("metrology") / "data" / "procedures"
    found: dict[str, tuple[dict[str, Any], str]] = {}
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".toml"):
            text = entry.read_text(encoding="utf-8")
            made = read_procedure(text, entry.name)
            until = made.effective_to.isoformat() if made.effective_to else None
            listed = {
                **made.reference(),
                "types": list(made.types),
                "effective_from": made.effective_from.isoformat(),
                "effective_to": until,
            }
            found[made.hash] = listed, text
    return found


def procedures() -> list[dict[str, Any]]:
    """Id, version, content hash, types and days in force of every procedure."""
    return [listed for listed, _ in _by_hash().values()]


def procedure_text(hash: str) -> str:
    """The file whose content has this hash. Raises NotFound."""
    try:
        return _by_hash()[hash][1]
    except KeyError as error:
        raise NotFound("procedure", hash) from error
