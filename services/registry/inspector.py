"""An inspector (kiểm định viên đo lường): the holder of a card that names fields and a last day."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.kernel.model import Entity, Fact, Id, Rejected, Text, derived_id
from services.registry.events import InspectorRegistered, InspectorSuspended, InspectorUpdated


class InspectorData(Fact):
    name: Text
    card_valid_until: date
    type_codes: Annotated[list[Id], Field(min_length=1, max_length=100)]


class Inspector(Entity, kind="inspector"):
    """One card for each person; it ends with the designation of the body (TT 24/2013 Art. 32 to 37)."""

    card_number: Text
    name: Text
    card_valid_until: date
    type_codes: list[Id]
    suspended: bool = False

    @classmethod
    def register(
        cls, id: str | None, card_number: str, data: InspectorData
    ) -> tuple["Inspector", InspectorRegistered]:
        inspector = cls(id=id or derived_id("inspector", card_number), card_number=card_number, **dict(data))
        return inspector, InspectorRegistered.model_validate(inspector._facts())

    def update(self, data: InspectorData) -> InspectorUpdated | None:
        """A renewed card, or other fields."""
        before = self.state()
        for name, value in data:
            setattr(self, name, value)
        return InspectorUpdated.model_validate(self._facts()) if self.state() != before else None

    def suspend(self, reason: str) -> InspectorSuspended:
        """The card does not count until further notice (TT 24/2013 Art. 36). Raises Rejected `suspended`."""
        if self.suspended:
            raise Rejected("suspended", "The inspector is suspended already.")
        self.suspended = True
        return InspectorSuspended.model_validate({**self._facts(), "reason": reason})

    def reinstate(self) -> InspectorUpdated:
        """The suspension is over. Raises Rejected `not-suspended`."""
        if not self.suspended:
            raise Rejected("not-suspended", "The inspector is not suspended.")
        self.suspended = False
        return InspectorUpdated.model_validate(self._facts())

    def _facts(self) -> dict[str, object]:
        return {"inspector_id": self.id, **self.state()}
