"""Inspection's HTTP doors."""

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from services.inspection.api import (
    assigned_serials,
    attachments,
    attention,
    certificate_numbers,
    certificates,
    check,
    enrolments,
    records,
    seal_batches,
    seal_movements,
    seal_transfers,
    seals,
    stocktakes,
    sync,
    tablets,
    verifications,
)
from services.inspection.api.limit import BodyLimit
from services.kernel.web import make_api

DESCRIPTION = (
    "Tablets and their evidence, verifications, certificates, seals, and what needs a person's attention."
)


def make_app() -> FastAPI:
    app = make_api("inspection", "inspection", DESCRIPTION)
    for part in (
        sync,
        enrolments,
        tablets,
        attachments,
        records,
        verifications,
        certificates,
        certificate_numbers,
        assigned_serials,
        seal_batches,
        seal_movements,
        seal_transfers,
        seals,
        stocktakes,
        attention,
        check,
    ):
        app.include_router(part.router)
    app.add_middleware(GZipMiddleware, minimum_size=500)
    app.add_middleware(BodyLimit)
    return app
