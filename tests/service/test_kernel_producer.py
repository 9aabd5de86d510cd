"""The producer under the relay, a real client on a real broker: what it says of each message, and what its log says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaTimeoutError

from deploy.local import ports
from deploy.local.engines import embedded_broker
from deploy.local.processes import Process
from services.kernel import producer
from services.kernel.producer import KafkaSender
from services.kernel.settings import settings
from services.kernel.unsent import Refused

TOPIC = "vernier.test"


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    port = ports.free()
    process = embedded_broker(tmp_path, port, lambda name, line: None)
    process.start()
    monkeypatch.setenv("VERNIER_KAFKA", f"127.0.0.1:{port}")
    settings.cache_clear()
    make_topic()
    yield process
    process.kill()
    settings.cache_clear()


def make_topic() -> None:
    admin = KafkaAdminClient(bootstrap_servers=settings().kafka)
    admin.create_topics([NewTopic(TOPIC, 1, 1)])
    admin.close()


@pytest.fixture
def sender(broker: Process) -> Iterator[KafkaSender]:
    made = KafkaSender(TOPIC)
    yield made
    made.close()


def arrived(count: int) -> list[bytes]:
    """So many messages as they lie in the topic."""
    consumer = KafkaConsumer(bootstrap_servers=settings().kafka, consumer_timeout_ms=20_000)
    consumer.assign([TopicPartition(TOPIC, 0)])
    consumer.seek_to_beginning()
    found = [next(consumer).value for _ in range(count)]
    consumer.close()
    return found


def test_one_that_is_too_large_is_refused_and_the_others_get_through(
    sender: KafkaSender, caplog: pytest.LogCaptureFixture
) -> None:
    huge = b"x" * (settings().kafka_message_bytes + 1)
    first, refused, last = sender([("a", b"1"), ("b", huge), ("c", b"3")])
    assert (first, last) == (True, True)
    assert isinstance(refused, Refused)
    assert "MessageSizeTooLargeError" in refused.reason
    assert not sender.away
    assert "away" not in caplog.text
    assert sender([("a", b"4")]) == [True]
    assert arrived(3) == [b"1", b"3", b"4"]


def test_one_that_is_too_large_alone_does_not_mean_that_the_broker_is_away(sender: KafkaSender) -> None:
    huge = b"x" * (settings().kafka_message_bytes + 1)
    [refused] = sender([("b", huge)])
    assert isinstance(refused, Refused)
    assert not sender.away


def test_a_larger_message_goes_where_the_setting_allows_it(
    broker: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERNIER_KAFKA_MESSAGE_BYTES", "3000000")
    settings.cache_clear()
    sender = KafkaSender(TOPIC)
    assert sender([("a", b"x" * 2_000_000)]) == [True]
    sender.close()


class Lossy:
    """A producer as kafka-python's is while partitions have no leader: it brings no message whose key is in `lost`, and
    cannot be closed meanwhile, since it waits for them."""

    class Future:
        def __init__(self, exception: Exception | None) -> None:
            self.exception = exception

        def succeeded(self) -> bool:
            return self.exception is None

    def __init__(self, *lost: bytes) -> None:
        self.lost, self.ended, self._sender = lost, False, self

    def send(self, topic: str, key: bytes, value: bytes) -> "Lossy.Future":
        return self.Future(ConnectionError("no leader") if key in self.lost else None)

    def flush(self, timeout: float) -> None:
        if self.lost:
            raise KafkaTimeoutError("Timeout waiting for future")

    def close(self, timeout: float) -> None:
        self.flush(timeout)
        self.ended = True

    def force_close(self) -> None:
        self.ended = True

    def join(self, timeout: float) -> None:
        assert self.ended, "its thread would never end"


@pytest.fixture
def lossy(monkeypatch: pytest.MonkeyPatch) -> list[Lossy]:
    """The producers that a sender opens, one after the other."""
    made = [Lossy(b"a", b"b", b"c"), Lossy(b"b"), Lossy()]
    following = iter(made)
    monkeypatch.setattr(producer, "KafkaProducer", lambda **_: next(following))
    return made


def test_a_broker_that_goes_and_comes_back_is_told_once_each_and_a_part_with_its_numbers(
    lossy: list[Lossy], caplog: pytest.LogCaptureFixture
) -> None:
    sender = KafkaSender(TOPIC)
    wave = [("a", b"1"), ("b", b"2"), ("c", b"3")]
    assert sender(wave) == [False, False, False]
    assert sender.away
    assert sender(wave) == [True, False, True]
    assert not sender.away
    assert sender(wave) == [True, True, True]
    sender.close()
    assert all(each.ended for each in lossy), "no thread of a former producer goes on trying"
    told = [each.getMessage() for each in caplog.records if each.name == producer.__name__]
    assert [line.split(":")[0] for line in told] == [
        "the broker is away, events wait in the database",
        "1 of 3 events did not get through and are sent again",
        "the broker is back, the events that waited are sent",
    ]
