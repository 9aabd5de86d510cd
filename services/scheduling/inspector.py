"""A copy of the registry's inspector, and whether he or she may verify given types on a given day."""

from collections.abc import Iterable
from datetime import date

from services.kernel.model import Entity, Rejected


class Inspector(Entity, kind="inspector"):
    name: str
    card_number: str
    card_valid_until: date
    type_codes: list[str]
    suspended: bool

    def must_be_able(self, type_codes: Iterable[str], day: date) -> None:
        """TT 24/2013 Art. 36, 43: card in force, fields covered, not suspended.

        Raises:
            Rejected: `inspector-suspended`, `card-expired`, `card-does-not-cover`.
        """
        if self.suspended:
            self._refuse(
                "inspector-suspended", f"{self.name} is suspended and may not verify. Choose another one."
            )
        if self.card_valid_until < day:
            until = self.card_valid_until.isoformat()
            detail = (
                f"The card of {self.name} ends on {until}, before the visit. Choose another day or inspector."
            )
            self._refuse("card-expired", detail)
        if missing := sorted(set(type_codes) - set(self.type_codes)):
            detail = (
                f"The card of {self.name} does not cover type {', '.join(missing)}. Choose another inspector."
            )
            self._refuse("card-does-not-cover", detail)

    def _refuse(self, problem: str, detail: str) -> None:
        raise Rejected(problem, detail, field="inspector_id")
