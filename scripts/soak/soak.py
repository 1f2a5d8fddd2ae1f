"""The soak: see run.sh."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "acceptance"))

from gateway import Gateway
from processes import Oracle, end_well, request

# What a run may leave behind over what the warm-up left: R5 of the project's reliability figures.
RSS_SLACK_MB = 16
FD_SLACK = 16


def options():
    root = os.path.dirname(os.path.dirname(HERE))
    parser = argparse.ArgumentParser(prog="scripts/soak/run.sh")
    parser.add_argument("martlet", nargs="?", default=os.path.join(root, ".build/release/martlet"))
    parser.add_argument("oracle", nargs="?", default=os.path.join(root, ".build/release/martlet-oracle"))
    parser.add_argument("--seconds", type=int, default=int(os.environ.get("SOAK_SECONDS", "600")))
    parser.add_argument("--rate", type=int, default=300)
    parsed = parser.parse_args()
    parsed.martlet, parsed.oracle = os.path.abspath(parsed.martlet), os.path.abspath(parsed.oracle)
    return parsed


def sample(gateway):
    """Resident megabytes, file descriptors and threads of the gateway now."""
    pid = gateway.child.pid
    with open(f"/proc/{pid}/status") as file:
        fields = dict(line.split(":", 1) for line in file if ":" in line)
    return {
        "rss_mb": int(fields["VmRSS"].split()[0]) / 1024,
        "fds": len(os.listdir(f"/proc/{pid}/fd")),
        "threads": int(fields["Threads"]),
    }


def metric(gateway, name):
    status, _, body = request(gateway.admin_port, "GET", "/metrics")
    assert status == 200, status
    for line in body.decode().splitlines():
        if line.startswith(name + " "):
            return float(line.split()[-1])
    raise SystemExit(f"soak: no metric {name}")


def load(opts, gateway, key, seconds):
    """One stretch of mixed load; its report."""
    command = [
        opts.oracle, "load", "mix", "--url", gateway.url + "/v1/chat/completions", "--key", key,
        "--model", "plain", "--stream-model", "stream", "--rps", str(opts.rate), "--seconds", str(seconds),
        "--stream-share", "0.3", "--abort-share", "0.05",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    while process.poll() is None:
        time.sleep(min(10, seconds))
        now = sample(gateway)
        print(f"  rss {now['rss_mb']:.1f} MB, fds {now['fds']}, threads {now['threads']}", flush=True)
    return json.loads(process.stdout.read())


def main():
    opts = options()
    end_well()
    folder = tempfile.mkdtemp(prefix="martlet-soak-")
    try:
        oracle = Oracle(opts.oracle, folder)
        gateway = Gateway(opts.martlet, folder)
        gateway.create_provider("oracle", "openai-compatible", oracle.url + "/v1")
        gateway.create_model("plain", "oracle", "plain-2k")
        gateway.create_model("stream", "oracle", "sse-20x20")
        key = gateway.create_key("soak")
        warm = load(opts, gateway, key, max(5, opts.seconds // 10))
        time.sleep(3)
        before = sample(gateway)
        report = load(opts, gateway, key, opts.seconds)
        # Idle upstream connections are kept for a while; what must be gone is gone by then.
        time.sleep(5)
        after = sample(gateway)
        in_flight = metric(gateway, "martlet_in_flight_requests")
        connections = metric(gateway, "martlet_client_connections")
        defects = metric(gateway, "martlet_defects_total")
        dropped = metric(gateway, "martlet_log_dropped_total")
        errors = report.get("error_count", 0)
        print(
            f"soak requests={report.get('requests', 0)} errors={errors} warm_requests={warm.get('requests', 0)}"
            f" rss_start_mb={before['rss_mb']:.1f} rss_end_mb={after['rss_mb']:.1f}"
            f" fds_start={before['fds']} fds_end={after['fds']}"
            f" threads_start={before['threads']} threads_end={after['threads']}"
            f" in_flight={in_flight:.0f} connections={connections:.0f} defects={defects:.0f} dropped={dropped:.0f}",
            flush=True,
        )
        if report.get("errors"):
            print(json.dumps(report["errors"]))
        healthy = (
            report.get("requests", 0) > 0 and errors == 0 and in_flight == 0 and connections == 0 and defects == 0
            and after["rss_mb"] - before["rss_mb"] <= RSS_SLACK_MB and after["fds"] - before["fds"] <= FD_SLACK
            and after["threads"] <= before["threads"] + 1
        )
        sys.exit(0 if healthy else 1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
