"""`python -m deploy.kafka`: a real Apache Kafka in the foreground until Ctrl-C."""

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from deploy.kafka.broker import apache_kafka
from deploy.local import ports
from deploy.local.processes import ROOT, NotStarted


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    state = Path(os.environ.get("VERNIER_STATE") or ROOT / ".vernier").resolve()
    broker = None
    try:
        port = ports.fixed(os.environ)("kafka")
        broker = apache_kafka(state, port, lambda name, line: print(name, "|", line, flush=True))
        broker.start()
        print(f"\n  Apache Kafka is ready: make run VERNIER_KAFKA={ports.HOST}:{port}", flush=True)
        print(f"  Its data are in {state / 'kafka'}.\n", flush=True)
        while broker.alive:
            time.sleep(0.5)
        print(f"vernier: Apache Kafka ended with code {broker.exit_code}; see {broker.log}", file=sys.stderr)
        return 1
    except NotStarted as reason:
        print(f"vernier: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        if broker is not None:
            broker.stop(seconds=30)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
