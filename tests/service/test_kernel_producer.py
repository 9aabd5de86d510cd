"""The producer under the relay, a real client on a real broker: what it says of each message, and what its log says."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from deploy.local import ports
from deploy.local.engines import embedded_broker
from deploy.local.processes import Process
from services.kernel.producer import KafkaSender
from services.kernel.settings import settings
from services.kernel.unsent import Refused

TOPIC = "vernier.test"

# The client leaves the sockets of connections that were refused to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


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
    gc.collect()


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


def test_a_broker_that_goes_and_comes_back_is_told_once_each(
    broker: Process, sender: KafkaSender, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("services.kernel.producer.FLUSH_SECONDS", 1)  # before the producer itself gives up
    assert sender([("a", b"1")]) == [True]
    broker.kill()
    assert sender([("a", b"2"), ("b", b"3")]) == [False, False]
    assert sender.away
    broker.start()
    make_topic()
    assert sender([("a", b"2")]) == [True]
    told = [each.getMessage() for each in caplog.records if each.name == "services.kernel.producer"]
    assert [line.split(",")[0] for line in told] == ["the broker is away", "the broker is back"]


class _Producer:
    """Takes some messages and loses others, as one does whose partition has no leader for a moment."""

    class _Future:
        def __init__(self, good: bool) -> None:
            self.good = good
            self.exception = None if good else ConnectionError("no leader")

        def succeeded(self) -> bool:
            return self.good

    def send(self, topic: str, key: bytes, value: bytes) -> "_Producer._Future":
        return self._Future(key != b"b")

    def flush(self, timeout: float) -> None: ...

    def close(self, timeout: float) -> None: ...


def test_a_wave_of_which_a_part_got_through_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sender = KafkaSender(TOPIC)
    monkeypatch.setattr(sender, "_open", _Producer)
    assert sender([("a", b"1"), ("b", b"2"), ("c", b"3")]) == [True, False, True]
    assert not sender.away
    assert "1 of 3 events did not get through and are sent again: no leader" in caplog.text
