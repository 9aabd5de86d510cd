"""The public doors: anyone may ask whether a certificate is genuine and in force, and fetch the keys to see for himself."""

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from services.inspection.api.rate import Rate
from services.inspection.check_page import Language, check_page
from services.inspection.checking import Answer, check
from services.inspection.domain.statement import LONGEST
from services.inspection.keys import office_certificate, published_keys
from services.inspection.office import office
from services.kernel.web import problem

router = APIRouter(prefix="/check", tags=["check"])

SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
}
TOO_MANY: dict[int | str, dict[str, Any]] = {429: {"description": "asked too often; see Retry-After"}}


@cache
def _rate() -> Rate:
    return Rate(office().checks_per_minute)


def wait(request: Request) -> int:
    """After how many seconds this client may ask again; 0 when it may now."""
    return _rate().wait(request.client.host if request.client else "")


def language_of(request: Request, lang: Language | None = None) -> Language:
    """The one asked for, else the browser's if it is English, else Vietnamese."""
    return lang or ("en" if request.headers.get("accept-language", "").lower().startswith("en") else "vi")


Wait = Annotated[int, Depends(wait)]


@router.get("", response_class=HTMLResponse, responses=TOO_MANY)
def page(
    seconds: Wait,
    language: Annotated[Language, Depends(language_of)],
    q: Annotated[str, Query(description="QR, number or serial")] = "",
) -> HTMLResponse:
    """The check as a page for people. Anyone may call it, so often a minute as the office allows."""
    question = q.strip()
    if seconds:
        headers = {**SAFE, "Retry-After": str(seconds)}
        return HTMLResponse(check_page(language, refused="too-many"), 429, headers)
    if len(question) > LONGEST:
        return HTMLResponse(check_page(language, refused="too-long"), 422, SAFE)
    return HTMLResponse(check_page(language, question, check(question) if question else None), 200, SAFE)


@router.get("/answer", responses={200: {"model": Answer}, **TOO_MANY})
def answer(seconds: Wait, q: Annotated[str, Query(min_length=1, max_length=LONGEST)]) -> JSONResponse:
    """The check for programs: `q` is the text of a QR, a number or a serial. Anyone may call it, as the page."""
    if seconds:
        detail = f"That was too often. Ask again in {seconds} s."
        return problem(429, "too-many", detail, headers={"Retry-After": str(seconds)})
    return JSONResponse(check(q).model_dump(mode="json"), headers={"Cache-Control": "no-store"})


@router.get("/keys")
def keys() -> dict[str, Any]:
    """The public keys (JWK set) that prove a QR genuine without this server; docs/check.md. Anyone may call it."""
    return {"keys": [key.as_dict(private=False) for key in published_keys().keys]}


@router.get("/office-certificate", response_class=Response)
def certificate() -> Response:
    """The X.509 certificate (PEM) of the signatures in our documents. Anyone may call it."""
    return Response(office_certificate(), media_type="application/x-pem-file")
