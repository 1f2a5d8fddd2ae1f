"""Kill after kill, and then the reckoning: see ../chaos-kill.sh."""

import argparse
import asyncio
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "acceptance"))

from caller import Caller, chat  # noqa: E402
from gateway import Gateway  # noqa: E402
from money import EXPECTED, Money, charge  # noqa: E402
from processes import Failure, Oracle, Process, end_well, request, wait_for  # noqa: E402

# The journal's named points, and how many passes a second of this load may make there, about.
HOOKS = {
    "before-write": 400, "after-write": 400, "before-sync": 60, "after-sync": 60, "mid-batch": 4, "after-commit": 4,
    "before-watermark": 2, "after-watermark": 2,
}  # fmt: skip

# (weight, words of the oracle, stream, how the client leaves)
KINDS = [
    (6, "usage-61-23", False, None),
    (3, "plain-2k", False, None),
    (2, "slow-400ms+usage-1000-77-640", False, None),
    (6, "sse-20x5", True, None),
    (4, "sse-60x25", True, None),
    (2, "sse-700x1", True, None),
    (3, "sse-60x25", True, "soon"),
    (2, "sse-200x5", True, "bytes"),
    (2, "slow-2", False, "soon"),
    (1, "hang", False, "soon"),
    (1, "hang-5", True, "soon"),
    (1, "cut-40", False, None),
    (2, "sse-20x5+cut-900", True, None),
    (1, "sse-20x5+rst-900", True, None),
    (1, "sse-20x5+end-5", True, None),
    (1, "sse-20x5+error-5", True, None),
    (1, "sse-20x5+usage-none", True, None),
    (1, "usage-bad", False, None),
    (1, "status-503", False, None),
    (1, "status-400", False, None),
    (1, "status-429", False, None),
    (2, "flaky-503-1", False, None),
    (1, "close", False, None),
]
FALLBACK = "fallback"  # a model whose first target always fails
SECONDS = 1.6  # of load, at most, before each kill
# A segment is deleted when all its attempts have ended and are in the store: that takes a short one, and longer than the
# longest stream; on a slow machine much longer.
SHORT_SEGMENT, SEGMENT = 64 << 10, 256 << 10
LONG_SECONDS = 20
WORKERS = 32


def options():
    parser = argparse.ArgumentParser(prog="scripts/chaos-kill.sh")
    parser.add_argument("kills", nargs="?", type=int, default=20)
    parser.add_argument("--martlet", default=os.path.join(ROOT, ".build/release/martlet"))
    parser.add_argument("--oracle", default=os.path.join(ROOT, ".build/release/martlet-oracle"))
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--hooks", default=",".join(HOOKS), help="the points at which the process kills itself")
    parser.add_argument("--keep", action="store_true", help="keep the data folder")
    parsed = parser.parse_args()
    parsed.martlet, parsed.oracle = os.path.abspath(parsed.martlet), os.path.abspath(parsed.oracle)
    parsed.hooks = [hook for hook in parsed.hooks.split(",") if hook]
    return parsed


class MortalGateway(Gateway):
    """A gateway that is expected to die."""

    def start_again(self, hook, sync, segment_bytes=SEGMENT):
        """Starts it on its old data. False when it killed itself before it was ready, at a hook."""
        self.settings = {"journal.sync": sync, "journal.segment.bytes": str(segment_bytes)}
        if hook:
            self.settings["journal.hook"] = hook
        try:
            self.launch()
            return True
        except Failure:
            if hook and self.child.poll() == -signal.SIGKILL:
                self.bury()
                return False
            raise

    def kill(self):
        self.child.kill()
        self.child.wait()
        self.bury()

    def bury(self):
        if self in Process.running:
            Process.running.remove(self)

    @property
    def is_dead(self):
        return self.child.poll() is not None


class Chaos:
    def __init__(self, opts, folder):
        self.opts = opts
        self.random = random.Random(opts.seed)
        self.oracle = Oracle(opts.oracle, folder, pace_ms=5)
        home = os.path.join(folder, "martlet")
        os.makedirs(home)
        self.gateway = MortalGateway(opts.martlet, home)
        self.money = Money(self.gateway)
        self.serial = 0
        self.answers = {}  # by request id: what the client saw
        self.seen = collections.Counter()  # by request id: attempts that the oracle saw
        self.logged = {}  # by request id: the oracle's lines
        self.killed_at = collections.Counter()
        self.set_up()
        self.gateway.kill()

    def set_up(self):
        self.gateway.create_provider("oracle", "openai-compatible", self.oracle.url + "/v1")
        for words in sorted({kind[1] for kind in KINDS}):
            self.gateway.create_model(words, "oracle", words)
            self.money.set_price("oracle", words)
        targets = [
            {"provider": "oracle", "upstream_model": "status-503", "priority": 0},
            {"provider": "oracle", "upstream_model": "usage-61-23", "priority": 1},
        ]
        self.gateway.admin("POST", "/models", {"name": FALLBACK, "targets": targets})
        self.project = self.money.create_project("chaos")
        self.key, self.secret = self.money.create_key("chaos", "chaos")
        plenty = 10**15
        self.budgets = [
            self.money.create_budget("project", self.project, plenty, bound=EXPECTED),
            self.money.create_budget("key", self.key, plenty),
        ]

    # Load

    def caller(self):
        weights = [kind[0] for kind in KINDS] + [2]
        _, words, stream, leaves = self.random.choices(KINDS + [(2, FALLBACK, False, None)], weights)[0]
        self.serial += 1
        name = f"chaos-{self.serial:08d}"
        text = f"{name} asks: " + "which birds nest under the eaves? " * self.random.randint(1, 20)
        after = self.random.uniform(0.01, 0.7) if leaves == "soon" else None
        size = self.random.randint(1, 6000) if leaves == "bytes" else None
        body = chat(words, text, stream=stream, max_tokens=1000)
        return Caller(self.gateway.port, self.secret, body, name, leave_after_s=after, leave_bytes=size)

    async def work(self, deadline):
        while time.monotonic() < deadline and not self.gateway.is_dead:
            answer = await self.caller().ask(timeout=SECONDS + 2)
            self.answers[answer.request_id] = answer
            if answer.status == 0:
                await asyncio.sleep(0.01)

    async def load(self, kill_after):
        """Load until the gateway is dead: by its own hand, or after so many seconds by ours."""
        deadline = time.monotonic() + kill_after
        workers = [asyncio.create_task(self.work(deadline)) for _ in range(WORKERS)]
        while time.monotonic() < deadline and not self.gateway.is_dead:
            await asyncio.sleep(0.002)
        own = self.gateway.is_dead
        self.gateway.kill()
        await asyncio.gather(*workers)
        return own

    # Rounds

    def round(self, number):
        sync = "each" if number % 4 == 3 else "group"
        hook, name = None, "random"
        segment_bytes = SHORT_SEGMENT if number % 6 == 0 else SEGMENT
        kill_after = self.random.uniform(0.05, SECONDS)
        if number % 2 and self.opts.hooks:
            name = self.opts.hooks[number // 2 % len(self.opts.hooks)]
            hook = f"{name}:{self.random.randint(1, max(int(HOOKS.get(name, 20) * SECONDS / 2), 2))}"
            kill_after = SECONDS
            if "watermark" in name:
                segment_bytes, kill_after = SHORT_SEGMENT, LONG_SECONDS
        if not self.gateway.start_again(hook, sync, segment_bytes):
            self.killed_at[name] += 1
            return
        own = asyncio.run(self.load(kill_after))
        self.killed_at[name if own or not hook else "random"] += 1
        self.harvest()

    def harvest(self):
        """Waits until the oracle has read all that was sent, and takes its log."""
        def quiet():
            return json.loads(request(self.oracle.port, "GET", "/oracle/stats")[2])["open_connections"] <= 1
        wait_for(quiet, 20, "the oracle's rest", pause=0.05)
        log = request(self.oracle.port, "GET", "/oracle/log", timeout=60)[2]
        request(self.oracle.port, "POST", "/oracle/reset")
        for line in log.decode().splitlines():
            entry = json.loads(line)
            at = entry["body"].find("chaos-")
            if at < 0:
                raise Failure(f"the oracle saw a request that is not ours: {line[:400]}")
            name = entry["body"][at : at + 14]
            self.seen[name] += 1
            self.logged.setdefault(name, []).append(entry)

    # The reckoning

    def rest(self):
        """Waits until nothing is reserved and no more rows come; the rows."""
        def quiet():
            return all(self.money.budget(budget)["reserved"] == 0 for budget in self.budgets)
        wait_for(quiet, 30, "the end of all reservations", pause=0.1)
        rows = self.rows()
        while True:
            time.sleep(0.6)
            again = self.rows()
            if len(again) == len(rows):
                return again
            rows = again

    def rows(self):
        return list(self.money.ledger(key=self.key))

    def reckon(self):
        rows = self.rest()
        by_request = collections.defaultdict(list)
        for row in rows:
            by_request[row["request"]].append(row)
        lost = duplicate = unseen = 0
        for name in self.seen.keys() | by_request.keys():
            seen, found = self.seen[name], by_request[name]
            attempts = {row["attempt"] for row in found}
            lost += max(seen - len(attempts), 0)
            extra = len(found) - max(seen, min(len(attempts), seen))
            if extra > 0:
                # Written down, and the process was killed before the vendor had it: it cannot be told from one that the
                # vendor had, and is settled by the estimate.
                excused = min(extra, sum(self.money.was_interrupted(row) for row in found), len(attempts) - seen)
                unseen += max(excused, 0)
                duplicate += extra - max(excused, 0)
                if extra > max(excused, 0):
                    self.complain("duplicate", name, found)
            if seen > len(attempts):
                self.complain("lost", name, found)
        total = sum(self.money.charge_of(row) for row in rows)
        wrong = sum(abs(self.money.charge_of(row) - self.money.recomputed(row)) for row in rows)
        spent = [self.money.budget(budget)["spent"] for budget in self.budgets]
        usage, requests = self.money.usage_charge(key=self.key)
        mismatch = wrong + sum(abs(total - each) for each in spent) + abs(total - usage)
        mismatch += self.against_the_oracle(by_request)
        estimated = sum(1 for row in rows if row["estimated"])
        print(
            f"chaos rows={len(rows)} attempts={sum(self.seen.values())} callers={len(self.answers)}"
            f" estimated={estimated} unseen={unseen} ledger_nano_usd={total} budgets_nano_usd={spent}"
            f" usage_nano_usd={usage} usage_requests={requests} killed_at={dict(sorted(self.killed_at.items()))}"
        )
        return lost, duplicate, mismatch + abs(requests - len(rows))

    def against_the_oracle(self, by_request):
        """What whole answers cost, by the counts that the oracle sent, against what was charged."""
        mismatch = 0
        for name, answer in self.answers.items():
            if not answer.is_whole or answer.status != 200 or len(by_request[name]) != 1:
                continue
            try:
                usage = json.loads(answer.body)["usage"]
                cost = charge(usage["prompt_tokens"], usage["completion_tokens"])
            except (ValueError, KeyError, TypeError):
                continue
            row = by_request[name][0]
            is_sane = 0 <= usage["prompt_tokens"] < 10**9
            if is_sane and not row["estimated"] and self.money.charge_of(row) != cost:
                self.complain(f"wanted {cost}", name, [row])
                mismatch += abs(self.money.charge_of(row) - cost)
        return mismatch

    def complain(self, what, name, rows):
        entries = [
            {field: entry[field] for field in ("outcome", "received_at_ms", "ended_ms")}
            for entry in self.logged.get(name, [])
        ]
        answer = self.answers.get(name)
        told = answer and (answer.status, answer.is_whole, answer.left)
        fields = ("attempt", "model", "outcome", "charge_usd", "estimated", "started_at", "settled_at")
        rows = [{field: row[field] for field in fields} for row in rows]
        print(f"chaos: {what}: {name}: client={told} oracle={entries} rows={rows}", file=sys.stderr)

    def run(self):
        for number in range(self.opts.kills):
            self.round(number)
            if (number + 1) % 20 == 0:
                print(f"chaos: {number + 1} kills, {sum(self.seen.values())} attempts", file=sys.stderr, flush=True)
        self.gateway.start_again(None, "group")
        first = self.reckon()
        # A further death with nothing in flight: reading the journal once more changes nothing.
        self.gateway.kill()
        self.gateway.start_again(None, "group")
        second = self.reckon()
        self.gateway.stop()
        if first != second:
            print(f"chaos: replay changed something: {first} became {second}", file=sys.stderr)
        missed = [hook for hook in self.opts.hooks[: self.opts.kills // 2] if not self.killed_at[hook]]
        if missed:
            print(f"chaos: no kill came to pass at {', '.join(missed)}", file=sys.stderr)
        lost, duplicate, mismatch = (max(pair) for pair in zip(first, second))
        print(f"chaos kills={self.opts.kills} lost={lost} duplicate={duplicate} mismatch_nano_usd={mismatch}")
        return first == second and not lost and not duplicate and not mismatch


def main():
    opts = options()
    end_well()
    folder = tempfile.mkdtemp(prefix="martlet-chaos-")
    print(f"chaos: seed {opts.seed}", file=sys.stderr)
    try:
        sys.exit(0 if Chaos(opts, folder).run() else 1)
    except (Failure, subprocess.SubprocessError) as failure:
        print(f"chaos: {failure}", file=sys.stderr)
        sys.exit(1)
    finally:
        if not opts.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"chaos: kept {folder}", file=sys.stderr)


if __name__ == "__main__":
    main()
