"""The registry's HTTP doors."""

from fastapi import FastAPI

from services.kernel.web import make_api
from services.registry.api import accounts, catalogue, enterprises, inspectors, instruments, standards, tokens

DESCRIPTION = (
    "Enterprises, sites, instruments, the catalogue, reference standards, inspectors, and who may sign in."
)


def make_app() -> FastAPI:
    app = make_api("registry", "registry", DESCRIPTION)
    for part in (tokens, catalogue, enterprises, instruments, standards, inspectors, accounts):
        app.include_router(part.router)
    return app
