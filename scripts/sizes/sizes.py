"""Lists, reports and the road over a store of a month: see ../sizes.sh."""

import argparse
import http.client
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
for name in ("acceptance", "bench"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), name))

import load  # noqa: E402
from gateway import Gateway  # noqa: E402
from processes import Failure, Oracle, Process, Usage, end_well  # noqa: E402

KEYS = 40
REST_MS = 200
PAGES = ("requests", "requests?model=model-3", "ledger", "keys", "audit")
REPORTS = (
    "usage?group_by=model&since=30d",
    "usage?group_by=project,model&since=30d",
    "usage?group_by=key,model&since=30d&interval=day",
    "usage?group_by=status&since=24h&interval=hour",
)


def options():
    parser = argparse.ArgumentParser(prog="scripts/sizes.sh")
    for name in ("martlet", "martlet-oracle", "martlet-simulate"):
        parser.add_argument(name, nargs="?", default=os.path.join(ROOT, ".build/release", name))
    parser.add_argument("--requests", type=int, default=1_000_000, help="request records")
    parser.add_argument("--rows", type=int, default=10_000_000, help="ledger rows")
    parser.add_argument("--seconds", type=int, default=10, help="of load, each time")
    parser.add_argument("--rounds", type=int, default=3, help="of the road alone and beside others; medians are told")
    parser.add_argument("--data", help="keeps the filled data folder there, and takes it from there")
    parsed = parser.parse_args()
    parsed.oracle = os.path.abspath(getattr(parsed, "martlet-oracle"))
    parsed.simulate = os.path.abspath(getattr(parsed, "martlet-simulate"))
    parsed.martlet = os.path.abspath(parsed.martlet)
    return parsed


def quiet_us(pid):
    """CPU microseconds of those threads that give way to others: where reports are made."""
    used = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        if int(fields[16]) > 0:
            used += (int(fields[11]) + int(fields[12])) * 1_000_000 // Usage.tick
    return used


class Sizes:
    def __init__(self, opts, folder):
        self.opts, self.folder = opts, folder
        self.medians = {}
        self.oracle = Oracle(opts.oracle, folder, pace_ms=1)
        self.home = os.path.abspath(opts.data) if opts.data else os.path.join(folder, "martlet")
        if not os.path.exists(os.path.join(self.home, "var", "martlet.sqlite")):
            self.fill()
        self.gateway = Gateway(opts.martlet, self.home)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.gateway.admin_port, timeout=60)

    def fill(self):
        os.makedirs(self.home, exist_ok=True)
        gateway = Gateway(self.opts.martlet, self.home)
        for number in range(KEYS):
            gateway.create_key(f"filled-{number:02d}")
        gateway.stop()
        store = os.path.join(self.home, "var", "martlet.sqlite")
        began = time.monotonic()
        subprocess.run(
            [self.opts.simulate, "--fill", store, "--requests", str(self.opts.requests), "--rows", str(self.opts.rows)],
            check=True,
        )
        print(f"sizes-filled seconds={time.monotonic() - began:.0f} bytes={os.path.getsize(store)}", flush=True)

    def get(self, path):
        """Milliseconds until the whole answer is there, and its size."""
        began = time.monotonic()
        self.connection.request("GET", f"/admin/v1/{path}", headers={"authorization": f"Bearer {self.gateway.admin_token}"})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise Failure(f"{path}: {answer.status} {body.decode(errors='replace')}")
        return (time.monotonic() - began) * 1000, len(body)

    def time(self, paths):
        """The slowest of the medians; each path on a line."""
        worst = 0.0
        for path in paths:
            first, size = self.get(path)
            median = statistics.median(self.get(path)[0] for _ in range(9))
            print(f"sizes-get path={path} first_ms={first:.1f} median_ms={median:.1f} bytes={size}", flush=True)
            worst = max(worst, median)
            self.medians[path] = median
        return worst

    def target(self):
        model = "sizes"
        names = [row["name"] for row in self.gateway.admin("GET", "/providers?limit=200")["data"]]
        if "sizes" in names:
            for row in self.gateway.admin("GET", f"/models?name={model}")["data"]:
                self.gateway.admin("DELETE", f"/models/{row['id']}")
            for row in self.gateway.admin("GET", "/providers?name=sizes")["data"]:
                self.gateway.admin("DELETE", f"/providers/{row['id']}")
        self.gateway.create_provider("sizes", "openai-compatible", self.oracle.url + "/v1")
        self.gateway.create_model(model, "sizes", "plain-2k")
        return model, self.gateway.create_key("sizes")

    def road(self, what, model, key):
        """CPU of a request, that of the reports beside it, and p99, all in microseconds."""
        seconds = self.opts.seconds
        before = quiet_us(self.gateway.pid)
        cpu = load.full_speed(self.gateway.url, key, model, [self.gateway.pid], seconds, self.folder)
        reports = (quiet_us(self.gateway.pid) - before) / (cpu["rps"] * seconds)
        late = load.fixed_rate(self.gateway.url, key, model, 1000, seconds, self.folder)
        print(
            f"sizes-road {what} cpu_us={cpu['cpu_us']:.1f} of_reports_us={reports:.1f} p50_us={late['p50']} "
            f"p99_us={late['p99']}",
            flush=True,
        )
        return cpu["cpu_us"], reports, late["p99"]

    def beside_reports(self, body):
        """Runs the body while one report after another is asked for, one at a time."""
        ended = threading.Event()
        count, failure = 0, None

        def report():
            nonlocal count, failure
            try:
                while not ended.is_set():
                    self.get(REPORTS[count % len(REPORTS)])
                    count += 1
                    time.sleep(REST_MS / 1000)
            except (OSError, http.client.HTTPException, Failure) as caught:
                failure = caught

        self.connection.close()  # it was left alone for so long that the server may have closed it
        thread = threading.Thread(target=report)
        thread.start()
        try:
            return body()
        finally:
            ended.set()
            thread.join()
            print(f"sizes-reports asked={count}", flush=True)
            if failure:
                raise Failure(f"the reports beside the road ended with: {failure!r}")

    def beside_burner(self, body):
        """Runs the body beside a program that works as long and rests as long as the reports, and does nothing else."""
        busy = statistics.mean(self.medians[path] for path in REPORTS)
        burner = Process(
            [sys.executable, os.path.join(HERE, "burner.py"), f"{busy:.1f}", str(REST_MS)],
            os.path.join(self.folder, "burner.log"),
        )
        try:
            return body()
        finally:
            burner.check()
            burner.stop()

    def roads(self):
        """Medians of the road alone, beside a mere burner and beside reports, in turn so that all see the same machine."""
        model, key = self.target()
        lanes = {"alone": lambda body: body(), "beside-burner": self.beside_burner, "beside-reports": self.beside_reports}
        found = {name: [] for name in lanes}
        for _ in range(self.opts.rounds):
            for name, beside in lanes.items():
                found[name].append(beside(lambda: self.road(name, model, key)))
        return [[statistics.median(column) for column in zip(*rounds)] for rounds in found.values()]

    def run(self):
        page = self.time(PAGES)
        usage = self.time(REPORTS[:1])
        others = self.time(REPORTS[1:])
        alone, burner, reports = self.roads()
        self.gateway.stop()
        print(
            f"sizes requests={self.opts.requests} rows={self.opts.rows} first_page_ms={page:.1f} usage_30d_ms={usage:.1f} "
            f"reports_ms={others:.1f} cpu_alone_us={alone[0]:.1f} cpu_beside_burner_us={burner[0]:.1f} "
            f"cpu_beside_us={reports[0]:.1f} of_reports_us={reports[1]:.1f} p99_alone_us={alone[2]:.0f} "
            f"p99_beside_burner_us={burner[2]:.0f} p99_beside_us={reports[2]:.0f}"
        )


def main():
    opts = options()
    end_well()
    folder = tempfile.mkdtemp(prefix="martlet-sizes-")
    try:
        Sizes(opts, folder).run()
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
