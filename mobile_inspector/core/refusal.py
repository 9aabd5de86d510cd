"""How the core says no: a stable code for programs, a sentence in the reader's language for people."""

from __future__ import annotations

from .texts import say


class Refused(Exception):
    """A rule of the tablet says no; nothing was stored.  `str()` is English, `text("vi")` Vietnamese."""

    def __init__(self, code: str, /, *, field: str | None = None, **values: object) -> None:
        super().__init__(say(code, "en", **values))
        self.code, self.field, self.values = code, field, values

    def text(self, language: str = "vi") -> str:
        """The sentence for people: what is wrong and what to do, in "vi" or "en"."""
        return say(self.code, language, **self.values)
