"""Chooses a picture among the files of a desktop: folders to go into, pictures to take, all large enough for a finger.

Kivy's own FileChooser has rows of 24 px on a desktop and colours of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.modalview import ModalView

from .listing import Line, Listing
from .theme import GAP, LARGE, LOOK
from .widgets import Push, Row, Text

if TYPE_CHECKING:
    from .app import InspectorApp

KINDS = (".jpg", ".jpeg", ".png", ".webp")
MOST = 500  # entries of one folder that are shown


class ChooseFile(ModalView):
    """`chosen` hears the file.  It opens where the last one was found."""

    folder = Path.home()

    def __init__(self, app: InspectorApp, chosen: Callable[[Path], Any]) -> None:
        super().__init__(size_hint=(0.92, 0.92), background="", background_color=LOOK.palette.ground)
        self._app, self._chosen = app, chosen
        self.where, self.listing = Text("", tone="faint"), Listing(height=64)
        buttons = Row(
            Push(app.say("folder-up"), lambda: self.go(self.folder.parent), filled=False),
            Push(app.say("cancel"), lambda: self.dismiss(animation=False), filled=False),
        )
        box = BoxLayout(orientation="vertical", padding=GAP, spacing=GAP)
        for part in (
            Text(app.say("choose-picture"), size=LARGE, bold=True),
            self.where,
            self.listing,
            buttons,
        ):
            box.add_widget(part)
        self.add_widget(box)
        self.go(self.folder)

    def go(self, folder: Path) -> None:
        """Shows a folder: its folders first, then its pictures."""
        ChooseFile.folder = folder
        self.where.text = str(folder)
        self._app.background.run(lambda: entries(folder), self._shown)

    def _shown(self, found: tuple[list[Path], list[Path]]) -> None:
        folders, pictures = found
        lines = [
            Line(path.name, mark=self._app.say("folder"), act=lambda path=path: self.go(path))  # type: ignore[misc]
            for path in folders
        ] + [
            Line(path.name, tone="action", act=lambda path=path: self._take(path))  # type: ignore[misc]
            for path in pictures
        ]  # fmt: skip
        self.listing.fill(lines or [Line(self._app.say("no-pictures"))])

    def _take(self, path: Path) -> None:
        self.dismiss(animation=False)
        self._chosen(path)


def entries(folder: Path) -> tuple[list[Path], list[Path]]:
    """The folders and the pictures of a folder, by name; none where it cannot be read."""
    try:
        found = sorted(path for path in folder.iterdir() if not path.name.startswith("."))[:MOST]
        folders = [path for path in found if path.is_dir()]
    except OSError:
        return [], []
    return folders, [path for path in found if path.suffix.lower() in KINDS]
