"""The bench: see run.sh. Every lane measures nginx and the gateway in turns, and tells medians of the rounds."""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(HERE, "..", part) for part in ("acceptance", "storm")]

import load  # noqa: E402
import nginx  # noqa: E402
from gateway import Gateway  # noqa: E402
from money import EXPECTED, Money  # noqa: E402
from processes import Failure, Oracle, Usage, end_well, request, wait_for  # noqa: E402

LANES = ("plain", "governed", "translated", "sse500", "sse2000", "translated-sse", "micro")
RATES = (500, 2000)  # requests a second; the first one's figures go into the lines for scripts
STREAMS = {"sse500": (500, 100), "sse2000": (2000, 400)}  # streams, and milliseconds between two chunks of one

# The most that can be set: reckoned for every request. At 30,000 requests a second a key reaches them after 75 seconds, and is asked
# at full speed for half the time of a lane.
AMPLE_LIMITS = {
    "limits": {"requests_per_minute": 1_000_000, "tokens_per_minute": 1_000_000_000, "concurrent_requests": 10_000}
}
AMPLE_NANO_USD = 10**15

TO_MESSAGES = "bench-messages"  # a vendor of Messages, to be asked in Chat
STREAM_TO_MESSAGES = "bench-messages-sse"  # its streams


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench/run.sh", description="The figures of the road.")
    parser.add_argument("martlet", nargs="?", default=os.path.join(ROOT, ".build/release/martlet"))
    parser.add_argument("oracle", nargs="?", default=os.path.join(ROOT, ".build/release/martlet-oracle"))
    parser.add_argument("--seconds", type=int, default=int(os.environ.get("BENCH_SECONDS", "20")), help="of each lane")
    parser.add_argument("--rounds", type=int, default=3, help="turns of nginx and gateway within a lane")
    parser.add_argument("--lanes", default=",".join(LANES), help=f"of {', '.join(LANES)}")
    parser.add_argument("--gateway-url", help="another gateway, without path: http://127.0.0.1:PORT")
    parser.add_argument("--key", default="", help="the other gateway's key")
    parser.add_argument("--pid", type=int, action="append", help="the other gateway's processes")
    parser.add_argument("--model", default="bench-plain", help="its model for plain requests")
    parser.add_argument("--stream-models", default="sse-5000x100,sse-5000x400", help="its models for sse500 and sse2000")
    parser.add_argument("--static-port", type=int, default=0, help="fixed port of the static vendor, for its config")
    parser.add_argument("--oracle-port", type=int, default=0, help="fixed port of the streaming vendor, likewise")
    parsed = parser.parse_args()
    parsed.martlet, parsed.oracle = os.path.abspath(parsed.martlet), os.path.abspath(parsed.oracle)
    parsed.lanes = [lane for lane in parsed.lanes.split(",") if lane]
    unknown = set(parsed.lanes) - set(LANES)
    if unknown:
        parser.error(f"unknown lanes: {', '.join(sorted(unknown))}")
    if parsed.gateway_url and not parsed.pid:
        parser.error("--gateway-url needs --pid, or there is no CPU to tell")
    return parsed


class Subject:
    """What is measured: where it is, how to ask it, and whose CPU counts."""

    def __init__(self, name, url, key, pids, model, path=load.PATH):
        self.name, self.url, self.key, self.pids, self.model, self.path = name, url, key, pids, model, path


class Bench:
    def __init__(self, opts, folder):
        self.opts = opts
        self.folder = folder
        self.static = nginx.static_vendor(folder, opts.static_port)
        self.oracle = Oracle(opts.oracle, folder, opts.oracle_port)
        self.plain_proxy = nginx.proxy(folder, "proxy", self.static.port)
        self.stream_proxy = nginx.proxy(folder, "streams", self.oracle.port, streams=True)
        self.gateway = None if opts.gateway_url else self.martlet()
        self.lines = []
        self.rows = []

    def martlet(self):
        """Martlet with everything on, and one event loop as nginx has one worker."""
        home = os.path.join(self.folder, "martlet")
        os.makedirs(home)
        gateway = Gateway(self.opts.martlet, home, {"loops": "1"})
        gateway.create_provider("static", "openai-compatible", self.static.url + "/v1")
        gateway.create_provider("streams", "openai-compatible", self.oracle.url + "/v1")
        gateway.create_model(self.opts.model, "static", "plain")
        for model in self.opts.stream_models.split(","):
            gateway.create_model(model, "streams", model)
        gateway.create_provider("static-messages", "anthropic", self.static.url)
        gateway.create_provider("streams-messages", "anthropic", self.oracle.url)
        gateway.create_model(TO_MESSAGES, "static-messages", "plain")
        gateway.create_model(STREAM_TO_MESSAGES, "streams-messages", self.opts.stream_models.split(",")[0])
        self.govern(gateway)
        return gateway

    def govern(self, gateway):
        """Prices, and a project with a budget: every request is weighed by all that there is."""
        self.money = Money(gateway)
        self.project = self.money.create_project("bench")
        self.money.create_budget("project", self.project, AMPLE_NANO_USD, bound=EXPECTED, period="monthly")
        for provider in ("static", "streams", "static-messages", "streams-messages"):
            for model in ["plain"] + self.opts.stream_models.split(","):
                self.money.set_price(provider, model)
        self.key = self.governed_key("bench")

    def governed_key(self, name):
        """A key with limits of all kinds and a budget of its own."""
        key, secret = self.money.create_key(name, self.project, **AMPLE_LIMITS)
        self.money.create_budget("key", key, AMPLE_NANO_USD, bound=EXPECTED, period="monthly")
        return secret

    def subject(self, model):
        if self.gateway:
            return Subject("martlet", self.gateway.url, self.key, [self.gateway.pid], model)
        return Subject("gateway", self.opts.gateway_url.rstrip("/"), self.opts.key, self.opts.pid, model)

    def tell(self, lane, **metrics):
        for metric, value in metrics.items():
            self.lines.append(f"bench {lane} {metric} {value:.3f}".rstrip("0").rstrip("."))

    def row(self, *cells):
        self.rows.append([str(cell) for cell in cells])

    # Lanes

    def rounds(self, subjects, measure):
        """Measures the subjects in turns; the medians of each one's figures."""
        seen = {subject.name: [] for subject in subjects}
        for _ in range(self.opts.rounds):
            for subject in subjects:
                seen[subject.name].append(measure(subject))
        return {
            name: {figure: statistics.median(one[figure] for one in figures) for figure in figures[0]}
            for name, figures in seen.items()
        }

    def requests(self):
        """Lanes plain and governed."""
        direct = Subject("direct", self.static.url, "", self.static.pids, "plain")
        proxy = Subject("nginx", self.plain_proxy.url, "", self.plain_proxy.pids, "plain")
        subject = self.subject(self.opts.model)
        subjects = [proxy, subject] if "governed" in self.opts.lanes else [proxy]
        idle = {one.name: Usage(one.pids).rss_kib / 1024 for one in subjects}
        each = max(self.opts.seconds // 2 // self.opts.rounds, 1)
        for one in subjects:  # so that pools, caches and code are warm
            load.full_speed(one.url, one.key, one.model, one.pids, 1, self.folder)
        speed = self.rounds(
            subjects, lambda one: load.full_speed(one.url, one.key, one.model, one.pids, each, self.folder)
        )
        at_rate = {
            rate: self.rounds(
                [direct] + subjects,
                lambda one, rate=rate: load.fixed_rate(
                    one.url, one.key, one.model, rate, max(each, 3), self.folder
                ),
            )
            for rate in RATES
        }
        for one in subjects:
            self.tell_requests(one.name, speed, at_rate, idle[one.name])

    def tell_requests(self, name, speed, at_rate, idle_mb):
        figures, base = speed[name], speed["nginx"]
        lane = "plain" if name == "nginx" else "governed"
        added = {
            rate: {p: seen[name][p] - seen["direct"][p] for p in ("p50", "p99")} for rate, seen in at_rate.items()
        }
        first = added[RATES[0]]
        self.tell(
            lane,
            cpu_us=figures["cpu_us"],
            cpu_vs_nginx=figures["cpu_us"] / base["cpu_us"],
            added_p50_us=first["p50"],
            added_p99_us=first["p99"],
            rss_mb=idle_mb,
        )
        times = "  ".join(f"{rate}/s: +{a['p50']:.0f} +{a['p99']:.0f}" for rate, a in added.items())
        self.row(
            lane, name, f"{figures['cpu_us']:.1f}", f"{figures['cpu_us'] / base['cpu_us']:.2f}", times,
            f"{idle_mb:.1f} / {figures['rss_mb']:.1f}", f"{figures['rps']:.0f} requests/s at full speed",
        )  # fmt: skip

    def translated(self):
        """Messages to a Chat vendor, and Chat to a Messages vendor, beside the same request passed through."""
        url, pids = self.gateway.url, [self.gateway.pid]
        keys = [self.governed_key(name) for name in ("messages_to_chat", "chat_to_messages")]
        subjects = [
            Subject("governed", url, self.key, pids, self.opts.model),
            Subject("messages_to_chat", url, keys[0], pids, self.opts.model, load.MESSAGES_PATH),
            Subject("chat_to_messages", url, keys[1], pids, TO_MESSAGES),
        ]

        def measure(one, seconds):
            return load.full_speed(one.url, one.key, one.model, one.pids, seconds, self.folder, path=one.path)

        for one in subjects:
            measure(one, 1)
        each = max(self.opts.seconds // 2 // self.opts.rounds, 1)
        seen = self.rounds(subjects, lambda one: measure(one, each))
        base = seen["governed"]["cpu_us"]
        for one in subjects[1:]:
            figures = seen[one.name]
            ratio = figures["cpu_us"] / base
            self.tell("translated", **{f"{one.name}_cpu_us": figures["cpu_us"], f"{one.name}_vs_governed": ratio})
            self.row(
                "translated", one.name, f"{figures['cpu_us']:.1f}", "", f"{ratio:.2f} x governed",
                f"{figures['rss_mb']:.1f}", f"{figures['rps']:.0f} requests/s at full speed",
            )  # fmt: skip

    def translated_streams(self):
        """Streams of a Messages vendor to Chat callers, beside streams passed through at the same pace."""
        lane, (count, _) = "translated-sse", STREAMS["sse500"]
        each = max(self.opts.seconds // 2, 4)
        seen = {}
        for name, model in (("governed", self.opts.stream_models.split(",")[0]), ("translated", STREAM_TO_MESSAGES)):
            self.settle()
            seen[name] = load.held_streams(
                self.opts.oracle, self.gateway.url, self.key, model, count, [self.gateway.pid], each
            )
        one = seen["translated"]
        ratio = one["cpu_us"] / seen["governed"]["cpu_us"]
        self.tell(lane, cpu_us=one["cpu_us"], vs_governed=ratio, rss_per_stream_kb=one["rss_per_stream_kb"])
        self.row(
            lane, "chat_to_messages", f"{one['cpu_us']:.1f}", "", f"{ratio:.2f} x governed", f"{one['rss_mb']:.1f}",
            f"{one['rss_per_stream_kb']:.1f} KiB a stream, {one['events']:.0f} chunks/s",
        )  # fmt: skip

    def streams(self, lane):
        count, pace = STREAMS[lane]
        model = self.opts.stream_models.split(",")[list(STREAMS).index(lane)]
        proxy = Subject("nginx", self.stream_proxy.url, "", self.stream_proxy.pids, f"sse-5000x{pace}")
        each = max(self.opts.seconds // 2, 4)
        figures = {
            one.name: load.held_streams(self.opts.oracle, one.url, one.key, one.model, count, one.pids, each)
            for one in (proxy, self.subject(model))
        }
        base = figures["nginx"]
        for name, one in figures.items():
            ratio = one["cpu_us"] / base["cpu_us"]
            if name != "nginx":
                self.tell(
                    lane, cpu_us=one["cpu_us"], cpu_vs_nginx=ratio, rss_mb=one["rss_mb"],
                    rss_per_stream_kb=one["rss_per_stream_kb"],
                )  # fmt: skip
            self.row(
                lane, name, f"{one['cpu_us']:.1f}", f"{ratio:.2f}", f"{one['rss_per_stream_kb']:.1f} KiB a stream",
                f"{one['rss_mb']:.1f}", f"{one['events']:.0f} chunks/s",
            )  # fmt: skip

    def start(self):
        """Cold start to the first answer, on the data folder there is."""
        times = []
        self.gateway.stop()
        for _ in range(5):
            self.gateway.launch()
            body = load.chat_body(self.opts.model)
            headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
            if request(self.gateway.port, "POST", load.PATH, body, headers)[0] != 200:
                raise Failure("no answer after the start")
            times.append(self.gateway.start_ms)
            self.gateway.stop()
        self.tell("governed", start_ms=statistics.median(times))
        self.row("governed", "martlet", "", "", f"start to first answer {statistics.median(times):.0f} ms", "", "")
        self.gateway.launch()

    def run(self):
        if {"plain", "governed"} & set(self.opts.lanes):
            self.requests()
        if self.gateway and "translated" in self.opts.lanes:
            self.translated()
        for lane in STREAMS:
            if lane in self.opts.lanes:
                self.settle()
                self.streams(lane)
        if self.gateway and "translated-sse" in self.opts.lanes:
            self.translated_streams()
        if self.gateway and "governed" in self.opts.lanes:
            self.start()

    def settle(self):
        """Until the last lane's connections are gone, so that none of them is counted with the next."""
        if self.gateway:
            self.gateway.stop()
            self.gateway.launch()
        wait_for(lambda: Usage([self.oracle.pid]).fds < 64, 20, "the end of the last lane's streams", pause=0.2)

    def table(self):
        heads = ["lane", "who", "CPU us", "x nginx", "added p50 p99 us", "RSS MB idle / loaded", ""]
        rows = [heads] + self.rows
        widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def micro():
    """The micro benches of Benchmarks/, where they are; their own lines among ours."""
    if not os.path.exists(os.path.join(ROOT, "Benchmarks/Package.swift")):
        return []
    lines = []
    for program in ("WireBench", "TranslationBench", "RoutingBench"):
        command = ["swift", "run", "-c", "release", "--package-path", "Benchmarks", program]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            raise Failure(f"micro: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        lines += done.stdout.splitlines()
    print("\n".join(line for line in lines if not line.startswith("bench ")), flush=True)
    return [line for line in lines if line.startswith("bench ")]


def main():
    opts = options()
    end_well()
    folder = tempfile.mkdtemp(prefix="martlet-bench-")
    lines = []
    try:
        if "micro" in opts.lanes and not opts.gateway_url:
            lines += micro()
        if set(opts.lanes) - {"micro"}:
            bench = Bench(opts, folder)
            bench.run()
            print(bench.table())
            lines += bench.lines
    except Failure as failure:
        sys.exit(f"bench: {failure}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print()
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    main()
