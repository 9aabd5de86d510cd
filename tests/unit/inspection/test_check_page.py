"""The check page as people see it: every status in both languages, whatever the certificate lacks or is called."""

import tomllib
from datetime import date
from importlib.resources import files
from typing import Any, get_args

import pytest

from services.inspection.check_page import Language, check_page
from services.inspection.checking import Answer, Shown, Status
from services.inspection.domain.particulars import Words

LANGUAGES: tuple[Language, ...] = ("vi", "en")


def shown(**changed: Any) -> Shown:
    values: dict[str, Any] = {
        "status": "valid",
        "number": "00042/2026/BN-KĐ",
        "type_name": Words(vi="Cột đo xăng dầu", en="Fuel dispenser"),
        "maker": "Tatsuno",
        "country": Words(vi="Nhật Bản", en="Japan"),
        "model": "Sunny XE",
        "serial": "TS-2024-00817",
        "verified_on": date(2026, 3, 5),
        "valid_until": date(2027, 3, 31),
        "replaced_by": None,
    }
    return Shown.model_validate({**values, **changed})


def answer(status: Status, *certificates: Shown, awaited: bool = False) -> Answer:
    return Answer(
        asked="number", status=status, on=date(2026, 11, 24), awaited=awaited, certificates=list(certificates)
    )


def texts(language: Language) -> dict[str, Any]:
    return tomllib.loads(
        files("services.inspection.forms").joinpath(f"check_{language}.toml").read_text("utf-8")
    )


def test_both_catalogues_have_the_same_keys() -> None:
    def keys(node: dict[str, Any]) -> set[str]:
        return {
            name if isinstance(value, str) else f"{name}.{inner}"
            for name, value in node.items()
            for inner in (keys(value) if isinstance(value, dict) else [""])
        }

    assert keys(texts("vi")) == keys(texts("en"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", get_args(Status))
def test_every_status_has_words(language: Language, status: Status) -> None:
    page = check_page(language, "x", answer(status))
    assert texts(language)["status"][status]["word"] in page
    assert f'<section class="{status}"' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_are_written_as_the_language_does(language: Language) -> None:
    page = check_page(language, "x", answer("valid", shown()))
    assert {"vi": "31/03/2027", "en": "31 March 2027"}[language] in page
    assert {"vi": "Tatsuno, Nhật Bản", "en": "Tatsuno, Japan"}[language] in page


def test_what_is_absent_is_said_or_left_out() -> None:
    page = check_page("vi", "x", answer("valid", shown(valid_until=None, country=None)))
    assert "Không quy định chu kỳ kiểm định" in page
    assert "<dd>Tatsuno</dd>" in page
    assert "Thay bằng" not in page
    assert "00043" in check_page("vi", "x", answer("superseded", shown(replaced_by="00043/2026/BN-KĐ")))


def test_long_names_and_many_certificates_stay_small() -> None:
    long = shown(maker="Công ty " * 30, model="X" * 300, serial="S" * 300)
    page = check_page("vi", "q" * 300, answer("several", *[long] * 5))
    assert len(page.encode()) < 30_000
    assert page.count("<article") == 5


def test_names_are_text_and_never_html() -> None:
    page = check_page("vi", '"><b>', answer("valid", shown(maker="<b>&", serial='"onx=')))
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;" in page
