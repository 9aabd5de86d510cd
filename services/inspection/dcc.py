"""Exports a certificate in the structure of the PTB's Digital Calibration Certificate 3.2.0, as far as its fields fit.

A verification is no calibration: it says pass, not values with uncertainty. So the conclusion is a statement of
conformity, the errors found are results beside their limits, and what has no field (validity, marks) is a statement.
"""

from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

from services.inspection.domain import wording
from services.inspection.domain.certificate import RESULT, Certificate
from services.inspection.domain.particulars import Particulars, Words
from services.inspection.domain.verification import Verification
from services.inspection.office import office
from services.kernel.model import Quantity, local_date

VERSION = "3.2.0"
DCC, SI = "https://ptb.de/dcc", "https://ptb.de/si"
UNITS = {
    "L": r"\litre",
    "mL": r"\milli\litre",
    "L/min": r"\litre\per\minute",
    "L/h": r"\litre\per\hour",
    "m3/h": r"\metre\tothe{3}\per\hour",
    "m³/h": r"\metre\tothe{3}\per\hour",
    "kg": r"\kilogram",
    "g": r"\gram",
    "mg": r"\milli\gram",
    "t": r"\tonne",
    "m": r"\metre",
    "mm": r"\milli\metre",
    "km": r"\kilo\metre",
    "s": r"\second",
    "°C": r"\degreecelsius",
    "%": r"\percent",
    "Pa": r"\pascal",
    "kPa": r"\kilo\pascal",
    "MPa": r"\mega\pascal",
    "bar": r"\bar",
    "mmHg": r"\mmHg",
    "V": r"\volt",
    "A": r"\ampere",
    "Hz": r"\hertz",
}
"""Our units as D-SI writes them. A value in any other unit is given as text."""

ET.register_namespace("dcc", DCC)
ET.register_namespace("si", SI)


class _Node:
    """Elements of the schema's namespace in the order in which they are added: the schema wants that order."""

    def __init__(self, element: ET.Element) -> None:
        self.element = element

    def add(self, name: str, text: str | None = None) -> "_Node":
        made = ET.SubElement(self.element, f"{{{DCC}}}{name}")
        made.text = text
        return _Node(made)

    def words(self, name: str, words: Words) -> "_Node":
        """A text in both languages."""
        made = self.add(name)
        for language, text in (("vi", words.vi), ("en", words.en)):
            made.add("content", text).element.set("lang", language)
        return made

    def plain(self, name: str, text: str) -> "_Node":
        made = self.add(name)
        made.add("content", text)
        return made

    def quantity(self, name: str, words: Words, value: Quantity | str) -> "_Node":
        """As D-SI when the unit has a name there, else in words."""
        made = self.add(name)
        made.words("name", words)
        unit = UNITS.get(value.unit) if isinstance(value, Quantity) else None
        if isinstance(value, Quantity) and unit is not None:
            real = ET.SubElement(made.element, f"{{{SI}}}real")
            ET.SubElement(real, f"{{{SI}}}value").text = format(value.value, "f")
            ET.SubElement(real, f"{{{SI}}}unit").text = unit
        else:
            made.plain("noQuantity", wording.measured(value))
        return made


def dcc(certificate: Certificate, particulars: Particulars, verification: Verification) -> bytes:
    """UTF-8 XML, not signed: the signed original is the PDF."""
    root = ET.Element(f"{{{DCC}}}digitalCalibrationCertificate", {"schemaVersion": VERSION})
    _administrative(_Node(root).add("administrativeData"), certificate, particulars)
    _measured(_Node(root).add("measurementResults"), certificate, particulars, verification)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _administrative(node: _Node, certificate: Certificate, particulars: Particulars) -> None:
    software = node.add("dccSoftware").add("software")
    software.plain("name", "Vernier")
    software.add("release", "1")
    _core(node.add("coreData"), certificate)
    _item(node.add("items").add("item"), certificate, particulars)
    laboratory = node.add("calibrationLaboratory")
    _contact(
        laboratory.add("contact"),
        Words(vi=office().office_name, en=office().office_name_en),
        office().office_address,
        office().office_country,
    )
    persons = node.add("respPersons")
    verifier = persons.add("respPerson")
    verifier.add("person").plain("name", particulars.inspector_name or certificate.inspector_id)
    verifier.add("role", "verifier")
    verifier.add("mainSigner", "false")
    head = persons.add("respPerson")
    head.add("person").plain("name", office().head_name or office().head_title)
    head.add("role", "head")
    head.add("mainSigner", "true")
    user = Words(vi=particulars.enterprise_name, en=particulars.enterprise_name)
    _contact(node.add("customer"), user, particulars.enterprise_address, office().office_country)
    _statements(node.add("statements"), certificate)


def _core(core: _Node, certificate: Certificate) -> None:
    core.add("countryCodeISO3166_1", office().office_country)
    core.add("usedLangCodeISO639_1", "vi")
    core.add("usedLangCodeISO639_1", "en")
    core.add("mandatoryLangCodeISO639_1", "vi")
    core.add("uniqueIdentifier", certificate.number)
    day = certificate.verified_on.isoformat()
    core.add("beginPerformanceDate", day)
    core.add("endPerformanceDate", day)
    core.add("performanceLocation", "customer")
    core.add("issueDate", local_date(certificate.issued_at).isoformat())


def _item(item: _Node, certificate: Certificate, particulars: Particulars) -> None:
    item.words("name", particulars.type_name)
    maker = item.add("manufacturer")
    maker.plain("name", certificate.maker)
    if certificate.country:
        maker.add("location").add("countryCode", certificate.country)
    item.add("model", _one_line(certificate.model))
    identification = item.add("identifications").add("identification")
    identification.add("issuer", "manufacturer")
    identification.add("value", _one_line(certificate.serial))
    identification.words("name", Words(vi="Số", en="Serial number"))
    if particulars.characteristics:
        quantities = item.add("itemQuantities")
        for each in particulars.characteristics:
            quantities.quantity("itemQuantity", each.name, each.value)


def _contact(node: _Node, name: Words, address: str, country: str) -> None:
    node.words("name", name)
    location = node.add("location")
    location.add("countryCode", country)
    location.plain("further", address)


def _statements(node: _Node, certificate: Certificate) -> None:
    result = node.add("statement")
    result.words("name", Words(vi="Kết luận", en="Conclusion"))
    result.words("declaration", Words(vi=RESULT, en="Complies with the technical requirements of metrology"))
    result.add("date", certificate.verified_on.isoformat())
    result.add("conformity", "pass")
    validity = node.add("statement")
    validity.words("name", Words(vi="Có giá trị đến", en="Valid until"))
    until: date | None = certificate.valid_until
    validity.words(
        "declaration", Words(vi=wording.day(until), en=until.isoformat()) if until else wording.NO_END
    )
    validity.add("valid", "true" if certificate.status == "in_force" else "false")
    if until:
        validity.add("date", until.isoformat())
    if certificate.seals_affixed:
        marks = node.add("statement")
        marks.words("name", Words(vi="Dấu, tem, niêm phong", en="Marks, stamps and seals"))
        marks.plain("declaration", ", ".join(each.number for each in certificate.seals_affixed))


def _measured(
    node: _Node, certificate: Certificate, particulars: Particulars, verification: Verification
) -> None:
    result = node.add("measurementResult")
    result.words("name", Words(vi="Kết quả kiểm định", en="Results of the verification"))
    method = result.add("usedMethods").add("usedMethod")
    method.words("name", particulars.method.name)
    method.add("norm", particulars.method.number or _one_line(particulars.method.name.vi))
    if certificate.standards:
        equipments = result.add("measuringEquipments")
        for standard in certificate.standards:
            each = equipments.add("measuringEquipment")
            each.plain("name", standard.code or standard.id)
            identifications = each.add("identifications")
            for issuer, value in (("manufacturer", standard.serial), ("other", standard.certificate_number)):
                if value:
                    identification = identifications.add("identification")
                    identification.add("issuer", issuer)
                    identification.add("value", _one_line(value))
            if not len(identifications.element):
                each.element.remove(identifications.element)
    results = result.add("results")
    _results(results, verification)


def _results(node: _Node, verification: Verification) -> None:
    """Each error found with its limits in words; the verdict as one result when nothing was measured."""
    points = [each for each in verification.points if each.get("error") is not None]
    for point in points:
        names = {language: text.partition(": ")[0] for language, text in point["explanation"].items()}
        result = node.add("result")
        result.words("name", Words(**names))
        error = Quantity(value=Decimal(point["error"]), unit=point["unit"] or "1")
        quantity = result.add("data").quantity("quantity", Words(vi="Sai số", en="Error"), error)
        meta = quantity.add("measurementMetaData").add("metaData")
        limit = wording.limits(point.get("lower"), point.get("upper"))
        meta.plain("declaration", f"{limit} {point['unit'] or ''}".strip())
        meta.add("conformity", point["verdict"])
    if not points:
        result = node.add("result")
        result.words("name", Words(vi="Kết luận", en="Conclusion"))
        result.add("data").plain("text", RESULT)


def _one_line(text: str) -> str:
    """The schema allows no space at the ends and no empty text."""
    return " ".join(text.split()) or "-"
