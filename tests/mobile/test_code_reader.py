"""QR and bar codes in photographs: the enrolment code is read, whatever else is told apart in words."""

import io
import sys
from collections.abc import Callable

import pytest
import segno
from PIL import Image

from mobile_inspector.core import Refused
from mobile_inspector.core.code_reader import enrolment_code, read_code
from tests.mobile.fake_inspection import CODE
from tests.mobile.pictures import photograph

Refusal = Callable[[Callable[[], object]], str]
URI = f"vernier:enrol?code={CODE}&inspection=https%3A%2F%2Fi.example.vn&registry=https%3A%2F%2Fr.example.vn"


def printed(text: str, *, scale: int = 8) -> Image.Image:
    out = io.BytesIO()
    segno.make_qr(text).save(out, kind="png", scale=scale)
    return Image.open(out).convert("L")


CODE_39 = {
    "0": "nnnwwnwnn", "1": "wnnwnnnnw", "2": "nnwwnnnnw", "5": "wnnwwnnnn", "6": "nnwwwnnnn", "B": "nnwnnwnnw",
    "N": "nnnnwnnww", "-": "nwnnnnwnw", "*": "nwnnwnwnn",
}  # fmt: skip
"""Narrow and wide bars and gaps in turn (ISO/IEC 16388), of the letters of one number."""


def barred(text: str, *, narrow: int = 5) -> Image.Image:
    """Code 39, as on the label of an older instrument."""
    x, bars = 60, []
    for letter in f"*{text}*":
        for n, size in enumerate(CODE_39[letter]):
            width = narrow * (3 if size == "w" else 1)
            if n % 2 == 0:
                bars.append((x, width))
            x += width
        x += narrow
    image = Image.new("L", (x + 60, 300), 255)
    for at, width in bars:
        image.paste(0, (at, 40, at + width, 260))
    return image


def on_paper(*codes: Image.Image, turned: float = 0, dim: int = 210) -> bytes:
    """Codes side by side on grey paper, as a camera sees them: large, turned, not quite white, slightly compressed."""
    paper = Image.new("L", (3200, 2400), dim)
    for n, code in enumerate(codes):
        paper.paste(code, (300 + n * 1300, 600))
    out = io.BytesIO()
    paper.rotate(turned, fillcolor=dim, expand=True).save(out, "JPEG", quality=60)
    return out.getvalue()


@pytest.mark.parametrize("turned", [0, 17, 90, 183])
def test_the_enrolment_code_is_read_off_a_photograph(turned: float) -> None:
    assert enrolment_code(read_code(on_paper(printed(URI, scale=14), turned=turned))) == CODE


@pytest.mark.parametrize("scale", [2, 3, 8])
def test_the_number_of_a_seal_is_read_though_it_is_small_in_the_picture(scale: int) -> None:
    assert read_code(on_paper(printed("BN26-000125", scale=scale))) == "BN26-000125"


def test_a_bar_code_is_read_too() -> None:
    assert read_code(on_paper(barred("BN26-000125"))) == "BN26-000125"


def test_vietnamese_is_read_as_it_was_written() -> None:
    assert read_code(on_paper(printed("Trạm xăng số 3"))) == "Trạm xăng số 3"


def test_what_is_no_code_of_ours_is_told_apart(refusal: Refusal) -> None:
    for text in ("https://example.vn/?code=1", "vernier:enrol?x=1", "vernier:seal?code=7", "", "7K2M"):
        with pytest.raises(Refused) as refused:
            enrolment_code(text)
        assert refused.value.code == "qr-foreign"
        assert text in refused.value.text("vi")
    assert refusal(lambda: read_code(photograph((1200, 900)))) == "qr-missing"
    two = on_paper(printed("BN26-000125"), printed("BN26-000126"))
    assert refusal(lambda: read_code(two)) == "qr-several"
    twice = on_paper(printed("BN26-000125"), printed("BN26-000125"))
    assert read_code(twice) == "BN26-000125"
    assert refusal(lambda: read_code(b"no picture")) == "picture-unreadable"


def test_without_zbar_the_code_is_typed(refusal: Refusal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyzbar.pyzbar", None)
    assert refusal(lambda: read_code(photograph((1200, 900)))) == "qr-unavailable"
