"""Pictures for tests: a photograph as a phone makes it."""

import io
import random
from typing import Any

from PIL import Image, ImageDraw, ImageFont

MAKER, ORIENTATION, EXIF, GPS = 0x010F, 0x0112, 0x8769, 0x8825
TAKEN, BODY_SERIAL = 0x9003, 0xA431


def photograph(
    size: tuple[int, int] = (4000, 3000),
    *,
    seed: int = 7,
    turned: int = 6,
    kind: str = "JPEG",
    **options: Any,
) -> bytes:
    """Noise under a ramp, so that it neither shrinks to nothing nor to too little; the top left corner is red.

    Args:
        turned: the Exif orientation; 6 is a tablet that was held upright.
    """
    chance = random.Random(seed)
    small = Image.new("RGB", (size[0] // 20, size[1] // 20))
    small.putdata([(chance.randrange(80, 200),) * 3 for _ in range(small.width * small.height)])
    image = small.resize(size)
    image.paste((255, 0, 0), (0, 0, size[0] // 5, size[1] // 5))
    exif = Image.Exif()
    exif[MAKER], exif[ORIENTATION] = "Samsung of Nam", turned
    exif.get_ifd(EXIF)[TAKEN], exif.get_ifd(EXIF)[BODY_SERIAL] = "2026:03:05 09:00:00", "R58M-OWNER"
    exif.get_ifd(GPS).update({1: "N", 2: (21.0, 16.0, 30.0), 3: "E", 4: (106.0, 13.0, 14.0)})
    out = io.BytesIO()
    image.save(out, kind, exif=exif, **options)
    return out.getvalue()


def plate(*lines: str) -> bytes:
    """A metal plate with words on it, on a grey housing: what is photographed on an instrument."""
    image = Image.new("RGB", (1600, 1200), (120, 128, 134))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((160, 220, 1440, 980), 40, (214, 217, 219), (70, 74, 78), 8)
    for x, y in ((220, 280), (1380, 280), (220, 920), (1380, 920)):
        draw.ellipse((x - 22, y - 22, x + 22, y + 22), (90, 94, 98))
    for n, line in enumerate(lines):
        draw.text(
            (800, 600 + (n - (len(lines) - 1) / 2) * 180),
            line,
            (20, 24, 28),
            ImageFont.load_default(120),
            "mm",
        )
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()
