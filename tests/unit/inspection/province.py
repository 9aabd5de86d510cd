"""A province in small around inspection: what registry and scheduling told, a tablet enrolled, and doors to both sides."""

from typing import Any

from services.registry.events import (
    EnterpriseRegistered,
    InspectorRegistered,
    InstrumentRegistered,
    InstrumentTypeDefined,
    SiteRegistered,
    StandardRegistered,
)
from services.scheduling.events import VisitAnnounced
from tests.unit.inspection import evidence
from tests.unit.inspection.evidence import FieldTablet
from tests.world import World

Json = dict[str, Any]


class Province:
    """Three fuel dispensers at one site, one visit of inspector k1 to all of them."""

    def __init__(self, world: World) -> None:
        self.world, self.tablet = world, FieldTablet()
        self.tell(
            InstrumentTypeDefined.model_validate({"code": "19", "rows": evidence.ROWS}), "instrument_type/19"
        )
        self.tell(EnterpriseRegistered.model_validate(evidence.enterprise()), "enterprise/e1")
        self.tell(SiteRegistered.model_validate(evidence.site()), "site/p1")
        self.tell(StandardRegistered.model_validate(evidence.standard()), "standard/s1")
        for id in ("k1", "k2"):
            person = evidence.inspector(inspector_id=id, card_number=f"KĐV-{id}")
            self.tell(InspectorRegistered.model_validate(person), f"inspector/{id}")
        for id in ("i1", "i2", "i3"):
            dispenser = evidence.instrument(instrument_id=id, serial=f"TS-2024-{id}")
            self.tell(InstrumentRegistered.model_validate(dispenser), f"instrument/{id}")
        items = [{"instrument_id": id, "regime": "periodic"} for id in ("i1", "i2", "i3")]
        self.tell(VisitAnnounced.model_validate(evidence.visit(items=items)), "visit/v1")
        world.drain()
        self.inspector = world.door("inspection", "inspector", account="binh", inspector="k1")
        self.office = world.door("inspection", "dispatcher", account="dieu-phoi")
        self.administrator = world.door("inspection", "administrator", account="quan-tri")
        enrolled = self.inspector.put(
            f"/tablets/{self.tablet.id}", json={"public_key": self.tablet.public_key, "code": self.code()}
        )
        assert enrolled.status_code == 200, enrolled.text

    def code(self, inspector_id: str = "k1") -> str:
        """A one-time code to enrol a tablet, as an administrator issues it."""
        issued = self.administrator.post("/enrolments", json={"inspector_id": inspector_id})
        assert issued.status_code == 201, issued.text
        return str(issued.json()["code"])

    def first_pull_of(self, inspector_id: str) -> Json:
        """What another inspector's new tablet is given."""
        tablet, code = FieldTablet(), self.code(inspector_id)
        door = self.world.door("inspection", "inspector", inspector=inspector_id)
        enrolled = door.put(f"/tablets/{tablet.id}", json={"public_key": tablet.public_key, "code": code})
        assert enrolled.status_code == 200, enrolled.text
        found: Json = door.get("/sync/work", params={"tablet_id": tablet.id}).json()
        return found

    def tell(self, event: Any, subject: str) -> None:
        self.world.publish(event, subject)

    def push(self, *records: Json | str, sent_at: str | None = None) -> Json:
        answer = self.inspector.post("/sync/records", content=self.tablet.batch(*records, sent_at=sent_at))
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def pull(self, cursor: str | None = None) -> Json | None:
        """None when nothing is new."""
        asked = {"tablet_id": self.tablet.id} | ({"cursor": cursor} if cursor else {})
        answer = self.inspector.get("/sync/work", params=asked)
        assert answer.status_code in (200, 304), answer.text
        return answer.json() if answer.status_code == 200 else None
