"""Reads a QR or bar code through the camera; the picture of it is kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mobile_inspector.core import Refused
from mobile_inspector.core.code_reader import read_code

if TYPE_CHECKING:
    from .page import Page


def scan(page: Page, then: Callable[[str], Any], meaning: Callable[[str], str] = lambda text: text) -> None:
    """`then` hears, in front, the text of the code, or what `meaning` makes of it or refuses, in the background."""

    def taken(content: bytes) -> None:
        page.app.tell(page.say("working"))
        page.do(lambda: meaning(read_code(content)), then)

    try:
        page.app.camera.take("scan.", taken)
    except Refused as no:
        page.app.refuse(no)
