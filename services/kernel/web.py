"""HTTP doors: problem+json (RFC 9457) for every refusal, roles for every endpoint, the trace of every call."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2PasswordBearer
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException

from services.kernel.model import Rejected
from services.kernel.settings import settings
from services.kernel.tokens import Caller, Forbidden, KeySource, Role, TokenCheck, Unauthenticated

log = logging.getLogger(__name__)

bearer = OAuth2PasswordBearer(tokenUrl=f"{settings().issuer}/token", auto_error=False)


def make_api(service: str, title: str, description: str) -> FastAPI:
    """A service's application; `app.state.check` turns tokens into callers and can be given another key source."""
    app = FastAPI(title=f"Vernier {title}", description=description, version="1")
    app.state.check = TokenCheck(KeySource(settings().issuer))

    app.add_exception_handler(Rejected, _rejected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(PyMongoError, _database_away)
    app.add_exception_handler(Exception, _unexpected)

    @app.get("/health", tags=["health"])
    def health() -> dict[str, str]:
        """Says that the process answers. Anyone may call it."""
        return {"service": service, "status": "ok"}

    return app


def problem(
    status: int,
    type: str,
    detail: str,
    *,
    field: str | None = None,
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A refusal that a program can branch on (`type`) and a person can act on (`detail`, `field`)."""
    content: dict[str, Any] = {"type": f"urn:vernier:problem:{type}", "status": status, "detail": detail}
    if field is not None:
        content["field"] = field
    if errors:
        content["errors"] = list(errors)
    return JSONResponse(content, status, headers, media_type="application/problem+json")


async def caller_of(request: Request, token: Annotated[str | None, Depends(bearer)]) -> Caller:
    if token is None:
        raise Unauthenticated("token-missing", "Sign in at /token and send the token as a Bearer.")
    check: TokenCheck = request.app.state.check
    # A token that must be checked may have to wait for the issuer's keys; one that was does not need a thread.
    known = check.known(token)
    caller = known if known is not None else await run_in_threadpool(check.__call__, token)
    traceparent = request.headers.get("traceparent", "")
    return caller.model_copy(update={"traceparent": traceparent}) if _is_trace(traceparent) else caller


def any_of(*roles: Role) -> Any:
    """The dependency of an endpoint that only these roles may call."""

    async def check(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if not caller.roles & set(roles):
            raise Forbidden("role-missing", f"Only {' or '.join(roles)} may do this.")
        return caller

    return Depends(check)


def _is_trace(text: str) -> bool:
    parts = text.split("-")
    hexadecimal = all(set(part) <= set("0123456789abcdef") for part in parts)
    return [len(part) for part in parts] == [2, 32, 16, 2] and hexadecimal


Answer = Callable[[Request, Exception], JSONResponse]


def _rejected(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Rejected)
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return problem(error.status, error.problem, error.detail, field=error.field, headers=headers)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        {
            "field": ".".join(str(part) for part in each["loc"][1:]) or "body",
            "detail": each["msg"],
            "code": each["type"],
        }
        for each in error.errors()
    ]
    first = errors[0]
    detail = f"{first['field']}: {first['detail']}. Correct it and send again; nothing was written."
    return problem(422, "invalid-input", detail, field=first["field"], errors=errors)


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    known = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "media-type"}
    return problem(error.status_code, known.get(error.status_code, "http"), str(error.detail))


def _database_away(request: Request, error: Exception) -> JSONResponse:
    log.warning("database: %s", error)
    detail = "The database does not answer. Nothing is known to be written; repeat with the same id."
    return problem(503, "database-away", detail, headers={"Retry-After": "2"})


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(500, "unexpected", "The server failed. It has been logged; repeat with the same id.")
