"""Where everything that touches the disk or the network happens: one thread, in order; answers come back by Clock."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from kivy.clock import Clock

from mobile_inspector.core import Refused


class Background:
    """`run` returns at once.  One thread: what was asked first is on the disk first, and no sheet has two writers."""

    def __init__(self, refused: Callable[[Refused], None]) -> None:
        self._refused = refused
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="tablet")
        self.waiting = 0

    def run(
        self,
        work: Callable[[], Any],
        then: Callable[[Any], None] = lambda found: None,
        refused: Callable[[Refused], None] | None = None,
    ) -> None:
        """Calls `work` there, then `then` or `refused` here.  A fault of the program is raised here, never swallowed."""
        self.waiting += 1

        def done(future: Future[Any]) -> None:
            Clock.schedule_once(lambda _: self._hear(future, then, refused or self._refused))

        self._pool.submit(work).add_done_callback(done)

    def finish(self) -> None:
        """Waits for what was asked: nothing accepted is left undone when the app is closed."""
        self._pool.shutdown()

    def _hear(
        self, future: Future[Any], then: Callable[[Any], None], refused: Callable[[Refused], None]
    ) -> None:
        self.waiting -= 1
        try:
            found = future.result()
        except Refused as no:
            refused(no)
        else:
            then(found)
