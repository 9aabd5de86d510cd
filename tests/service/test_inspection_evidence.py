"""An office asks for pictures from a day on: a pass waits for them, and nothing changes where none are asked for."""

from collections.abc import Callable
from typing import Any

import pytest

from services.inspection import evidence
from services.inspection.events import AttentionRaised, CertificateIssued
from services.inspection.office import Office, office
from tests.service.test_inspection_attachments import PHOTO, begin, offset, part, send, sha256, told
from tests.unit.inspection.evidence import DAY, verification
from tests.unit.inspection.province import Province
from tests.world import MakeWorld

Ask = Callable[..., None]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Has the office ask for pictures."""

    def ask(**since: str) -> None:
        named = {id.replace("_", "-"): day for id, day in since.items()}
        told = Office.model_validate({**office().model_dump(), "evidence": named})
        monkeypatch.setattr(evidence, "office", lambda: told)

    return ask


@pytest.fixture
def province(world: MakeWorld) -> Province:
    return Province(world("inspection"))


def record(province: Province, **body: Any) -> str:
    made = province.tablet.record(verification(**body))
    province.push(made)
    province.world.drain(twice=True)
    return str(made["id"])


def withheld(province: Province, id: str) -> list[str]:
    found: list[str] = province.office.get(f"/verifications/{id}").json()["withheld"]
    return found


def issued(province: Province) -> set[str]:
    return {event.verification_id for event in province.world.events(CertificateIssued)}


def test_nothing_is_asked_for_until_an_office_does(province: Province) -> None:
    pulled = province.pull()
    assert pulled is not None
    assert pulled["evidence"] == []
    assert issued(province) == set()
    assert record(province) in issued(province)


def test_a_certificate_waits_until_the_picture_has_come_by_tus(province: Province, ask: Ask) -> None:
    ask(fuel_dispenser_seals=DAY)
    pulled = province.pull()
    assert pulled is not None
    asked = {each["type_code"]: each for each in pulled["evidence"]}
    assert (asked["19"]["purpose"], asked["19"]["since"]) == ("seal", DAY)
    id = record(province, attachments=[told(PHOTO)])
    assert (withheld(province, id), issued(province)) == (["evidence-pending"], set())
    door, name = province.inspector, sha256(PHOTO)
    begin(door, PHOTO)
    part(door, name, 0, PHOTO[:4000])
    province.world.drain()
    assert issued(province) == set()
    part(door, name, offset(door, name), PHOTO[4000:])
    province.world.drain(twice=True)
    assert (withheld(province, id), issued(province)) == ([], {id})
    assert province.world.events(AttentionRaised) == []


def test_a_record_without_the_picture_is_kept_and_a_correction_brings_it(
    province: Province, ask: Ask
) -> None:
    ask(fuel_dispenser_seals=DAY, fuel_dispenser_plate=DAY)
    id = record(province, attachments=[told(PHOTO)])
    assert set(withheld(province, id)) == {"evidence-missing", "evidence-pending"}
    send(province.inspector, PHOTO)
    province.world.drain()
    assert (withheld(province, id), issued(province)) == (["evidence-missing"], set())
    plate = told(b"plate", purpose="photo")
    body = verification(
        attachments=[told(PHOTO), plate], corrects=id, correction_reason="Thiếu ảnh nhãn máy."
    )
    corrected = province.tablet.record(body, kind="correction")
    province.push(corrected)
    send(province.inspector, b"plate")
    province.world.drain(twice=True)
    assert issued(province) == {corrected["id"]}


def test_what_was_verified_before_that_day_or_is_of_another_type_does_not_wait(
    province: Province, ask: Ask
) -> None:
    ask(fuel_dispenser_seals="2026-03-06", taximeter_seals="2026-01-01")
    assert record(province) in issued(province)


def test_every_picture_that_may_be_asked_for_says_where_it_comes_from() -> None:
    assert evidence.pictures()
    for each in evidence.pictures().values():
        assert each.trust == "G", (
            "nothing asks for it by law as far as could be read; if something does, name it"
        )
        assert each.source


def test_an_office_that_asks_for_what_nobody_knows_is_told_at_deployment(ask: Ask) -> None:
    ask(fuel_dispenser_seal="2027-01-01")
    with pytest.raises(ValueError, match="fuel-dispenser-seals"):
        evidence.asked()


def test_the_days_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERNIER_EVIDENCE", '{"fuel-dispenser-seals": "2027-01-01"}')
    assert {id: day.isoformat() for id, day in Office().evidence.items()} == {
        "fuel-dispenser-seals": "2027-01-01"
    }
