"""The refusals of the package: an input that breaks a rule, a type nobody knows, a faulty procedure file."""

from __future__ import annotations


class BadInput(ValueError):
    """An input that cannot be judged: `field` says where, `rule` which rule, the message both and what to do."""

    def __init__(self, field: str, rule: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.rule = rule
        self.message = message


class UnknownType(BadInput, LookupError):
    """No catalogue row or no procedure is in force for this instrument type on this date."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__("type", "known type", f"{code!r}: {message}")
        self.code = code


class FaultyProcedure(ValueError):
    """A procedure file that breaks the schema: `faults` lists (line, field, message), in the order of the file."""

    def __init__(self, name: str, faults: list[tuple[int, str, str]]) -> None:
        super().__init__("\n".join(f"{name}:{line}: {field}: {message}" for line, field, message in faults))
        self.name = name
        self.faults = faults
