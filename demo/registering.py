"""Steps 1 to 3 of the demo: the law's catalogue and the wards, the example province, and what scheduling heard of it."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

from demo.day import today
from demo.doors import Addresses, Json, Person, Refused
from demo.province import INSPECTORS, STANDARDS, Province, example_id, make_province
from demo.report import Report
from deploy.local.secrets import DEMO_ACCOUNTS
from deploy.local.waiting import until
from metrology.catalogue import Catalogue

AT_ONCE = 8
HEARD_SECONDS = 60
DISPATCHER, INSPECTOR, OWNER = DEMO_ACCOUNTS

SEALS = {"BN26": ("lead_seal", 5000), "TEM26": ("stamp", 5000)}
HANDED_OUT = 100


@dataclass
class Office:
    """Those who work for the department, and what they registered."""

    administrator: Person
    dispatcher: Person
    inspector_ids: list[str]
    standards: dict[str, Json]
    province: Province


def check_catalogue(addresses: Addresses, report: Report) -> Person:
    """The catalogue that the deployment loaded is the law's, row by row, and so are the wards."""
    administrator = Person(addresses, "admin", addresses.admin_password)
    shipped: dict[str, list[Json]] = {}
    for entry in Catalogue.shipped().entries:
        shipped.setdefault(entry.code, []).append(entry.row())
    report.same(len(shipped), 90, "the number of types in the catalogue")
    in_force = administrator.get("registry", "/catalogue", on=today().isoformat())
    codes = {row["code"] for row in in_force}
    report.same(codes, set(Catalogue.shipped().codes(today())), "the types in force today")
    report.check(all(row["source"] for row in in_force), "every type names its source")
    for code, rows in shipped.items():
        report.same(administrator.get("registry", f"/catalogue/{code}"), rows, f"the states of type {code}")
        administrator.put("registry", f"/catalogue/{code}", {"rows": rows})
    history = len([row for rows in shipped.values() for row in rows])
    doubtful = ", ".join(sorted(shipped.keys() - codes))
    report.say(
        "types of instrument", f"{len(shipped)}, in force today {len(in_force)} (unconfirmed: {doubtful})"
    )
    report.say("their states over time", f"{history}, each with source and trust")
    wards = administrator.get("registry", "/wards")
    report.same(len(wards), 99, "the number of communes and wards")
    report.say("communes and wards of Bắc Ninh", len(wards))
    return administrator


def register_province(addresses: Addresses, administrator: Person, report: Report) -> Office:
    province = make_province(administrator.get("registry", "/wards"))
    inspectors = [administrator.post("registry", "/inspectors", body) for body in INSPECTORS]
    standards = {body["code"]: administrator.post("registry", "/standards", body) for body in STANDARDS}
    dispatcher = open_account(administrator, addresses, DISPATCHER, "Vũ Thị Điều Phối", ["dispatcher"])
    open_account(
        administrator,
        addresses,
        INSPECTOR,
        inspectors[0]["name"],
        ["inspector"],
        inspector=inspectors[0]["id"],
    )
    for path, bodies in (
        ("/enterprises", province.enterprises),
        ("/sites", province.sites),
        ("/instruments", province.instruments),
    ):
        _post_all(dispatcher, path, bodies)
    owner = province.enterprises[0]
    open_account(
        administrator, addresses, OWNER, owner["contact_name"], ["enterprise"], enterprise=owner["id"]
    )
    _hand_out_seals(dispatcher, inspectors[0]["id"], report)
    kept = {row["id"] for row in dispatcher.all("registry", "/instruments")}
    report.check({each["id"] for each in province.instruments} <= kept, "every instrument is in the register")
    types = Counter(each["type_code"] for each in province.instruments)
    report.say("enterprises, sites", f"{len(province.enterprises)}, {len(province.sites)}")
    report.say("instruments", f"{len(province.instruments)} of {len(types)} types")
    report.line("  " + ", ".join(f"{code}: {count}" for code, count in sorted(types.items())))
    report.say("inspectors with cards", len(inspectors))
    report.say("reference standards", len(standards))
    return Office(administrator, dispatcher, [each["id"] for each in inspectors], standards, province)


def hear_what_is_due(office: Office, report: Report) -> None:
    """Scheduling learnt of every instrument through Kafka alone, and says what is due when."""
    wanted = {each["id"] for each in office.province.instruments}

    def known() -> bool:
        return wanted <= {row["id"] for row in office.dispatcher.all("scheduling", "/obligations")}

    until(known, "scheduling to hear of every instrument", HEARD_SECONDS)
    rows = [row for row in office.dispatcher.all("scheduling", "/obligations") if row["id"] in wanted]
    untouched = [row for row in rows if row["result"] is None and row["status"] == "open"]
    by_id = {each["id"]: each for each in office.province.instruments}
    for row in untouched:
        earlier = by_id[row["id"]].get("earlier_certificate")
        if earlier is None:
            report.same(row["regime"], "initial", f"the regime of {row['serial']}, never verified")
        else:
            due = Catalogue.shipped().valid_until(
                row["type_code"], date.fromisoformat(earlier["verified_on"])
            )
            report.same(
                (row["regime"], row["due_on"]), ("periodic", str(due)), f"the due day of {row['serial']}"
            )
    summary = office.dispatcher.get("scheduling", "/due/summary")["total"]
    report.say("instruments heard of", len(rows))
    report.line("  due: " + ", ".join(f"{lead}: {count}" for lead, count in sorted(summary.items())))


def _post_all(person: Person, path: str, bodies: Iterable[Json]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda body: person.post("registry", path, body), bodies))


def open_account(
    administrator: Person,
    addresses: Addresses,
    username: str,
    name: str,
    roles: list[str],
    *,
    enterprise: str | None = None,
    inspector: str | None = None,
) -> Person:
    """The person, signed in; the account is opened unless an earlier run did."""
    body: dict[str, Any] = {
        "username": username,
        "password": addresses.demo_password,
        "name": name,
        "roles": roles,
        "enterprise_id": enterprise,
        "inspector_id": inspector,
    }
    try:
        administrator.post("registry", "/accounts", body)
    except Refused as refused:
        if refused.type != "already-exists":
            raise
    return Person(addresses, username, addresses.demo_password)


def _hand_out_seals(dispatcher: Person, inspector_id: str, report: Report) -> None:
    """Inspection knows the inspector a moment after the registry; until then it refuses to hand out."""

    def handed_out(batch_id: str) -> bool:
        batch = dispatcher.get("inspection", f"/seal-batches/{batch_id}")
        if any(issue["inspector_id"] == inspector_id for issue in batch["issues"]):
            return True
        body = {"first": 1, "last": HANDED_OUT, "inspector_id": inspector_id}
        try:
            dispatcher.post("inspection", f"/seal-batches/{batch_id}/issue", body)
        except Refused as refused:
            if refused.type != "inspector-unknown":
                raise
            return False
        return True

    for series, (kind, last) in SEALS.items():
        body = {"id": example_id("seals", series), "kind": kind, "series": series, "first": 1, "last": last}
        batch = dispatcher.post("inspection", "/seal-batches", body)
        until(lambda id=batch["id"]: handed_out(id), "inspection to hear of the inspector", HEARD_SECONDS)  # type: ignore[misc]
        report.check(True, f"seals {series} are handed out")
        report.say(f"seals {series}", f"{last} received, {HANDED_OUT} handed to the inspector")
