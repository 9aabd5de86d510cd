"""How a process speaks: one line a message on standard output; what repeats many times a second is said once a minute."""

import logging
import sys
import time

REPEAT_SECONDS = 60.0
LIBRARIES = ("kafka", "aiokafka", "httpx", "faust", "mode", "pymongo")


class OnceAMinute(logging.Filter):
    """Lets a complaint pass once a minute, whatever its details. While a broker is away its clients retry and complain
    ten times a second, and the one line that matters would be lost among theirs."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, int, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        key, at = (record.name, record.levelno, str(record.msg)[:40]), time.monotonic()
        if at - self._said.get(key, -REPEAT_SECONDS) < REPEAT_SECONDS:
            return False
        self._said[key] = at
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def speak() -> None:
    """Sets up this process's log; ours says everything from INFO on, libraries what is at least a WARNING."""
    ours, theirs = logging.StreamHandler(sys.stdout), logging.StreamHandler(sys.stdout)
    theirs.addFilter(OnceAMinute())
    for handler in (ours, theirs):
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[ours], force=True)
    for name in LIBRARIES:
        library = logging.getLogger(name)
        library.setLevel(logging.WARNING)
        library.propagate = False
        library.addHandler(theirs)
