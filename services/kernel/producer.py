"""The Kafka producer that the relay sends by: says of each message whether the broker has it, has not, or never will."""

import logging
from collections.abc import Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.errors import InvalidRecordError, KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from services.kernel.kafka_access import client_options
from services.kernel.settings import settings
from services.kernel.unsent import Refused

log = logging.getLogger(__name__)

DELIVERY_SECONDS = 20
"""How long the producer tries to bring a message; then it says that it could not."""

FLUSH_SECONDS = DELIVERY_SECONDS + 10

REFUSALS = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidRecordError)
"""What the broker, or its client, says of one message and not of itself. A batch that is too large the client splits."""

Answer = bool | Refused


class KafkaSender:
    """A producer that is thrown away as soon as it fails once.

    An idempotent producer that met a new broker, or lost its place with the old one, refuses everything from then on;
    what it could not send stays pending, and its successor sends it. The state is `away` while nothing gets through.
    """

    def __init__(self, topic: str) -> None:
        self.topic, self.away = topic, False
        self._producer: KafkaProducer | None = None

    def __call__(self, messages: list[tuple[str, bytes]]) -> list[Answer]:
        """Sends in order; says of each whether the broker has it. Never raises."""
        sent: list[Any] = []
        failure: Exception | None = None
        try:
            producer = self._open()
            for key, value in messages:
                try:
                    sent.append(producer.send(self.topic, key=key.encode(), value=value))
                except REFUSALS as error:
                    sent.append(Refused(_words(error)))
            producer.flush(timeout=FLUSH_SECONDS)
        except KafkaError as error:
            failure = error
        answers = [_answer(each) for each in sent] + [False] * (len(messages) - len(sent))
        unbrought = [each for each in sent if not isinstance(each, Refused) and not each.succeeded()]
        if failure is not None or unbrought:
            self.close(timeout=0)
        self._tell(answers, failure or next((each.exception for each in unbrought), None))
        return answers

    def close(self, timeout: float = 5) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            producer.close(timeout=timeout)
        except KafkaError:
            # It waits for what it cannot bring, and gives up before it has ended: then its thread would go on trying.
            producer._sender.force_close()
            producer._sender.join(FLUSH_SECONDS)

    def _open(self) -> KafkaProducer:
        if self._producer is None:
            self._producer = KafkaProducer(
                **client_options(),
                acks="all",
                enable_idempotence=True,
                linger_ms=2,
                max_block_ms=10_000,
                delivery_timeout_ms=DELIVERY_SECONDS * 1000,
                request_timeout_ms=DELIVERY_SECONDS * 500,
                max_request_size=settings().kafka_message_bytes,
            )
        return self._producer

    def _tell(self, answers: Sequence[Answer], failure: Exception | None) -> None:
        """One line when the broker goes and one when it is back; one for each wave of which it took a part."""
        lost, through = sum(each is False for each in answers), True in answers
        if lost and through:
            log.warning(
                "%d of %d events did not get through and are sent again: %s", lost, len(answers), failure
            )
        if lost and not through and not self.away:
            log.warning("the broker is away, events wait in the database: %s", failure)
        if through and self.away:
            log.warning("the broker is back, the events that waited are sent")
        self.away = not through and (self.away or lost > 0)


def _answer(sent: Any) -> Answer:
    """Of what came of giving one message to the producer: a future, or its refusal at once."""
    if isinstance(sent, Refused):
        return sent
    if sent.succeeded():
        return True
    return Refused(_words(sent.exception)) if isinstance(sent.exception, REFUSALS) else False


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
