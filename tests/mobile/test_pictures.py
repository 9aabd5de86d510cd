"""Photographs become evidence: upright, reduced to the budget, without what tells of the camera's owner."""

import contextlib
import io
import random
from collections.abc import Callable

import pytest
from PIL import Image

from mobile_inspector.core import Refused, Tablet
from mobile_inspector.core.picture import MEASURES, pixels, reduced
from tests.mobile import day
from tests.mobile.day import ClockOfTheDay
from tests.mobile.fake_inspection import FakeServer
from tests.mobile.pictures import BODY_SERIAL, EXIF, GPS, MAKER, ORIENTATION, TAKEN, photograph

Refusal = Callable[[Callable[[], object]], str]


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("name", list(MEASURES))
def test_a_photograph_is_turned_upright_and_no_larger_than_the_measure(name: str) -> None:
    measure = MEASURES[name]
    image = opened(reduced(photograph(), measure))
    assert (image.format, image.size) == ("JPEG", (measure.long_side * 3 // 4, measure.long_side))
    red = image.getpixel((image.width - 40, 40))
    assert isinstance(red, tuple)
    assert red[0] > 200 > 60 > red[1], "held upright, the camera's left is the top and its top the right"


def test_a_smaller_one_is_not_enlarged() -> None:
    assert opened(reduced(photograph((800, 600), turned=1), MEASURES["medium"])).size == (800, 600)


def test_time_and_place_stay_and_nothing_else_of_the_metadata() -> None:
    content = reduced(photograph(), MEASURES["medium"])
    exif = opened(content).getexif()
    assert (MAKER in exif, ORIENTATION in exif) == (False, False)
    assert exif.get_ifd(EXIF)[TAKEN] == "2026:03:05 09:00:00"
    assert BODY_SERIAL not in exif.get_ifd(EXIF)
    assert exif.get_ifd(GPS)[2] == (21.0, 16.0, 30.0)
    for words in (b"Samsung of Nam", b"R58M-OWNER"):
        assert words not in content


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("PNG", "L")])
def test_other_pictures_become_photographs_too(kind: str, mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (300, 200)).save(out, kind)
    image = opened(reduced(out.getvalue(), MEASURES["small"]))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (300, 200))
    if mode == "RGBA":
        assert image.getpixel((5, 5)) == (255, 255, 255), "what is transparent is white"


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # Pillow says aloud what is wrong with the Exif
def test_a_broken_picture_is_refused_or_taken_and_never_anything_else() -> None:
    whole, chance = photograph((400, 300)), random.Random(11)
    for _ in range(300):
        broken = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.3 else whole)
        for _ in range(chance.randrange(1, 20)):
            if broken:
                broken[chance.randrange(min(len(broken), 600))] = chance.randrange(256)
        with contextlib.suppress(Refused):
            assert opened(reduced(bytes(broken), MEASURES["small"])).format == "JPEG"


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"%PDF-1.7", "ảnh".encode()])
def test_what_is_no_picture_is_refused_in_words(tablet: Tablet, refusal: Refusal, content: bytes) -> None:
    draft = tablet.start(day.VISIT, day.DISPENSER)
    assert refusal(lambda: draft.paper.photograph(content, tablet.budget.measure)) == "picture-unreadable"
    assert not draft.sheet.attachments


def test_a_photograph_in_the_record_is_the_reduced_one(tablet: Tablet) -> None:
    draft = tablet.start(day.VISIT, day.DISPENSER)
    assert tablet.budget.measure_name == "medium"
    tablet.budget.measure_name = "small"
    name = draft.paper.photograph(photograph(), tablet.budget.measure, "seal", "Bộ đo")
    told = draft.sheet.attachments[name]
    kept = tablet.attachments.read(name)
    assert (told["size"], told["media_type"], told["purpose"]) == (len(kept), "image/jpeg", "seal")
    assert opened(kept).size == (960, 1280)
    shown = pixels(kept, 100)
    assert (shown.width, shown.height, len(shown.rgb)) == (75, 100, 75 * 100 * 3)


def test_what_the_office_asks_for_is_asked_for_from_its_day_on_of_its_types(
    tablet: Tablet, server: FakeServer, clock: ClockOfTheDay
) -> None:
    told = {
        "type_code": "19",
        "purpose": "seal",
        "since": "2026-03-06",
        "vi": "Ảnh kẹp chì",
        "en": "Photograph of the seals",
    }
    server.evidence = [told, {**told, "type_code": "7", "purpose": "photo", "since": "2026-03-01"}]
    server.publish()
    assert tablet.sync().complete
    assert tablet.start(day.VISIT, day.DISPENSER).evidence_asked() == {}, "its day has not come"
    scale = tablet.start(day.VISIT, day.SCALE)
    assert scale.evidence_lacking() == ["photo"]
    clock.pass_by(days=1)
    later = tablet.start(
        None, tablet.visit_book.add_found(day.VISIT, "19", day.dispenser()["characteristics"])
    )
    assert later.evidence_asked() == {"seal": {"vi": "Ảnh kẹp chì", "en": "Photograph of the seals"}}
    server.evidence = []
    server.publish()
    assert tablet.sync().complete
    assert later.evidence_lacking() == []


def test_a_procedure_that_asks_for_pictures_says_what_is_missing(tablet: Tablet) -> None:
    draft = tablet.start(day.VISIT, day.DISPENSER)
    assert draft.evidence_lacking() == []
    draft.form.plan["evidence"].extend(["seal", "photo"])
    assert draft.evidence_lacking() == ["seal", "photo"]
    assert "ảnh niêm phong" in draft.obstacles()[-2].text("vi")
    draft.paper.attach(b"1", "image/jpeg", "seal")
    assert draft.evidence_lacking() == ["photo"]
