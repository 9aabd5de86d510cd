"""Kafka topics, made by an explicit command at deployment: one per service, partitioned by the aggregate's id."""

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from services.kernel.kafka_access import client_options
from services.kernel.settings import settings

SERVICES = ("registry", "inspection", "scheduling", "notifications")


def make_topics(services: tuple[str, ...] = SERVICES) -> None:
    """Makes what is missing. A worker may start before the service that it listens to, so all are made at once.

    Raises:
        kafka.errors.KafkaError: the broker cannot be reached or refuses.
    """
    admin = KafkaAdminClient(**client_options())
    try:
        present = set(admin.list_topics())
        for service in services:
            name = settings().topic(service)
            if name in present:
                continue
            topic = NewTopic(name, settings().partitions, settings().replication)
            try:
                admin.create_topics([topic])
            except TopicAlreadyExistsError:
                continue
    finally:
        admin.close()


__all__ = ["SERVICES", "KafkaError", "make_topics"]
