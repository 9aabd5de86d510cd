"""A town for the end-to-end stories: registers instruments by the hundred and looks at what every service made of it."""

import importlib
import logging
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError
from pymongo import MongoClient
from stdnum.vn import mst

from demo.day import today
from demo.doors import Addresses, Json, Person
from deploy.local.platform import LocalPlatform
from deploy.local.topology import SERVICES
from deploy.local.waiting import until
from services.kernel.topics import SERVICES as TOPICS
from tests import examples

SECONDS = 90
OF_THE_RELAY = {"relayed": 0, "pending": 0}
"""How far an event has travelled is no part of what happened."""

logging.getLogger("kafka").setLevel(logging.CRITICAL)


class Town:
    def __init__(self, platform: LocalPlatform) -> None:
        self.platform = platform
        self.addresses = Addresses(
            urls={service: platform.url(service) for service in SERVICES},
            admin_password=platform.secrets.admin_password,
            demo_password=platform.secrets.demo_password,
            mail_folder=platform.mail_folder,
        )
        self.admin = Person(self.addresses, "admin", platform.secrets.admin_password)
        self.kafka = platform.environment["VERNIER_KAFKA"]
        self.mongo: MongoClient[Json] = MongoClient(platform.environment["VERNIER_MONGO"])
        self._pool = ThreadPoolExecutor(8)

    def close(self) -> None:
        self._pool.shutdown()
        self.addresses.close()
        self.mongo.close()

    def site(self) -> Json:
        """A site of an enterprise of its own."""
        code = next(
            code for code in _tax_codes() if not self.admin.get("registry", "/enterprises", tax_code=code)
        )
        owner = self.admin.post("registry", "/enterprises", examples.enterprise(tax_code=code))
        made: Json = self.admin.post("registry", "/sites", examples.site(owner["id"]))
        return made

    def register(self, count: int, site: Json | None = None) -> list[Future[str]]:
        """Registers fuel dispensers from eight threads; each answers with its id once the API has said 201."""
        place = site or self.site()
        return [self._pool.submit(self._register, place["id"]) for _ in range(count)]

    def _register(self, site_id: str) -> str:
        id = str(uuid.uuid4())
        body = examples.dispenser(site_id, id=id, serial=f"E2E-{id[:13]}")
        return str(until(lambda: self._answered(body), f"instrument {id} to be registered", SECONDS))

    def _answered(self, body: Json) -> str | None:
        """A client that repeats what was not answered, with the same id, as every client should."""
        try:
            made: Json = self.admin.post("registry", "/instruments", body)
            return str(made["id"])
        except httpx.HTTPError:
            return None
        except Exception as refused:
            if getattr(refused, "status", 0) != 503:
                raise
            return None

    def known_to_scheduling(self, ids: list[str]) -> int:
        return int(self.collection("scheduling", "obligations").count_documents({"_id": {"$in": ids}}))

    def collection(self, service: str, name: str) -> Any:
        return self.mongo[f"vernier_{service}"][name]

    def pending(self) -> int:
        """Aggregates of all services of which an event has not been sent yet."""
        return sum(
            self.mongo[f"vernier_{service}"][name].count_documents({"pending": True})
            for service in SERVICES
            for name in self.mongo[f"vernier_{service}"].list_collection_names()
        )

    def letters(self) -> list[Json]:
        return [
            letter
            for service in SERVICES
            for letter in self.mongo[f"vernier_{service}"]["dead_letters"].find({"open": True})
        ]

    def everything(self) -> dict[str, Json]:
        """Every document of every service, as it stands now."""
        return {
            f"{service}.{name}/{row['_id']}": row
            for service in SERVICES
            for name in self.mongo[f"vernier_{service}"].list_collection_names()
            for row in self.mongo[f"vernier_{service}"][name].find({}, OF_THE_RELAY)
        }

    def mails(self) -> list[str]:
        return sorted(file.name for file in self.platform.mail_folder.glob("*.eml"))

    def wait_quiet(self) -> None:
        """Until every lead was said, every event sent, every message read and handled, and no mail is waiting."""
        until(self._is_quiet, "all services to come to rest", SECONDS, pause=0.3)

    def _is_quiet(self) -> bool:
        """What is yet to be said or sent becomes events: so it is asked for before them, and after, as they may bring it."""
        if self._untold() or self.pending() or self._lag() or self.pending():
            return False
        return not self._untold()

    def _untold(self) -> int:
        """Leads whose day has come, matters that wait for others of their letter, and letters that were not sent yet."""
        leads = {"next_lead_on": {"$lte": today().isoformat()}}
        return int(
            self.collection("scheduling", "obligations").count_documents(leads)
            + self.collection("notifications", "heard").count_documents({"group": {"$ne": None}})
            + self.collection("notifications", "notices").count_documents({"status": "pending"})
        )

    def _lag(self) -> int:
        """Messages that a group has not acknowledged yet, over all services."""
        admin = KafkaAdminClient(bootstrap_servers=self.kafka)
        consumer = KafkaConsumer(bootstrap_servers=self.kafka)
        try:
            topics = [f"vernier.{service}" for service in TOPICS]
            parts = [TopicPartition(t, p) for t in topics for p in consumer.partitions_for_topic(t) or ()]
            ends = consumer.end_offsets(parts)
            behind = 0
            for service in SERVICES:
                read = admin.list_group_offsets({self.group(service): None})[self.group(service)]
                done = {part: max(0, offset.offset) for part, offset in read.items()}
                heard = _topics_heard_by(service)
                behind += sum(
                    max(0, end - done.get(part, 0)) for part, end in ends.items() if part.topic in heard
                )
            return behind
        except KafkaError:
            return 1
        finally:
            admin.close()
            consumer.close()

    def group(self, service: str) -> str:
        found = self.mongo[f"vernier_{service}"]["reader"].find_one({"_id": "generation"}) or {"value": 1}
        return f"vernier-{service}-{found['value']}"

    def send_raw(self, service: str, key: str, message: bytes) -> None:
        """Puts bytes into a service's topic as nobody of ours would."""
        producer = KafkaProducer(bootstrap_servers=self.kafka, acks="all")
        producer.send(f"vernier.{service}", key=key.encode(), value=message).get(timeout=30)
        producer.close()

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        return until(condition, what, SECONDS)


def _topics_heard_by(service: str) -> set[str]:
    handlers = importlib.import_module(f"services.{service}.service").SERVICE.handlers
    return {f"vernier.{event.service()}" for event in handlers}


def _tax_codes() -> list[str]:
    numbers = (f"23{n:07d}" for n in range(1, 400))
    checked = ((number, mst.calc_check_digit(number)) for number in numbers)
    return [number + digit for number, digit in checked if len(digit) == 1]
