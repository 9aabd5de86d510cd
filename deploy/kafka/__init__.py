"""A real Apache Kafka on this machine, from its Maven artifacts."""
