"""Signing in: names and passwords, refresh tokens, and that our own tokens open our own doors."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from services.kernel.model import now
from services.kernel.settings import settings
from services.kernel.tokens import KeySource, TokenCheck
from services.registry import account as accounts_of
from services.registry.events import SessionClosed, SessionOpened
from services.registry.service import prepare
from services.registry.signing import signing_key
from services.registry.storage import accounts, sessions
from tests import examples
from tests.world import Door, MakeWorld, World

PASSWORD = "mat-khau-rat-dai"


@pytest.fixture
def registry(world: MakeWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    file = tmp_path / "key.pem"
    file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    monkeypatch.setenv("VERNIER_SIGNING_KEY_FILE", str(file))
    monkeypatch.setenv("VERNIER_ADMIN_PASSWORD", PASSWORD)
    settings.cache_clear()
    signing_key.cache_clear()
    opened = world("registry")
    prepare()
    yield opened
    signing_key.cache_clear()


@pytest.fixture
def door(registry: World) -> Door:
    """Nobody yet. Tokens are checked against the registry's own published key set, fetched through its own door."""
    door = registry.door("registry")
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, json=door.get(request.url.path, headers={}).json())
    )
    registry.apps["registry"].state.check = TokenCheck(
        KeySource(settings().issuer, httpx.Client(transport=transport))
    )
    return door


def sign_in(door: Door, name: str = "admin", password: str = PASSWORD) -> Any:
    return door.post("/token", data={"grant_type": "password", "username": name, "password": password})


def refresh(door: Door, token: str) -> Any:
    return door.post("/token", data={"grant_type": "refresh_token", "refresh_token": token})


def bearer(answer: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_our_token_opens_our_doors(registry: World, door: Door) -> None:
    answer = sign_in(door)
    assert answer.json()["token_type"] == "Bearer"
    assert door.get("/accounts", headers=bearer(answer)).status_code == 200
    registry.drain()
    assert len(registry.events(SessionOpened)) == 1


def test_a_token_that_was_checked_is_believed_for_a_moment(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, token = TokenCheck(door.app.state.check.source), sign_in(door).json()["access_token"]  # type: ignore[attr-defined]
    assert check.known(token) is None, "never without a check"
    caller = check(token)
    again = check.known(token)
    assert again is not None
    assert again.model_dump(exclude={"traceparent"}) == caller.model_dump(exclude={"traceparent"})
    assert again.traceparent != caller.traceparent, "each call is a trace of its own"
    assert check.known(token + "x") is None
    monkeypatch.setattr("services.kernel.tokens.KNOWN_SECONDS", 10**6)
    check(token)
    expires = now() + timedelta(minutes=settings().access_minutes, seconds=1)
    monkeypatch.setattr("services.kernel.tokens.time.time", expires.timestamp)
    assert check.known(token) is None, "not a second longer than the token itself says"


def test_the_published_key_has_no_private_part(door: Door) -> None:
    (key,) = door.get("/.well-known/jwks.json").json()["keys"]
    assert key["kty"] == "EC"
    assert "d" not in key


def test_an_inspectors_token_names_the_inspector(door: Door) -> None:
    admin = bearer(sign_in(door))
    card = door.post("/inspectors", json=examples.inspector(), headers=admin).json()
    new = {"username": "binh", "password": PASSWORD, "name": "Trần Văn Bình", "roles": ["inspector"]}
    refused = door.post("/accounts", json=new, headers=admin)
    assert (refused.status_code, refused.json()["field"]) == (422, "inspector_id")
    assert door.post("/accounts", json=new | {"inspector_id": card["id"]}, headers=admin).status_code == 201
    again = door.post("/accounts", json=new | {"inspector_id": card["id"]}, headers=admin)
    assert again.status_code == 409
    caller = TokenCheck(door.app.state.check.source)(sign_in(door, "binh").json()["access_token"])  # type: ignore[attr-defined]
    assert (caller.inspector, caller.roles) == (card["id"], frozenset({"inspector"}))


@pytest.mark.parametrize(
    ("name", "password"), [("admin", "sai"), ("nobody", PASSWORD), ("", ""), ("ADMIN ", "x")]
)
def test_a_wrong_name_and_a_wrong_password_look_the_same(door: Door, name: str, password: str) -> None:
    answer = sign_in(door, name, password)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:vernier:problem:invalid-grant")
    assert answer.json()["detail"] == sign_in(door, "x", "y").json()["detail"]


def test_too_many_tries_pause_the_account(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(accounts_of.MAX_FAILURES):
        assert sign_in(door, password="sai").status_code == 400
    assert sign_in(door).status_code == 400, "even the right password waits"
    monkeypatch.setattr("services.registry.api.tokens.now", lambda: now() + timedelta(minutes=16))
    assert sign_in(door).status_code == 200


def test_a_refresh_token_gives_the_next_one(door: Door) -> None:
    first = sign_in(door)
    second = refresh(door, first.json()["refresh_token"])
    assert second.status_code == 200
    assert door.get("/accounts", headers=bearer(second)).status_code == 200
    assert refresh(door, second.json()["refresh_token"]).status_code == 200


def test_a_lost_answer_does_not_sign_the_tablet_out(door: Door) -> None:
    first = sign_in(door).json()["refresh_token"]
    for _ in range(3):
        refresh(door, first)
    assert refresh(door, first).status_code == 200


def test_a_copied_refresh_token_ends_the_session(registry: World, door: Door) -> None:
    stolen = sign_in(door).json()["refresh_token"]
    second = refresh(door, stolen).json()["refresh_token"]
    third = refresh(door, second).json()["refresh_token"]
    assert refresh(door, stolen).status_code == 400
    assert refresh(door, third).status_code == 400, "the session is over for both"
    registry.drain()
    assert [e.reason for e in registry.events(SessionClosed)] == ["token_reused"]


def test_a_guess_does_not_end_anybodys_session(door: Door) -> None:
    token = sign_in(door).json()["refresh_token"]
    assert refresh(door, token.partition(".")[0] + "." + "x" * 43).status_code == 400
    assert refresh(door, token).status_code == 200


def test_signing_out_and_closing_end_sessions(door: Door) -> None:
    answer = sign_in(door)
    token = answer.json()["refresh_token"]
    assert door.post("/sign-out", data={"refresh_token": token}, headers=bearer(answer)).status_code == 204
    assert refresh(door, token).status_code == 400
    other = sign_in(door)
    (admin,) = accounts.query(username="admin")
    closed = door.post(f"/accounts/{admin.id}/close", json={"reason": "Nghỉ việc"}, headers=bearer(other))
    assert closed.status_code == 200
    assert refresh(door, other.json()["refresh_token"]).status_code == 400
    assert sign_in(door).status_code == 400
    assert list(sessions.query(ended=False)) == []


def test_neither_passwords_nor_refresh_tokens_are_stored_or_published(registry: World, door: Door) -> None:
    token = sign_in(door).json()["refresh_token"]
    registry.drain()
    told = " ".join(envelope.model_dump_json() for envelope in registry.sent)
    kept = str(list(sessions.collection.find())) + str(list(accounts.collection.find()))
    for secret in (PASSWORD, token.partition(".")[2]):
        assert secret not in told + kept
    assert "argon2id" in kept
    assert "argon2id" not in told
