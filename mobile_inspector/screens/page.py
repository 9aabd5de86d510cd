"""What every screen has in common: it gathers in the background, shows in front, and acts through the background."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kivy.uix.boxlayout import BoxLayout

from mobile_inspector.core import Refused, Tablet

from .theme import GAP
from .words import word

if TYPE_CHECKING:
    from .app import InspectorApp


class Page(BoxLayout):
    """`gather` runs in the background and touches no widget; `show` runs in front and touches no disk."""

    name = ""

    def __init__(self, app: InspectorApp, **where: Any) -> None:
        super().__init__(orientation="vertical", spacing=GAP, padding=GAP)
        self.app, self.where = app, where

    @property
    def tablet(self) -> Tablet:
        return self.app.tablet

    @property
    def language(self) -> str:
        return self.app.language

    def title(self) -> str:
        return self.say(f"title-{self.name}")

    def say(self, key: str, **values: object) -> str:
        return word(key, self.language, **values)

    def gather(self) -> Any:
        """What the page shows, as plain values."""

    def show(self, found: Any) -> None:
        """Builds the page, or brings it up to date."""

    def refresh(self) -> None:
        self.app.background.run(self.gather, self._shown)

    def do(
        self,
        act: Callable[[], Any],
        then: Callable[[Any], None] | None = None,
        refused: Callable[[Refused], None] | None = None,
    ) -> None:
        """One act of the inspector; then the page is brought up to date, or `then` decides."""

        def done(found: Any) -> None:
            self.app.tell("")
            if then is not None:
                then(found)
            elif self.app.page is self:
                self.refresh()

        self.app.background.run(act, done, refused)

    def _shown(self, found: Any) -> None:
        if self.app.page is self:
            self.show(found)
