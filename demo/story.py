"""The demo's story in seven steps, each with its checks; the end-to-end tests tell it too."""

from pathlib import Path

from demo.appointing import appoint
from demo.doors import Addresses
from demo.fieldwork import work_in_the_field
from demo.outcome import check_outcome, show_trail
from demo.registering import check_catalogue, hear_what_is_due, register_province
from demo.report import Report


def tell_the_story(addresses: Addresses, folder: Path, report: Report) -> None:
    """`folder` is the tablet's own. Raises Missing, NeverCame or Refused at the first effect that is not there."""
    with report.step("The law's catalogue and the province's wards"):
        administrator = check_catalogue(addresses, report)
    with report.step("Enterprises, sites, instruments, inspectors, standards, seals"):
        office = register_province(addresses, administrator, report)
    with report.step("Scheduling hears of them by Kafka and knows what is due"):
        hear_what_is_due(office, report)
    with report.step("A visit is planned, announced by mail and confirmed"):
        appointment = appoint(office, addresses, report)
    with report.step("A tablet verifies offline, is killed, goes on, and syncs twice"):
        work = work_in_the_field(office, addresses, appointment, folder, report)
    with report.step("Verdict, certificate, status, next due day, result letters"):
        check_outcome(office, addresses, appointment, work, report)
    with report.step("The audit trail: who did what, when, by which event"):
        show_trail(office, appointment, report)
