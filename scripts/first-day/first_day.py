"""A company's first day: see ../first-day.sh."""

import argparse
import asyncio
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from decimal import Decimal

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
for name in ("acceptance", "storm"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), name))

from caller import Caller, chat  # noqa: E402
from gateway import Gateway  # noqa: E402
from processes import Failure, Oracle, end_well, wait_for  # noqa: E402

PROJECTS = ("search", "support", "research")
KEYS = 40
CONFIGURATION = """
projects:
  - name: platform
    limits: {{requests_per_minute: {rpm}}}
models:
  - name: fast
    targets:
      - {{provider: north, upstream_model: usage-60-20}}
      - {{provider: south, upstream_model: usage-60-20, priority: 1}}
budgets:
  - {{scope: {{project: platform}}, amount_usd: 50, period: monthly, time_zone: Europe/Berlin}}
"""


def options():
    parser = argparse.ArgumentParser(prog="scripts/first-day.sh")
    parser.add_argument("martlet", nargs="?", default=os.path.join(ROOT, ".build/release/martlet"))
    parser.add_argument("oracle", nargs="?", default=os.path.join(ROOT, ".build/release/martlet-oracle"))
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    parsed = parser.parse_args()
    parsed.martlet, parsed.oracle = os.path.abspath(parsed.martlet), os.path.abspath(parsed.oracle)
    return parsed


def expect(condition, what):
    if not condition:
        raise Failure(f"first day: {what}")


class Day:
    def __init__(self, opts, folder):
        self.opts, self.folder = opts, folder
        self.north, self.south = (Oracle(opts.oracle, self.subfolder(name), pace_ms=1) for name in ("north", "south"))
        self.home = self.subfolder("martlet")
        self.gateway = Gateway(opts.martlet, self.home)
        self.secrets = {}
        self.serial = 0

    def subfolder(self, name):
        path = os.path.join(self.folder, name)
        os.makedirs(path)
        return path

    def say(self, text):
        print(f"first-day: {text}", flush=True)

    # The command line

    def run(self, *arguments, code=0, stdin="", **environment):
        """`martlet …` beside the running server; its standard output."""
        done = subprocess.run(
            [self.opts.martlet, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            cwd=self.home,
            env=self.gateway.environment() | environment,
        )
        if done.returncode != code:
            raise Failure(f"martlet {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def table(self, *arguments, **environment):
        return json.loads(self.run(*arguments, "--json", **environment))

    # Requests

    def ask(self, secret, count=1, model="fast", stream=False):
        """The answers of so many requests at once."""

        async def all_of_them():
            return await asyncio.gather(*(self.caller(secret, model, stream).ask() for _ in range(count)))

        return asyncio.run(all_of_them())

    def caller(self, secret, model, stream=False):
        self.serial += 1
        request_id = f"day-{self.serial:06d}"
        body = chat(model, "Which birds nest under the eaves?", stream=stream, max_tokens=20)
        return Caller(self.gateway.port, secret, body, request_id)

    # The day

    def providers(self):
        for name, oracle in (("north", self.north), ("south", self.south)):
            self.run(
                "provider", "add", name, "--kind", "openai-compatible", "--base-url", f"{oracle.url}/v1",
                "--secret-env", "VENDOR_KEY", "--allow-private", "--set", "health_check=off",
                VENDOR_KEY=f"sk-{name}-canary",
            )
            self.run(
                "price", "set", f"{name}/usage-60-20", "--input", "0.5", "--output", "1.5", "--yes",
            )
        self.run(
            "model", "add", "fast", "--target", "north/usage-60-20", "--target", "south/usage-60-20:1:1"
        )
        shown = self.table("provider", "list")
        expect({"north", "south"} <= {row["name"] for row in shown}, f"providers: {shown}")
        expect("canary" not in json.dumps(shown), "a provider's credential is shown")
        self.say("two providers, one model")

    def projects(self):
        for name in PROJECTS:
            self.run("project", "create", name)
            self.run("budget", "create", "--project", name, "--amount", "25", "--period", "monthly", "--bound", "upper")
        expect(len(self.table("budget", "list")) == len(PROJECTS), "each project has a budget")
        self.say("three projects with budgets")

    def import_keys(self):
        keys = [
            {"name": f"service-{number:02d}", "project": PROJECTS[number % 3], "allowed_models": ["fast"],
             "limits": {"requests_per_minute": 6000}}
            for number in range(KEYS)
        ]
        spoiled = keys[:-1] + [keys[-1] | {"project": "nowhere"}]
        path = os.path.join(self.home, "keys.json")
        with open(path, "w") as file:
            json.dump({"keys": spoiled}, file)
        before = len(self.table("key", "list"))
        self.run("import", path, code=2)
        expect(len(self.table("key", "list")) == before, "one illegal key refuses the whole import")
        with open(path, "w") as file:
            json.dump({"keys": keys}, file)
        done = json.loads(self.run("import", path, "--json"))
        self.secrets = {key["name"]: (key["id"], key["secret"]) for key in done["keys"]}
        expect(len(self.secrets) == KEYS, f"{len(self.secrets)} keys were imported")
        listed = json.dumps(self.table("key", "list"))
        expect(all(secret not in listed for _, secret in self.secrets.values()), "a key's secret is shown again")
        self.say(f"{KEYS} keys by import; an import with one mistake was refused whole")

    def traffic(self):
        for number, (_, secret) in enumerate(self.secrets.values()):
            answers = self.ask(secret, 3, stream=number % 2 == 0)
            expect(all(answer.status == 200 for answer in answers), f"answers: {[a.status for a in answers]}")
        self.say(f"{3 * KEYS} requests answered")

    def rotate(self):
        key, old = self.secrets["service-00"]
        new = json.loads(self.run("key", "rotate", key, "--grace", "1h", "--json"))["secret"]
        expect([a.status for a in self.ask(old) + self.ask(new)] == [200, 200], "old and new secret in the grace period")
        newer = json.loads(self.run("key", "rotate", key, "--grace", "0s", "--json"))["secret"]
        statuses = [answer.status for answer in self.ask(old) + self.ask(new) + self.ask(newer)]
        expect(statuses == [401, 401, 200], f"after a rotation without grace: {statuses}")
        self.secrets["service-00"] = (key, newer)
        self.say("a key rotated, with and without a grace period")

    def leak(self):
        key, secret = self.secrets["service-01"]
        other = self.secrets["service-02"][1]
        self.run("model", "add", "endless", "--target", "north/slow-30")
        self.run("price", "set", "north/slow-30", "--input", "0.5", "--output", "1.5", "--yes")
        self.run("key", "change", key, "--model", "fast", "--model", "endless")

        async def under_load():
            streams = [asyncio.create_task(self.caller(secret, "endless", True).ask()) for _ in range(5)]
            honest = [asyncio.create_task(self.caller(other, "fast").ask()) for _ in range(50)]
            await asyncio.sleep(1)
            began = time.monotonic()
            await asyncio.to_thread(self.run, "key", "revoke", key)
            refused = await self.caller(secret, "fast").ask()
            ended = await asyncio.gather(*streams)
            return refused, ended, time.monotonic() - began, await asyncio.gather(*honest)

        refused, ended, seconds, honest = asyncio.run(under_load())
        expect(refused.status == 401, f"a revoked key got {refused.status}")
        expect(seconds <= 6, f"open streams of a revoked key lasted {seconds:.1f} s")
        for stream in ended:
            expect(b"[DONE]" not in stream.body, "a stream that was cut looks complete")
        expect(all(answer.status == 200 for answer in honest), "requests of other keys suffered")
        self.say(f"a leaked key revoked under load: next request 401, 5 streams ended in {seconds:.1f} s")

    def report(self):
        ledger = self.settled_ledger()
        total = sum(Decimal(row["charge_usd"]) for row in ledger)
        text = self.run("usage", "--by", "project,model", "--since", "30d", "--csv")
        rows = list(csv.DictReader(io.StringIO(text)))
        column = next(name for name in rows[0] if "cost" in name)
        reported = sum(Decimal(row[column]) for row in rows)
        expect(reported == total, f"the report says {reported}, the ledger {total}")
        spent = sum(Decimal(row["spent_usd"]) for row in self.table("budget", "list") if row["amount_usd"] == "25")
        expect(spent == total, f"the budgets say {spent}, the ledger {total}")
        self.say(f"the month's report as CSV: {len(rows)} rows, {total} USD, as ledger and budgets say")

    def settled_ledger(self):
        """All rows, once nothing is on its way any more."""
        last = None

        def still():
            nonlocal last
            rows = self.table("ledger", "list", "--limit", "10000")
            if last is not None and len(rows) == len(last):
                return rows
            last = rows
            time.sleep(0.5)
            return None

        return wait_for(still, 20, "the ledger")

    def audit(self):
        self.run("audit", "verify")
        entries = [json.loads(line) for line in self.run("audit", "export").splitlines()]
        actions = {entry["action"] for entry in entries}
        for action in ("provider.created", "project.created", "key.created", "key.changed", "budget.created"):
            expect(action in actions, f"no {action} in the audit trail")
        text = json.dumps(entries)
        expect("canary" not in text, "a credential is in the audit trail")
        expect(all(secret not in text for _, secret in self.secrets.values()), "a key is in the audit trail")
        self.say(f"audit trail of {len(entries)} entries proved, and no secret in it")

    def configure(self):
        path = os.path.join(self.home, "company.yaml")

        def write(rpm):
            with open(path, "w") as file:
                file.write(CONFIGURATION.format(rpm=rpm))

        def limit():
            return next(row for row in self.table("project", "list") if row["name"] == "platform")["limits"]["requests_per_minute"]

        write(100)
        plan = json.loads(self.run("config", "plan", "--config", path, "--json"))
        expect((plan["created"], plan["changed"], plan["deleted"]) == (2, 1, 0), f"plan: {plan}")
        self.run("config", "plan", "--config", path, "--check", code=1)
        self.run("config", "apply", "--config", path)
        self.run("config", "plan", "--config", path, "--check")
        write(200)
        self.run("config", "apply", "--config", path)
        expect(limit() == 200, "the second version is in force")
        self.run("model", "change", "fast", "--disable-model", code=1)
        self.run("config", "rollback", "1")
        expect(limit() == 100, "the first version is in force again")
        versions = self.table("config", "versions")
        expect([row["version"] for row in versions] == [3, 2, 1], f"versions: {versions}")
        expect(self.ask(self.secrets["service-03"][1])[0].status == 200, "requests go on")
        self.say("configuration planned, applied twice and rolled back")

    def back_up(self):
        backup = os.path.join(self.folder, "backup")
        _, secret = self.secrets["service-04"]

        async def under_load():
            asking = [asyncio.create_task(self.caller(secret, "fast").ask()) for _ in range(100)]
            await asyncio.to_thread(self.run, "backup", "create", backup)
            return await asyncio.gather(*asking)

        expect(all(answer.status == 200 for answer in asyncio.run(under_load())), "requests during the backup")
        self.run("backup", "verify", backup)
        before = self.settled_ledger()
        other = os.path.join(self.folder, "restored")
        os.makedirs(other)
        data = os.path.join(other, "var")
        self.run("backup", "restore", backup, "--into", data)
        shutil.copy(os.path.join(self.gateway.data, "master.key"), os.path.join(data, "master.key"))
        restored = Gateway.__new__(Gateway)
        Gateway.__init__(restored, self.opts.martlet, other)
        try:
            self.reconcile(restored, before)
        finally:
            restored.stop()

    def reconcile(self, restored, before):
        environment = restored.environment()
        rows = self.table("ledger", "list", "--limit", "10000", **environment)
        ids = {row["attempt"]: row["charge_usd"] for row in before}
        expect(rows, "the restored ledger is empty")
        # What was under way while the backup was made was settled since, over there by recovery.
        wrong = [row for row in rows if not row["estimated"] and ids.get(row["attempt"]) != row["charge_usd"]]
        expect(not wrong, f"{len(wrong)} rows differ after the restore: {wrong[:1]}")
        total = sum(Decimal(row["charge_usd"]) for row in rows)
        budgets = [row for row in self.table("budget", "list", **environment) if row["amount_usd"] == "25"]
        spent = sum(Decimal(row["spent_usd"]) for row in budgets)
        expect(spent == total, f"restored budgets say {spent}, the restored ledger {total}")
        self.run("audit", "verify", **environment)
        key = self.secrets["service-05"][1]
        answers = asyncio.run(self.caller_of(restored, key).ask())
        expect(answers.status == 200, f"a key at the restored gateway: {answers.status}")
        self.say(f"backup made under load, verified, restored elsewhere: {len(rows)} rows, {total} USD, reconciled")

    def caller_of(self, gateway, secret):
        caller = self.caller(secret, "fast")
        return Caller(gateway.port, secret, caller.body, caller.answer.request_id)

    def whole(self):
        for step in (
            self.providers, self.projects, self.import_keys, self.traffic, self.rotate, self.leak, self.report,
            self.audit, self.configure, self.back_up,
        ):
            step()
        expect(self.gateway.stop() == 0, "the gateway ends well")


def main():
    opts = options()
    end_well()
    folder = tempfile.mkdtemp(prefix="martlet-first-day-")
    try:
        Day(opts, folder).whole()
    except Failure as failure:
        print(failure, file=sys.stderr)
        print("first-day FAILED", flush=True)
        return 1
    finally:
        if opts.keep:
            print(f"first-day: kept in {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print("first-day ok", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
