"""In whatever order they hear of it, registry and scheduling come to what inspection says is in force."""

import random
from datetime import date
from typing import Any

import pytest

from services.inspection.domain.past import counting
from services.inspection.storage import certificates, past_of, verifications
from services.kernel.model import Envelope
from services.registry.service import prepare
from services.registry.storage import instruments
from services.scheduling.storage import obligations
from tests import examples
from tests.unit.inspection.evidence import verification
from tests.unit.inspection.province import Json, Province
from tests.world import MakeWorld, World

STEPS, ORDERS = 7, 4


class Story:
    """What inspectors and dispatchers do with one instrument, by chance."""

    def __init__(self, province: Province, seed: int) -> None:
        self.province, self.chance = province, random.Random(seed)
        self.records: list[Json] = []

    def go_on(self) -> None:
        acts = [self.verify, self.verify, self.correct, self.set_aside, self.set_aside, self.reinstate]
        for _ in range(self.chance.randint(1, 2)):
            self.chance.choice([*acts, self.reissue, self.revoke])()
        self.province.world.drain(shuffle=self.chance.randrange(1000), twice=True)

    def verify(self, **changed: Any) -> None:
        hour = self.chance.randint(1, 6)
        times = {
            "started_at": f"2026-03-05T0{hour}:00:00.000Z",
            "finished_at": f"2026-03-05T0{hour}:40:00.000Z",
        }
        body = verification(self.chance.choice(["20.00", "20.20"]), **{**times, **changed})
        kind = "correction" if "corrects" in changed else "verification"
        self.records.append(self.province.tablet.record(body, kind=kind))
        self.province.push(self.records[-1])

    def correct(self) -> None:
        if self.records:
            wrong = self.chance.choice(self.records)
            same = {name: wrong["body"][name] for name in ("started_at", "finished_at")}
            self.verify(corrects=wrong["id"], correction_reason="Ghi nhầm", **same)

    def set_aside(self) -> None:
        """Where another goes before the one that is named, the office is told so and nothing happens."""
        if len(self.records) > 1:
            loser, winner = self.chance.sample(self.records, 2)
            told = {"in_favour_of": winner["id"], "reason": "Đo lại"}
            self.province.office.post(f"/verifications/{loser['id']}/set-aside", json=told)

    def reinstate(self) -> None:
        for each in verifications.query(instrument_id="i1"):
            if each.set_aside is not None:
                self.province.office.post(f"/verifications/{each.id}/reinstate", json={"reason": "Nhầm"})
                return

    def reissue(self) -> None:
        for each in certificates.query(instrument_id="i1", status="in_force"):
            self.province.office.post(f"/certificates/{each.id}/reissue", json={"reason": "Sai tên"})

    def revoke(self) -> None:
        for each in certificates.query(instrument_id="i1", status="in_force"):
            self.province.office.post(f"/certificates/{each.id}/revoke", json={"reason": "Cấp sai"})


def register(world: World) -> None:
    prepare()
    office = world.door("registry", "dispatcher")
    owner = office.post("/enterprises", json=examples.enterprise(id="e1")).json()
    site = office.post("/sites", json=examples.site(owner["id"], id="p1")).json()
    made = office.post("/instruments", json=examples.dispenser(site["id"], id="i1"))
    assert made.status_code == 201, made.text
    world.drain()


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happened_to_an_instrument_and_in_whatever_order_it_is_heard(
    world: MakeWorld, seed: int
) -> None:
    province = Province(world("inspection"))
    story = Story(province, seed)
    for _ in range(STEPS):
        story.go_on()
    before = certified()
    for envelope in list(province.world.sent):
        province.world.deliver(envelope)
    province.world.drain(shuffle=seed)
    assert certified() == before, "what is heard again gives no other certificate"
    told: list[Envelope] = [each for each in province.world.sent if each.source.endswith("inspection")]
    for order in range(ORDERS):
        readers = world("registry", "scheduling")
        register(readers)
        for envelope in told:
            readers.deliver(envelope)
        readers.drain(twice=True, shuffle=order or None)
        found, due = instruments.get("i1"), obligations.get("i1")
        assert (found.status, found.valid_until, found.certificate_number) == standing()
        assert (due.status, due.due_on) == (
            ("barred", None)
            if found.status == "barred"
            else ("open", found.valid_until or found.registered_on)
        )
        readers.close()


def certified() -> list[tuple[str, int, str]]:
    given = certificates.query(instrument_id="i1")
    return sorted((each.verification_id, each.edition, each.status) for each in given)


def standing() -> tuple[str, date | None, str | None]:
    """What inspection says of the instrument: one certificate is in force, that of the verification that counts, or none."""
    in_force = list(certificates.query(instrument_id="i1", status="in_force"))
    counts = counting(past_of("i1"))
    if counts is None:
        assert in_force == []
        return "registered", None, None
    if counts.verdict == "pass" and in_force:
        [only] = in_force
        assert only.verification_id == counts.id
        return "in_service", only.valid_until, only.number
    assert in_force == []
    last = list(certificates.query(verification_id=counts.id, order="edition"))
    assert counts.verdict == "fail" or not last[-1].may_return, "only what a person withdrew does not return"
    return "barred", None, None
