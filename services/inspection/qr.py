"""QR images, as SVG."""

import io

import segno


def qr_svg(text: str) -> str:
    """A QR code (ISO/IEC 18004, error correction M) that a tablet's camera reads from a screen or from paper."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", scale=6, border=4, xmldecl=False, light="#fff"
    )
    return out.getvalue().decode()
