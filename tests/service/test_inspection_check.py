"""The public check: anyone, without signing in, hears what a certificate is worth, and nothing of its owner."""

import base64
import json
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import OKPKey

from deploy.local.secrets import Secrets
from services.inspection import checking
from services.inspection.api import check as doors
from services.inspection.api.rate import Rate
from services.inspection.domain.statement import Statement
from services.inspection.keys import signing_key
from services.kernel.model import today
from services.registry.events import InstrumentUpdated
from tests.service.test_inspection_certificates import on_day
from tests.unit.inspection import evidence
from tests.unit.inspection.province import Province
from tests.world import Door, MakeWorld

Json = dict[str, Any]


@pytest.fixture
def province(world: MakeWorld, signing_office: Secrets, monkeypatch: pytest.MonkeyPatch) -> Province:
    monkeypatch.setattr(checking, "today", lambda: date(2026, 11, 24))
    doors._rate.cache_clear()
    return Province(world("inspection"))


@pytest.fixture
def anyone(province: Province) -> Door:
    return province.world.door("inspection")


def verify(province: Province, day: str = "2026-03-05", **changed: Any) -> Json:
    """The newest certificate after a verification; none after a fail."""
    province.push(province.tablet.record(on_day(day, visit_id=None, **changed)))
    province.world.drain()
    found: list[Json] = province.office.get("/certificates").json()
    return max(found, key=lambda each: str(each["number"]))


def ask(anyone: Door, question: str) -> Json:
    answer = anyone.get("/check/answer", params={"q": question})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def qr(province: Province, certificate: Json) -> str:
    found: str = province.office.get(f"/certificates/{certificate['id']}/data").json()["check_address"]
    return found


@pytest.mark.parametrize(
    "question", ["00001/2026/BN-KĐ", "00001/2026/bn-kd", " 00001 / 2026 / BN-KĐ ", "ts-2024-I1"]
)
def test_a_valid_one_is_found_as_people_type_it(province: Province, anyone: Door, question: str) -> None:
    verify(province)
    told = ask(anyone, question)
    assert told["status"] == "valid"
    [shown] = told["certificates"]
    assert (shown["number"], shown["serial"], shown["valid_until"]) == (
        "00001/2026/BN-KĐ",
        "TS-2024-i1",
        "2027-03-31",
    )


def test_the_qr_says_the_same_by_address_and_alone(province: Province, anyone: Door) -> None:
    address = qr(province, verify(province))
    assert address.startswith("https://kiemdinh.example.vn/check?q=")
    for question in (address, address.split("q=")[1]):
        told = ask(anyone, question)
        assert (told["asked"], told["status"]) == ("qr", "valid")


def test_an_expired_one(province: Province, anyone: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    made = verify(province)
    for day, status in ((date(2027, 3, 31), "valid"), (date(2027, 4, 1), "expired")):
        monkeypatch.setattr(checking, "today", lambda day=day: day)
        assert ask(anyone, made["number"])["status"] == ask(anyone, qr(province, made))["status"] == status


def test_a_superseded_one_names_its_successor(province: Province, anyone: Door) -> None:
    first = verify(province)
    second = verify(province, "2026-05-05")
    told = ask(anyone, first["number"])
    assert (told["status"], told["certificates"][0]["replaced_by"]) == ("superseded", second["number"])
    assert ask(anyone, "TS-2024-i1")["certificates"][0]["number"] == second["number"]


def test_a_revoked_one(province: Province, anyone: Door) -> None:
    made = verify(province)
    reason = {"reason": "Kiểm định viên Trần Văn Bình cấp sai"}
    province.office.post(f"/certificates/{made['id']}/revoke", json=reason)
    for question in (made["number"], qr(province, made), "TS-2024-i1"):
        assert ask(anyone, question)["status"] == "revoked"
    assert "Bình" not in anyone.get("/check", params={"q": made["number"]}).text


@pytest.mark.parametrize("question", ["99999/2026/BN-KĐ", "không có", "' OR 1=1 --", '{"$gt": ""}', "a.b.c"])
def test_an_unknown_one(province: Province, anyone: Door, question: str) -> None:
    verify(province)
    assert ask(anyone, question)["status"] == "unknown"
    page = anyone.get("/check", params={"q": question})
    assert (page.status_code, "Không tìm thấy" in page.text) == (200, True)


def test_a_number_that_a_tablet_holds_is_awaited(province: Province, anyone: Door) -> None:
    body = {"id": "r1", "tablet_id": province.tablet.id, "year": today().year, "count": 1}
    [number] = province.inspector.post("/certificate-numbers/reserve", json=body).json()["numbers"]
    for question in (number, number.replace("Đ", "d").lower()):
        told = ask(anyone, question)
        assert (told["status"], told["awaited"]) == ("unknown", True)
    assert "chưa gửi về" in anyone.get("/check", params={"q": number}).text


def forge(token: str, **changed: str) -> str:
    head, payload, signature = token.split(".")
    told = {**json.loads(base64.urlsafe_b64decode(payload + "==")), **changed}
    text = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    return f"{head}.{text}.{signature}"


def test_an_altered_one_and_one_of_another_key(province: Province, anyone: Door, secrets: Secrets) -> None:
    made = verify(province)
    token = qr(province, made).split("q=")[1]
    assert ask(anyone, forge(token))["status"] == "altered"
    assert ask(anyone, forge(token, u="2030-12-31"))["status"] == "altered"
    assert ask(anyone, token[:-4] + "AAAA")["status"] == "altered"
    statement = Statement(n=made["number"], t="19", s="TS-2024-i1", d="2026-03-05", u="2027-03-31")  # type: ignore[call-arg]
    assert (
        ask(anyone, statement.sign(OKPKey.generate_key("Ed25519", {"kid": str(signing_key().kid)})))["status"]
        == "altered"
    )
    told = ask(anyone, statement.sign(signing_key()))
    assert told["status"] == "valid"
    other = statement.model_copy(update={"serial": "TS-2024-i2"})
    told = ask(anyone, other.sign(signing_key()))
    assert (told["status"], told["certificates"]) == ("altered", [])
    page = anyone.get("/check", params={"q": forge(token), "lang": "en"}).text
    assert "Do not rely on this paper" in page


def test_one_serial_on_several_instruments(province: Province, anyone: Door) -> None:
    other = evidence.instrument(instrument_id="i2", serial="TS-2024-i1", maker="Gilbarco", country="US")
    province.tell(InstrumentUpdated.model_validate(other), "instrument/i2")
    province.world.drain()
    verify(province)
    verify(province, instrument_id="i2")
    told = ask(anyone, "TS-2024-i1")
    assert told["status"] == "several"
    assert {each["maker"] for each in told["certificates"]} == {"Tatsuno", "Gilbarco"}
    page = anyone.get("/check", params={"q": "TS-2024-i1"}).text
    assert ("Gilbarco, Hoa Kỳ" in page, page.count("Còn hiệu lực")) == (True, 2)


PERSONAL = ("Hoàng Long", "Hạnh", "Bình", "KĐV", "0100233488", "912 345", "Lý Thái Tổ", "Quốc lộ")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_is_small_needs_no_script_and_shows_no_personal_data(
    province: Province, anyone: Door, language: str
) -> None:
    made = verify(province)
    for question in (made["number"], "TS-2024-i1", qr(province, made), "không có", ""):
        answer = anyone.get("/check", params={"q": question, "lang": language})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert len(answer.content) < 30_000
        assert not re.search(r"<script|<img|<link|https?://", answer.text)
        assert not [each for each in PERSONAL if each in answer.text]
        assert {"vi": ">tại đây</a>", "en": ">published here</a>"}[language] in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    raw = json.dumps(ask(anyone, made["number"]), ensure_ascii=False)
    assert not [each for each in (*PERSONAL, "enterprise", "inspector", "site") if each in raw]


def test_any_text_gets_an_answer(province: Province, anyone: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    verify(province)
    monkeypatch.setattr(doors, "_rate", lambda: Rate(6000))

    @settings(max_examples=150, deadline=None)
    @given(st.one_of(st.text(max_size=80), st.text(alphabet="0129/-BNKĐTSi. ", max_size=30)))
    def ask_anything(question: str) -> None:
        page = anyone.get("/check", params={"q": question})
        answer = anyone.get("/check/answer", params={"q": question})
        assert page.status_code == 200
        assert answer.status_code == (200 if question else 422)

    ask_anything()


def test_what_is_typed_is_never_html(anyone: Door) -> None:
    page = anyone.get("/check", params={"q": "<script>alert(1)</script>"}).text
    assert "<script>" not in page


def test_the_language_follows_the_reader(anyone: Door) -> None:
    english = anyone.get("/check", headers={"Accept-Language": "en-GB,en;q=0.9,vi;q=0.2"}).text
    assert 'lang="en"' in english
    assert 'lang="vi"' in anyone.get("/check", headers={"Accept-Language": "vi-VN"}).text
    assert 'lang="vi"' in anyone.get("/check", headers={"Accept-Language": "fr"}).text
    assert 'lang="vi"' in anyone.get("/check", params={"lang": "vi"}, headers={"Accept-Language": "en"}).text


def test_who_asks_too_often_waits(anyone: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    rate = Rate(2, clock=lambda: 100.0)
    monkeypatch.setattr(doors, "_rate", lambda: rate)
    assert [anyone.get("/check/answer", params={"q": "x"}).status_code for _ in range(3)] == [200, 200, 429]
    refused = anyone.get("/check/answer", params={"q": "x"})
    assert (refused.headers["retry-after"], refused.json()["type"]) == ("30", "urn:vernier:problem:too-many")
    page = anyone.get("/check", params={"q": "x"})
    assert (page.status_code, page.headers["retry-after"]) == (429, "30")
    assert "Quá nhiều lần tra cứu" in page.text
    assert anyone.get("/check/keys").status_code == 200


def test_too_long_a_question_is_refused(anyone: Door) -> None:
    assert anyone.get("/check/answer", params={"q": "x" * 3000}).status_code == 422
    page = anyone.get("/check", params={"q": "x" * 3000})
    assert (page.status_code, "Không đọc được" in page.text) == (422, True)


def test_the_published_keys_are_public_only(anyone: Door, province: Province) -> None:
    [key] = anyone.get("/check/keys").json()["keys"]
    assert key.keys() >= {"kty", "crv", "x", "kid"}
    assert "d" not in key
    pem = anyone.get("/check/office-certificate")
    assert pem.content.startswith(b"-----BEGIN CERTIFICATE-----")
    assert b"PRIVATE" not in pem.content
