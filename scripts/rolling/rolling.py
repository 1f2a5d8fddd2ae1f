"""A rolling restart behind HAProxy: see run.sh."""

import argparse
import asyncio
import collections
import csv
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
for part in ("acceptance", "storm"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), part))

from caller import Caller, chat  # noqa: E402
from gateway import Gateway  # noqa: E402
from processes import Failure, Oracle, Process, end_well, free_port, request, wait_for  # noqa: E402

# 40 events, ten a second: four seconds a stream.
MODEL, PACE_MS = "sse-40x100", 100
SETTINGS = {"drain.delay": "3s", "drain.limit": "60s"}


def options():
    parser = argparse.ArgumentParser(prog="scripts/rolling/run.sh")
    parser.add_argument("martlet", nargs="?", default=os.path.join(ROOT, ".build/release/martlet"))
    parser.add_argument("oracle", nargs="?", default=os.path.join(ROOT, ".build/release/martlet-oracle"))
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    parsed = parser.parse_args()
    parsed.martlet, parsed.oracle = os.path.abspath(parsed.martlet), os.path.abspath(parsed.oracle)
    return parsed


class Twin(Gateway):
    """A gateway on a data folder that is there already."""

    def __init__(self, binary, folder, data):
        os.makedirs(folder)
        super().__init__(binary, folder, SETTINGS | {"data.folder": data})
        self.data = data


class Rolling:
    def __init__(self, opts, folder):
        self.opts, self.folder = opts, folder
        self.streams, self.truncated, self.failed = 0, 0, 0
        self.by_server = collections.Counter()
        self.spanning = 0
        self.is_over = False
        self.restarts = []
        home = os.path.join(folder, "first")
        os.makedirs(home)
        self.oracle = Oracle(opts.oracle, folder, pace_ms=PACE_MS)
        self.first = Gateway(opts.martlet, home, SETTINGS)
        self.first.create_provider("oracle", "openai-compatible", self.oracle.url + "/v1")
        self.first.create_model(MODEL, "oracle", MODEL)
        self.key = self.first.create_key("rolling")
        self.second = self.twin()
        self.front = free_port()
        self.balancer = self.start_balancer()

    def twin(self):
        """The same keys and models on another folder, by backup and restore."""
        backup, data = os.path.join(self.folder, "backup"), os.path.join(self.folder, "second-data")
        key = os.path.join(self.first.data, "master.key")
        for words in (
            ("backup", "create", backup),
            ("backup", "restore", backup, "--into", data, "--master-key-file", key),
        ):
            subprocess.run(
                [self.opts.martlet, *words],
                env=self.first.environment(),
                cwd=self.first.folder,
                check=True,
                stdout=subprocess.DEVNULL,
                timeout=60,
            )
        return Twin(self.opts.martlet, os.path.join(self.folder, "second"), data)

    def start_balancer(self):
        environment = os.environ | {
            "FRONT": f"127.0.0.1:{self.front}",
            "FIRST": f"127.0.0.1:{self.first.port}",
            "SECOND": f"127.0.0.1:{self.second.port}",
            "STATS": os.path.join(self.folder, "haproxy.sock"),
        }
        path = os.path.join(ROOT, "packaging", "haproxy", "haproxy.cfg")
        balancer = Process(
            ["haproxy", "-db", "-f", path], os.path.join(self.folder, "haproxy.log"), env=environment
        )

        def is_up():
            balancer.check()
            try:
                return request(self.front, "GET", "/readyz", timeout=2)[0] == 200
            except OSError:
                return False

        wait_for(is_up, 10, "HAProxy")
        return balancer

    def standing(self):
        """How HAProxy sees the two."""
        with socket.socket(socket.AF_UNIX) as stats:
            stats.connect(os.path.join(self.folder, "haproxy.sock"))
            stats.sendall(b"show stat\n")
            text = b""
            while piece := stats.recv(65536):
                text += piece
        rows = csv.DictReader(io.StringIO(text.decode().lstrip("# ")))
        return [row["status"] for row in rows if row["svname"] in ("first", "second")]

    async def caller(self, number):
        await asyncio.sleep(number * 4 / self.opts.streams)
        round_ = 0
        while not self.is_over:
            began = time.monotonic()
            caller = Caller(self.front, self.key, chat(MODEL, "hello", stream=True), f"roll-{number}-{round_}")
            answer = await caller.ask(30)
            round_ += 1
            self.streams += 1
            self.spanning += any(began < at < time.monotonic() for at in self.restarts)
            if answer.status != 200:
                self.failed += 1
                print(f"rolling: {answer.status} {answer.body[:120]}", file=sys.stderr)
            elif not answer.is_whole or b"data: [DONE]" not in answer.body:
                self.truncated += 1
                print(f"rolling: cut after {len(answer.body)} bytes", file=sys.stderr)

    async def roll(self):
        await asyncio.sleep(5)
        for gateway in (self.first, self.second):
            self.restarts.append(time.monotonic())
            status = await asyncio.to_thread(gateway.stop, 70)
            took = time.monotonic() - self.restarts[-1]
            print(f"rolling: drained in {took:.1f} s, exit {status}", file=sys.stderr)
            if status != 0:
                raise Failure(f"a drained gateway ended with {status}")
            await asyncio.to_thread(gateway.launch)
            # HAProxy has to see it before the other one goes.
            await asyncio.to_thread(wait_for, lambda: self.standing() == ["UP", "UP"], 30, "HAProxy's sight of both", 0.2)
        await asyncio.sleep(3)
        self.is_over = True

    async def work(self):
        callers = [asyncio.ensure_future(self.caller(number)) for number in range(self.opts.streams)]
        try:
            await self.roll()
        finally:
            self.is_over = True
        await asyncio.gather(*callers)

    def run(self):
        asyncio.run(self.work())
        rows = [self.rows(gateway) for gateway in (self.first, self.second)]
        print(
            f"rolling: {self.streams} streams in all, {self.spanning} across a restart, requests recorded {rows}",
            file=sys.stderr,
        )
        if self.spanning < self.opts.streams:
            raise Failure("too few streams were open when a gateway was stopped")
        print(f"rolling streams={self.opts.streams} truncated={self.truncated} failed={self.failed}")
        return not (self.truncated or self.failed) and sum(rows) == self.streams

    def rows(self, gateway):
        """Requests by the ledger."""
        def look():
            usage = gateway.admin("GET", "/usage?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z")
            return sum(int(row["requests"]) for row in usage["data"])

        wait_for(lambda: look() >= 0, 5, "usage")
        time.sleep(1)
        return look()


def main():
    opts = options()
    end_well()
    folder = tempfile.mkdtemp(prefix="martlet-rolling-")
    try:
        sys.exit(0 if Rolling(opts, folder).run() else 1)
    except (Failure, subprocess.SubprocessError, OSError, json.JSONDecodeError) as failure:
        print(f"rolling: {failure}", file=sys.stderr)
        sys.exit(1)
    finally:
        if opts.keep:
            print(f"rolling: kept {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
