"""What the load tools are asked and what they answer: wrk at full speed, h2load at a fixed rate, our own streams."""

import json
import os
import re
import subprocess

from processes import Failure, Usage

PATH = "/v1/chat/completions"
MESSAGES_PATH = "/v1/messages"


def chat_body(model, stream=False):
    """About a kilobyte, as a short conversation is."""
    turns = [
        {"role": "system", "content": "You keep watch over a harbour and answer in one sentence. " * 4},
        {"role": "user", "content": "Which birds nest under the eaves of the customs house this year? " * 6},
    ]
    return json.dumps({"model": model, "messages": turns, "stream": stream, "max_tokens": 100})


def messages_body(model, stream=False):
    """The same conversation as a caller of Messages writes it."""
    chat = json.loads(chat_body(model, stream))
    system, *turns = chat["messages"]
    return json.dumps(chat | {"system": system["content"], "messages": turns})


BODIES = {PATH: chat_body, MESSAGES_PATH: messages_body}


def run(command, seconds):
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    if done.returncode:
        raise Failure(f"{' '.join(command[:3])} …: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def full_speed(url, key, model, pids, seconds, folder, connections=32, path=PATH):
    """CPU microseconds a request, and requests a second, as fast as one thread of wrk asks."""
    script = os.path.join(folder, "wrk.lua")
    with open(script, "w") as file:
        file.write(
            f"wrk.method = 'POST'\nwrk.body = [==[{BODIES[path](model)}]==]\n"
            f"wrk.headers['content-type'] = 'application/json'\nwrk.headers['authorization'] = 'Bearer {key}'\n"
        )
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", script, url + path]
    before = Usage(pids)
    output = run(command, seconds)
    after = Usage(pids)
    requests = int(re.search(r"(\d+) requests in", output).group(1))
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    broken = re.search(r"Socket errors: (.*)", output)
    if refused or broken or not requests:
        raise Failure(f"full speed at {url}: {output}")
    return {
        "cpu_us": (after.cpu_us - before.cpu_us) / requests,
        "rps": requests / seconds,
        "rss_mb": after.rss_kib / 1024,
    }


def fixed_rate(url, key, model, rate, seconds, folder, clients=10):
    """p50 and p99 in microseconds at so many requests a second."""
    body = os.path.join(folder, "body.json")
    log = os.path.join(folder, "h2load.log")
    with open(body, "w") as file:
        file.write(chat_body(model))
    command = [
        "h2load", "--h1", f"-n{rate * seconds}", f"-c{clients}", "-t1", f"--rps={rate // clients}", f"--log-file={log}",
        "-d", body, "-H", "content-type: application/json", "-H", f"authorization: Bearer {key}", url + PATH,
    ]  # fmt: skip
    run(command, seconds)
    rows = []
    with open(log) as file:
        for line in file:
            start, status, micros = line.split()[:3]
            if status != "200":
                raise Failure(f"fixed rate at {url}: status {status}")
            rows.append((int(start), int(micros)))
    os.remove(log)
    first = min(start for start, _ in rows) + 1_000_000  # the first second warms up
    times = sorted(micros for start, micros in rows if start >= first) or sorted(micros for _, micros in rows)
    return {"p50": times[len(times) // 2], "p99": times[min(len(times) * 99 // 100, len(times) - 1)]}


def held_streams(oracle_binary, url, key, model, streams, pids, seconds):
    """CPU microseconds an event and KiB of memory a stream, with so many streams held open."""
    command = [
        oracle_binary, "load", "streams", "--url", url + PATH, "--key", key, "--model", model, "--streams", str(streams),
        "--seconds", str(seconds), "--ramp", str(max(2, streams // 500)),
    ]  # fmt: skip
    for pid in pids:
        command += ["--pid", str(pid)]
    report = json.loads(run(command, seconds + 30))
    if report["error_count"] or not report["events"]:
        raise Failure(f"streams at {url}: {report}")
    return {
        "cpu_us": report["cpu_us"] / report["events"],
        "rss_per_stream_kb": (report["rss_kib"] - report["rss_idle_kib"]) / streams,
        "rss_mb": report["rss_kib"] / 1024,
        "events": report["events"] / report["seconds"],
    }
