"""A photograph as evidence: upright, no larger than needed, without what a camera adds beside time and place.

Of the metadata (Exif) these stay: when the picture was taken, with the offset to UTC, and where (GPS).  Who owns the camera,
its serial number, the preview inside the file and everything else go.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .refusal import Refused

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 200_000_000  # a file that claims more is no photograph
ORIENTATION, EXIF, GPS = 0x0112, 0x8769, 0x8825  # tags and directories of Exif 2.32
TURNS = {
    2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_270", 7: "TRANSVERSE",
    8: "ROTATE_90",
}  # fmt: skip
"""How a picture is turned to stand upright, by its Exif orientation."""
TIME_TAKEN = (0x9003, 0x9011, 0x9291)  # DateTimeOriginal, OffsetTimeOriginal, SubSecTimeOriginal


@dataclass(frozen=True, slots=True)
class Measure:
    """How large a photograph is kept: the longer side in pixels, and the quality of its JPEG (1 to 95)."""

    long_side: int
    quality: int


MEASURES = {"small": Measure(1280, 70), "medium": Measure(1600, 80), "large": Measure(2560, 85)}


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture to be drawn: rows of red, green, blue from the top."""

    width: int
    height: int
    rgb: bytes


def reduced(content: bytes, measure: Measure) -> bytes:
    """The photograph as JPEG: turned as it was held, its longer side at most the measure's.

    Raises Refused picture-unreadable.
    """
    from PIL import Image

    with _opened(content, measure.long_side) as found:
        image, kept = _upright(found), _evidence(found)
        image.thumbnail((measure.long_side, measure.long_side), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        image.save(out, "JPEG", quality=measure.quality, optimize=True, exif=kept)
    return out.getvalue()


def pixels(content: bytes, side: int) -> Pixels:
    """A picture to be shown, its longer side at most `side` pixels.  Raises Refused picture-unreadable."""
    with _opened(content, side) as found:
        image = _upright(found)
        image.thumbnail((side, side))
        return Pixels(*image.size, image.tobytes())


@contextmanager
def _opened(content: bytes, side: int) -> Iterator[Image]:
    """Imports Pillow when a picture is opened first: the tablet starts without it."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as found:
            if found.width * found.height > MOST_PIXELS:
                raise Refused("picture-unreadable", field="picture")
            found.draft(
                "RGB", (side, side)
            )  # a JPEG is decoded at a fraction of its size where that is enough
            found.load()
            yield found
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("picture-unreadable", field="picture") from error


def _upright(found: Image) -> Image:
    """Turned as it was held, in red, green and blue; what is transparent becomes white."""
    from PIL import Image

    turn = TURNS.get(_exif(found).get(ORIENTATION, 1))
    turned = found if turn is None else found.transpose(Image.Transpose[turn])
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        clear = turned.convert("RGBA")
        ground = Image.new("RGB", clear.size, "white")
        ground.paste(clear, mask=clear.getchannel("A"))
        return ground
    return turned.convert("RGB")


def _evidence(found: Image) -> bytes:
    """When and where the picture was taken, and nothing else of its metadata."""
    from PIL import Image

    exif, kept = _exif(found), Image.Exif()
    try:
        taken = {tag: value for tag, value in exif.get_ifd(EXIF).items() if tag in TIME_TAKEN}
        for directory, values in ((EXIF, taken), (GPS, dict(exif.get_ifd(GPS)))):
            if values:
                kept.get_ifd(directory).update(values)
        return kept.tobytes()
    except (
        Exception
    ):  # of a broken directory Pillow raises whatever comes; the picture is evidence without it
        return b""


def _exif(found: Image) -> Exif:
    from PIL import Image

    try:
        return found.getexif()
    except Exception:  # as above
        return Image.Exif()
