"""A site: a place where an enterprise keeps instruments and an inspector can go."""

from typing import Annotated

from pydantic import Field

from services.kernel.model import Entity, Fact, Id, Text, new_id
from services.registry.events import SiteRegistered, SiteUpdated
from services.registry.ward import ward_at

# Positions are read off maps and receivers, not measured for a verdict: binary floats, as GeoJSON has them.
Degrees = Annotated[float, Field(allow_inf_nan=False)]


class SiteData(Fact):
    name: Text
    address: Text
    ward_code: str
    latitude: Degrees
    longitude: Degrees


class Site(Entity, kind="site"):
    enterprise_id: Id
    name: Text
    address: Text
    ward_code: str
    ward_name: str
    latitude: Degrees
    longitude: Degrees

    @classmethod
    def register(cls, id: str | None, enterprise_id: str, data: SiteData) -> tuple["Site", SiteRegistered]:
        """Raises Rejected when the position cannot lie in the ward."""
        ward = ward_at(data.ward_code, data.latitude, data.longitude)
        site = cls(
            id=id or new_id(), enterprise_id=enterprise_id, ward_name=ward.full_name, **data.model_dump()
        )
        return site, SiteRegistered.model_validate(site._facts())

    def update(self, data: SiteData) -> SiteUpdated | None:
        """Raises Rejected when the position cannot lie in the ward."""
        before = self.state()
        self.ward_name = ward_at(data.ward_code, data.latitude, data.longitude).full_name
        for name, value in data:
            setattr(self, name, value)
        return SiteUpdated.model_validate(self._facts()) if self.state() != before else None

    def _facts(self) -> dict[str, object]:
        return {"site_id": self.id, **self.state()}
