"""The fault run: kill -9 at random while eight tablets hand in 5,000 records and retry; then every promise is checked.

Killed are the API, the worker and the relay of inspection, the broker and the database, each started again at once.
Afterwards: every acknowledged record is there once with its very hash, every chain is whole, every record was judged,
certificates are numbered without a gap, and each seal is where its record says.
"""

import argparse
import json
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from bench.field import Field, FieldTablet
from bench.sync import description, row, say
from deploy.local.platform import LocalPlatform
from deploy.local.processes import NotStarted, Process
from deploy.local.waiting import until

PER_BATCH = 20
RETRY_SECONDS = 0.2
VICTIMS = ("api", "worker", "relay", "broker", "database")


class Failed(SystemExit):
    """A promise was broken; the text says which."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--tablets", type=int, default=8)
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3, help="how often each of the five is killed")
    parser.add_argument("--seed", type=int, default=20260305)
    parser.add_argument("--minutes", type=float, default=15, help="give up when it takes longer")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vernier-faults-") as folder:
        say("starting the platform, registering the field …")
        with LocalPlatform(Path(folder), "free", environment={"VERNIER_ACCESS_MINUTES": "120"}) as platform:
            field = Field(platform, given.tablets, given.records)
            print(f"\n{description()}; {given.records} records of {given.tablets} tablets, seed {given.seed}")
            run = FaultRun(field, given.seed, given.minutes, given.rounds)
            run.hand_in()
            run.come_to_rest()
            run.check()


class FaultRun:
    def __init__(self, field: Field, seed: int, minutes: float, rounds: int) -> None:
        self.field, self.platform = field, field.platform
        self.chance = random.Random(seed)
        self.limit = time.monotonic() + minutes * 60
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.seals: dict[str, str] = {}
        self.victims = list(VICTIMS) * rounds
        self.chance.shuffle(self.victims)
        self.kills: Counter[str] = Counter()
        self.retries = 0
        self._lock = threading.Lock()

    def hand_in(self) -> None:
        """All tablets at once, each in order and repeating what was not answered, while this thread kills.

        This one, because a process dies with the thread that started it (`deploy.local.die_with_parent`).
        """
        per_tablet = len(self.field.tablets[0].instruments) + 1
        made = {
            tablet.id: self._made(tablet, self.field.numbers(place, per_tablet))
            for place, tablet in enumerate(self.field.tablets)
        }
        senders = [
            threading.Thread(target=self._send, args=(tablet, made[tablet.id]))
            for tablet in self.field.tablets
        ]
        started = time.perf_counter()
        for each in senders:
            each.start()
        for name in self.victims:
            time.sleep(self.chance.uniform(0.3, 2.0))
            self._kill(name)
        for each in senders:
            each.join()
        row(
            "handed in and acknowledged",
            len(self.acknowledged),
            "records",
            f"{time.perf_counter() - started:.0f} s",
        )
        row("calls that had to be repeated", self.retries, "calls")
        row("kills", self.kills.total(), "kills", ", ".join(f"{n} {name}" for name, n in self.kills.items()))

    def come_to_rest(self) -> None:
        """Everything runs again, and the workers go on until nothing is pending."""
        self._start_all()
        self.platform.refill_broker()
        self._start_all()
        started = time.perf_counter()
        until(self._is_quiet, "everything to be judged", max(60.0, self.limit - time.monotonic()), pause=1.0)
        row("until everything was judged", time.perf_counter() - started, "s")

    def check(self) -> None:
        self._check_records()
        self._check_chains()
        self._check_verdicts()
        self._check_seals()
        print(
            "every acknowledged record is there once, every chain is whole, numbers have no gap, seals balance"
        )

    def _made(self, tablet: FieldTablet, seals: Iterator[str]) -> list[str]:
        made = [text for _, text in self.field.records(tablet, seals)]
        for text in made:
            record = json.loads(text)
            for seal in record["body"]["seals_affixed"]:
                self.seals[seal["number"]] = record["id"]
        return made

    def _send(self, tablet: FieldTablet, made: list[str]) -> None:
        with self.field.client(tablet) as client:
            for start in range(0, len(made), PER_BATCH):
                # Spread over all kills, so that there is something to lose at each.
                while self.kills.total() < len(self.victims) * start // len(made):
                    time.sleep(0.05)
                batch = made[start : start + PER_BATCH]
                for answer in self._answers(client, tablet, batch):
                    with self._lock:
                        self.acknowledged[answer["id"]] = answer["receipt"]

    def _answers(self, client: httpx.Client, tablet: FieldTablet, batch: list[str]) -> list[dict[str, Any]]:
        while True:
            if time.monotonic() > self.limit:
                raise Failed("the time is up and a tablet has not handed in everything")
            try:
                answer = client.post("/sync/records", content=tablet.batch(batch))
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == 200:
                found: list[dict[str, Any]] = answer.json()["answers"]
                wrong = [each for each in found if each["status"] not in ("accepted", "duplicate")]
                if wrong:
                    raise Failed(f"a sound record was answered so: {wrong[0]}")
                return found
            if answer is not None and answer.status_code < 500:
                raise Failed(f"a sound batch was refused: {answer.status_code} {answer.text}")
            with self._lock:
                self.retries += 1
            time.sleep(RETRY_SECONDS)

    def _kill(self, name: str) -> None:
        engines = {"broker": self.platform.broker, "database": self.platform.database}
        process = engines.get(name) or self.platform.process("inspection", name)
        process.kill()
        self.kills[name] += 1
        self._start(process)
        if name == "broker":
            self._refill()

    def _refill(self) -> None:
        """The embedded broker forgets, so the launcher fills it from the histories."""
        try:
            self.platform.refill_broker()
        except NotStarted as error:
            say(f"filling the broker: {error}")

    def _start_all(self) -> None:
        """One that needs another which is down ends again, and is started again, as any supervisor would."""
        for process in self.platform.processes:
            self._start(process)

    def _start(self, process: Process) -> None:
        for _ in range(10):
            try:
                process.start()
                return
            except NotStarted as error:
                say(f"{process.name}: {error}")
        dead = [f"{each.name}: {each.last_words}" for each in self.platform.processes if not each.alive]
        raise Failed(f"{process.name} does not start any more; not alive are:\n" + "\n".join(dead))

    def _is_quiet(self) -> bool:
        if self._count("inspection", "verifications") < len(self.acknowledged):
            return False
        names = ("records", "verifications", "certificates", "seals", "attentions")
        if any(self._count("inspection", name, pending=True) for name in names):
            return False
        if self._count("inspection", "certificates") < len(self.acknowledged):
            return False
        # The last thing that follows from a record: its seals hear of the certificate.
        return self._count("inspection", "seals", standing="valid") >= len(self.seals)

    def _count(self, service: str, name: str, **where: Any) -> int:
        found = self.field.collection(service, name)
        return int(found.count_documents(where) if where else found.estimated_document_count())

    def _check_records(self) -> None:
        kept = {
            each["_id"]: each
            for each in self.field.collection("inspection", "records").find(
                {}, {"hash": 1, "record_id": 1, "status": 1}
            )
        }
        for id, receipt in self.acknowledged.items():
            if id not in kept:
                raise Failed(f"record {id} was acknowledged and is not there")
            if kept[id]["hash"] != receipt["hash"]:
                raise Failed(f"record {id} has another hash than its receipt")
        _same("records in the database", len(kept), len(self.acknowledged))
        _same("records of each id", len({each["record_id"] for each in kept.values()}), len(kept))

    def _check_chains(self) -> None:
        for tablet in self.field.tablets:
            found = self.field.admin.get("inspection", f"/tablets/{tablet.id}")
            _same(f"records of tablet {tablet.id}", found["records"], tablet.sequence)
            _same("missing links", found["missing"], [])
        flagged = self._count(
            "inspection", "attentions", reason={"$in": ["chain-gap", "chain-broken", "chain-fork"]}
        )
        open_now = self._count("inspection", "attentions", reason={"$regex": "^chain"}, status="open")
        row("chain gaps noticed on the way, all closed", flagged, "matters")
        _same("open matters about chains", open_now, 0)

    def _check_verdicts(self) -> None:
        count = len(self.acknowledged)
        _same("verifications", self._count("inspection", "verifications"), count)
        _same("certificates", self._count("inspection", "certificates"), count)
        rows = self.field.collection("inspection", "certificates").find(
            {}, {"sequence": 1, "verification_id": 1}
        )
        given = [(each["sequence"], each["verification_id"]) for each in rows]
        _same("certificate numbers", sorted(sequence for sequence, _ in given), list(range(1, count + 1)))
        _same("verifications with a certificate", len({id for _, id in given}), count)
        _same("dead letters", self._count("inspection", "dead_letters", open=True), 0)

    def _check_seals(self) -> None:
        rows = list(
            self.field.collection("inspection", "seals").find({}, {"number": 1, "status": 1, "facts": 1})
        )
        _same("seals told of", {each["number"] for each in rows}, set(self.seals))
        for each in rows:
            told = [(fact["action"], fact["verification_id"]) for fact in each["facts"]]
            by = self.seals[each["number"]]
            _same(f"what is known of seal {each['number']}", told, [("affixed", by), ("validated", by)])
        affixed = sum(each["status"] == "affixed" for each in rows)
        _same("seals affixed", affixed, len(self.seals))
        # A number told of before its neighbour looks like a gap until that one comes; the matter then closes itself.
        open_matters = self._count("inspection", "attentions", reason={"$regex": "^seal"}, status="open")
        _same("open matters about seals", open_matters, 0)


def _same(what: str, found: Any, wanted: Any) -> None:
    if found != wanted:
        shown = f"{str(found)[:200]}, not {str(wanted)[:200]}"
        raise Failed(f"{what}: {shown}")


if __name__ == "__main__":
    main()
