"""The communes and wards of the province, and what it takes for a position to lie in one of them."""

import csv
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.kernel.model import Rejected

FILE = Path(__file__).parent / "data" / "wards.csv"

SOUTH, NORTH, WEST, EAST = 8.0, 23.5, 102.0, 110.0
"""A box around the mainland of Vietnam and its near islands, degrees WGS 84."""

KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Ward:
    """A commune (xã) or ward (phường) since the merger of 1 July 2025, with a point inside it."""

    code: str
    name: str
    full_name: str
    full_name_en: str
    latitude: float
    longitude: float
    area_km2: float

    def distance_km(self, latitude: float, longitude: float) -> float:
        """From its inner point; flat-earth, good to a percent at such distances."""
        east = (longitude - self.longitude) * math.cos(math.radians(self.latitude))
        return KM_PER_DEGREE * math.hypot(latitude - self.latitude, east)

    @property
    def reach_km(self) -> float:
        """No place in the ward lies farther from its inner point, unless the ward is very long and thin.

        The borders are not at hand, only areas; so this catches swapped coordinates and wrong wards, not neighbours.
        """
        return 2 + 2 * math.sqrt(self.area_km2)


@cache
def wards() -> dict[str, Ward]:
    """By code, as data/wards.csv has them."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["code"]: Ward(
            row["code"],
            row["name"],
            row["full_name"],
            row["full_name_en"],
            float(row["lat"]),
            float(row["lon"]),
            float(row["area_km2"]),
        )
        for row in rows
    }


def ward_at(code: str, latitude: float, longitude: float) -> Ward:
    """The ward of that code, if the position can lie in it.

    Raises:
        Rejected: `outside-vietnam`, `ward-unknown` or `far-from-ward`, each with the field.
    """
    if not (SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST):
        detail = f"{latitude}, {longitude} is outside Vietnam. Are latitude and longitude swapped?"
        raise Rejected("outside-vietnam", detail, field="latitude", status=422)
    ward = wards().get(code)
    if ward is None:
        detail = f"{code} is no commune or ward of the province. Take one from GET /wards."
        raise Rejected("ward-unknown", detail, field="ward_code", status=422)
    distance = ward.distance_km(latitude, longitude)
    if distance > ward.reach_km:
        detail = f"The position is {distance:.0f} km from {ward.full_name}. Correct the position or the ward."
        raise Rejected("far-from-ward", detail, field="ward_code", status=422)
    return ward
