"""Typesets certificates and records: from what is known to a PDF/A in which every font is embedded."""

import io
import json
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import segno
import typst

from services.kernel.model import Rejected

Form = Literal["certificate", "record"]
STANDARD: Literal["a-3b"] = "a-3b"


class Press:
    """One typst compiler for a form, with the fonts that typst brings and none of the machine's."""

    def __init__(self, form: Form) -> None:
        folder = str(files("services.inspection.forms"))
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
        self._lock = threading.Lock()
        self._compiler = typst.Compiler(
            f"{folder}/{form}.typ", root=folder, font_paths=fonts, ignore_system_fonts=True
        )

    def print(self, data: Mapping[str, Any], at: datetime, **inputs: str) -> bytes:
        """The document as PDF/A-3b, made at an instant: the same data give the same bytes.

        Raises Rejected `letter-missing` 409 for a letter that none of the fonts has, such as a Chinese one.
        """
        told = {"data": json.dumps(data, ensure_ascii=False), **inputs}
        try:
            with self._lock:
                printed = self._compiler.compile(
                    format="pdf", sys_inputs=told, pdf_standards=STANDARD, timestamp=at.replace(microsecond=0)
                )
        except typst.TypstError as error:
            if "could not be displayed" not in error.message:
                raise RuntimeError(error.diagnostic) from error
            detail = f"{error.message}. Write the name in Latin letters in the register, then issue it anew."
            raise Rejected("letter-missing", detail) from error
        assert isinstance(printed, bytes)
        return printed


@cache
def press(form: Form) -> Press:
    return Press(form)


def qr_svg(text: str) -> str:
    """A QR as SVG, readable when up to a seventh of it is damaged (error correction M)."""
    drawn = io.BytesIO()
    segno.make_qr(text, error="m", boost_error=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2
    )
    return drawn.getvalue().decode()
