"""The QR's statement: genuine only as it was signed, with a published key alone and no server."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import KeySet, OKPKey

from deploy.local.secrets import development_secrets
from services.inspection import verify
from services.inspection.domain.statement import Statement, read_statement, statement_key
from services.inspection.printing import qr_svg

KEY = OKPKey.generate_key("Ed25519", {"kid": "k1", "use": "sig"})
KEYS = KeySet([KEY])
TOLD = Statement(
    number="00042/2026/BN-KĐ",
    type_code="19",
    serial="TS-2024-00817",
    verified_on=date(2026, 3, 5),
    valid_until=date(2027, 3, 31),
)
TOKEN = TOLD.sign(KEY)


def test_it_is_read_as_it_was_signed() -> None:
    for text in (TOKEN, f"https://kiemdinh.example.vn/check?q={TOKEN}", f" {TOKEN}\n"):
        read = read_statement(text, KEYS)
        assert (read.kind, read.statement) == ("genuine", TOLD)


def test_any_library_for_json_web_signatures_can_check_it() -> None:
    signed = jws.deserialize_compact(TOKEN, KEY, algorithms=["Ed25519"])
    assert json.loads(signed.payload or b"") == {
        "n": "00042/2026/BN-KĐ",
        "t": "19",
        "s": "TS-2024-00817",
        "d": "2026-03-05",
        "u": "2027-03-31",
    }


def test_it_is_small_enough_for_a_telephone() -> None:
    assert len(TOKEN) < 260
    modules = int(
        qr_svg(f"https://kiemdinh.bacninh.gov.vn/check?q={TOKEN}").split('viewBox="0 0 ')[1].split()[0]
    )
    assert modules <= 77


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_no_letter_can_be_changed(place: int, letter: str) -> None:
    changed = TOKEN[:place] + letter + TOKEN[place + 1 :]
    read = read_statement(changed, KEYS)
    assert read.statement in (None, TOLD)
    # The last letter of base64url holds bits that belong to nothing; all others count.
    if read.statement is not None and changed != TOKEN:
        assert place == len(TOKEN) - 1 or letter.isspace()


@given(st.text(max_size=400))
def test_any_text_gets_an_answer(text: str) -> None:
    assert read_statement(text, KEYS).statement is None


def test_another_office_cannot_sign_for_this_one() -> None:
    other = OKPKey.generate_key("Ed25519", {"kid": "k1"})
    assert read_statement(TOLD.sign(other), KEYS).kind == "altered"
    unknown = OKPKey.generate_key("Ed25519", {"kid": "k9"})
    assert read_statement(TOLD.sign(unknown), KEYS).kind == "altered"


def test_no_other_algorithm_is_taken() -> None:
    unsigned = "eyJhbGciOiJub25lIn0." + TOKEN.split(".")[1] + "."
    assert read_statement(unsigned, KEYS).kind == "altered"


@pytest.mark.parametrize(
    ("today", "code", "said"),
    [(date(2027, 3, 31), 0, "GENUINE: certificate 00042"), (date(2027, 4, 1), 1, "GENUINE, EXPIRED")],
)
def test_the_verifier_needs_the_keys_alone(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    today: date,
    code: int,
    said: str,
) -> None:
    monkeypatch.setattr(verify, "today", lambda: today)
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}), "utf-8")
    assert verify.main([str(keys), f"https://kiemdinh.example.vn/check?q={TOKEN}"]) == code
    assert said in capsys.readouterr().out
    assert verify.main([str(keys), TOKEN[:-8] + "AAAAAAAA"]) == 1
    assert "ALTERED" in capsys.readouterr().out
    assert verify.main([str(keys), "00042/2026/BN-KĐ"]) == 1
    assert "no statement" in capsys.readouterr().out


def test_a_key_of_a_file_has_a_short_name_of_its_own(tmp_path: Path) -> None:
    pem = development_secrets(tmp_path).statement_key_file.read_bytes()
    assert len(statement_key(pem).kid or "") == 8
    assert statement_key(pem).kid == statement_key(pem).kid
