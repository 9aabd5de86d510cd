"""Photographs arrive in parts, once, unaltered; the record says which are missing, and a certificate waits for them."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest

import metrology
from services.inspection import attaching, numbering
from services.inspection.bytes_store import BytesStore, DiskStore, GridStore
from services.inspection.events import (
    AttachmentReceived,
    AttentionRaised,
    CertificateIssued,
    VerificationEvidenced,
)
from services.inspection.office import office
from services.inspection.s3_store import S3Store
from services.kernel.model import new_id
from services.kernel.settings import settings
from tests.s3 import ACCESS_KEY, BUCKET, SECRET_KEY, S3Server, running_s3
from tests.unit.inspection.evidence import verification
from tests.unit.inspection.province import Json, Province
from tests.world import Door, MakeWorld

PHOTO = bytes(range(256)) * 40
TUS = {"Tus-Resumable": "1.0.0"}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def told(content: bytes, **changed: Any) -> Json:
    return {
        "sha256": sha256(content),
        "size": len(content),
        "media_type": "image/jpeg",
        "purpose": "seal",
    } | changed


def use_s3(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Contents outlive a test there: so each has a folder of its own."""
    monkeypatch.setenv("VERNIER_S3_ENDPOINT", server.endpoint)
    monkeypatch.setenv("VERNIER_S3_BUCKET", BUCKET)
    monkeypatch.setenv("VERNIER_S3_PREFIX", new_id())
    monkeypatch.setenv("VERNIER_S3_ACCESS_KEY", ACCESS_KEY)
    monkeypatch.setenv("VERNIER_S3_SECRET_KEY", SECRET_KEY)


@pytest.fixture(params=["gridfs", "disk", "s3"])
def province(
    world: MakeWorld, request: pytest.FixtureRequest, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Province]:
    monkeypatch.setenv("VERNIER_ATTACHMENTS", request.param)
    monkeypatch.setenv("VERNIER_STATE", str(tmp_path))
    if request.param == "s3":
        use_s3(request.getfixturevalue("s3"), monkeypatch)
    office.cache_clear()
    settings.cache_clear()
    opened = world("inspection")
    attaching.prepare()
    yield Province(opened)
    office.cache_clear()


def begin(
    door: Door, content: bytes, name: str | None = None, media_type: str = "image/jpeg"
) -> httpx.Response:
    pairs = {"sha256": name or sha256(content), "filetype": media_type}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
    headers = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": metadata}
    answer: httpx.Response = door.post("/sync/attachments", headers=headers)
    return answer


def part(door: Door, name: str, offset: int, content: bytes, **more: str) -> httpx.Response:
    headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream", **more}
    answer: httpx.Response = door.patch(f"/sync/attachments/{name}", content=content, headers=headers)
    return answer


def offset(door: Door, name: str) -> int:
    answer = door.head(f"/sync/attachments/{name}", headers=TUS)
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


def send(door: Door, content: bytes) -> None:
    assert begin(door, content).status_code == 201
    assert part(door, sha256(content), 0, content).status_code == 204


def problem(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"]).rpartition(":")[2]


def test_an_attachment_comes_in_parts_and_goes_on_where_it_was_left(province: Province) -> None:
    door, name = province.inspector, sha256(PHOTO)
    begun = begin(door, PHOTO)
    assert (begun.status_code, begun.headers["Location"]) == (201, f"/sync/attachments/{name}")
    assert offset(door, name) == 0
    assert part(door, name, 0, PHOTO[:4000]).headers["Upload-Offset"] == "4000"
    assert begin(door, PHOTO).status_code == 201  # a tablet that was killed begins again, and nothing is lost
    assert offset(door, name) == 4000
    differs = part(door, name, 0, PHOTO)
    assert (differs.status_code, problem(differs)) == (409, "offset-differs")
    assert part(door, name, 4000, PHOTO[4000:]).headers["Upload-Offset"] == str(len(PHOTO))
    assert offset(door, name) == len(PHOTO)
    assert part(door, name, len(PHOTO), b"").status_code == 204
    shown = province.office.get(f"/attachments/{name}")
    assert (shown.content, shown.headers["content-type"]) == (PHOTO, "image/jpeg")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    send(door, PHOTO[:10])
    assert begin(door, PHOTO).status_code == 201
    province.world.drain()
    assert len(province.world.events(AttachmentReceived)) == 2


def test_a_part_that_changed_on_the_way_is_not_kept(province: Province) -> None:
    begin(province.inspector, PHOTO)
    checksum = base64.b64encode(hashlib.sha256(PHOTO[:100]).digest()).decode()
    broken = part(
        province.inspector, sha256(PHOTO), 0, PHOTO[:99] + b"?", **{"Upload-Checksum": f"sha256 {checksum}"}
    )
    assert (broken.status_code, problem(broken)) == (460, "checksum-differs")
    good = part(
        province.inspector, sha256(PHOTO), 0, PHOTO[:100], **{"Upload-Checksum": f"sha256 {checksum}"}
    )
    assert good.headers["Upload-Offset"] == "100"


def test_bytes_of_another_hash_are_kept_under_their_own_and_flagged(province: Province) -> None:
    door, other = province.inspector, bytes(len(PHOTO))
    begin(door, PHOTO)
    refused = part(door, sha256(PHOTO), 0, other)
    assert (refused.status_code, problem(refused)) == (422, "hash-differs")
    assert province.office.get(f"/attachments/{sha256(other)}").content == other
    assert offset(door, sha256(PHOTO)) == 0
    assert part(door, sha256(PHOTO), 0, PHOTO).status_code == 204
    assert province.office.get(f"/attachments/{sha256(PHOTO)}").content == PHOTO
    province.world.drain(twice=True)
    assert {event.reason for event in province.world.events(AttentionRaised)} == {"attachment-differs"}


def test_what_is_declared_wrongly_is_refused_in_words(province: Province) -> None:
    door, name = province.inspector, sha256(PHOTO)
    assert problem(begin(door, PHOTO, media_type="image/svg+xml")) == "media-type"
    assert problem(begin(door, PHOTO, name="xyz")) == "invalid-input"
    assert problem(begin(door, b"")) == "invalid-input"
    huge = {
        **TUS,
        "Upload-Length": "20000001",
        "Upload-Metadata": f"sha256 {base64.b64encode(name.encode()).decode()}",
    }
    assert door.post("/sync/attachments", headers=huge).status_code == 413
    for metadata in ("sha256 ???", "", "sha256"):
        told_wrong = {**TUS, "Upload-Length": "5", "Upload-Metadata": metadata}
        assert door.post("/sync/attachments", headers=told_wrong).status_code == 422
    assert door.head(f"/sync/attachments/{name}", headers=TUS).status_code == 404
    assert problem(part(door, name, 0, PHOTO)) == "not-found"
    begin(door, PHOTO)
    assert problem(part(door, name, 0, PHOTO + b"x")) == "too-large"
    assert problem(door.patch(f"/sync/attachments/{name}", headers={"Upload-Offset": "0"})) in (
        "tus-version",
        "invalid-input",
    )
    assert problem(part(door, name, 0, PHOTO, **{"Content-Type": "text/plain"})) == "media-type"
    assert problem(part(door, name, 0, PHOTO, **{"Upload-Checksum": "md5 xyz"})) == "checksum-unknown"
    assert door.options("/sync/attachments").headers["Tus-Extension"] == "creation,checksum"
    assert province.office.post("/sync/attachments", headers=huge).status_code == 403
    assert province.world.door("inspection", "enterprise").get(f"/attachments/{name}").status_code == 403


def test_two_inspectors_do_not_meet_before_both_have_sent_all(province: Province) -> None:
    other = province.world.door("inspection", "inspector", inspector="k2")
    begin(other, PHOTO[:5], name=sha256(PHOTO))
    send(province.inspector, PHOTO)
    assert offset(other, sha256(PHOTO)) == len(PHOTO)


def test_the_record_says_what_is_missing_until_it_has_come(province: Province) -> None:
    pulled = province.pull()
    assert pulled
    record = province.tablet.record(verification(attachments=[told(PHOTO), told(b"second")]))
    province.push(record)
    send(province.inspector, PHOTO)
    province.world.drain(twice=True)
    missing = [sha256(b"second")]
    assert province.office.get(f"/records/{record['id']}").json()["missing_attachments"] == missing
    assert province.office.get(f"/verifications/{record['id']}").json()["missing_attachments"] == missing
    [awaited] = province.office.get("/attachments/awaited").json()
    assert (awaited["id"], awaited["named_by"]) == (missing[0], [record["id"]])
    assert province.office.get("/attachments/awaited", params={"hours": 24}).json() == []
    changed = province.pull(pulled["cursor"])
    assert changed
    assert changed["results"][0]["missing_attachments"] == missing
    send(province.inspector, b"second")
    province.world.drain()
    assert province.office.get("/attachments/awaited").json() == []
    later = province.pull(changed["cursor"])
    assert later
    assert later["results"][0]["missing_attachments"] == []


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The procedure of fuel dispensers asks for a photograph of the seals."""
    shelf = metrology.Shelf(
        replace(each, evidence=("seal",)) if "19" in each.types else each
        for each in metrology.Shelf.shipped()
    )
    monkeypatch.setattr("services.inspection.domain.judgement.Shelf.shipped", lambda: shelf)


@pytest.mark.parametrize("sent_first", [True, False])
@pytest.mark.usefixtures("asking")
def test_a_certificate_waits_for_the_last_attachment(province: Province, sent_first: bool) -> None:
    record = province.tablet.record(verification(attachments=[told(PHOTO), told(b"second")]))
    send(province.inspector, PHOTO)
    province.push(record)
    if sent_first:
        send(province.inspector, b"second")
    else:
        province.world.drain()
        assert province.world.events(CertificateIssued) == []
        found = province.office.get(f"/verifications/{record['id']}").json()
        assert (found["verdict"], found["withheld"]) == ("pass", ["evidence-pending"])
        send(province.inspector, b"second")
    province.world.drain(twice=True, shuffle=4)
    assert len({event.certificate_id for event in province.world.events(CertificateIssued)}) == 1
    assert len({event.verification_id for event in province.world.events(VerificationEvidenced)}) == (
        not sent_first
    )
    assert province.world.events(AttentionRaised) == []


@pytest.mark.usefixtures("asking")
def test_the_tablets_number_waits_with_its_certificate(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbering, "today", lambda: date(2026, 3, 5))
    asked = {"id": new_id(), "tablet_id": province.tablet.id, "year": 2026, "count": 2}
    [_, second] = province.inspector.post("/certificate-numbers/reserve", json=asked).json()["numbers"]
    province.push(province.tablet.record(verification(attachments=[told(PHOTO)], certificate_number=second)))
    province.world.drain(twice=True)
    assert province.office.get("/certificate-numbers/balance", params={"year": 2026}).json()["reserved"] == 2
    send(province.inspector, PHOTO)
    province.world.drain(twice=True)
    assert {event.number for event in province.world.events(CertificateIssued)} == {second}
    assert province.world.events(AttentionRaised) == []


@pytest.mark.usefixtures("asking")
def test_a_record_without_the_picture_that_is_asked_for_is_flagged(province: Province) -> None:
    province.push(province.tablet.record(verification(attachments=[told(PHOTO, purpose="photo")])))
    province.world.drain()
    assert [event.reason for event in province.world.events(AttentionRaised)] == ["evidence-missing"]
    send(province.inspector, PHOTO)
    province.world.drain()
    assert province.world.events(CertificateIssued) == []


def test_of_parts_that_race_one_wins(province: Province) -> None:
    content = bytes(200_000)
    begin(province.inspector, content)
    heard: list[int] = []
    start = threading.Barrier(6)

    def push() -> None:
        start.wait(10)
        heard.append(part(province.inspector, sha256(content), 0, content[:100_000]).status_code)

    threads = [threading.Thread(target=push) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert sorted(heard) == [204] + [409] * 5
    assert part(province.inspector, sha256(content), 100_000, content[100_000:]).status_code == 204
    assert province.office.get(f"/attachments/{sha256(content)}").content == content


def test_what_a_kill_left_half_done_is_finished_at_the_next_question(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(province.inspector, PHOTO)
    kept: BytesStore = attaching.store()
    key = attaching._key(sha256(PHOTO), "k1")
    kept.append(key, 0, PHOTO)  # killed before the hash was looked at
    if isinstance(kept, GridStore):
        stream = kept.bucket.open_upload_stream_with_id(sha256(PHOTO), sha256(PHOTO), chunk_size_bytes=1024)
        stream.write(PHOTO[:3000])  # killed in the middle of putting it together
    elif isinstance(kept, S3Store):
        monkeypatch.setattr(kept, "drop", lambda key: None)
        kept.keep(key, sha256(PHOTO))  # killed between putting it together and dropping its parts
    else:
        assert isinstance(kept, DiskStore)
    assert offset(province.inspector, sha256(PHOTO)) == len(PHOTO)
    assert province.office.get(f"/attachments/{sha256(PHOTO)}").content == PHOTO


@pytest.fixture
def own_s3(tmp_path: Any, world: MakeWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """A server that a test may kill."""
    with running_s3(tmp_path) as server:
        monkeypatch.setenv("VERNIER_ATTACHMENTS", "s3")
        use_s3(server, monkeypatch)
        office.cache_clear()
        settings.cache_clear()
        yield server
    office.cache_clear()


def test_an_upload_goes_on_after_the_store_was_killed(own_s3: S3Server, world: MakeWorld) -> None:
    province = Province(world("inspection"))
    attaching.prepare()
    door, name = province.inspector, sha256(PHOTO)
    begin(door, PHOTO)
    assert part(door, name, 0, PHOTO[:4000]).status_code == 204
    own_s3.kill()
    away = part(door, name, 4000, PHOTO[4000:])
    assert (away.status_code, problem(away)) == (503, "attachments-away")
    own_s3.start()
    assert offset(door, name) == 4000
    assert part(door, name, 4000, PHOTO[4000:]).status_code == 204
    assert province.office.get(f"/attachments/{name}").content == PHOTO


def test_a_store_that_refuses_the_key_is_no_fault_of_the_tablet(
    s3: S3Server, world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERNIER_ATTACHMENTS", "s3")
    use_s3(s3, monkeypatch)
    monkeypatch.setenv("VERNIER_S3_SECRET_KEY", "sai")
    office.cache_clear()
    settings.cache_clear()
    province = Province(world("inspection"))
    begin(province.inspector, PHOTO)
    refused = part(province.inspector, sha256(PHOTO), 0, PHOTO)
    assert (refused.status_code, problem(refused)) == (503, "attachments-away")
    office.cache_clear()


def test_an_office_that_names_s3_and_no_bucket_is_told_at_deployment(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERNIER_ATTACHMENTS", "s3")
    office.cache_clear()
    with pytest.raises(ValueError, match="VERNIER_S3_BUCKET"):
        attaching.prepare()
    office.cache_clear()
