"""The OpenAPI document of each service, as its application gives it."""

from typing import Any

from docs.generator.contract import services


def openapi() -> dict[str, dict[str, Any]]:
    """By the service's name."""
    return {service.name: service.api().openapi() for service in services()}
