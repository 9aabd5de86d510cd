"""Each gate between a verification and a certificate, and each oddity that a person must see."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from metrology import Catalogue
from services.inspection.domain.attention import Attention
from services.inspection.domain.body import VerificationBody
from services.inspection.domain.gates import Facts, concerns
from services.inspection.domain.known import Inspector, Instrument, Standard, Visit
from services.inspection.domain.sentences import SENTENCES
from services.kernel.model import now
from tests.unit.inspection import evidence

DAY = date(2026, 3, 5)


def facts(**changed: Any) -> Facts:
    """Everything as it should be, but for what is changed: inspector, instrument, standard, visit, rows."""

    def made(kind: Any, name: str, default: dict[str, Any], **more: Any) -> Any:
        told = changed.get(name, {})
        if told is None:
            return None
        values = {**default, **told}
        return kind.model_validate({"id": values[f"{name}_id"], "touched_at": now(), **values, **more})

    items = {"instrument_ids": ["i1"], "regimes": ["periodic"], "status": "announced"}
    return Facts(
        inspector_id="k1",
        received_at=now(),
        inspector=made(Inspector, "inspector", evidence.inspector()),
        instrument=made(Instrument, "instrument", evidence.instrument()),
        standards={"s1": made(Standard, "standard", evidence.standard())},
        visit=made(Visit, "visit", {**evidence.visit(), **items}),
        catalogue=Catalogue(changed.get("rows", evidence.ROWS)),
    )


def found(body: dict[str, Any], known: Facts, day: date = DAY) -> dict[str, bool]:
    """Each reason and whether it withholds the certificate."""
    told = VerificationBody.model_validate(evidence.verification(**body))
    return {each.reason: each.withholds for each in concerns(told, known, day)}


def test_all_gates_are_open_when_everything_is_in_order() -> None:
    assert found({}, facts()) == {}


NEVER = [{**row, "periodic": False} for row in evidence.ROWS]

CASES: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("inspector-unknown", {}, {"inspector": None}, True),
    ("inspector-suspended", {}, {"inspector": {"suspended": True}}, True),
    ("card-expired", {}, {"inspector": {"card_valid_until": "2026-03-04"}}, True),
    ("card-type", {}, {"inspector": {"type_codes": ["8b"]}}, True),
    ("standard-missing", {"standard_ids": []}, {}, True),
    ("standard-unknown", {"standard_ids": ["s1", "s9"]}, {}, True),
    ("standard-expired", {}, {"standard": {"valid_until": "2026-03-04"}}, True),
    ("standard-expired", {}, {"standard": {"valid_from": "2026-03-06"}}, True),
    ("standard-type", {}, {"standard": {"type_codes": ["8b"]}}, True),
    ("instrument-no-identity", {}, {"instrument": {"serial": " "}}, True),
    ("instrument-retired", {}, {"instrument": {"status": "retired"}}, True),
    ("instrument-barred", {}, {"instrument": {"status": "barred"}}, True),
    ("type-differs", {}, {"instrument": {"type_code": "8b"}}, True),
    ("type-unknown", {}, {"rows": []}, True),
    ("regime-not-allowed", {}, {"rows": NEVER}, True),
    ("repair-reason-missing", {"regime": "after_repair"}, {}, False),
    ("visit-unplanned", {"visit_id": None}, {}, False),
    ("visit-unknown", {}, {"visit": None}, False),
    ("visit-cancelled", {}, {"visit": {"status": "cancelled"}}, False),
    ("visit-other-inspector", {}, {"visit": {"inspector_id": "k2"}}, False),
    ("visit-other-instrument", {}, {"visit": {"instrument_ids": ["i9"]}}, False),
    ("mismatch-noted", {"mismatches": [{"what": "serial", "expected": "A1", "found": "B2"}]}, {}, False),
]


@pytest.mark.parametrize(("reason", "body", "known", "withholds"), CASES, ids=[case[0] for case in CASES])
def test_a_gate(reason: str, body: dict[str, Any], known: dict[str, Any], withholds: bool) -> None:
    assert found(body, facts(**known)) == {reason: withholds}


@pytest.mark.parametrize(
    "known",
    [
        {"inspector": {"card_valid_until": "2026-03-05"}},
        {"standard": {"valid_from": "2026-03-05", "valid_until": "2026-03-05"}},
        {"visit": {"status": "completed"}},
    ],
)
def test_the_last_day_still_counts(known: dict[str, Any]) -> None:
    assert found({}, facts(**known)) == {}


def test_a_verification_after_repair_releases_a_barred_instrument() -> None:
    body = {"regime": "after_repair", "after_repair_reason": "repaired"}
    assert found(body, facts(instrument={"status": "barred"})) == {}


def test_where_none_is_made_after_repair_one_as_new_releases_a_barred_instrument() -> None:
    rows = [{**row, "after_repair": False} for row in evidence.ROWS]
    barred = facts(instrument={"status": "barred"}, rows=rows)
    assert found({"regime": "initial"}, barred) == {}
    assert found({}, barred) == {"instrument-barred": True}


def test_what_we_know_of_a_fail_ourselves_goes_before_the_registers_word() -> None:
    barred = {"status": "barred"}
    released = replace(facts(instrument=barred), ever_failed=True, failed_before=False)
    assert found({}, released) == {}
    assert found({}, replace(facts(), ever_failed=True, failed_before=True)) == {"instrument-barred": True}


@pytest.mark.parametrize(
    ("day", "number"),
    [("2024-12-31", "3"), ("2025-01-01", "1"), ("2025-12-31", "1"), ("2026-06-01", "2"), ("2028-01-01", "3")],
)
def test_a_standard_was_under_the_certificate_of_the_day(day: str, number: str) -> None:
    """Told again of the second, its dates are corrected; the third is told before it begins."""
    told = [
        ("1", "2025-01-01", "2025-12-31"),
        ("2", "2026-01-01", "2026-03-31"),
        ("2", "2026-01-01", "2026-12-31"),
        ("3", "2027-01-01", "2027-12-31"),
    ]
    names = ("certificate_number", "valid_from", "valid_until")
    first, *later = (
        Standard(id="s1", touched_at=now(), **evidence.standard(**dict(zip(names, each, strict=True))))
        for each in told
    )
    for each in later:
        first.retell(each)
    certified = first.certified_on(date.fromisoformat(day))
    assert certified.certificate_number == number
    assert len(first.past_certificates) == 2


def test_every_concern_has_its_sentences_in_both_languages() -> None:
    for reason, body, known, _ in CASES:
        told = VerificationBody.model_validate(evidence.verification(**body))
        for concern in concerns(told, facts(**known), DAY):
            raised = Attention.of(concern, "r1", at=now())
            assert raised.detail != raised.detail_en
            assert "{" not in raised.detail + raised.detail_en, reason


def test_vietnamese_and_english_name_the_same_words() -> None:
    import string

    for reason, texts in SENTENCES.items():
        named = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts]
        assert named[0] == named[1], reason
