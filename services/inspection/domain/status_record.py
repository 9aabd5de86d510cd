"""The status record (biên bản hiện trạng) of a fuel dispenser: parts, program, seals, and what changed since."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from services.kernel.model import LongText, Text

ABSENT = "∅"
Word = Annotated[str, BeforeValidator(lambda value: value.strip() if isinstance(value, str) else value),
                 StringConstraints(max_length=300)]  # fmt: skip


class Part(BaseModel):
    """A part that can change what is measured: meter, pulse generator, calculator board, IC; ĐLVN 10."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    name: Text
    maker: Word = ""
    model: Word = ""
    serial: Word = ""

    @property
    def words(self) -> str:
        return " ".join(word for word in (self.maker, self.model, self.serial) if word) or "-"


class Program(BaseModel):
    """The control program: a changed one needs another type approval (TT 15/2015 Art. 6)."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    name: Word = ""
    version: Word = ""
    checksum: Word = ""

    @property
    def words(self) -> str:
        return " ".join(word for word in (self.name, self.version, self.checksum) if word) or "-"


class SealSeen(BaseModel):
    """A seal at its position when the inspector left."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    place: Text
    number: Text


class StatusRecord(BaseModel):
    """Drawn up at a verification and compared with that of the last one."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    parts: list[Part] = Field(default_factory=list, max_length=100)
    program: Program | None = None
    seals_found: list[SealSeen] = Field(default_factory=list, max_length=100)
    seals_left: list[SealSeen] = Field(default_factory=list, max_length=100)
    note: LongText = ""


def differences(last: StatusRecord, found: StatusRecord) -> list[str]:
    """What was found otherwise than it had been left: each as `place: before → now`."""
    return [
        *_changed(
            {each.name: each.words for each in last.parts}, {each.name: each.words for each in found.parts}
        ),
        *_changed(
            {"program": last.program.words} if last.program else {},
            {"program": found.program.words} if found.program else {},
        ),
        *_changed(
            {each.place: each.number for each in last.seals_left},
            {each.place: each.number for each in found.seals_found},
        ),
    ]


def _changed(before: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    """Names are compared as they were written, letter case aside."""
    old, new = ({_key(name): (name, value) for name, value in each.items()} for each in (before, now))
    for key in dict.fromkeys([*old, *new]):
        name = (new.get(key) or old[key])[0]
        was, found = (side.get(key, (name, ABSENT))[1] for side in (old, new))
        if _key(was) != _key(found):
            yield f"{name}: {was} → {found}"


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()
