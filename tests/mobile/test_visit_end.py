"""How a visit ended is a record of the tablet's chain: sealed at once, sent in order, told again when it was otherwise."""

from collections.abc import Callable

from mobile_inspector.core import Tablet
from tests.mobile import day
from tests.mobile.fake_inspection import PASSWORD, USER, FakeServer


def test_it_is_sealed_into_the_chain_and_reaches_the_server(tablet: Tablet, server: FakeServer) -> None:
    tablet.network.away = True
    draft = tablet.start(day.VISIT, day.DISPENSER)
    day.pass_dispenser(draft)
    draft.finish()
    unread = tablet.start(day.VISIT, day.SCALE)
    unread.set_note("Cân bị khóa trong kho")
    unread.finish()
    tablet.visit_book.close(day.VISIT, "partly", "Cân bị khóa trong kho")
    item = tablet.outbox()[-1]
    assert (item.sequence, item.record["kind"]) == (3, "visit")
    assert item.record["body"] == {
        "visit_id": day.VISIT,
        "ending": "partly",
        "reason": "Cân bị khóa trong kho",
        "ended_at": "2026-03-05T02:00:00.000Z",
        "verified": [day.DISPENSER],
    }
    tablet.network.away = False
    assert tablet.sync().complete
    assert [each["kind"] for each in server.chain(tablet.session.device.tablet_id)] == [
        "verification", "verification", "visit",
    ]  # fmt: skip
    assert tablet.outbox()[-1].state == "received"
    server.publish(
        results=[{"record_id": item.id, "status": "accepted", "verification_id": None, "visit_id": day.VISIT}]
    )
    tablet.sync()
    assert tablet.outbox()[-1].state == "published"


def test_told_again_both_are_sent_and_the_later_one_shows(
    open_tablet: Callable[..., Tablet], tablet: Tablet, server: FakeServer
) -> None:
    tablet.visit_book.close(day.VISIT, "closed", "Không có ai")
    tablet.visit_book.close(day.VISIT, "done")
    tablet.close()
    again = open_tablet()
    again.sign_in(USER, PASSWORD)
    outcome = again.visit_book.outcome(day.VISIT)
    assert outcome is not None
    assert (outcome.ending, outcome.reason) == ("done", "")
    assert again.sync().complete
    assert [item.record["body"]["ending"] for item in again.outbox()] == ["closed", "done"]
    assert len(server.texts) == 2


def test_the_end_of_a_visit_is_no_verification(tablet: Tablet) -> None:
    tablet.visit_book.close(day.VISIT, "refused", "Chủ cơ sở không cho vào")
    [stop] = tablet.route()
    assert (stop.verified, stop.outcome and stop.outcome.ending) == (0, "refused")
    assert len(tablet.numbers.free(2026)) == 42
