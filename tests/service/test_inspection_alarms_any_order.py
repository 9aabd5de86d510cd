"""What a person is told to look at follows from the facts, in whatever order they came, as long as they say so."""

from collections.abc import Callable
from itertools import permutations

import pytest

from tests.service.test_inspection_attachments import PHOTO, begin, part, sha256, told
from tests.service.test_inspection_seal_ledger import BATCH, BEFORE, open_matters, post, use
from tests.unit.inspection.evidence import verification
from tests.unit.inspection.province import Json, Province
from tests.world import MakeWorld

FOUR = list(permutations(range(4)))


@pytest.fixture
def province(world: MakeWorld) -> Province:
    """Inspector k1 holds BN26-000001 to BN26-000010."""
    province = Province(world("inspection"))
    assert province.office.post("/seal-batches", json={**BATCH, "at": BEFORE}).status_code == 201
    post(province.office, "issue", first=1, last=10, inspector_id="k1", at=BEFORE)
    province.world.drain()
    return province


def open_about(province: Province, what: str) -> list[Json]:
    found = province.office.get("/attention").json()
    return [each for each in found if each["reason"].startswith(what)]


def matters(province: Province, what: str) -> list[str]:
    """The reasons of what is open about the chain, seals, attachments; with other reasons it has nothing to do."""
    return sorted(each["reason"] for each in open_about(province, what))


def chain(province: Province) -> Json:
    found: Json = province.office.get(f"/tablets/{province.tablet.id}").json()
    return {name: found[name] for name in ("missing", "broken")}


def told_so_far(province: Province) -> set[str]:
    """The events that were ever told of matters."""
    return {each.id for each in province.world.sent if each.subject.startswith("attention/")}


def again(province: Province) -> None:
    """Everything that was ever sent, as `replay` does at every start of `make run`."""
    for each in list(province.world.sent):
        province.world.deliver(each)
    province.world.drain()


def in_order(province: Province, order: tuple[int, ...], records: list[Json]) -> None:
    """Each pushed by itself; the office hears of it before the next comes."""
    for place in order:
        province.push(records[place])
        province.world.drain()


def links(province: Province, **changed: Json) -> list[Json]:
    """Four records of a tablet; some of them changed before they were sealed, which those behind follow."""
    return [
        province.tablet.record(verification(instrument_id="i1", visit_id=None), **changed.get(name, {}))
        for name in ("first", "second", "third", "fourth")
    ]


@pytest.mark.parametrize("order", FOUR[::4])
def test_a_link_that_does_not_fit_is_told_whenever_the_record_before_it_comes(
    province: Province, order: tuple[int, ...]
) -> None:
    records = links(province, third={"previous_hash": "ab" * 32})
    in_order(province, order, records)
    told = [(each["reason"], each["record_id"]) for each in open_about(province, "chain")]
    assert told == [("chain-broken", records[2]["id"])]
    assert chain(province) == {"missing": [], "broken": [3]}
    assert province.office.get(f"/records/{records[2]['id']}").json()["flags"] == ["chain-broken"]


@pytest.mark.parametrize("order", FOUR[::7])
def test_a_whole_chain_leaves_nothing_open_and_a_repeat_opens_nothing(
    province: Province, order: tuple[int, ...]
) -> None:
    records = links(province)
    in_order(province, order, records)
    assert (matters(province, "chain"), chain(province)) == ([], {"missing": [], "broken": []})
    assert [province.office.get(f"/records/{each['id']}").json()["flags"] for each in records] == [[]] * 4
    before = told_so_far(province)
    again(province)
    assert (matters(province, "chain"), told_so_far(province)) == ([], before)


def test_a_record_and_the_one_it_lacks_are_heard_in_any_order(province: Province) -> None:
    records = links(province, third={"previous_hash": "ab" * 32})
    for place in (3, 2, 0, 1):
        province.push(records[place])
    province.world.drain(shuffle=4, twice=True)
    assert matters(province, "chain") == ["chain-broken"]


@pytest.mark.parametrize("order", FOUR[::5])
def test_a_link_fits_when_any_of_two_at_one_place_is_the_one_before(
    province: Province, order: tuple[int, ...]
) -> None:
    """A tablet restored from an old copy numbers two records 2; the third follows the later of them."""
    records = links(province)[:2]
    province.tablet.sequence, province.tablet.last_hash = 1, records[0]["hash"]
    records += [province.tablet.record(verification(instrument_id=id)) for id in ("i2", "i3")]
    in_order(province, order, records)
    assert matters(province, "chain") == ["chain-fork"]
    assert chain(province) == {"missing": [], "broken": []}


OTHER = b"x" * 100


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_bytes_under_another_name_are_told_whatever_came_before(
    province: Province, order: tuple[int, ...]
) -> None:
    """The same bytes are named by a record, sent under the name of another picture, and sent as what they are."""

    def sent_as(name: str, *statuses: int) -> None:
        begin(province.inspector, OTHER, name=name)
        assert part(province.inspector, name, 0, OTHER).status_code in statuses

    named = verification(attachments=[told(OTHER)])
    acts: list[Callable[[], object]] = [
        lambda: province.push(province.tablet.record(named)),
        lambda: sent_as(sha256(PHOTO), 422),
        lambda: sent_as(sha256(OTHER), 204, 409),  # 409: they are here
    ]
    for place in order:
        acts[place]()
        province.world.drain()
    assert matters(province, "attachment") == ["attachment-differs"]
    again(province)
    assert matters(province, "attachment") == ["attachment-differs"]


def papers(province: Province, *actions: str) -> None:
    """What became of BN26-000001, by the papers."""
    for action in actions:
        post(province.office, action, first=1, last=1, inspector_id="k1", reason="rơi")
        province.world.drain()


@pytest.mark.parametrize("late", [False, True])
def test_a_skipped_number_that_was_lost_and_found_is_asked_for(province: Province, late: bool) -> None:
    if late:
        papers(province, "lose", "find")
    use(province, 2)
    province.world.drain()
    if not late:
        papers(province, "lose", "find")
    assert open_matters(province) == [("seal-gap", "BN26-000001")]
    again(province)
    assert open_matters(province) == [("seal-gap", "BN26-000001")]


def test_a_matter_that_closed_itself_opens_again_and_its_history_says_so(province: Province) -> None:
    use(province, 2)
    province.world.drain()
    [first] = province.office.get("/attention").json()
    papers(province, "lose")
    assert open_matters(province) == []
    papers(province, "find")
    [matter] = province.office.get("/attention").json()
    assert (matter["id"], matter["resolved_by"], matter["note"]) == (first["id"], None, None)
    assert matter["raised_at"] > first["raised_at"]
    history = province.office.get(f"/attention/{matter['id']}/history").json()
    assert [each["type"].split(".")[-2] for each in history] == ["raised", "resolved", "raised"]


def test_what_a_person_resolved_stays_resolved(province: Province) -> None:
    use(province, 2)
    province.world.drain()
    [matter] = province.office.get("/attention").json()
    assert (
        province.office.post(f"/attention/{matter['id']}/resolve", json={"note": "đã hỏi"}).status_code == 200
    )
    papers(province, "lose", "find")
    again(province)
    assert open_matters(province) == []
    assert province.office.get(f"/attention/{matter['id']}").json()["note"] == "đã hỏi"


def gaps(province: Province) -> list[str]:
    return sorted(each["detail_en"] for each in open_about(province, "seal-gap"))


@pytest.mark.parametrize("order", list(permutations((3, 5, 8))))
def test_a_gap_is_told_as_it_is_now(province: Province, order: tuple[int, ...]) -> None:
    """What lay within one gap and was used after all leaves two of them."""
    for serial in order:
        use(province, serial, visit_id=None)
        province.world.drain()
    skipped = [("1", "2", "3"), ("4", "4", "5"), ("6", "7", "8")]
    assert gaps(province) == [
        f"Inspector k1 used BN26-00000{used} and skipped BN26-00000{first} to BN26-00000{last}. Ask where those are."
        for first, last, used in skipped
    ]
    post(province.office, "return", first=6, last=6, inspector_id="k1")
    province.world.drain()
    assert "BN26-000007 to BN26-000007" in gaps(province)[-1]


def test_a_stocktake_that_was_decided_stays_so_when_it_is_heard_again(province: Province) -> None:
    count = {"id": "t1", "inspector_id": "k1", "counted": [{"series": "BN26", "first": 2, "last": 10}]}
    assert province.office.post("/stocktakes", json=count).status_code == 201
    province.world.drain()
    assert matters(province, "seal") == ["seal-count-differs"]
    body = {"series": "BN26", "first": 1, "last": 1, "decision": "left", "reason": "đã hỏi"}
    assert province.office.post("/stocktakes/t1/decide", json=body).status_code == 200
    province.world.drain()
    before = told_so_far(province)
    again(province)
    assert (matters(province, "seal"), told_so_far(province)) == ([], before)


def test_a_record_that_is_refused_for_what_it_says_has_its_place_in_the_chain(province: Province) -> None:
    first = province.tablet.record(verification())
    refused = province.tablet.record(verification(finished_at="hôm qua"))
    following = province.tablet.record(verification(instrument_id="i2"))
    answers = province.push(first, refused, following)["answers"]
    province.world.drain()
    assert [each["status"] for each in answers] == ["accepted", "rejected", "accepted"]
    assert matters(province, "chain") == []
    shown = province.office.get(f"/tablets/{province.tablet.id}").json()
    assert (shown["missing"], shown["broken"]) == ([], [])
