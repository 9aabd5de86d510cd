"""Whatever comes in the place of a valid batch: no 5xx, every refusal explained, and what was evidence is not lost."""

import contextlib
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from services.inspection.storage import records
from services.kernel.settings import settings as service_settings
from services.registry.events import InstrumentRegistered
from services.scheduling.events import VisitAnnounced
from tests.unit.inspection import evidence
from tests.unit.inspection.evidence import verification
from tests.unit.inspection.province import Json, Province
from tests.world import World

EXAMPLES = int(os.environ.get("VERNIER_TEST_MUTATIONS", "300"))
"""The full number, 10,000, is for `VERNIER_TEST_MUTATIONS=10000`; it takes some minutes."""

INSTRUMENTS = max(10, EXAMPLES // 20)
"""Whoever judges a record looks at all that is known of its instrument: thousands on one would cost by the square. So
would thousands that name one seal or one photograph."""

ODD: list[Any] = [
    None, True, -1, 0, 2**53 + 1, 10**30, 1.5, "", " ", "\u0000", "\ud800", "x" * 5000, "NaN", "1e999", "../../x",
    {"$gt": ""}, {"$where": "1"}, [], [[]], {}, "2026-02-30T00:00:00Z", "9999-12-31T23:59:59.999Z", "ế" * 200,
]  # fmt: skip


@pytest.fixture(scope="module")
def province(mongo: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    """One for all examples: whatever an example did, the next one must find everything in order."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VERNIER_MONGO", mongo)
        patch.setenv("VERNIER_DATABASE_PREFIX", "mutations")
        service_settings.cache_clear()
        world = World("inspection")
        made = Province(world)
        for number in range(INSTRUMENTS):
            told = evidence.instrument(instrument_id=f"m{number}", serial=f"TS-{number}")
            made.tell(InstrumentRegistered.model_validate(told), f"instrument/m{number}")
        items = [{"instrument_id": f"m{number}", "regime": "periodic"} for number in range(INSTRUMENTS)]
        made.tell(VisitAnnounced.model_validate(evidence.visit(visit_id="v2", items=items)), "visit/v2")
        world.drain()
        yield made
        world.close()
    service_settings.cache_clear()


def paths(value: Any, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to every part of a JSON value."""
    found = [here]
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        found += paths(part, (*here, key))
    return found


def put(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    if not path:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


def without(value: Any, path: tuple[str | int, ...]) -> Any:
    if len(path) == 1:
        if isinstance(value, dict):
            return {key: part for key, part in value.items() if key != path[0]}
        return [part for index, part in enumerate(value) if index != path[0]]
    return put(value, path[:1], without(value[path[0]], path[1:]))


def whole(province: Province) -> Json:
    photo, seal = f"{province.tablet.sequence:064x}", f"XX-{province.tablet.sequence}"
    instruments = [f"m{(province.tablet.sequence + each) % INSTRUMENTS}" for each in (0, 1)]
    return {
        "tablet_id": province.tablet.id,
        "sent_at": "2026-03-05T03:00:00.000Z",
        "records": [
            province.tablet.record(verification(visit_id="v2", instrument_id=instruments[0])),
            province.tablet.record(
                verification(
                    visit_id="v2",
                    instrument_id=instruments[1],
                    attachments=[{"sha256": photo, "size": 5, "media_type": "image/png", "purpose": "seal"}],
                    seals_affixed=[{"number": seal, "kind": "lead_seal", "place": "Bộ đo", "photo": photo}],
                    signatures=[{"role": "inspector", "name": "Bình", "strokes": [[1, 2]],
                                 "signed_at": "2026-03-05T02:41:00Z"}],
                    status_record={"parts": [{"name": "Bầu lường"}], "seals_left": [{"place": "x", "number": "1"}]},
                    as_found=verification("20.20")["evaluation"],
                )
            ),
        ],
    }  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn) -> Any:
    """A change of the JSON (a part replaced, left out, doubled, moved) or of its bytes (cut, flipped, put in, repeated)."""
    kind = draw(
        st.sampled_from(["replace", "replace", "drop", "double", "swap", "cut", "flip", "insert", "repeat"])
    )
    where = draw(st.floats(0, 1, exclude_max=True))
    other = draw(st.floats(0, 1, exclude_max=True))
    odd = draw(st.one_of(st.sampled_from(ODD), st.text(max_size=40), st.integers(), st.binary(max_size=8)))
    return kind, where, other, odd


def mutate(batch: Json, mutation: Any) -> bytes:
    kind, where, other, odd = mutation
    every = paths(batch)[1:]
    path = every[int(where * len(every))]
    if kind in ("replace", "drop", "double", "swap"):
        value: Any = batch
        for key in path:
            value = value[key]
        if kind == "replace":
            changed = put(batch, path, odd if not isinstance(odd, bytes) else odd.hex())
        elif kind == "drop":
            changed = without(batch, path)
        elif kind == "double":
            changed = put(batch, path, [value, value])
        else:
            second: Any = batch
            for key in every[int(other * len(every))]:
                second = second[key]
            changed = put(batch, path, second)
        return json.dumps(changed, ensure_ascii=True).encode()
    text = json.dumps(batch, ensure_ascii=False).encode()
    at = int(where * len(text))
    if kind == "cut":
        return text[:at]
    if kind == "flip":
        return text[:at] + bytes([text[at] ^ (1 << int(other * 8))]) + text[at + 1 :]
    if kind == "insert":
        new = odd if isinstance(odd, bytes) else json.dumps(odd).encode()
        return text[:at] + new + text[at:]
    until = at + int(other * 200)
    return text[:until] + text[at:]


@seed(20260305)
@given(mutation=mutations())
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_mutated_batch_is_answered_in_words_and_loses_nothing(province: Province, mutation: Any) -> None:
    body = mutate(whole(province), mutation)
    kept = records.collection.count_documents({})
    answer = province.inspector.post("/sync/records", content=body)
    assert answer.status_code < 500, (mutation, answer.text)
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"].startswith("urn:vernier:problem:")
        assert answer.json()["detail"]
        assert records.collection.count_documents({}) == kept, "nothing was taken, so the tablet keeps all"
        return
    for each in answer.json()["answers"]:
        assert each["status"] in ("accepted", "duplicate", "conflict", "rejected")
        if each["status"] == "rejected":
            assert each["code"]
            assert each["detail"]
        assert each["receipt"]["hash"]
    again = province.inspector.post("/sync/records", content=body).json()["answers"]
    assert [each["receipt"] for each in again] == [each["receipt"] for each in answer.json()["answers"]]
    assert "accepted" not in [each["status"] for each in again]


def test_all_of_them_are_judged_without_a_fault(province: Province) -> None:
    """After the mutations: every accepted record is read, and what waits for an unknown instrument waits in words."""
    with contextlib.suppress(AssertionError):  # which is how drain tells of letters
        province.world.drain()
    letters = province.world.inboxes["inspection"].open_letters()
    assert [each["error"] for each in letters if "is not in the register" not in each["error"]] == []
    for record in records.query():
        assert record.raw
        assert len(record.fingerprint) == 64
        assert record.hash
