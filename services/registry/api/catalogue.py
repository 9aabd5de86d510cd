"""Doors to the catalogue of group-2 instruments and to the communes and wards."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field

from services.kernel.model import Fact, Id, today
from services.kernel.tokens import Caller
from services.kernel.web import any_of, caller_of
from services.registry.events import CatalogueRow
from services.registry.instrument_type import InstrumentType
from services.registry.storage import instrument_types
from services.registry.ward import wards

router = APIRouter(tags=["catalogue"])


class Rows(Fact):
    rows: Annotated[list[CatalogueRow], Field(min_length=1, max_length=50)]


@router.get("/catalogue")
def catalogue(caller: Annotated[Caller, Depends(caller_of)], on: date | None = None) -> list[dict[str, Any]]:
    """What the law asks of every type on a day (today, if none is given). Anyone who is signed in may read it."""
    day = on or today()
    found = [kind.on(day) for kind in instrument_types.query()]
    return [entry.row() for entry in found if entry is not None]


@router.get("/catalogue/{code}")
def states(code: Id, caller: Annotated[Caller, Depends(caller_of)]) -> list[CatalogueRow]:
    """Every state of one type, in force or not, with its source. Anyone who is signed in may read it."""
    return instrument_types.get(code).rows


@router.put("/catalogue/{code}")
def define(code: Id, body: Rows, caller: Annotated[Caller, any_of("administrator")]) -> dict[str, Any]:
    """Says what the law asks of a type. Administrators only. The same rows again change nothing."""
    kind = instrument_types.find(code)
    if kind is None:
        kind, defined = InstrumentType.define(code, body.rows)
        return instrument_types.add(kind, defined, by=caller).view()
    event = kind.redefine(body.rows)
    return (instrument_types.commit(kind, event, by=caller) if event else kind).view()


@router.get("/wards")
def all_wards(caller: Annotated[Caller, Depends(caller_of)]) -> list[dict[str, Any]]:
    """The communes and wards of the province, each with a point inside it. Anyone who is signed in may read it."""
    return [vars(ward) for ward in wards().values()]
