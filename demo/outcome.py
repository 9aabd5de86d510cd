"""Steps 6 and 7 of the demo: verdicts, certificate, status, next due day and letters; then the audit trail."""

from datetime import date, datetime

from demo.appointing import Appointment, expect_letter
from demo.day import VIETNAM
from demo.doors import Addresses, Json
from demo.fieldwork import Fieldwork
from demo.registering import Office
from demo.report import Report
from deploy.local.waiting import until
from metrology.catalogue import Catalogue

SETTLED_SECONDS = 60

PASSED_STEPS = (
    "registry.instrument.registered", "scheduling.verification.due", "scheduling.visit.planned",
    "scheduling.visit.announced", "notifications.notice.sent", "scheduling.visit.confirmed",
    "inspection.verification.recorded", "inspection.seal.affixed", "inspection.certificate.issued",
    "registry.instrument.updated", "scheduling.visit.completed",
)  # fmt: skip
FAILED_STEPS = (
    "registry.instrument.registered", "scheduling.visit.announced", "inspection.verification.recorded",
    "registry.instrument.updated", "notifications.notice.sent", "scheduling.visit.completed",
)  # fmt: skip


def check_outcome(
    office: Office, addresses: Addresses, appointment: Appointment, work: Fieldwork, report: Report
) -> None:
    passed, failed = appointment.passes["id"], appointment.fails["id"]
    evaluated = office.dispatcher.get("inspection", f"/verifications/{work.passed}")
    report.same((evaluated["verdict"], evaluated["withheld"]), ("pass", []), "the server's verdict")
    certificate = evaluated["certificate"]
    until_day = Catalogue.shipped().valid_until("19", _day(evaluated["verified_on"]))
    report.same(certificate["valid_until"], str(until_day), "the last day of validity")
    report.same(
        (work.results[work.passed]["certificate_number"], work.results[work.passed]["valid_until"]),
        (certificate["number"], certificate["valid_until"]),
        "the certificate as the tablet heard of it",
    )
    report.say("certificate", f"{certificate['number']}, valid until {certificate['valid_until']}")
    failing = office.dispatcher.get("inspection", f"/verifications/{work.failed}")
    report.same((failing["verdict"], failing["certificate"]), ("fail", None), "the failed verification")
    report.say("failed points", ", ".join(p["id"] for p in failing["points"] if p["verdict"] == "fail"))
    _check_seals(office, work, passed, report)
    chain = office.dispatcher.get("inspection", f"/tablets/{work.tablet_id}")
    report.same((chain["records"], chain["missing"]), (2, []), "the tablet's chain on the server")

    def settled() -> bool:
        first = office.dispatcher.get("registry", f"/instruments/{passed}")
        second = office.dispatcher.get("registry", f"/instruments/{failed}")
        return bool(first["certificate_number"] == certificate["number"] and second["status"] == "barred")

    until(settled, "the registry to show the new status of both", SETTLED_SECONDS)
    shown = office.dispatcher.get("registry", f"/instruments/{passed}")
    report.same((shown["status"], shown["valid_until"]), ("in_service", str(until_day)), "the dispenser")
    report.say(
        "registry",
        f"{shown['serial']} in service until {shown['valid_until']}; {appointment.fails['serial']} barred",
    )

    def rescheduled() -> bool:
        due = office.dispatcher.get("scheduling", f"/obligations/{passed}")
        barred = office.dispatcher.get("scheduling", f"/obligations/{failed}")
        return bool(due["due_on"] == str(until_day) and barred["status"] == "barred")

    until(rescheduled, "scheduling to know the next due day", SETTLED_SECONDS)
    visit = until(lambda: _completed(office, appointment), "the visit to be completed", SETTLED_SECONDS)
    report.same(len(visit["outcomes"]), 2, "the number of outcomes of the visit")
    report.say(
        "scheduling", f"next due {until_day}; the scale waits for its repair; the visit is {visit['status']}"
    )
    for words in (
        ("Đạt kiểm định", appointment.passes["serial"], certificate["number"]),
        ("Không đạt kiểm định", appointment.fails["serial"]),
    ):
        expect_letter(office, addresses, appointment, words, report)


def show_trail(office: Office, appointment: Appointment, report: Report) -> None:
    for due, needed in ((appointment.passes, PASSED_STEPS), (appointment.fails, FAILED_STEPS)):

        def complete(id: str = due["id"], needed: tuple[str, ...] = needed) -> bool:
            told = {
                _short(step["type"]) for step in office.dispatcher.get("registry", f"/instruments/{id}/trail")
            }
            return set(needed) <= told

        until(complete, f"the whole trail of {due['serial']}", SETTLED_SECONDS)
        trail = office.dispatcher.get("registry", f"/instruments/{due['id']}/trail")
        report.line(f"{due['serial']}, {len(trail)} steps:")
        for step in trail:
            report.check(
                bool(step["actor"] and step["time"] and step["id"]),
                "every step says who, when and which event",
            )
            at = datetime.fromisoformat(step["time"]).astimezone(VIETNAM).strftime("%d/%m %H:%M:%S")
            who = step["actor_name"] or step["actor"]
            report.line(f"  {at}  {_short(step['type']):<36}{who:<26}{step['id']}")


def _check_seals(office: Office, work: Fieldwork, instrument_id: str, report: Report) -> None:
    for number in work.affixed:
        seal = until(lambda n=number: _seal(office, n, "affixed"), f"seal {number} on its instrument")  # type: ignore[misc]
        report.same(seal["instrument_id"], instrument_id, f"where seal {number} is")
    until(lambda: _seal(office, work.voided, "void"), f"seal {work.voided} to be void")
    report.check(True, "the void seal is void in the ledger")


def _seal(office: Office, number: str, status: str) -> Json | None:
    seal: Json = office.dispatcher.get("inspection", f"/seals/{number}")
    return seal if seal["status"] == status else None


def _completed(office: Office, appointment: Appointment) -> Json | None:
    visit: Json = office.dispatcher.get("scheduling", f"/visits/{appointment.id}")
    return visit if visit["status"] == "completed" else None


def _short(type: str) -> str:
    return type.removeprefix("vernier.").removesuffix(".v1")


def _day(text: str) -> date:
    return date.fromisoformat(text)
