"""A verification on the tablet: entered field by field, judged at any moment, sealed once, found again after a restart."""

from collections.abc import Callable

import pytest

import metrology
from mobile_inspector.core import Refused, Tablet, Verification
from tests.mobile import day
from tests.mobile.day import ClockOfTheDay
from tests.mobile.fake_inspection import PASSWORD, USER, FakeServer, verify_chain

Open = Callable[..., Tablet]


def start(tablet: Tablet, instrument: str = day.DISPENSER) -> Verification:
    return tablet.start(day.VISIT, instrument)


def test_a_dispenser_within_its_limits_passes_and_is_sealed(tablet: Tablet) -> None:
    draft = start(tablet)
    day.pass_dispenser(draft)
    draft.seals.affix("BN26-000120", "Bộ đo")
    draft.seals.remove("BN25-000410", "Bộ đo")
    judgement = draft.evaluate()
    assert judgement.verdict == "pass"
    assert "Đạt yêu cầu" in judgement.explanation("vi")
    item = draft.finish()
    assert (item.sequence, item.state, item.words("vi"), item.words("en")) == (
        1,
        "on_tablet",
        "trên máy",
        "on this tablet",
    )
    body = item.record["body"]
    assert body["verdict"] == "pass"
    assert body["visit_id"] == day.VISIT
    assert body["standard_ids"] == [day.STANDARD]
    assert body["evaluation"]["standards"] == {
        "proving_measure": {"uncertainty": {"value": "0.05", "unit": "%"}}
    }
    assert body["seals_affixed"] == [{"number": "BN26-000120", "kind": "lead_seal", "place": "Bộ đo"}]
    assert body["seals_removed"] == [{"number": "BN25-000410", "kind": "lead_seal", "place": "Bộ đo"}]
    assert body["procedure"]["id"] == "fuel-dispenser"
    assert len(body["procedure"]["hash"]) == 64
    verify_chain([dict(item.record)], tablet.session.device.public_key)


def test_the_verdict_follows_every_digit(tablet: Tablet) -> None:
    draft = start(tablet)
    day.answer_checks(draft)
    assert draft.evaluate().verdict == "incomplete"
    day.read_dispenser(draft, "20,10")
    assert draft.evaluate().verdict == "fail"
    assert "Không đạt" in draft.evaluate().explanation("vi")
    assert draft.evaluate().explanation("en").startswith("Does not pass")
    day.read_dispenser(draft, "20,05")
    assert draft.evaluate().verdict == "pass"
    draft.set_reading("qmin", "reference", None, 3)
    judgement = draft.evaluate()
    assert judgement.verdict == "incomplete"
    assert "qmin.3" in judgement.missing()


def test_a_cleared_field_stays_cleared_after_a_restart(tablet: Tablet, open_tablet: Open) -> None:
    draft = start(tablet)
    draft.set_reading("qmax", "indication", "20,00", 1)
    draft.set_reading("qmax", "indication", None, 1)
    draft.set_check("nameplate", True)
    draft.set_check("nameplate", None)
    draft.set_condition("temperature", "31,5")
    draft.set_condition("temperature", None)
    draft.set_note("Trời mưa")
    draft.set_note(" ")
    draft.take_standard(day.STANDARD)
    draft.put_back_standard(day.STANDARD)
    tablet.close()
    again = open_tablet()
    again.sign_in(USER, PASSWORD)
    sheet = again.resume()[0].sheet
    assert (sheet.evaluation()["readings"], sheet.checks, sheet.conditions, sheet.note) == ([], {}, {}, "")
    assert sheet.standards == {}


def test_a_draft_is_resumed_at_the_same_field_with_the_same_values(tablet: Tablet, open_tablet: Open) -> None:
    draft = start(tablet)
    day.answer_checks(draft)
    draft.set_reading("qmax", "indication", "20,00", 2)
    draft.enter("readings/qmax/2/reference")
    before = draft.sheet
    tablet.close()
    again = open_tablet()
    again.network.away = True
    assert again.sign_in(USER, PASSWORD) is False
    resumed = again.resume()
    assert [found.id for found in resumed] == [draft.id]
    assert resumed[0].at == "readings/qmax/2/reference"
    assert resumed[0].sheet == before
    resumed[0].set_reading("qmax", "reference", "20,05", 2)
    assert resumed[0].at == "readings/qmax/2/reference"


def test_the_draft_touched_last_is_resumed_first(tablet: Tablet) -> None:
    first, second = start(tablet), start(tablet, day.SCALE)
    assert [found.id for found in tablet.resume()] == [second.id, first.id]
    first.set_check("nameplate", True)
    assert [found.id for found in tablet.resume()] == [first.id, second.id]


def test_the_version_of_the_procedure_and_the_instrument_are_pinned_at_the_start(
    tablet: Tablet, server: FakeServer
) -> None:
    draft = start(tablet)
    changed = {**day.dispenser(), "characteristics": {"Qmax": day.liters("90"), "Qmin": day.liters("9")}}
    server.publish(visits=[day.visit(day.VISIT, changed, day.scale())])
    tablet.sync()
    assert tablet.visits()[0].items[0]["instrument"]["characteristics"]["Qmax"] == day.liters("90")
    assert draft.sheet.evaluation()["characteristics"]["Qmax"] == day.liters("50")


def test_a_finished_record_never_changes(tablet: Tablet) -> None:
    draft = start(tablet)
    day.pass_dispenser(draft)
    sealed = draft.finish()
    facts = len(list(tablet.journal.facts()))
    for change in (
        lambda: draft.set_reading("qmax", "indication", "19,00", 1),
        lambda: draft.set_check("nameplate", False),
        lambda: draft.seals.affix("BN26-000121", "Bộ đo"),
        lambda: draft.set_note("thêm"),
        draft.finish,
        lambda: draft.abandon("nhầm"),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.code == "draft-finished"
    assert len(list(tablet.journal.facts())) == facts
    assert tablet.outbox() == [sealed]


def test_records_follow_one_another_in_the_chain(tablet: Tablet) -> None:
    for instrument in (day.DISPENSER, day.SCALE):
        draft = start(tablet, instrument)
        draft.set_note("Khách hàng đóng cửa, chưa đo được")
        draft.finish()
    items = tablet.outbox()
    assert [item.sequence for item in items] == [1, 2]
    verify_chain([dict(item.record) for item in items], tablet.session.device.public_key)


def test_a_pass_needs_a_standard(tablet: Tablet) -> None:
    draft = start(tablet)
    day.pass_dispenser(draft)
    draft.put_back_standard(day.STANDARD)
    assert refusal(draft.finish).code == "standard-needed"
    assert tablet.outbox() == []


def test_no_conclusion_needs_a_reason(tablet: Tablet) -> None:
    draft = start(tablet)
    refused = refusal(draft.finish)
    assert refused.code == "note-needed"
    assert "checks.nameplate" in refused.text("vi")
    draft.set_note("Trạm mất điện")
    assert draft.finish().record["body"]["verdict"] == "incomplete"


def test_an_instrument_that_fails_carries_no_new_seal(tablet: Tablet) -> None:
    draft = start(tablet)
    day.answer_checks(draft)
    day.read_dispenser(draft, "20,10")
    draft.take_standard(day.STANDARD)
    draft.seals.affix("TEM26-000001", "Mặt trước")
    refused = refusal(draft.finish)
    assert refused.code == "seals-on-failed"
    assert "TEM26-000001" in refused.text("vi")
    draft.seals.void("TEM26-000001", "Phương tiện không đạt")
    body = draft.finish().record["body"]
    assert body["seals_affixed"] == []
    voided = {
        "number": "TEM26-000001",
        "kind": "stamp",
        "place": "Mặt trước",
        "reason": "Phương tiện không đạt",
    }
    assert body["seals_voided"] == [voided]


@pytest.mark.parametrize(
    ("standard", "code"),
    [
        (day.EXPIRED, "standard-expired"),
        (day.WEIGHTS, "standard-of-other-type"),
        ("khong-co", "standard-unknown"),
    ],
)
def test_a_standard_that_may_not_be_used_is_refused_and_says_why(
    tablet: Tablet, standard: str, code: str
) -> None:
    draft = start(tablet)
    refused = refusal(lambda: draft.take_standard(standard))
    assert refused.code == code
    assert draft.sheet.standards == {}
    if code == "standard-expired":
        assert "04/03/2026" in refused.text("vi")


def test_the_list_of_standards_says_which_can_be_used_and_why_others_cannot(tablet: Tablet) -> None:
    listed = [(standard["id"], obstacle and obstacle.code) for standard, obstacle in tablet.standards("19")]
    assert listed[0] == (day.STANDARD, None)
    assert set(listed[1:]) == {(day.EXPIRED, "standard-expired"), (day.WEIGHTS, "standard-of-other-type")}


def test_a_standard_whose_uncertainty_cannot_be_compared_is_used_without_it(
    tablet: Tablet, server: FakeServer
) -> None:
    server.publish(standards=[day.standard("binh-5l", expanded_uncertainty={"value": "5", "unit": "mL"})])
    tablet.sync()
    draft = start(tablet)
    draft.take_standard("binh-5l")
    assert draft.sheet.evaluation()["standards"] == {}
    assert draft.evaluate().problem is None


@pytest.mark.parametrize(
    ("point", "field", "typed", "run", "unit", "code"),
    [
        ("qmax", "indication", "NaN", 1, None, "number-unreadable"),
        ("qmax", "indication", "", 1, None, "number-empty"),
        ("qmax", "indication", "1.234", 1, None, "number-ambiguous"),
        ("qmax", "indication", "-20,00", 1, None, "value-not-positive"),
        ("qmax", "indication", "0", 1, None, "value-not-positive"),
        ("qmax", "indication", "20", 1, "kg", "unit-wrong"),
        ("qmax", "indication", "20", 1, "lít", "unit-wrong"),
        ("qmax", "temperature", "99", 1, None, "value-too-large"),
        ("qmax", "temperature", "-40", 1, None, "value-too-small"),
        ("qmax", "indication", "20", 4, None, "run-unknown"),
        ("qmax", "indication", "20", 0, None, "run-unknown"),
        ("q3", "indication", "20", 1, None, "field-unknown"),
        ("qmax", "mass", "20", 1, None, "field-unknown"),
    ],
)
def test_a_bad_reading_is_refused_in_words_and_nothing_is_stored(
    tablet: Tablet, point: str, field: str, typed: str, run: int, unit: str | None, code: str
) -> None:
    draft = start(tablet)
    facts = len(list(tablet.journal.facts()))
    refused = refusal(lambda: draft.set_reading(point, field, typed, run, unit))
    assert refused.code == code
    assert refused.text("vi") != refused.text("en")
    assert len(list(tablet.journal.facts())) == facts
    assert draft.sheet.evaluation()["readings"] == []


def test_a_reading_is_stored_with_a_point_and_as_it_was_typed(tablet: Tablet) -> None:
    draft = start(tablet)
    draft.set_reading("qmax", "indication", "20,05", 1)
    draft.set_reading("qmax", "reference", "20050", 1, "mL")
    assert draft.sheet.readings["qmax", 1] == {
        "indication": {"value": "20.05", "unit": "L"},
        "reference": {"value": "20050", "unit": "mL"},
    }
    fact = next(tablet.journal.facts(kind="reading.set"))
    assert fact.payload["typed"] == "20,05"


def test_a_scale_is_verified_in_the_units_it_shows(tablet: Tablet) -> None:
    draft = start(tablet, day.SCALE)
    points = [point for step in draft.form.plan["steps"] for point in step["points"]]
    assert points
    first = points[0]
    draft.set_reading(first["id"], "indication", "0,1", 1, "kg")
    assert draft.evaluate().problem is None


def test_a_second_draft_of_an_instrument_is_refused(tablet: Tablet) -> None:
    draft = start(tablet)
    assert refusal(lambda: start(tablet)).code == "draft-open"
    draft.abandon("Bấm nhầm")
    assert refusal(lambda: draft.set_check("nameplate", True)).code == "draft-abandoned"
    assert start(tablet).id != draft.id


def test_a_draft_that_used_seals_cannot_be_abandoned(tablet: Tablet) -> None:
    draft = start(tablet)
    draft.seals.affix("BN26-000120", "Bộ đo")
    assert refusal(lambda: draft.abandon("nhầm")).code == "seals-in-draft"
    draft.seals.take_back("BN26-000120")
    draft.abandon("nhầm")


def test_what_cannot_be_started_says_why(tablet: Tablet, server: FakeServer) -> None:
    unfit = day.instrument("can-hong", "7", {"class": "III"})
    unknown = day.instrument("la", "999", {})
    server.publish(visits=[day.visit("visit-02", unfit, unknown)])
    tablet.sync()
    assert refusal(lambda: tablet.start("khong-co", day.SCALE)).code == "visit-unknown"
    assert refusal(lambda: tablet.start(day.VISIT, "khong-co")).code == "instrument-unknown"
    assert refusal(lambda: tablet.start("visit-02", "can-hong")).code == "instrument-unfit"
    assert refusal(lambda: tablet.start("visit-02", "la")).code == "instrument-unfit"
    assert refusal(lambda: tablet.start(day.VISIT, day.SCALE, "yearly")).code == "instrument-unfit"
    assert refusal(lambda: tablet.start(day.VISIT, day.SCALE, "after_repair")).code == "repair-reason-needed"
    assert (
        refusal(lambda: tablet.start(day.VISIT, day.SCALE, "periodic", "mark_lost")).code
        == "repair-reason-needed"
    )
    assert tablet.resume() == []


def test_after_repair_holds_its_reason(tablet: Tablet) -> None:
    draft = tablet.start(day.VISIT, day.SCALE, "after_repair", "mark_lost")
    draft.set_note("Chưa đo")
    body = draft.finish().record["body"]
    assert (body["regime"], body["after_repair_reason"]) == ("after_repair", "mark_lost")


def test_an_instrument_met_outside_its_visit(tablet: Tablet) -> None:
    draft = tablet.start(None, day.SCALE)
    draft.set_note("Gặp ngoài lịch")
    assert draft.finish().record["body"]["visit_id"] is None


def test_what_will_withhold_a_certificate_is_said_before(tablet: Tablet, server: FakeServer) -> None:
    draft = start(tablet)
    assert draft.obstacles() == []
    server.inspector = day.card(card_valid_until="2026-03-04", type_codes=["7"], suspended=True)
    server.publish(gone=[day.VISIT])
    tablet.sync()
    codes = [obstacle.code for obstacle in draft.obstacles()]
    assert codes == ["card-suspended", "card-expired", "card-of-other-type", "visit-gone"]
    day.pass_dispenser(draft)
    assert draft.finish().state == "on_tablet"


def test_signed_out_nothing_is_written(tablet: Tablet) -> None:
    draft = start(tablet)
    tablet.session.sign_out()
    assert refusal(lambda: draft.set_check("nameplate", True)).code == "signed-out"
    assert refusal(lambda: start(tablet, day.SCALE)).code == "signed-out"
    assert draft.sheet.checks == {}


def test_vietnamese_is_stored_composed(tablet: Tablet) -> None:
    draft = start(tablet)
    draft.set_note("Tra\u0323m xa\u0306ng")
    assert draft.sheet.note == "Trạm xăng"
    assert next(tablet.journal.facts(kind="note.set")).payload["text"] == "Trạm xăng"


def refusal(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value


def test_the_day_of_a_verification_is_the_day_on_which_it_is_finished(
    tablet: Tablet, server: FakeServer, clock: ClockOfTheDay
) -> None:
    server.publish(standards=[day.standard("sap-het-han", valid_until="2026-03-05")])
    tablet.sync()
    draft = start(tablet)
    day.pass_dispenser(draft)
    draft.take_standard("sap-het-han")
    clock.pass_by(days=1)
    assert refusal(draft.finish).code == "standard-expired"
    draft.put_back_standard("sap-het-han")
    body = draft.finish().record["body"]
    assert body["evaluation"]["verified_on"] == "2026-03-06"
    assert body["started_at"].startswith("2026-03-05")


def test_a_regime_that_the_law_does_not_ask_is_said_before(tablet: Tablet, server: FakeServer) -> None:
    row = next(
        row.row() for row in metrology.Catalogue.shipped().entries if row.code == "19" and row.in_force
    )
    server.publish(
        catalogue=[{"code": "19", "rows": [{**row, "periodic": False, "effective_from": "2013-11-15"}]}]
    )
    tablet.sync()
    assert [obstacle.code for obstacle in start(tablet).obstacles()] == ["regime-not-asked"]
