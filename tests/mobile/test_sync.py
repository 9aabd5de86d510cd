"""The sync: what was sealed arrives once, what is to be done is here, and every failure keeps everything and says so."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mobile_inspector.core import Refused, Tablet, Unreachable
from tests.mobile import day
from tests.mobile.day import ClockOfTheDay
from tests.mobile.fake_inspection import CODE, FAULTS, PASSWORD, USER, FakeServer, problem

Open = Callable[..., Tablet]


def record(tablet: Tablet, instrument: str = day.SCALE, note: str = "Khách hàng vắng mặt") -> str:
    draft = tablet.start(day.VISIT, instrument)
    draft.set_note(note)
    return draft.finish().id


def states(tablet: Tablet) -> list[str]:
    return [item.state for item in tablet.outbox()]


def test_a_record_goes_from_the_tablet_to_received_to_published(tablet: Tablet, server: FakeServer) -> None:
    id = record(tablet)
    assert [item.words("vi") for item in tablet.outbox()] == ["trên máy"]
    report = tablet.sync()
    assert (report.sent, report.received, report.left, report.problem) == (1, 1, 0, None)
    item = tablet.outbox()[0]
    assert item.words("vi") == "đã nhận"
    assert item.receipt == {**server.receipts[id]}
    server.publish(results=[result(id)])
    tablet.sync()
    item = tablet.outbox()[0]
    assert (item.words("vi"), item.words("en")) == ("đã công bố", "published")
    assert item.result is not None
    assert item.result["certificate_number"] == "BN-2026-000001"


def test_the_server_is_asked_for_nothing_twice(tablet: Tablet, server: FakeServer) -> None:
    record(tablet)
    tablet.sync()
    server.calls.clear()
    report = tablet.sync()
    assert server.calls == ["GET /sync/work"]
    assert (report.sent, report.pages) == (0, 0)


def test_the_same_bytes_go_out_on_every_try(tablet: Tablet, server: FakeServer, open_tablet: Open) -> None:
    id = record(tablet, note="Trạm xăng “số 3”\nđóng cửa \U0001f600")
    for fault in ("lost", "cut", "failed"):
        server.faults = iter([fault])
        assert isinstance(tablet.sync().problem, Unreachable)
        assert states(tablet) == ["on_tablet"]
    tablet.close()
    again = open_tablet()
    again.sign_in(USER, PASSWORD)
    assert again.sync().received == 1
    assert server.made_durable == [id]
    assert len(server.sent[id]) == 1
    assert again.outbox()[0].receipt == server.receipts[id]
    server.chain(again.session.device.tablet_id)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("away", "network-away"),
        ("slow", "network-slow"),
        ("down", "server-down"),
        ("busy", "server-busy"),
        ("lost", "network-slow"),
        ("cut", "answer-broken"),
        ("failed", "server-down"),
    ],
)
def test_every_failure_keeps_everything_and_says_so(
    tablet: Tablet, server: FakeServer, fault: str, code: str
) -> None:
    record(tablet)
    server.faults = iter([fault])
    report = tablet.sync()
    assert report.problem is not None
    assert report.problem.code == code
    assert report.left == 1
    assert not report.complete
    assert "vẫn nằm trên máy" in report.words("vi")
    assert "kept on the tablet" in report.words("en")
    assert states(tablet) == ["on_tablet"]
    assert tablet.sync().complete
    assert states(tablet) == ["received"]


def test_what_the_server_asks_to_wait_is_heard(tablet: Tablet, server: FakeServer) -> None:
    server.faults = iter(["busy"])
    problem = tablet.sync().problem
    assert isinstance(problem, Unreachable)
    assert problem.wait == 7


def test_flight_mode_sends_nothing(tablet: Tablet, server: FakeServer) -> None:
    record(tablet)
    server.calls.clear()
    tablet.network.away = True
    report = tablet.sync()
    assert report.problem is not None
    assert report.problem.code == "network-away"
    assert server.calls == []
    tablet.network.away = False
    assert tablet.sync().received == 1


def test_a_rejected_and_a_conflicting_record_do_not_hold_the_others(
    tablet: Tablet, server: FakeServer
) -> None:
    ids = [record(tablet) for _ in range(4)]
    server.refuse = lambda sent: {
        ids[1]: {
            "status": "rejected",
            "code": "body-unreadable",
            "field": "body.regime",
            "detail": "regime không rõ",
        },
        ids[2]: {"status": "conflict", "detail": "đã có biên bản khác"},
    }.get(sent["id"])
    report = tablet.sync()
    assert (report.received, report.refused, report.left) == (2, 2, 0)
    assert states(tablet) == ["received", "rejected", "conflict", "received"]
    rejected, conflict = tablet.outbox()[1:3]
    assert "regime không rõ" in str(rejected.error("vi"))
    assert "(body.regime)" in str(rejected.error("en"))
    assert "đã có biên bản khác" in str(conflict.error("vi"))
    assert tablet.outbox()[0].error("vi") is None
    before = len(server.batches)
    tablet.sync()
    assert len(server.batches) == before


def test_a_batch_that_cannot_be_taken_is_halved_until_the_poison_is_alone(
    tablet: Tablet, server: FakeServer
) -> None:
    ids = [record(tablet) for _ in range(9)]
    server.poison = {ids[4]}
    report = tablet.sync()
    assert (report.received, report.held, report.left) == (8, 1, 1)
    assert states(tablet) == ["received"] * 4 + ["on_tablet"] + ["received"] * 4
    assert tablet.outbox()[4].error("vi") is not None
    held = len(list(tablet.journal.facts(kind="record.held")))
    tablet.sync()
    assert len(list(tablet.journal.facts(kind="record.held"))) == held, "the same trouble is no news"
    server.poison = set()
    assert tablet.sync().complete
    assert states(tablet) == ["received"] * 9
    assert tablet.outbox()[4].error("vi") is None


def test_a_batch_too_large_is_halved(tablet: Tablet, server: FakeServer) -> None:
    ids = [record(tablet) for _ in range(7)]
    server.most_records = 2
    assert tablet.sync().received == 7
    assert server.made_durable == ids, "in order of sequence"


def test_a_batch_holds_at_most_200_records(tablet: Tablet, server: FakeServer) -> None:
    for _ in range(203):
        record(tablet)
    server.batches.clear()
    assert tablet.sync().received == 203
    assert [sent["sequence"] for batch in server.batches for sent in batch] == list(range(1, 204))
    for batch in server.batches:
        assert len(batch) <= 200


def test_a_receipt_for_other_bytes_is_no_receipt(tablet: Tablet, server: FakeServer) -> None:
    id = record(tablet)
    other = record(tablet)
    wrong = {"sequence": 1, "hash": "f" * 64, "received_at": server.now()}
    server.refuse = lambda sent: {"status": "accepted", "receipt": wrong} if sent["id"] == id else None
    report = tablet.sync()
    assert (report.received, report.held) == (1, 1)
    assert states(tablet) == ["on_tablet", "received"]
    server.refuse = lambda sent: None
    tablet.sync()
    assert states(tablet) == ["received", "received"]
    assert sorted(server.made_durable) == sorted([id, other])


def test_answers_that_are_not_the_protocol_change_nothing(tablet: Tablet, server: FakeServer) -> None:
    record(tablet)
    for answer in (
        {"status": "fine"},
        {"status": "accepted", "receipt": None},
        {"status": "accepted", "receipt": "ok"},
    ):
        server.refuse = lambda sent, answer=answer: answer  # type: ignore[misc]
        assert tablet.sync().left == 1
        assert states(tablet) == ["on_tablet"]


def test_an_expired_access_token_is_refreshed_once(tablet: Tablet, server: FakeServer) -> None:
    record(tablet)
    server.access_tokens.clear()
    assert tablet.sync().complete
    assert server.calls.count("POST /token") == 2


def test_a_spent_refresh_token_asks_for_the_password_and_keeps_everything(
    tablet: Tablet, server: FakeServer
) -> None:
    record(tablet)
    server.access_tokens.clear()
    server.refresh_tokens.clear()
    report = tablet.sync()
    assert report.problem is not None
    assert report.problem.code == "sign-in-again"
    assert report.left == 1
    tablet.sign_in(USER, PASSWORD)
    assert tablet.sync().complete


def test_a_refused_enrolment_does_not_stop_the_work_from_coming(
    open_tablet: Open, server: FakeServer
) -> None:
    tablet = open_tablet()
    tablet.sign_in(USER, PASSWORD)
    server.tablets[tablet.session.device.tablet_id] = "another key"
    report = tablet.sync()
    assert report.problem is not None
    assert report.problem.code == "server-refused"
    assert len(tablet.visits()) == 1


def test_a_tablet_that_is_not_enrolled_says_what_it_needs_and_keeps_what_it_has(
    open_tablet: Open, server: FakeServer, refusal: Callable[[Callable[[], object]], str]
) -> None:
    tablet = open_tablet()
    tablet.sign_in(USER, PASSWORD)
    report = tablet.sync()
    assert report.problem is not None
    assert report.problem.code == "code-needed"
    assert tablet.visits() == []
    assert refusal(lambda: tablet.enrol("1234")) == "code-wrong"
    tablet.enrol(f"vernier:enrol?code={CODE}&inspection=https%3A%2F%2Fx.vn")
    assert tablet.sync().complete
    assert len(tablet.visits()) == 1
    tablet.enrol("enrolled already, so no code is spent")


def test_the_offset_of_the_clock_is_estimated_and_goes_into_the_record(
    open_tablet: Open, server: FakeServer, clock: ClockOfTheDay
) -> None:
    tablet = open_tablet()
    tablet.sign_in(USER, PASSWORD)
    server.tablets[tablet.session.device.tablet_id] = tablet.session.device.public_key
    server.clock_ahead = clock.shows - clock.shows.replace(year=2017)
    clock.shows = clock.shows.replace(year=2017)
    tablet.sync()
    assert tablet.journal.clock.today().isoformat() == "2026-03-05"
    draft = tablet.start(day.VISIT, day.DISPENSER)
    assert draft.sheet.opening["verified_on"] == "2026-03-05"
    draft.set_note("Đồng hồ máy chạy sai")
    sent = draft.finish().record
    assert sent["recorded_at"].startswith("2017-03-05")
    assert abs(sent["clock_offset_ms"] - server.clock_ahead.total_seconds() * 1000) < 1
    tablet.close()
    assert open_tablet().journal.clock.today().isoformat() == "2026-03-05"


def test_work_is_replaced_by_its_newest_state_and_gone_visits_are_hidden(
    tablet: Tablet, server: FakeServer
) -> None:
    draft = tablet.start(day.VISIT, day.DISPENSER)
    server.publish(visits=[day.visit("visit-02", day.scale(), starts_at="2026-03-05T00:30:00.000Z")])
    server.publish(visits=[day.visit(status="rescheduled", starts_at="2026-03-06T01:30:00.000Z")])
    tablet.sync()
    assert [(visit.id, visit.status) for visit in tablet.visits()] == [
        ("visit-02", "confirmed"),
        (day.VISIT, "rescheduled"),
    ]
    assert [visit.id for visit in tablet.today()] == ["visit-02"]
    server.publish(gone=[day.VISIT])
    tablet.sync()
    assert [visit.id for visit in tablet.visits()] == ["visit-02"]
    assert [found.id for found in tablet.resume()] == [draft.id], "what was begun goes on"
    draft.set_note("Chuyến đã hủy, vẫn gửi kết quả")
    draft.finish()
    assert tablet.sync().received == 1
    server.publish(visits=[day.visit()])
    tablet.sync()
    assert day.VISIT in [visit.id for visit in tablet.visits()]


def test_a_page_pulled_twice_changes_nothing(tablet: Tablet, server: FakeServer) -> None:
    server.publish(results=[], visits=[day.visit("visit-03")])
    server.faults = iter(["cut"])
    before = everything(tablet)
    assert tablet.sync().problem is not None
    assert everything(tablet) == before
    tablet.sync()
    after = everything(tablet)
    assert after != before
    tablet.work.forget_cursor()
    tablet.sync()
    assert everything(tablet) == after


@pytest.mark.parametrize(
    "wrong", [{"visits": [{"id": "x"}]}, {"standards": [{"code": "không có id"}]}, {"results": [7]}]
)
def test_a_page_that_is_not_the_protocol_is_not_taken_at_all(
    tablet: Tablet, server: FakeServer, wrong: dict[str, Any]
) -> None:
    server.publish(**{"gone": [day.VISIT], **wrong})
    before = everything(tablet)
    report = tablet.sync()
    assert report.problem is not None
    assert report.problem.code == "answer-broken"
    assert everything(tablet) == before
    assert len(tablet.visits()) == 1


def test_a_cursor_that_the_server_has_forgotten_begins_anew(tablet: Tablet, server: FakeServer) -> None:
    tablet.journal.database.set_bookmark("cursor", "99")
    answer = server._work
    server._work = lambda cursor: problem(410, "cursor-gone") if cursor == "99" else answer(cursor)  # type: ignore[method-assign]
    assert tablet.sync().complete
    assert tablet.work.cursor == "1"


def everything(tablet: Tablet) -> str:
    work = [
        (row["kind"], row["id"], row["hidden"], tablet.work._read(row["kind"], row))
        for row in tablet.journal.database.rows("SELECT * FROM work")
    ]
    queries = ["SELECT * FROM records", "SELECT * FROM used_seals", "SELECT * FROM drafts"]
    rows = [[tuple(row) for row in tablet.journal.database.rows(query)] for query in queries]
    return json.dumps([work, rows, tablet.work.cursor])


def result(record_id: str, **changed: Any) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "status": "accepted",
        "verification_id": record_id,
        "verdict": "pass",
        "certificate_number": "BN-2026-000001",
        "valid_until": "2027-03-31",
        "withheld": [],
        "attention": [],
        **changed,
    }


STEPS = st.lists(st.sampled_from(("record", "sync", "restart", "publish")), min_size=1, max_size=12)
NETWORK = st.lists(st.sampled_from(FAULTS), max_size=30)


@given(steps=STEPS, network=NETWORK)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_network_does_every_record_is_received_exactly_once(
    steps: list[str], network: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    clock = ClockOfTheDay()
    server = FakeServer(lambda: clock.shows)
    server.inspector, server.seals = day.card(), day.seals()
    server.publish(visits=[day.visit()], standards=day.standards())
    directory = tmp_path_factory.mktemp("tablet")

    def open_it() -> Tablet:
        return Tablet.open(
            directory,
            registry_url="https://registry.example.vn",
            inspection_url="https://inspection.example.vn",
            transport=server.transport,
            clock=clock,
        )

    tablet = open_it()
    tablet.sign_in(USER, PASSWORD)
    tablet.enrol(CODE)
    assert tablet.sync().complete
    server.faults = iter(network)
    made = []
    for step in steps:
        if step == "record":
            made.append(record(tablet))
        elif step == "sync":
            tablet.sync()
        elif step == "publish":
            server.publish(results=[result(id) for id in server.made_durable])
        else:
            tablet.close()
            tablet = open_it()
            sign_in_somehow(tablet)
    server.faults = iter(())
    tablet.sign_in(USER, PASSWORD)
    assert tablet.sync().complete
    assert server.made_durable == made, "each once, in order"
    assert all(len(texts) == 1 for texts in server.sent.values())
    server.chain(tablet.session.device.tablet_id)
    for item in tablet.outbox():
        assert item.receipt == server.receipts[item.id]
        assert item.state in ("received", "published")
    tablet.close()


def sign_in_somehow(tablet: Tablet) -> None:
    """The network may lie, but the right password opens the tablet in any case."""
    try:
        tablet.sign_in(USER, PASSWORD)
    except Refused:  # pragma: no cover
        pytest.fail("the right password did not open the tablet")
