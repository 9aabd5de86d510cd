"""Which port each part listens on, the variable that changes it, and whether it is free."""

import socket
from collections.abc import Callable, Mapping

from deploy.local.processes import NotStarted

DEFAULTS = {
    "registry": 8101,
    "inspection": 8102,
    "scheduling": 8103,
    "notifications": 8104,
    "smtp": 8125,
    "broker": 9192,
    "kafka": 9392,
    "database": 27117,
}
HOST = "127.0.0.1"


def variable(part: str) -> str:
    return f"VERNIER_{part.upper()}_PORT"


def fixed(environment: Mapping[str, str]) -> Callable[[str], int]:
    """The ports that people know: each part's variable, or its default."""

    def port_of(part: str) -> int:
        told = environment.get(variable(part), "")
        if told and not (told.isascii() and told.isdigit() and 0 < int(told) < 65536):
            raise NotStarted(f"{variable(part)} is {told!r}, which is not a port number: use 1 to 65535")
        port = int(told) if told else DEFAULTS[part]
        if is_taken(port):
            other = port + 1000 if port < 64000 else port - 1000
            raise NotStarted(
                f"port {port} ({part}) is taken by another program: stop that one, "
                f"or choose another port, for example {variable(part)}={other}"
            )
        return port

    return port_of


def free(part: str = "") -> int:
    """A port that nobody has at this moment, whatever the part."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_taken(port: int) -> bool:
    """Whether a server here could not have the port. A connection closed a moment ago does not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
