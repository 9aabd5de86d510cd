"""Starts the inspector's tablet: `python -m mobile_inspector`.  On Android `main.py` calls `run`."""

from __future__ import annotations

import os
from pathlib import Path

from mobile_inspector.core import Tablet


def run() -> None:
    """The addresses and the directory come from the environment; the defaults are those of `make run`."""
    os.environ.setdefault("KIVY_NO_ARGS", "1")
    os.environ.setdefault("KIVY_IMAGE", "sdl2")  # Kivy would import Pillow at the start, which costs 0.2 s
    from kivy.config import Config
    from kivy.utils import platform

    if platform != "android":  # a desktop shows a tablet that lies on its long side
        for name, value in (("width", 1280), ("height", 800)):
            Config.set("graphics", name, value)
    from mobile_inspector.screens.app import InspectorApp

    app = InspectorApp(lambda: Tablet.open(
        Path(os.environ.get("VERNIER_TABLET_STATE") or Path(app.user_data_dir) / "tablet"),
        registry_url=os.environ.get("VERNIER_REGISTRY_URL", "http://127.0.0.1:8101"),
        inspection_url=os.environ.get("VERNIER_INSPECTION_URL", "http://127.0.0.1:8102"),
    ))  # fmt: skip
    app.run()


if __name__ == "__main__":
    run()
