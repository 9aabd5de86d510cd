"""The press: the same data give the same PDF/A, long names find room, and a letter without a font is told."""

import io
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from services.inspection.printing import press, qr_svg
from services.kernel.model import Rejected

MADE = datetime(2026, 3, 5, 2, 40, 0, 123_000, UTC)
QR = qr_svg("https://kiemdinh.example.vn/check?q=abc")
WORDS = {"vi": "Cột đo xăng dầu", "en": "Fuel dispenser"}
DATA: dict[str, Any] = {
    "office": {
        "parents": ["Ủy ban nhân dân tỉnh Bắc Ninh"],
        "name": "Trung tâm Kỹ thuật",
        "name_en": "Technical Centre",
        "address": "Bắc Ninh",
        "head_title": "Giám đốc",
        "head_title_en": "Director",
        "head_name": "Nguyễn Thị Hường",
    },
    "number": "00042/2026/BN-KĐ",
    "type_name": WORDS,
    "model": "Sunny XE",
    "serial": "TS-2024-00817",
    "maker": "Tatsuno",
    "country": {"vi": "Nhật Bản", "en": "Japan"},
    "year": "2024",
    "characteristics": [{"name": WORDS, "value": "50 L/min"}],
    "enterprise_name": "Công ty TNHH Xăng dầu Hoàng Long",
    "enterprise_address": "Số 12 đường Lý Thái Tổ",
    "site_name": "Trạm xăng số 3",
    "site_address": "Quốc lộ 1A",
    "regime": {"vi": "Kiểm định định kỳ", "en": "periodic verification"},
    "method": {"number": "ĐLVN 10:2017", "name": WORDS},
    "result": "Đạt yêu cầu kỹ thuật đo lường",
    "verified_on": "05/03/2026",
    "stamps": "",
    "seals": "",
    "valid_until": "31/03/2027",
    "replaces": None,
    "reissue_reason": None,
    "inspector_name": "Trần Văn Bình",
    "inspector_card": "KĐV-0186-01",
    "signed_at": "Bắc Ninh, ngày 05 tháng 03 năm 2026",
    "check_address": "kiemdinh.example.vn/check",
}
VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"


def pages(pdf: bytes) -> int:
    return int(PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Count"])


def fonts(pdf: bytes) -> list[bool]:
    """For each font of the first page, whether it is embedded."""
    page = PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Kids"][0]
    found = []
    for font in page["/Resources"]["/Font"].values():
        descriptor = font.get_object()["/DescendantFonts"][0]["/FontDescriptor"]
        found.append("/FontFile3" in descriptor or "/FontFile2" in descriptor)
    return found


def test_the_same_data_give_the_same_bytes() -> None:
    first = press("certificate").print(DATA, MADE, qr=QR)
    assert press("certificate").print(DATA, MADE, qr=QR) == first
    assert press("certificate").print({**DATA, "serial": "TS-2"}, MADE, qr=QR) != first


def test_every_font_is_embedded_and_it_is_pdf_a() -> None:
    printed = press("certificate").print(DATA, MADE, qr=QR)
    assert fonts(printed)
    assert all(fonts(printed))
    assert b"<pdfaid:part>3</pdfaid:part>" in printed
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in printed


def test_every_vietnamese_letter_can_be_printed() -> None:
    letters = VIETNAMESE + VIETNAMESE.upper() + "±≤≥°µΩ³²·−…–“”"
    press("certificate").print({**DATA, "enterprise_name": letters, "model": letters}, MADE, qr=QR)


def test_every_letter_of_the_procedures_and_the_catalogue_can_be_printed() -> None:
    data = files("metrology") / "data"
    sources = [data / "catalogue.csv", *(data / "procedures").iterdir()]
    letters = {letter for source in sources for letter in source.read_text("utf-8") if ord(letter) > 126}
    press("certificate").print({**DATA, "model": " ".join(sorted(letters))}, MADE, qr=QR)


def test_long_names_find_room() -> None:
    long = "Công ty Cổ phần Đầu tư Xây dựng Thương mại Dịch vụ Xăng dầu và Vận tải " * 2
    changed = {**DATA, "enterprise_name": long, "enterprise_address": long, "maker": long, "serial": "X" * 60}
    assert pages(press("certificate").print(changed, MADE, qr=QR)) == 1
    many = [{"name": WORDS, "value": "50 L/min"}] * 60
    assert pages(press("certificate").print({**changed, "characteristics": many}, MADE, qr=QR)) == 2


def test_words_are_never_taken_for_commands() -> None:
    for words in ('#read("/etc/passwd")', "*đậm* _nghiêng_ $x$ \\ ]] #let", "</script>"):
        press("certificate").print({**DATA, "enterprise_name": words}, MADE, qr=QR)


def test_a_letter_without_a_font_is_told() -> None:
    with pytest.raises(Rejected, match="日"):
        press("certificate").print({**DATA, "maker": "日立"}, MADE, qr=QR)
