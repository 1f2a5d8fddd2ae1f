"""The storm: see run.sh."""

import argparse
import asyncio
import collections
import json
import math
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "acceptance"))

from caller import Caller, burst, chat  # noqa: E402
from gateway import Gateway  # noqa: E402
from money import UPPER, Money, charge  # noqa: E402
from processes import Failure, Oracle, end_well, request, wait_for  # noqa: E402

PARTS = ("exact", "new-keys", "requests", "concurrency", "tokens", "budget")
OUTPUT = 20  # tokens that every answer has, and may have at most


def options():
    parser = argparse.ArgumentParser(prog="scripts/storm/run.sh")
    parser.add_argument("martlet", nargs="?", default=os.path.join(ROOT, ".build/release/martlet"))
    parser.add_argument("oracle", nargs="?", default=os.path.join(ROOT, ".build/release/martlet-oracle"))
    parser.add_argument("--offered", type=int, default=1000, help="requests at once")
    parser.add_argument("--room", type=int, default=500, help="requests that the limit has room for")
    parser.add_argument("--hold", type=int, default=6, help="seconds for which admitted requests are kept in flight")
    parser.add_argument("--only", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parsed = parser.parse_args()
    parsed.martlet, parsed.oracle = os.path.abspath(parsed.martlet), os.path.abspath(parsed.oracle)
    parsed.only = [part for part in parsed.only.split(",") if part]
    return parsed


class Burst:
    """What came of one burst."""

    def __init__(self, answers, began, oracle_requests):
        self.answers = answers
        self.admitted = sum(answer.status == 200 for answer in answers)
        self.refused = sum(answer.status in (402, 429) for answer in answers)
        self.others = collections.Counter(
            f"{answer.status} {answer.problem}" for answer in answers if answer.status not in (200, 402, 429)
        )
        self.problems = collections.Counter(answer.problem for answer in answers if answer.status in (402, 429))
        self.attempts = oracle_requests
        self.seconds = max((answer.answered_at for answer in answers), default=began) - began
        held = [answer.answered_at for answer in answers if answer.status == 200]
        refused = [answer.answered_at for answer in answers if answer.status in (402, 429)]
        self.was_held = not held or not refused or max(refused) < min(held)


class Storm:
    def __init__(self, opts, folder):
        self.opts = opts
        self.oracle = Oracle(opts.oracle, folder, pace_ms=1)
        home = os.path.join(folder, "martlet")
        os.makedirs(home)
        self.gateway = Gateway(opts.martlet, home)
        self.money = Money(self.gateway)
        self.gateway.create_provider("oracle", "openai-compatible", self.oracle.url + "/v1")
        self.held, self.quick = "held", "quick"
        words = f"usage-60-{OUTPUT}"
        for name, model in ((self.held, f"slow-{opts.hold}+{words}"), (self.quick, words)):
            self.gateway.create_model(name, "oracle", model)
        self.money.set_price("oracle", f"slow-{opts.hold}+{words}")
        # An answer always has as many tokens as it may have, and input is free: what it costs is its very bound.
        self.money.set_price("oracle", words, input_usd=0)
        self.failed = []
        self.serial = 0
        self.bounds = {}

    def tell(self, line, sound, why=""):
        if not sound:
            self.failed.append(line.split()[0])
            print(f"storm: WRONG: {line}{': ' if why else ''}{why}", file=sys.stderr)
        self.last = line
        print(line, flush=True)

    def scope(self, part, **fields):
        """A new project and a new key in it: (project id, key id, secret)."""
        project = self.money.create_project(f"storm-{part}", **fields.pop("project_fields", {}))
        key, secret = self.money.create_key(f"storm-{part}", f"storm-{part}", **fields)
        return project, key, secret

    def caller(self, secret, model):
        self.serial += 1
        name = f"storm-{self.serial:08d}"
        body = chat(model, f"{name} asks which birds nest under the eaves.", max_tokens=OUTPUT)
        return Caller(self.gateway.port, secret, body, name)

    def attempts(self):
        return json.loads(request(self.oracle.port, "GET", "/oracle/stats")[2])["requests"]

    def fire(self, secrets, model, offered=None):
        """All at once, the keys in turns."""
        before = self.attempts()
        offered = offered or self.opts.offered
        callers = [self.caller(secrets[index % len(secrets)], model) for index in range(offered)]
        answers, began = asyncio.run(burst(callers))
        return Burst(answers, began, self.attempts() - before - 1)

    def bound(self, model):
        """What one request reserves, told by a budget that it is the only one to draw on."""
        if model in self.bounds:
            return self.bounds[model]
        self.bounds[model] = bound = self.measure_bound(model)
        return bound

    def measure_bound(self, model):
        part = f"bound-{model}"
        project, _, secret = self.scope(part)
        budget = self.money.create_budget("project", project, 10**12)
        if model == self.quick:
            answer = asyncio.run(self.caller(secret, model).ask())
            if answer.status != 200:
                raise Failure(f"storm: {answer.status} {answer.body.decode(errors='replace')}")
            return wait_for(lambda: self.money.budget(budget)["spent"], 10, "the first charge")

        async def look():
            asking = asyncio.create_task(self.caller(secret, model).ask())
            reserved = 0
            for _ in range(200):
                await asyncio.sleep(0.02)
                reserved = await asyncio.to_thread(lambda: self.money.budget(budget)["reserved"])
                if reserved or asking.done():
                    break
            return reserved, await asking

        reserved, answer = asyncio.run(look())
        if not reserved:
            raise Failure(f"storm: nothing was reserved: {answer.status} {answer.body.decode(errors='replace')}")
        return reserved

    def settled(self, budget):
        """A budget's amounts once nothing is reserved."""
        def quiet():
            view = self.money.budget(budget)
            return view if view["reserved"] == 0 else None
        return wait_for(quiet, 30, "the end of all reservations", pause=0.1)

    # Parts

    def budget(self):
        """Key and project each have a budget for exactly `room` of the requests, which stay in flight together."""
        name = "storm"
        bound = self.bound(self.held)
        project, key, secret = self.scope("budget")
        amount = self.opts.room * bound
        budgets = [self.money.create_budget("key", key, amount), self.money.create_budget("project", project, amount)]
        seen = self.fire([secret], self.held)
        views = [self.settled(budget) for budget in budgets]
        cost = charge(60, OUTPUT)
        self.verdict(name, seen, self.opts.room, views, [seen.admitted * cost] * 2)
        if not seen.was_held:
            self.tell(f"{name}-held seconds={self.opts.hold}", False, "an answer ended before the last decision")

    def exact(self):
        """The same without holding: every request costs what it reserved, so nothing comes back to be spent again."""
        bound = self.bound(self.quick)
        project, key, secret = self.scope("exact")
        amount = self.opts.room * bound
        budgets = [self.money.create_budget("key", key, amount), self.money.create_budget("project", project, amount)]
        seen = self.fire([secret], self.quick)
        self.verdict("storm-exact", seen, self.opts.room, [self.settled(each) for each in budgets], [amount] * 2)

    def new_keys(self):
        """The first requests that ten new keys ever make, all on their project's one budget."""
        bound = self.bound(self.quick)
        amount = self.opts.room * bound
        project = self.money.create_project("storm-new")
        budget = self.money.create_budget("project", project, amount)
        secrets = [self.money.create_key(f"storm-new-{index}", "storm-new")[1] for index in range(10)]
        seen = self.fire(secrets, self.quick)
        self.verdict("storm-new-keys", seen, self.opts.room, [self.settled(budget)], [amount])

    def verdict(self, name, seen, admitted, views, spent):
        """One line about budgets, and whether it is right."""
        overshoot = max(max(view["spent"] - view["amount"], 0) for view in views)
        right = (
            seen.admitted == admitted and seen.attempts == admitted and not seen.others
            and seen.refused == self.opts.offered - admitted and overshoot == 0
            and [view["spent"] for view in views] == spent
        )
        why = (
            f"wanted {admitted} and spent {spent}: attempts={seen.attempts} others={dict(seen.others)}"
            f" refusals={dict(seen.problems)} budgets={views}"
        )
        line = f"{name} offered={self.opts.offered} admitted={seen.admitted} overshoot_nano_usd={overshoot}"
        self.tell(line, right, why)

    def requests(self):
        """Requests per minute, of a key made just now. What has drained meanwhile may come in, and no more."""
        _, _, secret = self.scope("requests", limits={"requests_per_minute": self.opts.room})
        seen = self.fire([secret], self.quick)
        self.within("storm-requests", seen, self.opts.room, self.opts.room)

    def tokens(self):
        """Tokens per minute. What a request takes is learnt from earlier answers, and told by what the first one leaves."""
        generous = 1_000_000
        _, _, secret = self.scope("tokens-probe", limits={"tokens_per_minute": generous})
        answer = asyncio.run(self.caller(secret, self.held).ask())
        limit = (generous - int(answer.headers["x-ratelimit-remaining-tokens"])) * self.opts.room
        _, _, secret = self.scope("tokens", limits={"tokens_per_minute": limit})
        seen = self.fire([secret], self.held)
        left = [int(answer.headers["x-ratelimit-remaining-tokens"]) for answer in seen.answers if answer.status == 200]
        room = limit // (limit - max(left)) if left else 0
        self.within("storm-tokens", seen, room, room)

    def within(self, name, seen, room, per_minute):
        """One line about a rate: at least the burst, at most what drains besides while the storm lasts."""
        most = room + math.ceil(seen.seconds * per_minute / 60)
        retry = [float(answer.headers.get("retry-after", 0)) for answer in seen.answers if answer.status == 429]
        right = (
            room <= seen.admitted <= most and seen.attempts == seen.admitted and not seen.others
            and all(0 < seconds <= 60 for seconds in retry)
        )
        line = f"{name} offered={self.opts.offered} admitted={seen.admitted} room={room} most={most}"
        why = f"attempts={seen.attempts} others={dict(seen.others)} refusals={dict(seen.problems)}"
        self.tell(line, right, why)

    def concurrency(self):
        """Requests in flight at once, on key and project; afterwards every place is free again."""
        room = self.opts.room
        limits = {"concurrent_requests": room}
        _, _, secret = self.scope("concurrency", limits=limits, project_fields={"limits": limits})
        for turn in ("", "-again"):
            seen = self.fire([secret], self.held)
            right = seen.admitted == room == seen.attempts and seen.refused == self.opts.offered - room
            why = f"attempts={seen.attempts} others={dict(seen.others)} refusals={dict(seen.problems)}"
            self.tell(f"storm-concurrency{turn} offered={self.opts.offered} admitted={seen.admitted}", right, why)

    def run(self):
        order = {
            "exact": self.exact, "new-keys": self.new_keys, "requests": self.requests,
            "concurrency": self.concurrency, "tokens": self.tokens, "budget": self.budget,
        }
        for part, act in order.items():
            if part in self.opts.only:
                act()
        return not self.failed


def main():
    opts = options()
    end_well()
    folder = tempfile.mkdtemp(prefix="martlet-storm-")
    try:
        sys.exit(0 if Storm(opts, folder).run() else 1)
    except Failure as failure:
        print(f"storm: {failure}", file=sys.stderr)
        sys.exit(1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
