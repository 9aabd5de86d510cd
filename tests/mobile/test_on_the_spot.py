"""On the spot: error and limit while typing, identical instruments, what differs from the register, how a visit ended."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mobile_inspector.core import Tablet, Verification
from tests.mobile import day
from tests.mobile.fake_inspection import PASSWORD, USER, FakeServer

Open = Callable[..., Tablet]
Refusal = Callable[[Callable[[], object]], str]
PHOTO = b"\xff\xd8\xff photo"


@pytest.fixture
def draft(tablet: Tablet) -> Verification:
    return tablet.start(day.VISIT, day.DISPENSER)


def facts(tablet: Tablet) -> int:
    return len(list(tablet.journal.facts()))


def test_error_and_limit_follow_every_key_and_nothing_is_stored(tablet: Tablet, draft: Verification) -> None:
    draft.set_reading("qmax", "indication", "20,00")
    before = facts(tablet)
    seen = []
    for typed in ("2", "20", "20,", "20,0", "20,05"):
        found = draft.live("qmax", "reference", typed)
        seen.append((round(Decimal(found.outcomes[0]["error"]), 2), found.verdict))
    errors = ("900.00", "0.00", "0.00", "0.00", "-0.25")  # (20.00 - 20.05) / 20.05 = -0.249 %
    assert seen == [(Decimal(error), "fail" if error == "900.00" else "pass") for error in errors]
    assert (found.outcomes[0]["limit"], found.outcomes[0]["unit"]) == ("0.3", "%")
    assert draft.live("qmax", "reference", "20,10").verdict == "fail"
    assert facts(tablet) == before
    assert draft.sheet.readings == {("qmax", 1): {"indication": {"value": "20.00", "unit": "L"}}}


def test_live_is_what_the_verdict_says_when_it_is_entered(draft: Verification) -> None:
    draft.set_reading("qmax", "indication", "20,00")
    shown = draft.live("qmax", "reference", "20,05").outcomes
    draft.set_reading("qmax", "reference", "20,05")
    result = draft.evaluate().result
    assert result is not None
    told = [{k: v for k, v in each.items() if k in shown[0]} for each in result["points"]]
    assert told == list(shown)


def test_half_an_entry_has_no_outcome_and_nonsense_says_why(draft: Verification, refusal: Refusal) -> None:
    assert draft.live("qmax", "indication", "20").outcomes == ()
    draft.set_reading("qmax", "indication", "20,00")
    for typed, code in (
        ("1.234", "number-ambiguous"),
        ("abc", "number-unreadable"),
        ("-5", "value-not-positive"),
    ):
        problem = draft.live("qmax", "reference", typed).problem
        assert problem is not None
        assert problem.code == code
    for typed in ("", " ", "-", ","):
        assert draft.live("qmax", "reference", typed).problem is None
    assert refusal(lambda: draft.live("qmid", "reference", "1")) == "field-unknown"
    assert refusal(lambda: draft.live("qmax", "reference", "1", run=9)) == "run-unknown"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(typed=st.text(max_size=12))
def test_live_never_fails_on_what_is_typed(draft: Verification, typed: str) -> None:
    draft.set_reading("qmax", "indication", "20,00")
    found = draft.live("qmax", "reference", typed)
    assert not (found.problem and found.outcomes)


def batch(tablet: Tablet, server: FakeServer, count: int) -> list[Verification]:
    meters = [day.dispenser(id=f"dh-{n:02d}") for n in range(count)]
    server.publish(visits=[day.visit("lo", *meters, day.scale(id="can-lo"))])
    tablet.sync()
    return [tablet.start("lo", meter["id"]) for meter in meters]


def test_what_is_the_same_for_fifty_is_entered_once(
    tablet: Tablet, server: FakeServer, open_tablet: Open
) -> None:
    first, *others = batch(tablet, server, 50)
    day.answer_checks(first)
    first.set_condition("temperature", "25,5")
    first.take_standard(day.STANDARD)
    first.set_reading("qmax", "reference", "20,05")
    first.set_reading("qmax", "indication", "20,00")
    others[0].set_condition("temperature", "26")
    fields = ["conditions", "checks", "standards", "readings/qmax/1/reference"]
    each = len(first.sheet.checks) + 3
    assert tablet.copy_down(first, fields, [first, *others]) == 49 * each - 1
    assert tablet.copy_down(first, fields, others) == 0, "what is there is not written over"
    tablet.close()
    again = open_tablet()
    again.sign_in(USER, PASSWORD)
    sheets = [again.drafts.get(other.id).sheet for other in others]
    assert [sheet.conditions["temperature"]["value"] for sheet in sheets[:2]] == ["26", "25.5"]
    assert all(
        sheet.readings == {("qmax", 1): {"reference": {"value": "20.05", "unit": "L"}}} for sheet in sheets
    )
    assert all(
        set(sheet.standards) == {day.STANDARD} and sheet.checks == first.sheet.checks for sheet in sheets
    )


def test_nothing_is_copied_to_what_is_not_identical(
    tablet: Tablet, server: FakeServer, refusal: Refusal
) -> None:
    first, second = batch(tablet, server, 2)
    first.set_condition("temperature", "25,5")
    scale = tablet.start("lo", "can-lo")
    assert refusal(lambda: tablet.copy_down(first, ["conditions"], [second, scale])) == "batch-mixed"
    assert second.sheet.conditions == {}
    assert refusal(lambda: tablet.copy_down(first, ["seals"], [second])) == "field-unknown"
    second.abandon("Nhầm")
    assert refusal(lambda: tablet.copy_down(first, ["conditions"], [second])) == "draft-abandoned"


def test_an_instrument_found_on_site_is_verified_like_any_other(
    tablet: Tablet, open_tablet: Open, server: FakeServer
) -> None:
    tablet.network.away = True
    id = tablet.visit_book.add_found(
        day.VISIT, "19", {"Qmax": day.liters("80"), "Qmin": day.liters("8")}, serial="LẠ-7", maker="Gilbarco"
    )
    assert tablet.search("la 7 gilbarco tram xang")[0].visit_id == day.VISIT
    tablet.close()
    again = open_tablet()
    again.network.away = True
    again.sign_in(USER, PASSWORD)
    assert [item["instrument"]["id"] for item in again.visits()[0].items] == [day.DISPENSER, day.SCALE, id]
    assert again.readiness().instruments == 3
    draft = again.start(day.VISIT, id)
    assert draft.sheet.opening["regime"] == "initial"
    draft.set_note("Chưa đo, chờ đăng ký")
    body = draft.finish().record["body"]
    assert (body["instrument_id"], body["found_on_site"]["serial"]) == (id, "LẠ-7")
    again.network.away = False
    assert again.sync().complete
    assert server.made_durable == [draft.id]
    assert "found_on_site" not in _finished(again, day.SCALE)


def _finished(tablet: Tablet, instrument: str) -> Any:
    draft = tablet.start(day.VISIT, instrument)
    draft.set_note("Cửa hàng đóng cửa")
    return draft.finish().record["body"]


def test_an_instrument_that_no_procedure_can_judge_is_not_added(tablet: Tablet, refusal: Refusal) -> None:
    book = tablet.visit_book
    assert refusal(lambda: book.add_found(day.VISIT, "19", {"Qmax": day.liters("80")})) == "instrument-unfit"
    assert refusal(lambda: book.add_found("không", "19", {})) == "visit-unknown"
    tablet.sign_out()
    assert refusal(lambda: book.add_found(day.VISIT, "19", {})) == "signed-out"


def test_a_mismatch_is_a_fact_with_its_picture(tablet: Tablet, draft: Verification, refusal: Refusal) -> None:
    photo = draft.paper.attach(PHOTO, "image/jpeg")
    draft.paper.note_mismatch("serial", "TS-khác", photo)
    draft.paper.note_mismatch("seal_broken", "Chì bộ đo đứt")
    draft.paper.note_mismatch("other", "Nhầm")
    draft.paper.strike_mismatch(2)
    assert refusal(lambda: draft.paper.strike_mismatch(2)) == "mismatch-missing"
    assert refusal(lambda: draft.paper.note_mismatch("colour", "đỏ")) == "mismatch-unknown"
    assert refusal(lambda: draft.paper.note_mismatch("serial", "x", "0" * 64)) == "attachment-unknown"
    draft.set_note("Số chế tạo không khớp")
    assert draft.finish().record["body"]["mismatches"] == [
        {"what": "serial", "expected": f"TS-{day.DISPENSER}", "found": "TS-khác", "photo": photo},
        {"what": "seal_broken", "expected": None, "found": "Chì bộ đo đứt"},
    ]


def test_how_a_visit_ended_is_kept_with_its_reason(
    tablet: Tablet, open_tablet: Open, refusal: Refusal
) -> None:
    book = tablet.visit_book
    assert book.outcome(day.VISIT) is None
    assert refusal(lambda: book.close(day.VISIT, "closed")) == "text-needed"
    assert refusal(lambda: book.close(day.VISIT, "xong", "x")) == "ending-unknown"  # type: ignore[arg-type]
    assert refusal(lambda: book.close("không", "done")) == "visit-unknown"
    book.close(day.VISIT, "closed", "Cửa hàng nghỉ Tết")
    book.close(day.VISIT, "partly", "Chỉ mở một cột")
    tablet.close()
    again = open_tablet()
    again.sign_in(USER, PASSWORD)
    outcome = again.route()[0].outcome
    assert outcome is not None
    assert (outcome.ending, outcome.reason) == ("partly", "Chỉ mở một cột")
