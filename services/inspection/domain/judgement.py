"""From a record to a verification: the server evaluates anew with metrology, and its verdict is the one that counts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from metrology import BadInput, Shelf, UnknownType, evaluate
from services.inspection.domain.attention import Concern
from services.inspection.domain.body import VerificationBody
from services.inspection.domain.clock import Timing
from services.inspection.domain.evidence import purposes_asked
from services.inspection.domain.gates import Facts, concerns, doubt_concerns, evidence_concerns
from services.inspection.domain.record import Record
from services.inspection.domain.verification import AsFound, StandardUsed, Verification
from services.kernel.model import Quantity


@dataclass(frozen=True)
class Judgement:
    verification: Verification
    concerns: list[Concern]

    def matters(self) -> Iterator[tuple[Concern, tuple[str, ...]]]:
        """What a person should see, each with its cause: what is raised once."""
        made = self.verification
        for each in self.concerns:
            if each.quiet:
                continue
            if each.reason == "clock-off":
                yield each, (made.tablet_id, made.verified_on.isoformat())
            elif each.reason == "correction-unknown":
                yield each, (str(made.corrects),)  # the record that is lacking finds it by its own id
            else:
                yield each, (made.id, *each.words.values())


@dataclass
class _Found:
    """What the evaluation brought."""

    verdict: Any = "incomplete"
    procedure: dict[str, Any] = field(default_factory=dict)
    points: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    missing: list[dict[str, Any]] = field(default_factory=list)
    conditions: dict[str, Any] = field(default_factory=dict)
    characteristics: dict[str, Any] = field(default_factory=dict)
    concerns: list[Concern] = field(default_factory=list)


def judge(record: Record, facts: Facts, at: datetime) -> Judgement:
    """The verification that an accepted record tells of, and everything about it that a person should see."""
    body, instrument = record.sent.body, facts.instrument
    timing = Timing.of(
        body.finished_at, record.received_at, record.clock_offset_ms, record.clock_offset_at_push_ms
    )
    day, found = timing.verified_on, _evaluate(body)
    noted = [
        *concerns(body, facts, day),
        *found.concerns,
        *timing.concerns(record.tablet_id),
        *_differences(body, facts, found, day),
        *evidence_concerns(_asked(found.procedure, body, facts, day), body, facts.missing_attachments),
        *doubt_concerns(facts.doubts),
    ]
    verification = Verification(
        id=record.id,
        record_hash=record.hash,
        tablet_id=record.tablet_id,
        visit_id=body.visit_id,
        instrument_id=instrument.id,
        enterprise_id=instrument.enterprise_id,
        site_id=instrument.site_id,
        type_code=body.type_code,
        maker=instrument.maker,
        country=instrument.country,
        model=instrument.model,
        serial=instrument.serial,
        inspector_id=record.inspector_id,
        inspector_card=facts.inspector.card_number if facts.inspector else None,
        regime=body.regime,
        after_repair_reason=body.after_repair_reason,
        started_at=body.started_at,
        finished_at=body.finished_at,
        verified_at=timing.verified_at,
        verified_on=day,
        received_at=record.received_at,
        clock_offset_ms=timing.offset_ms,
        verdict=found.verdict,
        tablet_verdict=body.verdict,
        points=found.points,
        steps=_steps(found),
        checks=found.checks,
        missing=found.missing,
        readings=_readings(body.evaluation),
        as_found=_as_found(body),
        characteristics=_plain(instrument.characteristics),
        told_characteristics=found.characteristics,
        conditions=found.conditions,
        procedure=found.procedure,
        standards=list(_standards_used(body, facts, day)),
        standard_ids=list(dict.fromkeys(body.standard_ids)),
        seals_affixed=body.seals_affixed,
        seals_removed=body.seals_removed,
        seals_voided=body.seals_voided,
        withheld=list(dict.fromkeys(each.reason for each in noted if each.withholds)),
        shut_by=sorted({each.heard_from for each in noted if each.heard_from}) or None,
        concerns=list(dict.fromkeys(each.reason for each in noted)),
        valid_until=_valid_until(facts, body.type_code, day),
        certificate_number=body.certificate_number,
        note=body.note,
        status_record=body.status_record,
        attachments=body.attachments,
        signatures=body.signatures or [],
        refused_to_sign=body.refused_to_sign,
        corrects=body.corrects,
        correction_reason=body.correction_reason,
        touched_at=at,
    )
    return Judgement(verification, noted)


def _evaluate(body: VerificationBody) -> _Found:
    try:
        result = evaluate(body.evaluation)
    except BadInput as bad:
        unknown = isinstance(bad, UnknownType) or bad.field.startswith("procedure")
        reason = "procedure-unknown" if unknown else "not-evaluable"
        words = {"field": bad.field[:100], "detail": str(bad)[:300]}
        return _Found(concerns=[Concern(reason, words, withholds=True)])
    return _Found(
        verdict=result["verdict"],
        procedure=dict(result["procedure"]),
        points=list(result["points"]),
        checks=list(result["checks"]),
        missing=list(result["missing"]),
        conditions=dict(body.evaluation.get("conditions") or {}),
        characteristics=dict(body.evaluation["characteristics"]),
    )


def _as_found(body: VerificationBody) -> AsFound | None:
    """Judged like the rest; what cannot be judged is kept with its readings as incomplete."""
    if body.as_found is None:
        return None
    readings = _readings(body.as_found)
    try:
        result = evaluate(body.as_found, explain=False)
    except BadInput:
        return AsFound(verdict="incomplete", points=[], readings=readings)
    return AsFound(verdict=result["verdict"], points=list(result["points"]), readings=readings)


def _readings(evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    told = evaluation.get("readings")
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def _steps(found: _Found) -> list[dict[str, Any]]:
    """The verdict on each step that was done: fail if anything of it failed, else incomplete if anything lacks."""
    verdicts: dict[str, str] = {}
    for each in (*found.points, *found.checks):
        if verdicts.get(each["step"]) != "fail":
            verdicts[each["step"]] = each["verdict"]
    for each in found.missing:
        if each.get("step") is not None and verdicts.get(each["step"]) != "fail":
            verdicts[each["step"]] = "incomplete"
    return [{"id": step, "verdict": verdict} for step, verdict in verdicts.items()]


def _asked(procedure: Mapping[str, Any], body: VerificationBody, facts: Facts, day: date) -> list[str]:
    """The pictures that the procedure asks for (none of one that is not known), and those that the office does."""
    of_office = purposes_asked(facts.pictures, body.type_code, day)
    if not procedure:
        return of_office
    known = Shelf.shipped().version(procedure["id"], procedure["version"])
    return list(dict.fromkeys([*known.evidence, *of_office]))


def _differences(body: VerificationBody, facts: Facts, found: _Found, day: date) -> Iterator[Concern]:
    """Where the tablet's words do not fit each other, the register, or the server's verdict."""
    if found.concerns:
        return
    evaluation = body.evaluation
    for what, told in (("type", body.type_code), ("regime", body.regime)):
        if evaluation.get(what) != told:
            yield Concern("evaluation-differs", {"what": what}, withholds=True)
    if evaluation.get("verified_on") != day.isoformat():
        words = {"told": str(evaluation.get("verified_on"))[:40], "day": day.isoformat()}
        yield Concern("day-differs", words)
    if names := _unlike(facts.instrument.characteristics, evaluation.get("characteristics")):
        yield Concern("characteristics-differ", {"names": ", ".join(names)})
    if body.verdict != found.verdict:
        yield Concern("verdict-differs", {"tablet_verdict": body.verdict, "verdict": found.verdict})


def _unlike(known: Mapping[str, Quantity | str], told: object) -> list[str]:
    """The characteristics that both name, in the same unit, with another value."""
    found = []
    for name, value in (told if isinstance(told, Mapping) else {}).items():
        registered = known.get(name)
        if isinstance(registered, str) and isinstance(value, str) and registered != value:
            found.append(name)
        if (
            isinstance(registered, Quantity)
            and isinstance(value, Mapping)
            and value.get("unit") == registered.unit
        ):
            try:
                same = Decimal(str(value.get("value"))) == registered.value
            except InvalidOperation:
                same = False
            if not same:
                found.append(name)
    return sorted(found)


def _standards_used(body: VerificationBody, facts: Facts, day: date) -> Iterator[StandardUsed]:
    for id in dict.fromkeys(body.standard_ids):
        known = facts.standards.get(id)
        if known is None:
            yield StandardUsed(id=id)
        else:
            certified = known.certified_on(day).model_dump()
            yield StandardUsed(id=id, code=known.code, serial=known.serial, **certified)


def _valid_until(facts: Facts, type_code: str, day: date) -> date | None:
    """The last day of the month that closes the interval (TT 24/2013 Art. 41); None where there is no cycle."""
    try:
        return facts.catalogue.valid_until(type_code, day)
    except UnknownType:
        return None


def _plain(characteristics: Mapping[str, Quantity | str]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str) else value.model_dump(mode="json")
        for name, value in characteristics.items()
    }
