"""Units of measurement and exact conversion between those of one quantity kind."""

from __future__ import annotations

from decimal import Decimal

from .refusal import BadInput

# kind -> unit -> how many of the kind's smallest unit it is.  Every factor is exact (SI Brochure 9th ed. 2019; the
# conventional millimetre of mercury is 133.322387415 Pa; kgf = 9.80665 N).
KINDS: dict[str, dict[str, str]] = {
    "number": {"%": "1", "1": "100"},
    "volume": {"mL": "1", "cm³": "1", "cL": "10", "L": "1000", "dm³": "1000", "hL": "100000", "m³": "1000000"},
    "mass": {"µg": "1", "mg": "1000", "g": "1000000", "kg": "1000000000", "t": "1000000000000", "ct": "200000"},
    "flow": {"L/h": "1", "L/min": "60", "m³/h": "1000", "L/s": "3600"},
    "mass flow": {"kg/h": "1", "kg/min": "60"},
    "pressure": {"Pa": "1", "hPa": "100", "mbar": "100", "mmHg": "133.322387415", "kPa": "1000",
                 "kgf/cm²": "98066.5", "bar": "100000", "MPa": "1000000"},
    "pressure rate": {"mmHg/min": "133.322387415", "kPa/min": "1000"},
    "temperature": {"°C": "1", "K": "1"},
    "temperature coefficient": {"1/°C": "1", "1/K": "1"},
    "time": {"ms": "1", "s": "1000", "min": "60000", "h": "3600000"},
    "length": {"µm": "1", "mm": "1000", "cm": "10000", "m": "1000000", "km": "1000000000"},
    "speed": {"km/h": "1", "m/s": "3.6"},
    "current": {"mA": "1", "A": "1000"},
    "voltage": {"mV": "1", "V": "1000", "kV": "1000000"},
    "energy": {"Wh": "1", "kWh": "1000", "MWh": "1000000"},
    "money": {"VND": "1"},
    "density": {"kg/m³": "1", "g/cm³": "1000", "kg/L": "1000"},
    "viscosity": {"mPa·s": "1"},
    "pulses per energy": {"imp/kWh": "1"},
    "pulses per distance": {"imp/km": "1"},
    "turns per energy": {"rev/kWh": "1"},
}  # fmt: skip
SPELLINGS = {"l": "L", "ml": "mL", "m3": "m³", "cm3": "cm³", "dm3": "dm³", "m3/h": "m³/h", "l/h": "L/h", "l/min": "L/min",
             "ug": "µg", "μg": "µg", "kgf/cm2": "kgf/cm²", "kg/m3": "kg/m³", "g/cm3": "g/cm³", "đ": "VND"}  # fmt: skip
UNITS: dict[str, tuple[str, Decimal]] = {
    unit: (kind, Decimal(factor)) for kind, units in KINDS.items() for unit, factor in units.items()
}
KELVIN_AT_ZERO_CELSIUS = Decimal("273.15")


def convert(value: Decimal, unit: str, wanted: str, field: str) -> Decimal:
    """The same quantity in the wanted unit, exact wherever a decimal fraction can hold it (else to 50 digits).

    Raises BadInput for an unknown unit and for a unit of another kind: a unit is never guessed.
    """
    if unit == wanted:
        return value
    unit = SPELLINGS.get(unit, unit)
    if unit not in UNITS:
        raise BadInput(
            field, "known unit", f"unit {unit!r} is not known; expected {wanted} or a unit of that kind"
        )
    kind, factor = UNITS[unit]
    wanted_kind, wanted_factor = UNITS[wanted]
    if kind != wanted_kind:
        raise BadInput(
            field, "unit of the right kind", f"{unit} is a unit of {kind}; expected {wanted} ({wanted_kind})"
        )
    if kind == "temperature" and unit != wanted:
        return value - KELVIN_AT_ZERO_CELSIUS if unit == "K" else value + KELVIN_AT_ZERO_CELSIUS
    return value if factor == wanted_factor else value * factor / wanted_factor
