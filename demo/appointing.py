"""Step 4 of the demo: a visit for what is due at one site, announced by real mail and confirmed by the enterprise."""

import email
import email.policy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from demo.day import VIETNAM, today
from demo.doors import Addresses, Json, Person, Refused
from demo.registering import OWNER, Office, open_account
from demo.report import Missing, Report
from deploy.local.waiting import until

MAIL_SECONDS = 60
AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class Appointment:
    """The visit of the demo: one instrument that will pass, one that will fail."""

    id: str
    site: Json
    enterprise: Json
    passes: Json
    fails: Json
    """Obligations, as scheduling shows them."""


def appoint(office: Office, addresses: Addresses, report: Report) -> Appointment:
    dispenser, scale = _due_pair(office)
    site = office.dispatcher.get("registry", f"/sites/{dispenser['site_id']}")
    enterprise = office.dispatcher.get("registry", f"/enterprises/{site['enterprise_id']}")
    begins = datetime.now(UTC) + timedelta(minutes=5)
    visit = office.dispatcher.post(
        "scheduling",
        "/visits",
        {
            "site_id": site["id"],
            "inspector_id": office.inspector_ids[0],
            "starts_at": begins.isoformat(),
            "ends_at": (begins + timedelta(hours=3)).isoformat(),
            "items": [dispenser["id"], scale["id"]],
        },
    )
    report.same(visit["status"], "planned", "the new visit's status")
    path = f"/visits/{visit['id']}"
    announced = office.dispatcher.post("scheduling", f"{path}/announce")
    report.same(announced["status"], "announced", "the visit's status")
    report.say("site", f"{site['name']}, {site['ward_name']}")
    report.say("enterprise", enterprise["name"])
    for due in (dispenser, scale):
        report.say(f"due {due['due_on']}", f"{due['serial']} (type {due['type_code']}, {due['regime']})")
    appointment = Appointment(visit["id"], site, enterprise, dispenser, scale)
    day = begins.astimezone(VIETNAM).strftime("%d/%m/%Y")
    expect_letter(office, addresses, appointment, ("Lịch kiểm định", site["name"], day), report)
    name = f"{OWNER}-{enterprise['tax_code']}"
    owner = open_account(
        office.administrator,
        addresses,
        name,
        enterprise["contact_name"],
        ["enterprise"],
        enterprise=enterprise["id"],
    )
    confirmed = owner.post("scheduling", f"{path}/confirm")
    report.same(confirmed["status"], "confirmed", "the visit's status after the enterprise agreed")
    report.say("confirmed by", name)
    _sees_only_its_own(owner, office, enterprise, report)
    return appointment


def expect_letter(
    office: Office, addresses: Addresses, appointment: Appointment, words: tuple[str, ...], report: Report
) -> None:
    """Waits until a letter with these words has reached the enterprise's address by SMTP, exactly once."""
    recipient = appointment.enterprise["contact_email"]

    def letters() -> list[EmailMessage]:
        if addresses.mail_folder is None:
            return []
        found = (_read(file) for file in addresses.mail_folder.glob("*.eml"))
        return [each for each in found if recipient in str(each["To"]) and _holds(each, words)]

    def sent() -> list[Json]:
        rows: list[Json] = office.dispatcher.get(
            "notifications", "/notices", enterprise_id=appointment.enterprise["id"], status="sent", limit=500
        )
        return [row for row in rows if any(word in row["subject"] for word in words)]

    if addresses.mail_folder is None:
        until(lambda: sent(), f"a sent notice with {words}", MAIL_SECONDS)
        report.check(True, "the mail server took the letter")
        return
    found = until(lambda: letters(), f"a letter to {recipient} with {words}", MAIL_SECONDS)
    report.same(len(found), 1, f"the number of letters with {words}")
    report.say("letter", f"“{found[0]['Subject']}” to {recipient}")


def _sees_only_its_own(owner: Person, office: Office, enterprise: Json, report: Report) -> None:
    mine = owner.all("registry", "/instruments")
    report.same(
        {each["enterprise_id"] for each in mine}, {enterprise["id"]}, "whose instruments an enterprise sees"
    )
    other = next(each for each in office.province.enterprises if each["id"] != enterprise["id"])
    try:
        owner.get("registry", f"/enterprises/{other['id']}")
    except Refused as refused:
        report.same(refused.type, "not-yours", "the answer to an enterprise that asks for another's data")
    else:
        raise Missing("an enterprise saw another's data")


def _due_pair(office: Office) -> tuple[Json, Json]:
    """A dispenser and a scale of one site, both due within two months and on no visit."""
    rows = office.dispatcher.all(
        "scheduling",
        "/obligations",
        due_before=(today() + AHEAD).isoformat(),
        status="open",
    )
    sites: dict[str, dict[str, Json]] = {}
    for row in rows:
        if row["type_code"] in ("19", "8b") and row["regime"] == "periodic" and row["visit_id"] is None:
            sites.setdefault(row["site_id"], {}).setdefault(row["type_code"], row)
    for pair in sites.values():
        if len(pair) == 2:
            return pair["19"], pair["8b"]
    raise Missing(
        "no site has both a dispenser and a scale that are due and on no visit; earlier runs verified them all: "
        "stop the platform, make clean, and run it again"
    )


def _read(file: Path) -> EmailMessage:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _holds(message: EmailMessage, words: tuple[str, ...]) -> bool:
    body = message.get_body(("plain",))
    text = f"{message['Subject']}\n{body.get_content() if body else ''}"
    return all(word in text for word in words)
