"""Certificate numbers: none twice, none left out, whoever gives them: the server, tablets offline, many at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from services.inspection import numbering
from services.inspection.certifying import certify
from services.inspection.domain.certificate_number import CertificateNumber
from services.inspection.events import (
    AttentionRaised,
    CertificateNumberCancelled,
    CertificateNumberReserved,
    VerificationRecorded,
)
from services.inspection.storage import certificate_numbers, certificates, verifications
from services.kernel.model import Itself, new_id, now
from tests.service.test_inspection_certificates import on_day
from tests.unit.inspection.province import Province
from tests.world import MakeWorld

YEAR = 2026
BY = Itself(actor="test")
Json = dict[str, Any]


@pytest.fixture
def province(world: MakeWorld, monkeypatch: pytest.MonkeyPatch) -> Province:
    monkeypatch.setattr(numbering, "today", lambda: date(YEAR, 11, 24))
    return Province(world("inspection"))


def reserve(province: Province, count: int = 3, **changed: Any) -> Json:
    body = {"id": new_id(), "tablet_id": province.tablet.id, "year": YEAR, "count": count, **changed}
    answer = province.inspector.post("/certificate-numbers/reserve", json=body)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


def balance(province: Province, year: int = YEAR) -> Json:
    found: Json = province.office.get("/certificate-numbers/balance", params={"year": year}).json()
    return found


def numbers(province: Province) -> list[str]:
    return sorted(each["number"] for each in province.office.get("/certificates").json())


def verify(province: Province, instrument: str = "i1", **changed: Any) -> Json:
    """A verification this year, handed in and judged; its record."""
    body = on_day(f"{YEAR}-03-05", instrument_id=instrument, visit_id=None, **changed)
    record = province.tablet.record(body)
    province.push(record)
    province.world.drain()
    return record


def raised(province: Province) -> set[str]:
    return {event.reason for event in province.world.events(AttentionRaised)} - {"visit-unplanned"}


def test_a_tablet_gets_numbers_that_nobody_else_gets(province: Province) -> None:
    kept = reserve(province, 3)
    assert kept["numbers"] == [f"0000{n}/{YEAR}/BN-KĐ" for n in (1, 2, 3)]
    verify(province)
    assert numbers(province) == [f"00004/{YEAR}/BN-KĐ"]
    assert reserve(province, 2)["numbers"] == [f"0000{n}/{YEAR}/BN-KĐ" for n in (5, 6)]
    assert {event.tablet_id for event in province.world.drain().events(CertificateNumberReserved)} == {
        province.tablet.id
    }


def test_a_repeated_reservation_finds_the_same_numbers(province: Province) -> None:
    id = new_id()
    first = reserve(province, 3, id=id)
    assert reserve(province, 3, id=id) == first
    assert balance(province)["reserved"] == 3
    other = province.inspector.post(
        "/certificate-numbers/reserve",
        json={"id": id, "tablet_id": province.tablet.id, "year": YEAR + 1, "count": 1},
    )
    assert (other.status_code, other.json()["type"]) == (409, "urn:vernier:problem:already-exists")


def test_the_pull_shows_what_is_in_hand(province: Province) -> None:
    before = province.pull()
    assert before is not None
    assert before["certificate_numbers"] == []
    kept = reserve(province, 2)
    after = province.pull(before["cursor"])
    assert after is not None
    assert after["certificate_numbers"] == [
        {"tablet_id": province.tablet.id, "year": YEAR, "numbers": kept["numbers"]}
    ]
    verify(province, certificate_number=kept["numbers"][0])
    last = province.pull(after["cursor"])
    assert last is not None
    assert last["certificate_numbers"][0]["numbers"] == kept["numbers"][1:]
    assert province.pull(last["cursor"]) is None


def test_the_number_on_the_paper_is_the_certificates(province: Province) -> None:
    kept = reserve(province, 3)
    verify(province, certificate_number=kept["numbers"][1])
    verify(province, "i2")
    assert numbers(province) == sorted([kept["numbers"][1], f"00004/{YEAR}/BN-KĐ"])
    assert raised(province) == set()
    told = balance(province)
    assert (told["issued"], told["reserved"], told["missing"], told["last"]) == (2, 2, [], 4)


def test_a_number_that_is_not_the_tablets_is_replaced_and_told(province: Province) -> None:
    verify(province, certificate_number=f"00077/{YEAR}/BN-KĐ")
    assert numbers(province) == [f"00001/{YEAR}/BN-KĐ"]
    assert raised(province) == {"number-not-reserved"}


def test_a_number_used_twice_stays_with_the_first(province: Province) -> None:
    kept = reserve(province, 1)["numbers"][0]
    verify(province, certificate_number=kept)
    verify(province, "i2", certificate_number=kept)
    assert numbers(province) == [kept, f"00002/{YEAR}/BN-KĐ"]
    assert raised(province) == {"number-taken"}


def test_a_number_of_another_year_is_replaced_and_told(province: Province) -> None:
    kept = reserve(province, 1, year=YEAR + 1)["numbers"][0]
    verify(province, certificate_number=kept)
    assert numbers(province) == [f"00001/{YEAR}/BN-KĐ"]
    assert raised(province) == {"number-other-year"}


def test_a_number_given_to_a_fail_is_cancelled_with_the_reason(province: Province) -> None:
    kept = reserve(province, 2)["numbers"]
    record = verify(province, indication="20.20", certificate_number=kept[0])
    assert raised(province) == {"number-without-certificate"}
    [cancelled] = province.world.events(CertificateNumberCancelled)
    assert cancelled.number == kept[0]
    assert record["id"] in cancelled.reason
    assert balance(province)["cancelled"] == 1


def test_released_numbers_are_cancelled_and_accounted_for(province: Province) -> None:
    kept = reserve(province, 3)["numbers"]
    verify(province, certificate_number=kept[0])
    body = {"tablet_id": province.tablet.id, "reason": "Đổi máy tính bảng"}
    answer = province.inspector.post("/certificate-numbers/release", json=body)
    assert answer.json() == {"cancelled": kept[1:]}
    assert province.inspector.post("/certificate-numbers/release", json=body).json() == {"cancelled": []}
    verify(province, "i2")
    assert numbers(province) == [kept[0], f"00004/{YEAR}/BN-KĐ"]
    told = balance(province)
    assert (told["issued"], told["reserved"], told["cancelled"], told["missing"]) == (2, 0, 2, [])
    listed = province.office.get("/certificate-numbers", params={"year": YEAR, "status": "cancelled"}).json()
    assert {each["reason"] for each in listed} == {"Đổi máy tính bảng"}


def test_a_late_record_that_used_a_cancelled_number_keeps_it(province: Province) -> None:
    kept = reserve(province, 1)["numbers"][0]
    body = {"tablet_id": province.tablet.id, "reason": "Máy thất lạc"}
    assert province.office.post("/certificate-numbers/withdraw", json=body).json() == {"cancelled": [kept]}
    verify(province, certificate_number=kept)
    assert numbers(province) == [kept]
    assert raised(province) == {"number-was-cancelled"}
    told = balance(province)
    assert (told["issued"], told["cancelled"], told["without_certificate"]) == (1, 0, [])


def test_a_year_is_closed_when_it_is_over(province: Province) -> None:
    answer = province.office.post("/certificate-numbers/close", json={"year": YEAR})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:vernier:problem:year-not-over")
    past = [
        numbering._append(
            YEAR - 1,
            BY,
            status="reserved",
            tablet_id=province.tablet.id,
            inspector_id="k1",
            reservation_id="r",
        )
        for _ in range(2)
    ]
    numbering.claim(past[0], "c9", BY)
    closed = province.office.post("/certificate-numbers/close", json={"year": YEAR - 1}).json()
    assert closed["unused"] == [past[1].number]
    assert (closed["reserved"], closed["missing"], closed["without_certificate"]) == (0, [], [past[0].number])


def test_who_may_do_what(province: Province) -> None:
    body = {"id": new_id(), "tablet_id": province.tablet.id, "year": YEAR, "count": 1}
    other = province.world.door("inspection", "inspector", account="khac", inspector="k2")
    assert other.post("/certificate-numbers/reserve", json=body).status_code == 403
    released = {"tablet_id": province.tablet.id, "reason": "x"}
    assert other.post("/certificate-numbers/release", json=released).status_code == 403
    assert province.office.post("/certificate-numbers/reserve", json=body).status_code == 403
    for path in ("/certificate-numbers", "/certificate-numbers/balance"):
        assert province.inspector.get(path).status_code == 403
    many = province.inspector.post("/certificate-numbers/reserve", json={**body, "count": 101})
    assert many.status_code == 422
    far = province.inspector.post("/certificate-numbers/reserve", json={**body, "year": YEAR + 2})
    assert (far.status_code, far.json()["field"]) == (422, "year")


def test_a_tablet_holds_only_so_many(province: Province) -> None:
    reserve(province, 100)
    reserve(province, 100)
    body = {"id": new_id(), "tablet_id": province.tablet.id, "year": YEAR, "count": 1}
    answer = province.inspector.post("/certificate-numbers/reserve", json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:vernier:problem:numbers-in-hand")


def test_many_at_once_leave_no_gap_and_no_number_twice(province: Province) -> None:
    def one(index: int) -> list[CertificateNumber]:
        if index % 3 == 0:
            return numbering.reserve(new_id(), province.tablet.id, "k1", YEAR, 4, BY)
        return [numbering.number_of(f"c{index}", YEAR, BY)]

    with ThreadPoolExecutor(8) as pool:
        given = [number for each in pool.map(one, range(24)) for number in each]
    assert sorted(number.sequence for number in given) == list(range(1, 8 * 4 + 16 + 1))
    assert len({number.number for number in given}) == len(given)
    assert balance(province)["missing"] == []


def test_a_crash_between_number_and_certificate_is_mended(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError("killed")

    record = province.tablet.record(on_day(f"{YEAR}-03-05", visit_id=None))
    province.push(record)
    with monkeypatch.context() as patch:
        patch.setattr(type(certificates), "_document", _failing_for("certificate", crash))
        with pytest.raises(AssertionError, match="killed"):
            province.world.drain()
    assert balance(province)["without_certificate"] == [f"00001/{YEAR}/BN-KĐ"]
    province.world.drain()
    assert numbers(province) == [f"00001/{YEAR}/BN-KĐ"]
    told = balance(province)
    assert (told["last"], told["without_certificate"]) == (1, [])


def test_one_verification_handled_by_two_workers_gives_one_certificate(province: Province) -> None:
    record = verify(province)
    [recorded] = province.world.events(VerificationRecorded)
    first = next(certificates.query(verification_id=record["id"]))
    extra = numbering._append(YEAR, BY, status="issued", certificate_id=first.id)
    numbering.give_back(first.id, extra.number, first.number, BY)
    envelope = next(each for each in province.world.sent if each.event() == recorded)
    certify(verifications.get(record["id"]), envelope)
    assert numbers(province) == [first.number]
    told = balance(province)
    assert (told["issued"], told["cancelled"], told["missing"]) == (1, 1, [])


def test_numbers_from_before_the_register_are_entered(province: Province) -> None:
    verify(province)
    verify(province, "i2")
    certificate_numbers.collection.delete_many({})
    numbering.enter_earlier()
    numbering.enter_earlier()
    told = balance(province)
    assert (told["last"], told["issued"], told["missing"], told["without_certificate"]) == (2, 2, [], [])
    verify(province, "i3")
    assert numbers(province) == [f"0000{n}/{YEAR}/BN-KĐ" for n in (1, 2, 3)]


def _failing_for(kind: str, crash: Any) -> Any:
    """`Store._document` as it is, but for one kind of entity."""
    whole = type(certificates)._document

    def document(self: Any, entity: Any, *rest: Any) -> Any:
        if entity.kind == kind:
            crash()
        return whole(self, entity, *rest)

    return document


def test_the_history_of_a_number_says_for_whom_it_was(province: Province) -> None:
    reserve(province, 1)
    [entry] = province.office.get("/certificate-numbers", params={"year": YEAR}).json()
    [told] = province.office.get(f"/certificate-numbers/{entry['id']}/history").json()
    assert told["data"]["inspector_id"] == "k1"
    assert told["actor"] == "account/binh"
    assert now() >= certificate_numbers.get(entry["id"]).touched_at
