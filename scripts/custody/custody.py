"""Rotation, backup and canaries: see run.sh."""

import argparse
import asyncio
import base64
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
for part in ("acceptance", "storm"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), part))

from caller import Caller, chat  # noqa: E402
from canaries import Canaries, search  # noqa: E402
from gateway import Gateway  # noqa: E402
from processes import Failure, Oracle, end_well, request  # noqa: E402

POINTS = ("kept", "promoted", "committed", "replaced", "erased")
GOOD = ("plain-200", "sse-20x5")
BAD = (
    "status-400", "status-401", "status-403", "status-429", "status-500", "status-503", "cut-40", "close", "hang",
    "sse-20x5+rst-900", "sse-20x5+error-5", "sse-20x5+end-5", "usage-bad",
)  # fmt: skip
WORKERS = 12


def options():
    parser = argparse.ArgumentParser(prog="scripts/custody/run.sh")
    parser.add_argument("martlet", nargs="?", default=os.path.join(ROOT, ".build/release/martlet"))
    parser.add_argument("oracle", nargs="?", default=os.path.join(ROOT, ".build/release/martlet-oracle"))
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    parsed = parser.parse_args()
    parsed.martlet, parsed.oracle = os.path.abspath(parsed.martlet), os.path.abspath(parsed.oracle)
    return parsed


class Load:
    """Callers without a pause, on a thread of their own; counts what did not end well."""

    def __init__(self, port, key, prompt):
        self.port, self.key, self.prompt = port, key, prompt
        self.done, self.failures, self.is_over = 0, [], False
        self.thread = threading.Thread(target=lambda: asyncio.run(self.work()))

    async def work(self):
        await asyncio.gather(*(self.caller(number) for number in range(WORKERS)))

    async def caller(self, number):
        while not self.is_over:
            model = GOOD[(number + self.done) % len(GOOD)]
            body = chat(model, self.prompt, stream=model.startswith("sse"))
            answer = await Caller(self.port, self.key, body, f"cst-{number}-{self.done}").ask()
            self.done += 1
            if answer.status != 200 or not answer.is_whole:
                self.failures.append((answer.status, answer.body[:200]))

    def __enter__(self):
        self.thread.start()
        self.wait_for(30)
        return self

    def wait_for(self, more):
        """Until so many more have ended."""
        goal, deadline = self.done + more, time.monotonic() + 30
        while self.done < goal:
            if time.monotonic() > deadline:
                raise Failure(f"the load stands still at {self.done}: {self.failures[:3]}")
            time.sleep(0.01)

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()


class Custody:
    def __init__(self, opts, folder):
        self.opts, self.folder = opts, folder
        self.random = random.Random(opts.seed)
        self.canaries = Canaries()
        self.home = os.path.join(folder, "martlet")
        self.temporary = os.path.join(folder, "tmp")
        for path in (self.home, self.temporary):
            os.makedirs(path)
        vendor = os.path.join(folder, "vendor")
        os.makedirs(vendor)
        self.oracle = Oracle(opts.oracle, vendor, pace_ms=3)
        self.gateway = Gateway(
            opts.martlet, self.home, {"log.level": "trace", "deadlines.first.content": "2s"}, {"TMPDIR": self.temporary}
        )
        self.prompt = "canary-prompt-" + self.draw(24)
        self.canaries.add("prompt", self.prompt)
        self.canaries.add("admin token", self.gateway.admin_token)
        self.note_master_key()
        self.set_up()

    def draw(self, count):
        return "".join(self.random.choice("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789") for _ in range(count))

    def note_master_key(self):
        """The key of now, as text and as bytes. Returns the text."""
        with open(os.path.join(self.gateway.data, "master.key")) as file:
            text = file.read().strip()
        version, digits = text.split(":")
        self.canaries.add(f"master key {version}", base64.b64decode(digits))
        return text

    def set_up(self):
        secret = "sk-canary-" + self.draw(40)
        self.canaries.add("vendor credential", secret)
        self.gateway.create_provider("oracle", "openai-compatible", self.oracle.url + "/v1", secret)
        self.gateway.create_provider("messages", "anthropic", self.oracle.url, secret)
        for words in GOOD + BAD:
            self.gateway.create_model(words, "oracle", words)
            self.gateway.create_model("messages-" + words, "messages", words)
        self.key = self.gateway.create_key("canary")
        self.canaries.add("virtual key", self.key)
        # Bodies are kept, all of them: sealed, and found nowhere.
        for project in self.gateway.admin("GET", "/projects")["data"]:
            self.gateway.admin("PATCH", f"/projects/{project['id']}", {"bodies": {"mode": "full"}})
        self.canaries.add("virtual key's secret", self.key.split("-")[-1][:43])

    def command(self, *words, fails=False, **surroundings):
        environment = self.gateway.environment() | {"TMPDIR": self.temporary} | surroundings
        done = subprocess.run(
            [self.opts.martlet, *words], env=environment, cwd=self.home, capture_output=True, text=True, timeout=120
        )
        with open(os.path.join(self.folder, "commands.log"), "a") as log:
            log.write(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}\n")
        if (done.returncode != 0) != fails:
            raise Failure(f"martlet {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout + (done.stderr if fails else "")

    def standing(self):
        return self.gateway.admin("GET", "/secrets")

    # What is proven

    def rotate_under_load(self):
        """Returns failed requests."""
        former = self.note_master_key()
        with Load(self.gateway.port, self.key, self.prompt) as load:
            for _ in range(3):
                self.command("secrets", "rotate")
                self.note_master_key()
                load.wait_for(40)
        told = self.standing()
        if told["key_version"] != 4 or [entry["key_version"] for entry in told["sealed"]] != [4]:
            raise Failure(f"after three rotations: {told}")
        self.gateway.stop()
        refusal = self.command("serve", fails=True, MARTLET_MASTER_KEY=former)
        if "master key" not in refusal:
            raise Failure(f"refused, and not for its key: {refusal}")
        self.gateway.launch()
        if load.failures:
            print(f"custody: {load.failures[:3]}", file=sys.stderr)
        print(f"custody: 3 rotations during {load.done} requests, {len(load.failures)} failed", file=sys.stderr)
        return len(load.failures)

    def kill_rotations(self):
        """Returns how many were not finished by the next start."""
        unfinished = 0
        for version, point in enumerate(POINTS, 5):
            self.gateway.stop()
            self.gateway.extra["MARTLET_ROTATION_HOOK"] = point
            self.gateway.launch()
            with Load(self.gateway.port, self.key, self.prompt):
                try:
                    self.gateway.admin("POST", "/secrets/rotate", {})
                except (OSError, Failure):
                    pass
            if self.gateway.child.wait(10) != -signal.SIGKILL:
                raise Failure(f"the process outlived {point}")
            del self.gateway.extra["MARTLET_ROTATION_HOOK"]
            self.gateway.launch()
            self.note_master_key()
            told = self.standing()
            with Load(self.gateway.port, self.key, self.prompt) as load:
                pass
            left = [name for name in os.listdir(self.gateway.data) if name.startswith("master.key.")]
            is_whole = told["key_version"] == version and len(told["sealed"]) == 1 and not told["rotating"]
            # A former key that was not erased yet is erased by the start after.
            if not is_whole or load.failures or "master.key.next" in left:
                unfinished += 1
                print(f"custody: killed at {point}: {told} {left} {load.failures[:2]}", file=sys.stderr)
        return unfinished

    def back_up(self):
        """Returns faults."""
        with Load(self.gateway.port, self.key, self.prompt) as load:
            load.wait_for(200)
            path = os.path.join(self.folder, "backup")
            self.command("backup", "create", path)
            load.wait_for(50)
        verified = json.loads(self.command("backup", "verify", path, "--json"))
        target = os.path.join(self.folder, "restored")
        key = os.path.join(self.gateway.data, "master.key")
        told = json.loads(
            self.command("backup", "restore", path, "--into", target, "--master-key-file", key, "--json")
        )
        faults = len(verified["faults"]) + len(told["faults"]) + len(load.failures)
        if told["audit_entries"] is None or told["ledger_rows"] < 200 or verified["ledger_rows"] != told["ledger_rows"]:
            raise Failure(f"the backup holds less than it should: {verified} {told}")
        home = os.path.join(self.folder, "second")
        os.makedirs(home)
        second = Gateway.__new__(Gateway)
        settings = {"data.folder": target, "log.level": "trace"}
        Gateway.__init__(second, self.opts.martlet, home, settings, {"TMPDIR": self.temporary})
        second.data = target
        if second.admin_token == self.gateway.admin_token:
            raise Failure("the restored folder takes the old admin token")
        with Load(second.port, self.key, self.prompt) as load:
            pass
        self.canaries.add("restored admin token", second.admin_token)
        second.stop()
        print(f"custody: backup of {told['ledger_rows']} rows, {told['settled_from_journal']} from the journal", file=sys.stderr)
        return faults + len(load.failures)

    def walk_all_paths(self):
        """Every failure there is, in two formats, and what is refused before it gets so far."""
        key, prompt = self.key, self.prompt
        asked = []
        for words in BAD + GOOD:
            for model, path in ((words, "/v1/chat/completions"), ("messages-" + words, "/v1/messages")):
                for stream in (False, True):
                    fields = {"max_tokens": 50} if path == "/v1/messages" else {}
                    asked.append((path, chat(model, prompt, stream, **fields), key, 0.3 if words == "hang" else None))
        for body in (b"{" + prompt.encode(), chat("no-such-model", prompt), b"[" * 500 + prompt.encode(), b""):
            asked += [(path, body, key, None) for path in ("/v1/chat/completions", "/v1/messages", "/v1/responses")]
        asked.append(("/v1/chat/completions", chat("plain-200", prompt), key[:-1] + "!", None))
        asked.append(("/v1/no/such/path", chat("plain-200", prompt), key, None))

        async def run():
            callers = [
                Caller(self.gateway.port, secret, body, f"path-{number}", path, leave)
                for number, (path, body, secret, leave) in enumerate(asked)
            ]
            for start in range(0, len(callers), 8):
                await asyncio.gather(*(caller.ask(10) for caller in callers[start : start + 8]))

        asyncio.run(run())
        token = self.gateway.admin_token
        for path in ("/admin/v1/keys", "/admin/v1/nothing"):
            request(self.gateway.admin_port, "POST", path, '{"name": 7, "x": "' + prompt, {"authorization": f"Bearer {token}"})
        shown = b""
        for path in ("/metrics", "/readyz?verbose") + tuple(
            f"/admin/v1/{list_}" for list_ in ("keys", "providers", "models", "requests", "audit", "ledger", "status", "secrets")
        ):
            shown += request(self.gateway.admin_port, "GET", path, None, {"authorization": f"Bearer {token}"})[2]
        for words in (("config", "show"), ("doctor",), ("key", "list", "--json"), ("audit", "export"), ("requests", "list")):
            shown += self.command(*words).encode()
        with open(os.path.join(self.folder, "shown"), "wb") as file:
            file.write(shown)
        time.sleep(0.5)

    def abort(self):
        """A death with a core limit that would allow a core."""
        limits = open(f"/proc/{self.gateway.pid}/limits").read()
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        if core.split()[4:6] != ["0", "0"]:
            raise Failure(f"core files are allowed: {core}")
        with Load(self.gateway.port, self.key, self.prompt) as load:
            self.gateway.child.send_signal(signal.SIGABRT)
            load.is_over = True
        # A crash handler of Swift's, where there is one, tells of the first signal and goes on; not of the next.
        deadline = time.monotonic() + 90
        while self.gateway.child.poll() is None:
            if time.monotonic() > deadline:
                raise Failure("the process outlives SIGABRT")
            time.sleep(1)
            self.gateway.child.send_signal(signal.SIGABRT)
        cores = [name for name in os.listdir(self.home) if "core" in name.lower()]
        if cores:
            raise Failure(f"core files: {cores}")

    def look_for_canaries(self):
        allowed = {("admin-token", "admin token"), ("admin-token", "restored admin token")}
        allowed |= {("master.key", name) for name in self.canaries.values if name.startswith("master key")}
        places = [self.home, self.temporary, os.path.join(self.folder, "backup"), os.path.join(self.folder, "restored")]
        places += [os.path.join(self.folder, "second")]
        finds, count, size = search(self.canaries, places, allowed)
        for name in ("shown", "commands.log"):
            with open(os.path.join(self.folder, name), "rb") as file:
                finds += [f"{canary} ({form}) in {name}" for canary, form in self.canaries.found_in(file.read())]
        for find in finds:
            print(f"custody: found {find}", file=sys.stderr)
        print(f"custody: {len(self.canaries.values)} canaries looked for in {count} files, {size} bytes", file=sys.stderr)
        if "TRACE" not in open(self.gateway.log, errors="replace").read().upper() or count < 10:
            raise Failure("the search looked at too little")
        return len(finds)

    def run(self):
        failed = self.rotate_under_load()
        unfinished = self.kill_rotations()
        faults = self.back_up()
        self.walk_all_paths()
        self.abort()
        found = self.look_for_canaries()
        print(
            f"custody rotation_failed={failed} kills={len(POINTS)} unfinished={unfinished} backup_faults={faults} canaries_found={found}"
        )
        return not (failed or unfinished or faults or found)


def main():
    opts = options()
    end_well()
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
    folder = tempfile.mkdtemp(prefix="martlet-custody-")
    print(f"custody: seed {opts.seed}", file=sys.stderr)
    try:
        if not Custody(opts, folder).run():
            sys.exit(1)
        print("custody ok")
    except (Failure, subprocess.SubprocessError) as failure:
        print(f"custody: {failure}", file=sys.stderr)
        sys.exit(1)
    finally:
        if opts.keep:
            print(f"custody: kept {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
