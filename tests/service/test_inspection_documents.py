"""The papers: a signed certificate that stays the same for ever, its forms for machines, the record, reissue, revocation."""

import hashlib
import io
import json
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from deploy.local.secrets import Secrets
from services.inspection.domain.statement import read_statement
from services.inspection.events import CertificateIssued, CertificateRevoked, CertificateSuperseded
from services.inspection.keys import published_keys
from services.inspection.office import office
from services.inspection.storage import certificates, verifications
from services.kernel.store import Store
from services.registry.events import EnterpriseUpdated, InstrumentUpdated
from tests.service.test_inspection_certificates import on_day
from tests.unit.inspection import evidence
from tests.unit.inspection.province import Province
from tests.world import MakeWorld

Json = dict[str, Any]

# Of the PTB's schema 3.2.0: in which order the parts stand that we use, and which may not be absent.
SEQUENCES = {
    "digitalCalibrationCertificate": "administrativeData measurementResults comment document Signature",
    "coreData": "countryCodeISO3166_1 usedLangCodeISO639_1 mandatoryLangCodeISO639_1 uniqueIdentifier identifications "
    "receiptDate beginPerformanceDate endPerformanceDate performanceLocation issueDate previousReport",
    "software": "name release type description",
    "item": "name equipmentClass description installedSoftwares manufacturer model identifications itemQuantities",
    "identification": "issuer value name",
    "calibrationLaboratory": "calibrationLaboratoryCode contact",
    "respPerson": "person description role mainSigner",
    "contact": "name eMail phone fax location descriptionData",
    "customer": "name eMail phone fax location descriptionData",
    "statement": "name description countryCodeISO3166_1 convention traceable norm reference declaration valid date period "
    "respAuthority conformity data",
    "metaData": "name description norm reference declaration valid date period respAuthority conformity data",
    "measurementResult": "name description usedMethods usedSoftware measuringEquipments influenceConditions results",
    "usedMethod": "name description norm reference",
    "measuringEquipment": "name equipmentClass description certificate manufacturer model identifications",
    "result": "name description data",
    "quantity": "name description noQuantity real relativeUncertainty measurementMetaData",
    "itemQuantity": "name description noQuantity real",
    "real": "label value unit",
}
REQUIRED = {
    "digitalCalibrationCertificate": "administrativeData measurementResults",
    "administrativeData": "dccSoftware coreData items calibrationLaboratory respPersons customer",
    "coreData": "countryCodeISO3166_1 usedLangCodeISO639_1 mandatoryLangCodeISO639_1 uniqueIdentifier "
    "beginPerformanceDate endPerformanceDate performanceLocation",
    "item": "name manufacturer identifications",
    "contact": "name location",
    "customer": "name location",
    "measurementResult": "name results",
    "result": "name data",
    "measuringEquipment": "name",
    "real": "value unit",
}
SEALS = [
    {"number": "TKĐ26-004711", "kind": "stamp", "place": "Mặt trước"},
    {"number": "BN26-000123", "kind": "lead_seal", "place": "Bộ đo"},
]


@pytest.fixture
def province(world: MakeWorld, signing_office: Secrets) -> Province:
    return Province(world("inspection"))


def certify(province: Province, **changed: Any) -> Json:
    province.push(province.tablet.record(on_day("2026-03-05", visit_id=None, **changed)))
    province.world.drain()
    found: list[Json] = province.office.get("/certificates", params={"status": "in_force"}).json()
    return found[-1]


def text_of(pdf: bytes) -> str:
    """What a reader of the page sees, by poppler."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def test_the_certificate_says_what_the_law_asks(province: Province) -> None:
    made = certify(province, seals_affixed=SEALS)
    answer = province.office.get(f"/certificates/{made['id']}/pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    text = " ".join(text_of(answer.content).split())
    for said in (
        "GIẤY CHỨNG NHẬN KIỂM ĐỊNH",
        "CERTIFICATE OF VERIFICATION",
        "00001/2026/BN-KĐ",
        "Cột đo xăng dầu",
        "Sunny XE",
        "TS-2024-i1",
        "Tatsuno, Nhật Bản",
        "Lưu lượng lớn nhất",
        "50 L/min",
        "Công ty TNHH Xăng dầu Hoàng Long",
        "ĐLVN 10:2017 Cột đo xăng dầu - Quy trình kiểm định",
        "Đạt yêu cầu kỹ thuật đo lường",
        "TKĐ26-004711",
        "BN26-000123 (Bộ đo)",
        "31/03/2027",
        "Trần Văn Bình",
        "KĐV-k1",
    ):
        assert said in text, said
    assert b"pdfaid" in answer.content


def test_it_is_signed_by_the_office_and_allows_no_change(province: Province) -> None:
    made = certify(province)
    content = province.office.get(f"/certificates/{made['id']}/pdf").content
    [root] = load_certs_from_pemder_data(province.office.get("/check/office-certificate").content)
    trusted = ValidationContext(trust_roots=[root])

    def status(pdf: bytes) -> Any:
        [signature] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        return signature, validate_pdf_signature(signature, trusted)

    signature, found = status(content)
    assert found.bottom_line, found.pretty_print_details()
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.docmdp_level is MDPPerm.NO_CHANGES
    assert not re.search(rb"%%EOF\d", content), "PDF/A: what is added begins on a line of its own"
    middle = len(content) // 3
    altered = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    assert not status(altered)[1].bottom_line


def test_what_was_handed_out_stays_byte_for_byte(province: Province) -> None:
    made = certify(province)
    path = f"/certificates/{made['id']}/pdf"
    first = province.office.get(path).content
    renamed = evidence.enterprise(name="Công ty mang tên mới")
    province.tell(EnterpriseUpdated.model_validate(renamed), "enterprise/e1")
    province.world.drain()
    assert province.office.get(path).content == first
    data = province.office.get(f"/certificates/{made['id']}/data").json()
    assert data["pdf_sha256"] == hashlib.sha256(first).hexdigest()


def test_two_that_ask_at_once_get_the_same_original(province: Province) -> None:
    made = certify(province)
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda _: province.office.get(f"/certificates/{made['id']}/pdf").content, range(4))
        )
    assert len(set(answers)) == 1


def test_originals_may_lie_in_a_folder(
    province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERNIER_ORIGINALS", str(tmp_path / "originals"))
    office.cache_clear()
    made = certify(province)
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda _: province.office.get(f"/certificates/{made['id']}/pdf").content, range(4))
        )
    [file] = (tmp_path / "originals").rglob("*.*")
    assert {file.read_bytes()} == set(answers)
    assert file.stat().st_mode & 0o077 == 0


def test_a_letter_that_no_font_has_is_refused_and_named(province: Province) -> None:
    strange = evidence.instrument(serial="TS-2024-i1", maker="日立")
    province.tell(InstrumentUpdated.model_validate(strange), "instrument/i1")
    province.world.drain()
    made = certify(province)
    answer = province.office.get(f"/certificates/{made['id']}/pdf")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:vernier:problem:letter-missing")
    assert "日" in answer.json()["detail"]


def test_without_keys_nothing_is_handed_out(world: MakeWorld) -> None:
    office.cache_clear()
    province = Province(world("inspection"))
    made = certify(province)
    answer = province.office.get(f"/certificates/{made['id']}/pdf")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:vernier:problem:key-missing")


@pytest.mark.parametrize(
    ("indication", "said"),
    [("20.00", "Đạt yêu cầu kỹ thuật đo lường"), ("20.20", "Không đạt yêu cầu kỹ thuật đo lường")],
)
def test_there_is_a_record_of_a_pass_and_of_a_fail(province: Province, indication: str, said: str) -> None:
    record = province.tablet.record(
        on_day("2026-03-05", visit_id=None, indication=indication, seals_removed=SEALS[1:])
    )
    province.push(record)
    province.world.drain()
    first = province.office.get(f"/verifications/{record['id']}/pdf").content
    assert province.office.get(f"/verifications/{record['id']}/pdf").content == first
    text = " ".join(text_of(first).split())
    for each in ("BIÊN BẢN KIỂM ĐỊNH", said, record["id"], record["hash"], "V07.CN5.0312.26", "BN26-000123"):
        assert each in text
    assert "±0,3 %" in text
    # With its unit, although the register knows only one of the characteristics that the procedure reads it by.
    assert f"{indication.replace('.', ',')} L" in text


def test_a_reissue_takes_the_next_number_and_the_place_of_the_old_one(province: Province) -> None:
    made = certify(province)
    renamed = evidence.enterprise(name="Công ty mang tên mới")
    province.tell(EnterpriseUpdated.model_validate(renamed), "enterprise/e1")
    province.world.drain()
    answer = province.office.post(f"/certificates/{made['id']}/reissue", json={"reason": "Sửa tên cơ sở"})
    assert answer.status_code == 201, answer.text
    new = answer.json()
    province.world.drain(twice=True)
    assert (new["number"], new["edition"], new["replaces"]) == ("00002/2026/BN-KĐ", 2, made["id"])
    assert new["valid_until"] == made["valid_until"]
    [superseded] = province.world.events(CertificateSuperseded)
    assert (superseded.number, superseded.by_certificate_id) == (made["number"], new["id"])
    assert [event.number for event in province.world.events(CertificateIssued)] == [
        made["number"],
        new["number"],
    ]
    text = " ".join(text_of(province.office.get(f"/certificates/{new['id']}/pdf").content).split())
    assert "Công ty mang tên mới" in text
    assert "00001/2026/BN-KĐ – Sửa tên cơ sở" in text
    shown = province.office.get(f"/verifications/{new['verification_id']}").json()
    assert shown["certificate"]["number"] == new["number"]
    page = province.pull()
    assert page is not None
    assert [each["certificate_number"] for each in page["results"]] == [new["number"]]
    again = province.office.post(f"/certificates/{made['id']}/reissue", json={"reason": "x"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:vernier:problem:not-in-force")


def test_two_reissues_at_once_make_one(province: Province) -> None:
    made = certify(province)

    def ask(_: int) -> int:
        answer = province.office.post(f"/certificates/{made['id']}/reissue", json={"reason": "x"})
        return int(answer.status_code)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, range(4))) == [201, 409, 409, 409]
    province.world.drain()
    told = province.office.get("/certificate-numbers/balance", params={"year": 2026}).json()
    assert (told["issued"], told["missing"], told["without_certificate"]) == (2, [], [])


def test_a_revocation_says_why(province: Province) -> None:
    made = certify(province)
    original = province.office.get(f"/certificates/{made['id']}/pdf").content
    body = {"reason": "Cấp khi chưa kiểm định (TT 24/2013 Điều 36)"}
    assert province.office.post(f"/certificates/{made['id']}/revoke", json={}).status_code == 422
    revoked = province.office.post(f"/certificates/{made['id']}/revoke", json=body).json()
    assert (revoked["status"], revoked["revoked_reason"]) == ("revoked", body["reason"])
    again = province.office.post(f"/certificates/{made['id']}/revoke", json=body)
    assert (again.status_code, again.json()["type"]) == (409, "urn:vernier:problem:not-in-force")
    province.world.drain()
    [event] = province.world.events(CertificateRevoked)
    assert event.reason == body["reason"]
    assert province.office.get(f"/certificates/{made['id']}/pdf").content == original


def test_who_may_do_what(province: Province) -> None:
    made = certify(province)
    own = province.world.door("inspection", "enterprise", enterprise="e1")
    other = province.world.door("inspection", "enterprise", enterprise="e2")
    for path in ("pdf", "data", "dcc"):
        assert own.get(f"/certificates/{made['id']}/{path}").status_code == 200
        assert other.get(f"/certificates/{made['id']}/{path}").status_code == 403
        assert province.world.door("inspection").get(f"/certificates/{made['id']}/{path}").status_code == 401
    assert own.get(f"/verifications/{made['verification_id']}/pdf").status_code == 200
    assert other.get(f"/verifications/{made['verification_id']}/pdf").status_code == 403
    for action in ("reissue", "revoke"):
        for caller in (own, province.inspector):
            answer = caller.post(f"/certificates/{made['id']}/{action}", json={"reason": "x"})
            assert answer.status_code == 403


def test_machines_read_the_same_words(province: Province) -> None:
    made = certify(province, seals_affixed=SEALS)
    data = province.office.get(f"/certificates/{made['id']}/data").json()
    assert data["result"] == {
        "verdict": "pass",
        "text": "Đạt yêu cầu kỹ thuật đo lường",
        "valid_until": "2027-03-31",
    }
    assert data["verification"]["procedure"]["number"] == "ĐLVN 10:2017"
    assert data["instrument"]["characteristics"][0]["value"] == {"value": "50", "unit": "L/min"}
    assert [each["number"] for each in data["marks"]] == ["TKĐ26-004711", "BN26-000123"]
    read = read_statement(data["check_address"], published_keys())
    assert read.statement is not None
    assert (read.kind, read.statement.serial) == ("genuine", "TS-2024-i1")
    assert json.loads(json.dumps(data)) == data


def test_the_dcc_has_the_structure_of_the_schema(province: Province) -> None:
    made = certify(province, seals_affixed=SEALS)
    answer = province.office.get(f"/certificates/{made['id']}/dcc")
    assert answer.headers["content-type"].startswith("application/xml")
    root = ET.fromstring(answer.content)  # noqa: S314  our own answer
    names = {"dcc": "https://ptb.de/dcc", "si": "https://ptb.de/si"}

    def text(path: str) -> list[str | None]:
        return [each.text for each in root.findall(path, names)]

    assert root.attrib == {"schemaVersion": "3.2.0"}
    assert text(".//dcc:uniqueIdentifier") == ["00001/2026/BN-KĐ"]
    assert text(".//dcc:item/dcc:itemQuantities//si:unit") == [r"\litre\per\minute"]
    assert text(".//dcc:statement/dcc:conformity") == ["pass"]
    assert text(".//dcc:usedMethod/dcc:norm") == ["ĐLVN 10:2017"]
    assert len(text(".//dcc:result")) == 8
    for element in root.iter():
        name = element.tag.split("}")[1]
        children = [child.tag.split("}")[1] for child in element]
        if name in SEQUENCES:
            order = SEQUENCES[name].split()
            places = [order.index(child) for child in children]
            assert places == sorted(places), (name, children)
        if name in REQUIRED:
            assert set(REQUIRED[name].split()) <= set(children), (name, children)


def test_certificates_are_found_by_everything_that_people_ask(province: Province) -> None:
    certify(province)
    province.push(
        province.tablet.record(on_day("2026-04-05", visit_id=None, instrument_id="i2", standard_ids=["s1"]))
    )
    province.world.drain()

    def count(**asked: str) -> int:
        answer = province.office.get("/certificates", params=asked)
        assert answer.status_code == 200, answer.text
        return len(answer.json())

    assert count(standard_id="s1", since="2026-03-01", until="2026-03-31") == 1
    assert count(since="2026-03-01") == count(inspector_id="k1") == count(type_code="19") == 2
    assert count(until="2026-02-28") == count(inspector_id="k2") == count(standard_id="s2") == 0
    assert count(serial="TS-2024-i2") == count(number="00002/2026/BN-KĐ") == count(instrument_id="i1") == 1
    assert count(enterprise_id="e1") == 2


@pytest.mark.parametrize(
    ("store", "asked"),
    [
        (
            verifications,
            {
                "instrument_id",
                "enterprise_id",
                "inspector_id",
                "visit_id",
                "standard_ids",
                "type_code",
                "verdict",
            },
        ),
        (
            certificates,
            {
                "instrument_id",
                "enterprise_id",
                "inspector_id",
                "verification_id",
                "standard_ids",
                "type_code",
                "number",
                "serial",
            },
        ),
    ],
)
def test_whatever_is_asked_for_has_an_index(province: Province, store: Store[Any], asked: set[str]) -> None:
    first = {index["key"][0][0] for index in store.collection.index_information().values()}
    assert asked | {"verified_on"} <= first
