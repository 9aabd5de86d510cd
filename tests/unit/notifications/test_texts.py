"""The letters are the same ones in both languages."""

from string import Formatter
from unicodedata import is_normalized

from services.notifications.texts import texts


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_letters_that_say_the_same_facts() -> None:
    vi, en = texts("vi").letters, texts("en").letters
    assert vi.keys() == en.keys()
    for name in vi:
        for one, other in ((vi[name].row, en[name].row), (vi[name].subject, en[name].subject)):
            assert _places(one) == _places(other), name
        assert _places(" ".join(vi[name].before + vi[name].after)) == _places(
            " ".join(en[name].before + en[name].after)
        ), name


def test_vietnamese_is_composed() -> None:
    assert is_normalized("NFC", texts("vi").model_dump_json())
