"""The outage: see run.sh."""

import argparse
import asyncio
import collections
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[1:1] = [os.path.join(os.path.dirname(HERE), name) for name in ("acceptance", "storm")]

from gateway import Gateway  # noqa: E402
from load import Load  # noqa: E402
from processes import Failure, end_well, request  # noqa: E402
from vendors import CUT_LATE, HUNG, KILLED, Vendor  # noqa: E402

SLOW = "slow-2"
# Cut before any content, and after it.
CUT_EARLY = "cut-40"
MOODS = (
    KILLED, HUNG, "reset", SLOW, "status-429-retry-1", "status-500", "status-529", "html", CUT_EARLY, CUT_LATE, "error-0",
)  # fmt: skip
MODEL, WORDS = "outage", "sse-6x5"
FIRST_CONTENT_MS, TOTAL_MS = 1_500, 6_000
MARGIN_S = 4  # beyond the total deadline, before a request counts as stuck
BACK_S = 60  # within which traffic returns
SUCCESS_PCT, RETRIES_PCT = 99.9, 10.0
# While failures wander, a request may fail where the rules say so, and its record tells which: a tenth of ten seconds'
# requests may be tried again, each three times, and a sick target is asked only when no other is well. All others must
# succeed.
ALLOWED = ("retry_budget", "attempts", "deadline", "no_target")
# The time over which retries are held to a tenth.
WINDOW_S = 10
# On average one vendor falls in so many quarters of a second.
FALL_QUARTERS = 12
EARLY_REQUESTS, EARLY_S = 10, 1.0


def options():
    parser = argparse.ArgumentParser(prog="scripts/outage/run.sh")
    parser.add_argument("martlet", nargs="?", default=os.path.join(ROOT, ".build/release/martlet"))
    parser.add_argument("oracle", nargs="?", default=os.path.join(ROOT, ".build/release/martlet-oracle"))
    parser.add_argument("--seconds", type=int, default=20, help="of the rolling outage; 0 for none")
    parser.add_argument("--rate", type=float, default=40, help="requests a second")
    parser.add_argument("--fault", type=float, default=3, help="seconds that each single failure lasts")
    parser.add_argument("--moods", default=",".join(MOODS), help="the single failures, in this order")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", action="store_true", help="keep the data folder")
    parsed = parser.parse_args()
    parsed.martlet, parsed.oracle = os.path.abspath(parsed.martlet), os.path.abspath(parsed.oracle)
    parsed.moods = [mood for mood in parsed.moods.split(",") if mood]
    return parsed


def percent(part, whole):
    return 100.0 * part / whole if whole else 100.0


def p99_ms(calls):
    times = sorted(call.ended - call.begun for call in calls)
    return round(times[min(len(times) - 1, len(times) * 99 // 100)] * 1000) if times else 0


class Outage:
    def __init__(self, opts, folder):
        self.opts = opts
        self.random = random.Random(opts.seed)
        self.vendors = [Vendor(name, opts.oracle, folder) for name in ("a", "b", "c")]
        home = os.path.join(folder, "martlet")
        os.makedirs(home)
        self.gateway = Gateway(opts.martlet, home)
        self.set_up()
        secret = self.gateway.create_key("outage")
        patience = TOTAL_MS / 1000 + MARGIN_S
        self.load = Load(self.gateway.port, secret, MODEL, opts.rate, patience, self.random)
        self.missed = []
        self.told = set()  # calls that some line has counted

    def set_up(self):
        a, b, c = self.vendors
        checks = {"health_check": "models", "health_interval": "5"}
        self.gateway.create_provider("a", "openai-compatible", a.url + "/v1", **checks)
        self.gateway.create_provider("b", "anthropic", b.url, **checks)
        self.gateway.create_provider("c", "openai-compatible", c.url + "/v1", **checks)
        targets = [
            {"provider": name, "upstream_model": WORDS, "weight": 1, "priority": priority}
            for name, priority in (("a", 0), ("b", 0), ("c", 1))
        ]
        routing = {
            "retry_possibly_accepted": True,
            "deadlines": {"first_content_ms": FIRST_CONTENT_MS, "total_ms": TOTAL_MS},
        }
        self.gateway.admin("POST", "/models", {"name": MODEL, "targets": targets, "routing": routing})

    def tell(self, line, sound, why=""):
        if not sound:
            self.missed.append(line.split()[0])
            print(f"outage: MISSED: {line}{': ' if why else ''}{why}", file=sys.stderr, flush=True)
        print(line, flush=True)

    async def counts(self):
        return [await asyncio.to_thread(lambda vendor=vendor: vendor.requests) for vendor in self.vendors]

    # One vendor fails in one way

    async def single(self, mood):
        vendor = self.vendors[0]
        before = sum(await self.counts())
        since = time.monotonic()
        await asyncio.to_thread(vendor.fall, mood)
        fell = time.monotonic()
        # What hangs must not answer in the end after all.
        await asyncio.sleep(max(self.opts.fault, TOTAL_MS / 1000 + 3) if mood == HUNG else self.opts.fault)
        await asyncio.to_thread(vendor.rise)
        rose = time.monotonic()
        back = await self.traffic_is_back(rose)
        until = time.monotonic()
        calls = await self.load.ended(since, until)
        retries = percent(sum(await self.counts()) - before, len(self.load.between(since, time.monotonic()))) - 100
        self.told.update(calls)
        early, rest = self.split(calls, fell, mood)
        failures = [call for call in rest if call.failure]
        success = percent(len(rest) - len(failures), len(rest))
        p99 = p99_ms(calls)
        line = (
            f"outage-{mood} requests={len(calls)} success_pct={success:.2f}"
            f" early={len(early)} early_failed={sum(call.failure is not None for call in early)}"
            f" retries_pct={max(0, retries):.1f} p99_ms={p99} back_s={'never' if back is None else f'{back:.1f}'}"
        )
        stuck = sum(call.is_stuck for call in calls)
        sound = success >= SUCCESS_PCT and back is not None and p99 <= TOTAL_MS + 1_000 and stuck == 0
        self.tell(line, sound, self.reasons(failures, fell))

    @staticmethod
    def split(calls, fell, mood):
        """Those that may still notice, and the rest. What hangs is known to hang only when a deadline has passed."""
        early_s = EARLY_S + (FIRST_CONTENT_MS / 1000 if mood in (HUNG, SLOW) else 0)
        meeting = [call for call in calls if call.ended > fell]
        early = [call for index, call in enumerate(meeting) if index < EARLY_REQUESTS or call.begun < fell + early_s]
        marked = set(map(id, early))
        return early, [call for call in calls if id(call) not in marked]

    async def traffic_is_back(self, rose):
        """Seconds until a vendor that has recovered has its share again; `None` when it had not in time."""
        seen = [(time.monotonic(), await self.counts())]
        while time.monotonic() - rose < BACK_S:
            await asyncio.sleep(0.25)
            seen.append((time.monotonic(), await self.counts()))
            seen = seen[-5:]
            (_, old), (now, new) = seen[0], seen[-1]
            first, second = new[0] - old[0], new[1] - old[1]
            if len(seen) == 5 and first >= 5 and first >= 0.6 * second:
                return now - rose
        return None

    @staticmethod
    def reasons(failures, origin):
        kinds = collections.Counter(f"{'stream' if call.is_stream else 'plain'} {call.failure}" for call in failures)
        some = [f"{call.name} +{call.begun - origin:.2f}s took {call.ended - call.begun:.2f}s" for call in failures[:8]]
        return f"{dict(kinds)} {some}" if failures else ""

    # Failures wander

    async def rolling(self):
        since, before = time.monotonic(), sum(await self.counts())
        until = since + self.opts.seconds
        moods = [mood for mood in MOODS if mood != SLOW] + [SLOW]
        downs = collections.Counter()
        due = {}
        turn = 0
        while time.monotonic() < until:
            now = time.monotonic()
            for vendor in [vendor for vendor, end in due.items() if end <= now]:
                await asyncio.to_thread(vendor.rise)
                del due[vendor]
            well = [vendor for vendor in self.vendors if vendor not in due]
            if len(well) > 1 and self.random.random() < 1 / FALL_QUARTERS:
                # In turns, so that each falls as often as the others.
                vendor = next(v for v in self.vendors[turn % 3 :] + self.vendors[: turn % 3] if v in well)
                turn = self.vendors.index(vendor) + 1
                mood = self.random.choice(moods)
                await asyncio.to_thread(vendor.fall, mood)
                downs[vendor.name] += 1
                due[vendor] = time.monotonic() + self.random.uniform(1, 6)
            await asyncio.sleep(0.25)
        for vendor in due:
            await asyncio.to_thread(vendor.rise)
        calls = await self.load.ended(since, time.monotonic())
        self.told.update(calls)
        late = [call for call in calls if call.is_late]
        failures = [call for call in calls if call.failure and not call.is_late]
        retries = percent(sum(await self.counts()) - before, len(self.load.between(since, time.monotonic()))) - 100
        stops = await asyncio.to_thread(lambda: {call: self.why_stopped(call) for call in failures})
        allowed = [call for call in failures if stops[call] in ALLOWED]
        success = percent(len(calls) - len(failures), len(calls))
        line = (
            f"outage-rolling requests={len(calls)} success_pct={success:.2f} failures={len(failures)} allowed={len(allowed)}"
            f" cut_after_content={len(late)} falls={sum(downs.values())} retries_pct={max(0, retries):.1f}"
            f" p99_ms={p99_ms(calls)}"
        )
        sound = len(allowed) == len(failures)
        why = self.reasons([call for call in failures if call not in allowed], since)
        self.tell(line, sound, f"stopped by {dict(collections.Counter(stops.values()))}; not allowed: {why or 'none'}")

    def why_stopped(self, call):
        """Why the gateway did not try a failed request again, as its record tells."""
        if call.request_id is None:
            return "no answer"
        record = self.gateway.record(call.request_id)
        route = record.get("route") or {}
        if isinstance(route, str):
            route = json.loads(route)
        if route.get("stopped") not in ALLOWED:
            print(f"outage: {call.name}: {json.dumps(record)}", file=sys.stderr, flush=True)
        return route.get("stopped")

    # All

    async def run(self):
        loading = asyncio.create_task(self.load.run())
        try:
            await asyncio.sleep(4)
            for mood in self.opts.moods:
                await self.single(mood)
                # Each failure for itself: what the last one took of the retry budget comes back within ten seconds.
                await asyncio.sleep(WINDOW_S)
            if self.opts.seconds:
                await self.rolling()
        finally:
            self.load.is_over = True
        await loading
        await self.verdict()
        return not self.missed

    async def verdict(self):
        calls = self.load.calls
        failed = sum(call.failure is not None for call in calls)
        retries = max(0, percent(sum(await self.counts()), len(calls)) - 100)
        held = await self.in_flight()
        stuck = sum(call.is_stuck for call in calls) + held
        line = (
            f"outage requests={len(calls)} success_pct={percent(len(calls) - failed, len(calls)):.2f}"
            f" retries_pct={retries:.1f} stuck={stuck}"
        )
        between = self.reasons([call for call in calls if call.failure and call not in self.told], calls[0].begun)
        why = f"parts: {', '.join(self.missed)}; between them: {between or 'none'}"
        why += f"; this machine stood still for {self.load.stood_still:.1f} s"
        self.tell(line, stuck == 0 and retries <= RETRIES_PCT and not self.missed, why)

    async def in_flight(self):
        """What the gateway says is still under way when nobody waits any more."""
        for _ in range(50):
            text = (await asyncio.to_thread(request, self.gateway.admin_port, "GET", "/metrics"))[2].decode()
            held = int(float(re.search(r"^martlet_in_flight_requests(?:\{[^}]*\})? (\S+)$", text, re.M).group(1)))
            if held == 0:
                break
            await asyncio.sleep(0.1)
        return held


def main():
    opts = options()
    end_well()
    folder = tempfile.mkdtemp(prefix="martlet-outage-")
    print(f"outage seed={opts.seed}{f' folder={folder}' if opts.keep else ''}", flush=True)
    try:
        sys.exit(0 if asyncio.run(Outage(opts, folder).run()) else 1)
    except Failure as failure:
        print(f"outage: {failure}", file=sys.stderr)
        sys.exit(1)
    finally:
        if not opts.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
