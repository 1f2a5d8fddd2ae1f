"""Runs the scenarios of every SDK: see run.sh."""

import argparse
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import environments
import metadata
import models
from gateway import Gateway
from processes import Failure, Oracle, end_well

HERE = environments.HERE
ROOT = environments.ROOT

# What takes ten seconds and more in earnest takes a second here.
SCALED = {"deadlines.head_hold": "1s", "deadlines.ping": "1s", "deadlines.connect": "2s"}


def options():
    arguments, passed = sys.argv[1:], []
    if "--" in arguments:
        cut = arguments.index("--")
        arguments, passed = arguments[:cut], arguments[cut + 1 :]
    parser = argparse.ArgumentParser(prog="scripts/acceptance/run.sh")
    parser.add_argument("martlet", nargs="?", default=os.path.join(ROOT, ".build/release/martlet"))
    parser.add_argument("oracle", nargs="?", default=os.path.join(ROOT, ".build/release/martlet-oracle"))
    parser.add_argument("--only", default="", help=f"of {', '.join(environments.names())}")
    parser.add_argument("--direct", action="store_true", help="SDK to oracle, without the gateway")
    parsed = parser.parse_args(arguments)
    parsed.passed = passed
    parsed.names = [name for name in parsed.only.split(",") if name] or environments.names()
    parsed.martlet, parsed.oracle = os.path.abspath(parsed.martlet), os.path.abspath(parsed.oracle)
    return parsed


def start_gateway(opts, oracle, folder):
    """The gateway with the oracle behind it twice, once for each vendor format, and keys of several kinds."""
    # Vertex AI is asked with a token: of the metadata server, for nobody is signed in where HOME is empty.
    surroundings = {"GCE_METADATA_HOST": metadata.start(), "HOME": folder}
    gateway = Gateway(opts.martlet, folder, SCALED, surroundings)
    gateway.create_provider("oracle", "openai-compatible", oracle.url + "/v1")
    gateway.create_provider("oracle-messages", "anthropic", oracle.url)
    for name in models.NAMES:
        gateway.create_model(models.CHAT + name, "oracle", name)
        gateway.create_model(models.MESSAGES + name, "oracle-messages", name)
    gateway.create_model(models.BARE, "oracle", "echo")
    create_translated(gateway, oracle)
    for name, targets in models.ROUTED.items():
        gateway.create_route(
            models.routed(name), [(vendor, models.upstream(vendor, words)) for vendor, words in targets]
        )
    keys = {"main": gateway.create_key("main")}
    for name in ("limited-1", "limited-2", "limited-3"):
        keys[name] = gateway.create_key(name, requests_per_minute=2)
    keys["narrow"] = gateway.create_key("narrow", allowed_models=[models.CHAT + "echo", models.MESSAGES + "echo"])
    keys["revoked"] = gateway.create_key("revoked")
    gateway.revoke_key("revoked")
    return gateway, keys


def create_translated(gateway, oracle):
    """The oracle once more for each vendor format, under names whose families have that vendor's capabilities."""
    for vendor, (kind, path, settings, _) in models.VENDORS.items():
        secret = models.SECRETS.get(kind, "oracle-secret")
        gateway.create_provider(vendor, kind, oracle.url + path, secret, **settings)
        for words in models.WORDS:
            gateway.create_model(models.translated(vendor, words), vendor, models.upstream(vendor, words))


def scenario(opts, name, folder):
    """One SDK's scenarios, with an oracle and a gateway of their own. Returns (name, exit status, output)."""
    python = environments.python_of(name)
    home = os.path.join(folder, name)
    os.makedirs(home)
    oracle = Oracle(opts.oracle, home)
    facts = {"oracle": oracle.url, "gateway": oracle.url, "direct": True, "keys": {"main": "sk-direct"}}
    gateway = None
    if not opts.direct:
        gateway, keys = start_gateway(opts, oracle, home)
        facts |= {"gateway": gateway.url, "direct": False, "keys": keys}
    with open(os.path.join(home, "facts.json"), "w") as file:
        json.dump(facts, file)
    environment = os.environ | {"ACCEPTANCE_FACTS": file.name, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", "--no-header", "-rsx"]
    command += tests_of(name) + opts.passed
    try:
        done = subprocess.run(
            command, cwd=HERE, env=environment, capture_output=True, text=True, timeout=420
        )
        status, output = done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired as late:
        status, output = 1, f"{late.stdout or ''}\nnot done after {late.timeout} s"
    for process in (gateway, oracle):
        if process:
            if process.child.poll() is not None:
                status, output = 1, output + f"\n{process.command[0]} ended early:\n{process.tail()}"
            process.stop()
    return name, status, output


def tests_of(name):
    """The files of an SDK: `test_SDK.py` in its own format, through translation, and before several targets."""
    stem = name.split("-")[0]
    files = [os.path.join(HERE, "scenarios", f"test_{part}{stem}.py") for part in ("", "translated_", "routed_")]
    return [file for file in files if os.path.exists(file)]


def counted(output, word):
    found = re.findall(rf"(\d+) {word}\b", output)
    return int(found[-1]) if found else 0


def main():
    opts = options()
    end_well()
    folder = tempfile.mkdtemp(prefix="martlet-acceptance-")
    began = time.monotonic()
    failed, totals = [], {"passed": 0, "failed": 0, "xfailed": 0, "skipped": 0}
    try:
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            jobs = [pool.submit(scenario, opts, name, folder) for name in opts.names]
            for job in concurrent.futures.as_completed(jobs):
                name, status, output = job.result()
                print(f"--- {name}\n{output.rstrip()}", flush=True)
                for word in totals:
                    totals[word] += counted(output, word)
                totals["failed"] += counted(output, "error") + counted(output, "errors")
                if status:
                    failed.append(name)
    except Failure as failure:
        sys.exit(f"acceptance: {failure}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    totals["failed"] = max(totals["failed"], len(failed))
    print(f"\nacceptance: {len(opts.names)} SDKs in {time.monotonic() - began:.0f} s" + told(failed))
    known = f"{totals['xfailed']} known to fail, " if totals["xfailed"] else ""
    print(f"{totals['passed']} passed, {totals['failed']} failed, {known}{totals['skipped']} skipped", flush=True)
    sys.exit(1 if failed or not totals["passed"] else 0)


def told(failed):
    return f"; failed: {', '.join(sorted(failed))}" if failed else ""


if __name__ == "__main__":
    main()
