"""Legal metrology: the catalogue of instrument types, procedures as data, and verdicts that are right to the last digit."""

from __future__ import annotations

from .catalogue import Catalogue, Entry
from .counting import counting
from .form import points, procedure_for, procedures
from .procedure import Procedure
from .procedure_file import read_procedure
from .record_schema import schema
from .refusal import BadInput, FaultyProcedure, UnknownType
from .shelf import Shelf
from .verdict import evaluate

__all__ = [
    "BadInput",
    "Catalogue",
    "Entry",
    "FaultyProcedure",
    "Procedure",
    "Shelf",
    "UnknownType",
    "counting",
    "evaluate",
    "points",
    "procedure_for",
    "procedures",
    "read_procedure",
    "schema",
]
