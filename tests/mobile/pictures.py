"""Pictures for tests: a photograph as a phone makes it, and codes as they are printed."""

import io
import random
from typing import Any

from PIL import Image

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
