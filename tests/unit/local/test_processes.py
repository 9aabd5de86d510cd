"""Supervision, tried on tiny programs: readiness, last words, stopping, killing, bringing back, dying together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.local.processes import ROOT, NotStarted, Process, stop_all, wait_until_ready
from deploy.local.watch import LONGEST_DELAY, Patient, watch

SLEEPER = (
    "import time, pathlib, sys; print('hello', flush=True); pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
)
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEPER


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "the condition did not come true"
        time.sleep(0.01)


def program(folder: Path, code: str, name: str = "dummy", **options: object) -> Process:
    flag = folder / f"{name}.ready"
    return Process(
        name,
        [sys.executable, "-c", code, str(flag)],
        log=folder / f"{name}.log",
        ready=flag.exists,
        before=lambda: flag.unlink(missing_ok=True),
        **options,  # type: ignore[arg-type]
    )


def test_is_started_when_it_says_so_and_stops_when_asked(tmp_path: Path) -> None:
    heard: list[tuple[str, str]] = []
    process = program(tmp_path, SLEEPER, listener=lambda name, line: heard.append((name, line)))
    process.start()
    assert process.alive
    process.stop()
    assert not process.alive
    assert process.exit_code == -signal.SIGTERM
    assert heard == [("dummy", "hello")]
    assert process.said() == "hello\n"


def test_a_process_may_give_way_to_the_others(tmp_path: Path) -> None:
    process = program(tmp_path, SLEEPER, nice=5)
    process.start()
    assert os.getpriority(os.PRIO_PROCESS, process.pid or 0) == 5
    process.stop()


def test_a_program_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    process = program(tmp_path, STUBBORN)
    process.start()
    process.stop(seconds=0.2)
    assert process.exit_code == -signal.SIGKILL


def test_one_that_ends_too_early_is_reported_with_its_last_words(tmp_path: Path) -> None:
    process = program(tmp_path, "raise SystemExit('the key file is missing')")
    with pytest.raises(
        NotStarted, match=r"dummy ended with code 1 before it was ready: the key file is missing"
    ):
        process.start()


def test_one_that_never_gets_ready_is_named(tmp_path: Path) -> None:
    process = program(tmp_path, "import time; time.sleep(60)")
    with pytest.raises(NotStarted, match="dummy not ready after 0 s"):
        process.start(seconds=0.1)
    process.kill()


def test_killed_and_started_again_it_is_a_new_process_with_the_same_log(tmp_path: Path) -> None:
    process = program(tmp_path, SLEEPER)
    process.start()
    first = process.pid
    process.kill()
    assert process.exit_code == -signal.SIGKILL
    process.start()
    assert process.pid != first
    process.kill()
    assert process.said() == "hello\nhello\n"


def test_many_stop_side_by_side(tmp_path: Path) -> None:
    processes = [program(tmp_path, SLEEPER, f"dummy{number}") for number in range(3)]
    for process in processes:
        process.launch()
    wait_until_ready(processes, 10)
    stop_all(processes)
    assert not any(process.alive for process in processes)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_children_die_with_a_launcher_that_is_killed(tmp_path: Path) -> None:
    launcher = (
        "import sys, time; from pathlib import Path; from deploy.local.processes import Process;"
        f"flag = Path({str(tmp_path / 'ready')!r});"
        f"p = Process('child', [sys.executable, '-c', {SLEEPER!r}, str(flag)], log=flag.with_name('log'),"
        " ready=flag.exists);"
        "p.start(); print(p.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", launcher], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    with parent.stdout:
        child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    until(lambda: _is_gone(child))


def _is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_the_watch_brings_back_what_dies(tmp_path: Path) -> None:
    process = program(tmp_path, SLEEPER)
    process.start()
    events = watch(SimpleNamespace(processes=[process], broker=None))  # type: ignore[arg-type]
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    assert next(events) == (process, "ended with code -9; starting it again in 0.5 s")
    assert next(events) == (process, "started again")
    wait_until_ready([process], 10)
    process.kill()


def test_one_that_keeps_dying_is_started_later_and_later() -> None:
    launches = count()
    dead = SimpleNamespace(alive=False, exit_code=1, launch=lambda: next(launches))
    patient, now, delays = Patient(dead), 0.0, []  # type: ignore[arg-type]
    for _ in range(9):
        said = patient.treat(now)
        assert said is not None
        assert patient.again_at is not None
        delays.append(patient.again_at - now)
        assert patient.treat(now) is None, "not before its time"
        now = patient.again_at
        assert patient.treat(now) == "started again"
    assert delays[:4] == [0.5, 1, 2, 4]
    assert delays[-1] == LONGEST_DELAY
    now += 100
    patient.treat(now)
    assert patient.again_at == now + 0.5, "after a long life the first delay again"
