"""The texts of the letters, one file for each language, and how days and instants are written in it."""

import tomllib
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from services.kernel.model import VIETNAM, Fact
from services.notifications.register import Language


class LetterText(Fact):
    """`row` is repeated for each instrument. A letter about one has none; beside it may be the same about several."""

    subject: str
    before: list[str]
    row: str
    after: list[str]


class Dates(Fact):
    day: str
    window: str
    long_window: str
    instant: str
    months: list[str]


class Texts(Fact):
    office: str
    greeting: str
    closing: str
    footer: str
    unknown: str
    no_end: str
    dates: Dates
    regimes: dict[str, str]
    gates: dict[str, str]
    """Why a certificate that was given should not have been, by the gate that was shut since."""
    letters: dict[str, LetterText]

    def day(self, value: date) -> str:
        return self.dates.day.format(
            day=value.day, month=value.month, year=value.year, month_name=self.dates.months[value.month - 1]
        )

    def instant(self, value: datetime) -> str:
        """In Vietnam's time."""
        here = value.astimezone(VIETNAM)
        return self.dates.instant.format(time=f"{here:%H:%M}", day=self.day(here.date()))

    def window(self, starts_at: datetime, ends_at: datetime) -> str:
        """In Vietnam's time; the day is named once when it is one."""
        start, end = starts_at.astimezone(VIETNAM), ends_at.astimezone(VIETNAM)
        words = {
            "from_time": f"{start:%H:%M}",
            "to_time": f"{end:%H:%M}",
            "from_day": self.day(start.date()),
            "to_day": self.day(end.date()),
        }
        pattern = self.dates.window if start.date() == end.date() else self.dates.long_window
        return pattern.format(**words)


@cache
def texts(language: Language) -> Texts:
    """The catalogue of a language, read once."""
    raw: dict[str, Any] = tomllib.loads((files(__package__) / f"{language}.toml").read_text(encoding="utf-8"))
    return Texts.model_validate(raw)
