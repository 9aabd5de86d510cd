"""The page of the public check: plain HTML that needs no script, in Vietnamese or English."""

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined

from services.inspection.checking import Answer
from services.inspection.office import office

Language = Literal["vi", "en"]


@cache
def _texts(language: Language) -> dict[str, Any]:
    source = files("services.inspection.forms").joinpath(f"check_{language}.toml")
    return tomllib.loads(source.read_text("utf-8"))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("services.inspection", "forms"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["day"] = _day
    return made


def _day(value: date, language: Language) -> str:
    return f"{value:%d/%m/%Y}" if language == "vi" else format_date(value, "d MMMM yyyy", locale="en")


def check_page(
    language: Language, question: str = "", answer: Answer | None = None, refused: str | None = None
) -> str:
    """With an answer, with a refusal (`too-many`, `too-long`), or with neither: then it asks."""
    config = office()
    return (
        _environment()
        .get_template("check.html")
        .render(
            language=language,
            other="en" if language == "vi" else "vi",
            texts=_texts(language),
            office=config.office_name if language == "vi" else config.office_name_en,
            question=question,
            answer=answer,
            refused=refused,
        )
    )
