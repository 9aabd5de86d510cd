"""Seals in ranges: issued, returned, handed over, lost, destroyed, counted; and the balance that never fails."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.inspection.events import (
    AttentionRaised,
    AttentionResolved,
    SealsDestroyed,
    SealsLost,
    SealsReturned,
    SealsTransferred,
    SealTransferDeclared,
    StocktakeDecided,
    StocktakeTaken,
)
from services.inspection.storage import seal_batches, seals
from services.kernel.model import Itself, instant_text
from tests.unit.inspection.evidence import verification
from tests.unit.inspection.province import Province
from tests.world import Door, MakeWorld

Json = dict[str, Any]
BATCH = {"id": "b1", "kind": "lead_seal", "series": "BN26", "first": 1, "last": 100}
BEFORE, DAY = "2026-03-02T01:30:00Z", "2026-03-05"


@pytest.fixture
def province(world: MakeWorld) -> Province:
    """Inspector k1 holds BN26-000001 to BN26-000010, k2 the next ten; eighty are in stock."""
    province = Province(world("inspection"))
    assert (
        province.office.post("/seal-batches", json={**BATCH, "at": "2026-01-07T01:00:00Z"}).status_code == 201
    )
    post(province.office, "issue", first=1, last=10, inspector_id="k1", at=BEFORE)
    post(province.office, "issue", first=11, last=20, inspector_id="k2", at=BEFORE)
    return province


@pytest.fixture
def other(province: Province) -> Door:
    return province.world.door("inspection", "inspector", account="minh", inspector="k2")


def post(door: Door, what: str, **body: Any) -> Json:
    answer = door.post(f"/seal-batches/b1/{what}", json=body)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def refused(door: Door, path: str, **body: Any) -> tuple[int, str, str | None]:
    answer = door.post(path, json=body)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    return answer.status_code, told["type"].removeprefix("urn:vernier:problem:"), told.get("field")


def use(province: Province, *serials: int, **changed: Any) -> None:
    """One verification that fits these seals."""
    affixed = [
        {"number": f"BN26-{serial:06d}", "kind": "lead_seal", "place": f"nắp {serial}"} for serial in serials
    ]
    province.push(province.tablet.record(verification(seals_affixed=affixed, **changed)))


def open_matters(province: Province) -> list[tuple[str, str | None]]:
    found = province.office.get("/attention", params={"limit": 500}).json()
    return sorted((each["reason"], each["seal_number"]) for each in found)


def balance(province: Province, **asked: Any) -> Json:
    answer = province.office.get("/seal-balance", params=asked)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def test_returned_lost_destroyed_and_found(province: Province) -> None:
    office = province.office
    post(office, "return", first=9, last=10, inspector_id="k1", reason="dùng không hết")
    post(province.inspector, "lose", first=8, last=8, inspector_id="k1", reason="rơi mất")
    post(office, "destroy", first=11, last=20, inspector_id="k2", reason="nghỉ việc")
    post(office, "lose", first=100, last=100, reason="không thấy trong kho")
    post(office, "find", first=8, last=8, inspector_id="k2", reason="thấy trong xe")
    province.world.drain(twice=True, shuffle=2)
    use(province, 1)
    province.world.drain()
    assert balance(province, batch_id="b1") == {
        "received": 100,
        "in_stock": 81,
        "in_hand": 7,
        "affixed": 1,
        "void": 0,
        "lost": 1,
        "destroyed": 10,
    }
    assert balance(province, inspector_id="k1") == {
        "received": 10,
        "returned": 2,
        "handed_over": 1,
        "in_hand": 6,
        "affixed": 1,
        "void": 0,
        "lost": 0,
        "destroyed": 0,
    }
    assert balance(province, series="BN26", first=8, last=11)["in_stock"] == 2
    assert balance(province, batch_id="b1", as_of="2026-03-03T00:00:00Z")["in_stock"] == 80
    assert balance(province, as_of="2026-01-01T00:00:00Z")["received"] == 0
    assert balance(province, inspector_id="k2", as_of="2026-03-03T00:00:00Z")["in_hand"] == 10
    for kind in (SealsReturned, SealsLost, SealsDestroyed):
        assert province.world.events(kind)
    ledger = office.get("/seal-batches/b1/ledger").json()
    assert [(each["first"], each["last"], each["status"], each["inspector_id"]) for each in ledger] == [
        (1, 1, "affixed", "k1"),
        (2, 7, "in_hand", "k1"),
        (8, 8, "in_hand", "k2"),
        (9, 10, "in_stock", None),
        (11, 20, "destroyed", "k2"),
        (21, 99, "in_stock", None),
        (100, 100, "lost", None),
    ]
    assert open_matters(province) == []


def test_a_repeated_command_is_carried_out_once(province: Province) -> None:
    body = {"id": "m1", "first": 9, "last": 10, "inspector_id": "k1"}
    for _ in range(2):
        post(province.office, "return", **body)
    assert len(province.office.get("/seal-batches/b1").json()["movements"]) == 3
    assert refused(province.office, "/seal-batches/b1/return", **{**body, "last": 9})[1] == "already-exists"


def test_the_office_hands_over_at_once(province: Province) -> None:
    batch = post(province.office, "transfer", first=6, last=10, from_inspector_id="k1", to_inspector_id="k2")
    assert [(each["first"], each["last"], each["inspector_id"]) for each in batch["holdings"]] == [
        (1, 5, "k1"),
        (6, 20, "k2"),
    ]
    province.world.drain()
    assert len(province.world.events(SealsTransferred)) == 1
    pulled = province.pull()
    assert pulled
    assert [(each["first"], each["last"]) for each in pulled["seals_in_hand"]] == [(1, 5)]


HAND_OVER = {"first": 6, "last": 10, "from_inspector_id": "k1", "to_inspector_id": "k2"}


def test_both_inspectors_say_so(province: Province, other: Door) -> None:
    for _ in range(2):
        declared = post(province.inspector, "transfer", id="t1", **HAND_OVER)
        assert (declared["status"], declared["said_by"]) == ("declared", "giver")
    assert balance(province, inspector_id="k1")["in_hand"] == 10
    assert province.inspector.post("/seal-transfers/t1/confirm").status_code == 409
    [waiting] = other.get("/seal-transfers").json()
    for _ in range(2):
        assert other.post(f"/seal-transfers/{waiting['id']}/confirm").json()["status"] == "confirmed"
    assert balance(province, inspector_id="k2")["in_hand"] == 15
    assert other.get("/seal-transfers").json() == []
    province.world.drain(twice=True)
    assert {event.said_by for event in province.world.events(SealTransferDeclared)} == {"giver"}
    assert len(province.office.get("/seal-transfers/t1/history").json()) == 2


def test_both_declare_the_same_without_knowing_of_each_other(province: Province, other: Door) -> None:
    post(other, "transfer", **HAND_OVER)
    assert post(province.inspector, "transfer", **HAND_OVER)["status"] == "confirmed"
    assert balance(province, inspector_id="k1")["handed_over"] == 5


def test_a_transfer_is_declined(province: Province, other: Door) -> None:
    post(province.inspector, "transfer", id="t1", **HAND_OVER)
    for _ in range(2):
        declined = other.post("/seal-transfers/t1/decline", json={"reason": "chưa nhận được"})
        assert declined.json()["status"] == "declined"
    assert other.post("/seal-transfers/t1/confirm").json()["type"].endswith("transfer-declined")
    assert balance(province, inspector_id="k1")["in_hand"] == 10
    stranger = province.world.door("inspection", "inspector", account="la", inspector="k3")
    assert stranger.post("/seal-transfers/t1/confirm").status_code == 403
    assert stranger.get("/seal-transfers?status=all").json() == []
    assert refused(stranger, "/seal-batches/b1/transfer", **HAND_OVER)[:2] == (403, "not-yours")


def test_who_held_it_on_the_day_counts_also_when_the_record_comes_late(province: Province) -> None:
    """k1 fitted 3 and 7 on 5 March and synchronised long after; 7 had been handed over on 4 March."""
    over = {"from_inspector_id": "k1", "to_inspector_id": "k2"}
    post(province.office, "transfer", first=1, last=5, at="2026-03-06T02:00:00Z", **over)
    post(province.office, "transfer", first=6, last=10, at="2026-03-04T02:00:00Z", **over)
    use(province, 3, 7)
    province.world.drain(twice=True)
    assert open_matters(province) == [
        ("seal-moved-used", "BN26-000003"),
        ("seal-not-held", "BN26-000007"),
    ]
    story = province.office.get("/seals/BN26-000007").json()["story"]
    assert [each["action"] for each in story] == [
        "received",
        "issued",
        "transferred",
        "affixed",
        "validated",
    ]


def test_papers_that_come_after_the_use_close_the_matter(province: Province) -> None:
    use(province, 21)
    use(province, 205, instrument_id="i2")
    province.world.drain(shuffle=1)
    assert open_matters(province) == [("seal-not-held", "BN26-000021"), ("seal-unknown", "BN26-000205")]
    post(province.office, "issue", first=21, last=30, inspector_id="k1", at="2026-03-05T08:00:00Z")
    late = {**BATCH, "id": "b2", "first": 201, "last": 300, "at": BEFORE}
    assert province.office.post("/seal-batches", json=late).status_code == 201
    province.world.drain(twice=True)
    assert open_matters(province) == [("seal-not-held", "BN26-000205")]
    issue = {"first": 205, "last": 205, "inspector_id": "k1", "at": "2026-03-05T01:00:00Z"}
    assert province.office.post("/seal-batches/b2/issue", json=issue).status_code == 200
    province.world.drain()
    assert open_matters(province) == []


def test_a_skipped_number_is_told_once_and_closes_itself(province: Province) -> None:
    use(province, 1)
    use(province, 4, instrument_id="i2")
    province.world.drain(twice=True)
    assert open_matters(province) == [("seal-gap", "BN26-000003")]
    [matter] = province.office.get("/attention").json()
    assert "BN26-000002 to BN26-000003" in matter["detail_en"]
    use(province, 3, instrument_id="i3")
    province.world.drain(twice=True)
    assert open_matters(province) == [("seal-gap", "BN26-000002")]
    post(province.office, "return", first=2, last=2, inspector_id="k1")
    province.world.drain(twice=True)
    assert open_matters(province) == []
    assert len({event.attention_id for event in province.world.events(AttentionRaised)}) == 2
    assert len({event.attention_id for event in province.world.events(AttentionResolved)}) == 2


def test_seals_in_order_leave_no_gap_in_whatever_order_they_arrive(province: Province) -> None:
    for serial, instrument in ((1, "i1"), (2, "i2"), (3, "i3")):
        use(province, serial, instrument_id=instrument)
    province.world.drain(shuffle=11, twice=True)
    assert open_matters(province) == []


def test_lost_destroyed_and_void_seals_that_turn_up(province: Province) -> None:
    post(province.office, "lose", first=1, last=2, inspector_id="k1", reason="rơi", at="2026-03-03T01:00:00Z")
    post(
        province.office,
        "destroy",
        first=3,
        last=3,
        inspector_id="k1",
        reason="hỏng",
        at="2026-03-03T01:00:00Z",
    )
    spoiled = [{"number": "BN26-000004", "kind": "lead_seal", "place": "-", "reason": "đứt"}]
    province.push(province.tablet.record(verification(seals_voided=spoiled)))
    removed = [{"number": "BN26-000002", "kind": None, "place": "nắp"}]
    later = {"started_at": "2026-03-05T03:00:00.000Z", "finished_at": "2026-03-05T03:40:00.000Z"}
    use(province, 1, 3, 4, instrument_id="i2", seals_removed=removed, **later)
    province.world.drain(twice=True)
    assert open_matters(province) == [
        ("seal-destroyed-used", "BN26-000003"),
        ("seal-lost-used", "BN26-000001"),
        ("seal-lost-used", "BN26-000002"),
        ("seal-unrecorded", "BN26-000002"),
        ("seal-void-used", "BN26-000004"),
    ]
    post(province.office, "find", first=1, last=1, inspector_id="k1", reason="đã gắn trên phương tiện")
    province.world.drain()
    assert ("seal-lost-used", "BN26-000001") not in open_matters(province)


def test_a_stocktake_lists_differences_and_a_person_decides(province: Province) -> None:
    use(province, 1)
    province.world.drain()
    post(province.office, "lose", first=10, last=10, inspector_id="k1", reason="rơi")
    count = {
        "id": "t1",
        "inspector_id": "k1",
        "counted": [
            {"series": "BN26", "first": 2, "last": 5},
            {"series": "BN26", "first": 10, "last": 11},
            {"series": "BN26", "first": 101, "last": 101},
        ],
    }
    for _ in range(2):
        taken = province.inspector.post("/stocktakes", json=count)
        assert taken.status_code == 201, taken.text
    before = province.office.get("/seal-batches/b1").json()
    province.world.drain(twice=True)
    assert province.office.get("/seal-batches/b1").json() == before
    assert [
        (each["kind"], each["first"], each["last"], each["ledger"]) for each in taken.json()["differences"]
    ] == [
        ("missing", 6, 9, "in_hand"),
        ("surplus", 10, 10, "lost"),
        ("surplus", 11, 11, "in_hand"),
        ("surplus", 101, 101, None),
    ]
    assert open_matters(province) == [("seal-count-differs", None)]
    for first, last, decision in ((6, 7, "lost"), (8, 9, "left"), (10, 10, "found"), (11, 11, "left")):
        body = {"series": "BN26", "first": first, "last": last, "decision": decision, "reason": "đã hỏi"}
        for _ in range(2):
            decided = province.office.post("/stocktakes/t1/decide", json=body)
            assert decided.status_code == 200, decided.text
    assert decided.json()["status"] == "differs"
    rest = {"series": "BN26", "first": 101, "last": 101, "decision": "left", "reason": "của tỉnh khác"}
    assert province.office.post("/stocktakes/t1/decide", json=rest).json()["status"] == "decided"
    province.world.drain(twice=True)
    assert open_matters(province) == []
    assert balance(province, inspector_id="k1")["lost"] == 2
    assert len({event.first for event in province.world.events(StocktakeDecided)}) == 5
    assert {event.stocktake_id for event in province.world.events(StocktakeTaken)} == {"t1"}
    assert len(province.office.get("/stocktakes/t1/history").json()) == 6
    assert province.inspector.post("/stocktakes/t1/decide", json=rest).status_code == 403


def test_a_record_that_comes_after_the_count_explains_what_was_missing(province: Province) -> None:
    count = {"id": "t1", "inspector_id": "k1", "counted": [{"series": "BN26", "first": 3, "last": 10}]}
    assert province.office.post("/stocktakes", json=count).json()["status"] == "differs"
    use(province, 1)
    province.world.drain()
    [undecided] = province.office.get("/stocktakes/t1").json()["undecided"]
    assert [(each["first"], each["last"], each["status"]) for each in undecided["now"]] == [
        (1, 1, "affixed"),
        (2, 2, "in_hand"),
    ]
    lost = {"series": "BN26", "first": 1, "last": 2, "decision": "lost", "reason": "không thấy"}
    assert refused(province.office, "/stocktakes/t1/decide", **lost) == (409, "seals-used", "first")


def test_two_batches_entered_at_the_same_moment_are_both_kept_and_told(province: Province) -> None:
    """Each door looks first and writes then: what comes between is found by the worker."""
    batch = seal_batches.get("b1").model_copy(update={"id": "b2", "version": 0})
    origin = Itself(actor="account/test")
    seal_batches.add(batch, batch.received(), by=origin)
    province.world.drain(twice=True)
    assert open_matters(province) == [("seal-batches-overlap", None)]


def test_a_stocktake_of_the_stock_room_that_agrees(province: Province, other: Door) -> None:
    count = {
        "inspector_id": None,
        "series": ["BN26"],
        "counted": [{"series": "BN26", "first": 21, "last": 100}],
    }
    taken = province.office.post("/stocktakes", json=count).json()
    assert (taken["status"], taken["differences"]) == ("agrees", [])
    assert refused(other, "/stocktakes", **count)[:2] == (403, "not-yours")
    assert other.get(f"/stocktakes/{taken['id']}").status_code == 404
    assert other.get("/stocktakes").json() == []
    early = province.office.post("/stocktakes", json={**count, "at": "2026-03-01T00:00:00Z"}).json()
    assert [(each["first"], each["last"]) for each in early["differences"]] == [(1, 20)]


BAD: list[tuple[str, Json, tuple[int, str]]] = [
    ("/seal-batches", {"kind": "stamp", "series": "A", "first": 9, "last": 1}, (422, "last")),
    ("/seal-batches", {"kind": "stamp", "series": "A", "first": 1, "last": 10**10}, (422, "last")),
    ("/seal-batches", {"kind": "stamp", "series": "A", "first": 1, "last": 2_000_000}, (422, "last")),
    ("/seal-batches", {**BATCH, "id": "b9", "first": 50, "last": 150}, (409, "first")),
    (
        "/seal-batches",
        {**BATCH, "id": "b9", "series": "A", "at": "2090-01-01T00:00:00Z"},
        (422, "at"),
    ),
    ("/seal-batches/b1/issue", {"first": 30, "last": 25, "inspector_id": "k1"}, (422, "last")),
    ("/seal-batches/b1/issue", {"first": 90, "last": 101, "inspector_id": "k1"}, (422, "first")),
    ("/seal-batches/b1/issue", {"first": 10, "last": 30, "inspector_id": "k1"}, (409, "first")),
    ("/seal-batches/b1/issue", {"first": 30, "last": 31, "inspector_id": "k9"}, (422, "inspector_id")),
    ("/seal-batches/b1/return", {"first": 1, "last": 11, "inspector_id": "k1"}, (409, "first")),
    ("/seal-batches/b1/return", {"first": 1, "last": 2, "inspector_id": "k1"}, (409, "first")),
    (
        "/seal-batches/b1/return",
        {"first": 3, "last": 4, "inspector_id": "k1", "at": "2026-03-01T00:00:00Z"},
        (409, "at"),
    ),
    ("/seal-batches/b1/destroy", {"first": 3, "last": 4, "inspector_id": "k1"}, (422, "reason")),
    ("/seal-batches/b1/find", {"first": 3, "last": 4, "reason": "thấy"}, (409, "first")),
    (
        "/seal-batches/b1/transfer",
        {"first": 3, "last": 4, "from_inspector_id": "k1", "to_inspector_id": "k1"},
        (422, "to_inspector_id"),
    ),
    (
        "/seal-batches/b1/transfer",
        {"first": 3, "last": 4, "from_inspector_id": "k1", "to_inspector_id": "k9"},
        (422, "to_inspector_id"),
    ),
    (
        "/seal-batches/b1/transfer",
        {"first": 1, "last": 2, "from_inspector_id": "k1", "to_inspector_id": "k2"},
        (409, "first"),
    ),
    (
        "/stocktakes",
        {"inspector_id": "k1", "counted": [{"series": "BN26", "first": 5, "last": 4}]},
        (422, "last"),
    ),
    ("/stocktakes", {"inspector_id": "k9", "counted": []}, (422, "inspector_id")),
]


def test_bad_input_is_refused_with_its_field_and_changes_nothing(province: Province) -> None:
    """BN26-000001 has been used."""
    use(province, 1)
    province.world.drain()
    before = province.office.get("/seal-batches").json()
    for path, body, expected in BAD:
        status, _, field = refused(province.office, path, **body)
        assert (status, field) == expected, (path, body)
    assert province.office.get("/seal-batches").json() == before


def test_what_is_asked_of_the_balance_must_make_sense(province: Province) -> None:
    for asked, field in (
        ({"first": 1}, "series"),
        ({"series": "BN26", "first": 9, "last": 1}, "last"),
        ({"inspector_id": "k9"}, "inspector_id"),
        ({"as_of": "gestern"}, "as_of"),
    ):
        answer = province.office.get("/seal-balance", params=asked)
        assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert province.office.get("/seal-balance?batch_id=b9").status_code == 404
    assert province.office.get("/seal-batches/b1/ledger?first=9&last=1").json()["field"] == "last"
    assert balance(province, series="NONE")["received"] == 0


def test_an_inspector_speaks_for_their_own_hand_only(province: Province, other: Door) -> None:
    loss = {"first": 1, "last": 1, "reason": "rơi"}
    for body in ({**loss, "inspector_id": "k1"}, loss):
        assert refused(other, "/seal-batches/b1/lose", **body)[:2] == (403, "not-yours")
    for what in ("issue", "return", "destroy", "find"):
        body = {"first": 1, "last": 1, "inspector_id": "k2", "reason": "r"}
        assert other.post(f"/seal-batches/b1/{what}", json=body).status_code == 403


def test_a_hundred_thousand_numbers_are_one_document(province: Province) -> None:
    large = {"id": "b7", "kind": "stamp", "series": "TEM26", "first": 1, "last": 100_000, "at": BEFORE}
    assert province.office.post("/seal-batches", json=large).status_code == 201
    issue = {"first": 1, "last": 60_000, "inspector_id": "k1"}
    assert province.office.post("/seal-batches/b7/issue", json=issue).status_code == 200
    province.world.drain()
    assert seal_batches.collection.count_documents({}) == 2
    assert seals.collection.count_documents({}) == 0
    found = balance(province, batch_id="b7")
    assert (found["received"], found["in_stock"], found["in_hand"]) == (100_000, 40_000, 60_000)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_ledger_balances_after_everything_at_once(province: Province, other: Door, seed: int) -> None:
    """Commands that may or may not fit, records in any order and twice, and after each drain the sum is right."""
    chance = random.Random(seed)
    start = datetime.fromisoformat("2026-03-05T02:00:00+00:00")
    for round in range(3):
        for _ in range(6):
            first = chance.randint(1, 30)
            numbers = {"first": first, "last": min(first + chance.randint(0, 6), 30), "reason": "r"}
            giver, receiver = chance.sample(["k1", "k2"], 2)
            what = chance.choice(["issue", "return", "lose", "destroy", "find", "transfer"])
            if what == "transfer":
                del numbers["reason"]
                body = {**numbers, "from_inspector_id": giver, "to_inspector_id": receiver}
            else:
                body = {**numbers, "inspector_id": giver}
            if what == "issue":
                del body["reason"]
            answer = province.office.post(f"/seal-batches/b1/{what}", json=body)
            assert answer.status_code in (200, 409), answer.text
        records = []
        for minute in chance.sample(range(600), 3):
            told = chance.sample(range(1, 31), 3)
            named = [{"number": f"BN26-{n}", "kind": None, "place": "nắp", "reason": "r"} for n in told]
            at = instant_text(start + timedelta(minutes=minute))
            records.append(
                province.tablet.record(
                    verification(
                        chance.choice(["20.00", "20.20"]),
                        instrument_id=chance.choice(["i1", "i2", "i3"]),
                        started_at=at,
                        finished_at=at,
                        seals_affixed=named[:1],
                        seals_removed=named[1:2],
                        seals_voided=named[2:],
                    )
                )
            )
        chance.shuffle(records)
        province.push(*records)
        province.push(*records)
        province.world.drain(shuffle=seed * 10 + round, twice=True)
        found = balance(province, batch_id="b1")
        assert sum(found.values()) == 2 * found["received"] == 200
        parts = [
            balance(province, series="BN26", first=1, last=13),
            balance(province, series="BN26", first=14),
        ]
        assert {name: parts[0][name] + parts[1][name] for name in found} == found
        for inspector in ("k1", "k2"):
            hand = balance(province, inspector_id=inspector)
            left = hand["received"] - hand["returned"] - hand["handed_over"]
            assert left == sum(hand[name] for name in ("in_hand", "affixed", "void", "lost", "destroyed"))
        ledger = province.office.get("/seal-batches/b1/ledger").json()
        assert [n for run in ledger for n in range(run["first"], run["last"] + 1)] == list(range(1, 101))
