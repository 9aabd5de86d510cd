"""Scheduling's HTTP doors."""

from fastapi import FastAPI

from services.kernel.web import make_api
from services.scheduling.api import obligations, visits

DESCRIPTION = "What has to be verified by when, and the visits on which that is done."


def make_app() -> FastAPI:
    app = make_api("scheduling", "scheduling", DESCRIPTION)
    app.include_router(obligations.router)
    app.include_router(visits.router)
    return app
