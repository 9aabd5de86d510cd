"""Attachments on S3 or anything that speaks it: parts as objects while they come, whole contents under their SHA-256."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from obstore import delete, get, head, put
from obstore import list as list_objects
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store as Client

from services.inspection.bytes_store import BLOCK, OffsetTaken
from services.kernel.model import Rejected
from services.kernel.settings import settings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

log = logging.getLogger(__name__)

CONNECTING = timedelta(seconds=3)
PATIENCE = timedelta(seconds=10)
"""How long a call may be tried again. The tablet tries again later with what it has."""


class S3Store:
    """A part is one object, whose name says its place, and is only created, never replaced (`If-None-Match: *`): of two
    that race one wins. Every put carries its SHA-256, which the server compares before it answers.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    def prepare(self) -> None:
        """Tries out what all rests on. Raises RuntimeError for a server that replaces what it should only create."""
        name = "vernier-created-once"
        try:
            put(self.client, name, b"1", mode="create")
        except AlreadyExistsError:
            return
        try:
            put(self.client, name, b"2", mode="create")
        except AlreadyExistsError:
            return
        raise RuntimeError(
            "this S3 server passes over If-None-Match: * in a PUT; take a release that heeds it"
        )

    def length(self, key: str) -> int:
        with _answering():
            return max((place + size for place, size in self._parts(key)), default=0)

    def append(self, key: str, offset: int, part: bytes) -> None:
        if self.length(key) != offset:
            raise OffsetTaken(key)
        with _answering():
            try:
                put(self.client, _part(key, offset), part, mode="create")
            except AlreadyExistsError as error:
                raise OffsetTaken(key) from error

    def read_parts(self, key: str) -> Iterator[bytes]:
        with _answering():
            for place, _ in self._parts(key):
                yield bytes(get(self.client, _part(key, place)).bytes())

    def keep(self, key: str, sha256: str) -> None:
        with _answering():
            if not self._has(sha256):
                whole = b"".join(self.read_parts(key))
                if hashlib.sha256(whole).hexdigest() != sha256:
                    raise OSError(f"the parts of {key} changed while they were put together as {sha256}")
                put(self.client, _whole(sha256), whole, use_multipart=False)
        self.drop(key)

    def drop(self, key: str) -> None:
        with _answering():
            if names := [_part(key, place) for place, _ in self._parts(key)]:
                delete(self.client, names)

    def read(self, sha256: str) -> Iterator[bytes]:
        with _answering():
            try:
                whole = get(self.client, _whole(sha256))
            except FileNotFoundError as error:
                raise KeyError(sha256) from error
        return (bytes(block) for block in whole.stream(min_chunk_size=BLOCK))

    def _has(self, sha256: str) -> bool:
        try:
            head(self.client, _whole(sha256))
        except FileNotFoundError:
            return False
        return True

    def _parts(self, key: str) -> list[tuple[int, int]]:
        """The place and the size of each part that is here, in order."""
        found = [each for page in list_objects(self.client, f"parts/{key}/") for each in page]
        return sorted((int(each["path"].rsplit("/", 1)[1]), each["size"]) for each in found)


def s3_store() -> S3Store:
    """The store that the settings name. Raises ValueError when they name no bucket or no key."""
    told = settings()
    if not told.s3_bucket or not told.s3_access_key or told.s3_secret_key is None:
        raise ValueError(
            "attachments on S3 need VERNIER_S3_BUCKET, VERNIER_S3_ACCESS_KEY and VERNIER_S3_SECRET_KEY"
        )
    secret = told.s3_secret_key.get_secret_value()
    return S3Store(
        _client(
            told.s3_endpoint,
            told.s3_bucket,
            told.s3_prefix,
            told.s3_region,
            told.s3_access_key,
            secret,
            told.s3_ca_file,
        )
    )


@cache
def _client(
    endpoint: str | None,
    bucket: str,
    prefix: str,
    region: str,
    access_key: str,
    secret_key: str,
    ca_file: Path | None,
) -> Client:
    """A client with its pool of connections, one for a process."""
    options: ClientConfig = {
        "allow_http": (endpoint or "").startswith("http://"),
        "connect_timeout": CONNECTING,
        "timeout": PATIENCE,
    }
    if ca_file is not None:
        options["root_certificate"] = ca_file.read_bytes()
    retry: RetryConfig = {"max_retries": 2, "retry_timeout": PATIENCE}
    return Client(
        bucket,
        prefix=prefix or None,
        endpoint=endpoint,
        region=region,
        access_key_id=access_key,
        secret_access_key=secret_key,
        checksum_algorithm="SHA256",
        client_options=options,
        retry_config=retry,
    )


@contextmanager
def _answering() -> Iterator[None]:
    """Raises Rejected 503 when the server does not answer, or answers with what is no fault of the caller."""
    try:
        yield
    except BaseError as error:
        log.warning("S3: %s", error)
        detail = "The store of attachments does not answer. What was sent before is kept; go on later."
        raise Rejected("attachments-away", detail, status=503) from error


def _part(key: str, place: int) -> str:
    return f"parts/{key}/{place:010d}"


def _whole(sha256: str) -> str:
    return f"whole/{sha256[:2]}/{sha256}"
