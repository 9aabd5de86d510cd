"""One process of the platform: started, watched, its words written down, stopped, killed, started again."""

import collections
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRAPPER = str(Path(__file__).with_name("die_with_parent.py"))

Listener = Callable[[str, str], None]
"""Hears a process's name and one line that it said."""


class NotStarted(Exception):
    """Something could not be started; its text is one sentence for the person at the keyboard."""


class Process:
    """A program with a name, a log file and a condition that says when it is ready."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        ready: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
        before: Callable[[], None] = lambda: None,
        listener: Listener = lambda name, line: None,
        nice: int = 0,
    ) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._ready = ready
        self._environment = environment
        self._before = before
        self._listener = listener
        self._nice = nice
        self._popen: subprocess.Popen[str] | None = None
        self._last: collections.deque[str] = collections.deque(maxlen=20)
        self._reader: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        return self._popen.pid if self._popen else None

    @property
    def alive(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def exit_code(self) -> int | None:
        return self._popen.poll() if self._popen else None

    @property
    def last_words(self) -> str:
        """The last lines it said, for a person who must know why it died."""
        return "\n".join(self._last)

    def is_ready(self) -> bool:
        """Whether it is ready now.

        Raises:
            NotStarted: it has ended instead.
        """
        if not self.alive:
            if self._reader:
                self._reader.join(timeout=2)
            raise NotStarted(
                f"{self.name} ended with code {self.exit_code} before it was ready: {self._why()}"
            )
        return self._ready()

    def launch(self) -> None:
        """Starts it without waiting until it is ready; does nothing when it runs."""
        if self.alive:
            return
        self._before()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._last.clear()
        # A session of its own: Ctrl-C reaches the launcher only, which then stops everything in order.
        self._popen = subprocess.Popen(
            [sys.executable, "-I", "-S", WRAPPER, str(os.getpid()), *self._command],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        if self._nice:
            _give_way(self._popen.pid, self._nice)
        self._reader = threading.Thread(
            target=self._listen, args=(self._popen,), name=f"log {self.name}", daemon=True
        )
        self._reader.start()

    def start(self, seconds: float = 60) -> None:
        """Starts it and waits until it is ready.

        Raises:
            NotStarted: it ended, or was not ready in time.
        """
        self.launch()
        wait_until_ready([self], seconds)

    def stop(self, seconds: float = 10) -> None:
        """Asks it to end, waits, and kills it if it does not."""
        self.ask_to_stop()
        self.wait_stopped(seconds)

    def ask_to_stop(self) -> None:
        if self.alive:
            self._signal(signal.SIGTERM)

    def wait_stopped(self, seconds: float) -> None:
        if self._popen is None:
            return
        try:
            self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self._listener(self.name, f"did not stop in {seconds:.0f} s and was killed")
            self._signal(signal.SIGKILL)
        self._finish()

    def kill(self) -> None:
        """kill -9, as a power cut would."""
        self._signal(signal.SIGKILL)
        self._finish()

    def restart(self, seconds: float = 60) -> None:
        self.stop()
        self.start(seconds)

    def said(self) -> str:
        """Everything in its log file."""
        return self.log.read_text("utf-8", errors="replace") if self.log.exists() else ""

    def _finish(self) -> None:
        if self._popen:
            self._popen.wait()
        if self._reader:
            self._reader.join(timeout=5)

    def _signal(self, number: signal.Signals) -> None:
        if self._popen and self._popen.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._popen.pid, number)

    def _listen(self, popen: subprocess.Popen[str]) -> None:
        assert popen.stdout is not None
        with popen.stdout, self.log.open("a", encoding="utf-8") as log:
            for line in popen.stdout:
                log.write(line)
                log.flush()
                self._last.append(line.rstrip())
                self._listener(self.name, line.rstrip())

    def _why(self) -> str:
        said = [line for line in self._last if line.strip()]
        return (said[-1] if said else "it said nothing") + f" (all of it: {self.log})"


def _give_way(pid: int, nice: int) -> None:
    """Lets a process step back behind the others when the processors are short. Where that cannot be said, it does not."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, nice)
        # Linux weighs sessions against each other first, and each process here is a session of its own.
        Path(f"/proc/{pid}/autogroup").write_text(str(nice))


def wait_until_ready(processes: Iterable[Process], seconds: float) -> None:
    """Waits until all are ready.

    Raises:
        NotStarted: one ended, or the time is up.
    """
    waiting, until = list(processes), time.monotonic() + seconds
    while waiting := [process for process in waiting if not process.is_ready()]:
        if time.monotonic() > until:
            names = ", ".join(process.name for process in waiting)
            raise NotStarted(f"{names} not ready after {seconds:.0f} s; see {waiting[0].log}")
        time.sleep(0.05)


def stop_all(processes: Sequence[Process], seconds: float = 10) -> None:
    """Asks all to end at once and waits for each; what does not end is killed."""
    for process in processes:
        process.ask_to_stop()
    until = time.monotonic() + seconds
    for process in processes:
        process.wait_stopped(max(0.1, until - time.monotonic()))
