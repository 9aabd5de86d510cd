"""What a certificate says besides the verification itself: names as the register had them when it was issued."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from metrology import BadInput, Shelf, points, procedures
from services.kernel.model import Fact, Quantity

NUMBERED = re.compile(r"^(?P<name>.+?) \((?P<number>ĐLVN [^()]+)\)$")


class Words(Fact):
    """The same in both languages."""

    vi: str
    en: str


class Characteristic(Fact):
    """A rated value of the instrument with its name in words: range, class, scale interval …"""

    id: str
    name: Words
    value: Quantity | str


class Method(Fact):
    """The procedure by which it was verified: number and name (TT 24/2013 Art. 41)."""

    number: str | None
    name: Words


class Particulars(Fact):
    type_name: Words
    year: int | None
    enterprise_name: str
    enterprise_address: str
    site_name: str
    site_address: str
    inspector_name: str
    inspector_card: str
    method: Method
    characteristics: list[Characteristic]


def method(procedure: Mapping[str, Any]) -> Method:
    """The procedure's number and name, from metrology; one that metrology does not know is told by its id."""
    known = _known(procedure)
    if known is None:
        told = f"{procedure.get('id', '')} {procedure.get('version', '')}".strip()
        return Method(number=None, name=Words(vi=told, en=told))
    numbered = {language: NUMBERED.match(text) for language, text in known["title"].items()}
    vi, en = numbered["vi"], numbered["en"]
    if vi is None or en is None:
        return Method(number=None, name=Words(**known["title"]))
    return Method(number=vi["number"], name=Words(vi=vi["name"], en=en["name"]))


def characteristics(procedure: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Characteristic]:
    """An instrument's rated values in the order and by the names of the procedure, then any others by their ids."""
    known = _known(procedure)
    labels = {each["id"]: each["label"] for each in known["characteristics"]} if known else {}
    for id in [*(id for id in labels if id in told), *sorted(set(told) - set(labels))]:
        value = told[id]
        yield Characteristic(
            id=id,
            name=Words(**labels.get(id, {"vi": id, "en": id})),
            value=value if isinstance(value, str) else Quantity.model_validate(value),
        )


def condition_names(procedure: Mapping[str, Any]) -> dict[str, Words]:
    """What the procedure calls the conditions it asks for; nothing for one that metrology does not know."""
    try:
        found = Shelf.shipped().version(str(procedure.get("id")), str(procedure.get("version")))
    except BadInput:
        return {}
    return {each.id: Words(**each.label) for each in found.conditions}


def reading_units(
    type_code: str, told: Mapping[str, Any], regime: str, on: date, procedure: Mapping[str, Any]
) -> dict[str, str]:
    """The unit in which the procedure reads each of its points; nothing where it cannot be told."""
    try:
        form = points(type_code, told, regime, on, procedure=procedure)
    except BadInput:
        return {}
    fields = {each["id"]: each["fields"] for step in form["steps"] for each in step["points"]}
    return {
        id: next((each["unit"] for each in found if each["id"] == "indication"), None)
        or next((each["unit"] for each in found if each["unit"]), "")
        for id, found in fields.items()
    }


def _known(procedure: Mapping[str, Any]) -> dict[str, Any] | None:
    return _shipped().get((procedure.get("id"), procedure.get("version")))


@cache
def _shipped() -> dict[tuple[Any, Any], dict[str, Any]]:
    return {(each["id"], each["version"]): each for each in procedures()}
