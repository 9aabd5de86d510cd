"""Which pictures this office asks for: the list that comes with the program, and the days that the office has set."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from services.inspection.domain.evidence import Asked, Picture
from services.inspection.office import office


@cache
def pictures() -> dict[str, Picture]:
    """Everything that an office may ask for, by id."""
    text = (files("services.inspection") / "data" / "evidence.toml").read_text(encoding="utf-8")
    made = [Picture.model_validate(each) for each in tomllib.loads(text)["pictures"]]
    return {each.id: each for each in made}


def asked() -> list[Asked]:
    """What this office asks for, and since when. Raises ValueError for a name that is on no list."""
    if unknown := sorted(office().evidence.keys() - pictures().keys()):
        raise ValueError(
            f"VERNIER_EVIDENCE names {', '.join(unknown)}; known are {', '.join(sorted(pictures()))}"
        )
    return [Asked(picture=pictures()[id], since=since) for id, since in sorted(office().evidence.items())]


def asked_of_tablets() -> list[dict[str, Any]]:
    """The same as a pull tells it: type by type, with the words for the inspector."""
    return [
        {
            "type_code": type_code,
            "purpose": each.picture.purpose,
            "since": each.since.isoformat(),
            "vi": each.picture.vi,
            "en": each.picture.en,
        }
        for each in asked()
        for type_code in each.picture.types
    ]
