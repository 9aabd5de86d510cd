"""Pictures that an office asks for before it gives a certificate: for which types, of what, and from which day on."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from services.kernel.model import Fact, Id, Text


class Picture(Fact):
    """One that may be asked for; `trust` says how well its source was confirmed (F, F2, G, A as in metrology's files)."""

    id: Id
    types: list[Id]
    purpose: Literal["photo", "seal", "status", "signature"]
    vi: Text
    en: Text
    trust: Literal["F", "F2", "G", "A"]
    source: Text


class Asked(Fact):
    """A picture that the office does ask for, of verifications that take place on a day or later."""

    picture: Picture
    since: date

    def applies(self, type_code: str, day: date) -> bool:
        return type_code in self.picture.types and day >= self.since


def purposes_asked(asked: Iterable[Asked], type_code: str, day: date) -> list[str]:
    """What must be among the attachments of a verification of a type on a day."""
    return list(dict.fromkeys(each.picture.purpose for each in asked if each.applies(type_code, day)))
